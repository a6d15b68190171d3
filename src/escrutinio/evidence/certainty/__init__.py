"""What the sheets in a log already settle, and what they leave open."""
