"""The dossier of a station: what the log holds, laid out for a court."""
