"""Typing sheets that no reader could read: two people independently, and a third where they differ."""
