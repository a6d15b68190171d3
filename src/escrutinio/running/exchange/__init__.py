"""What travels between whoever signs and whoever keeps a log."""
