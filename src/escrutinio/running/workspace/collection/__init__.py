"""An organisation's own log: copies of sheets that it scanned, transcribed or imported itself."""
