"""The evidence of an election as one document."""
