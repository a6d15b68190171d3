"""Tables of any country: mapping, reading, recipes."""
