"""What it shows: certainty, claims, accounts, audits, quick counts, screening."""
