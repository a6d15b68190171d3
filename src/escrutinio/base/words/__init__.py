"""Words and figures as each language writes them."""
