"""A whole election day of a fictional country, with faults and attacks."""
