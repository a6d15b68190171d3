"""The authority's side of the night: receiver, quarantine, sequencer, live publication."""
