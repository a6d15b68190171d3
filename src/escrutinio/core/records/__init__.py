"""What can be said: record types, sealing and opening them, keys, QR text, attachments."""
