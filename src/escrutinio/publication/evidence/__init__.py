"""What the figures show and what they cannot, as a document: one text for page, report and PDF."""
