"""Bulk records read at once: many records, or the many keys of one, a step of NumPy for each position."""
