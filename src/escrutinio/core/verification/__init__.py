"""Verifying a publication, and judging one sheet against it."""
