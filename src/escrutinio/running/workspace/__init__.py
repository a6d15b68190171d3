"""An operator's directory: keys, log, publication."""
