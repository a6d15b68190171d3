"""Local pages for people at work: transcription and the coverage board."""
