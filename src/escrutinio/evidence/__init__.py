"""What it proves: irreversibility, claims, reconciliation, audits, screening."""
