"""Tables for programs and spreadsheets, and the part of an area."""
