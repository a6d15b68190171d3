"""A reconciliation of accounts, as pages and files."""
