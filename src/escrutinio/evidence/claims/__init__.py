"""Whether an announced result can be true."""
