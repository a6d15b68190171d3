"""Audits over boxes: what to open, by public dice, until a wrong outcome would have shown with high
probability."""
