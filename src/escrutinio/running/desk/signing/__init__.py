"""Records that people sign at the desk: forms made from the field table that `sign` reads by."""
