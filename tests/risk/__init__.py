"""The risk of every method of audit, simulated with outcomes that are wrong: `python -m tests.risk`."""
