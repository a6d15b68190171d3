"""Quick counts: a sample of tables fixed before the polls open, and what it says with its margin."""
