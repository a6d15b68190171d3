"""Documents on paper, as PDF and as single pages."""
