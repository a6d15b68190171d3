"""What stays on."""
