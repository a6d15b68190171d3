"""How it gets in: tables, scanned sheets, the sender's outbox."""
