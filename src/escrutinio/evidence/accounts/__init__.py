"""Several accounts of one election, held against each other."""
