"""The second verifier and the pages' scripts and styles."""
