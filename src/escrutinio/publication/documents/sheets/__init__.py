"""Sheets for printing."""
