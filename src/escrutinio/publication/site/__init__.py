"""The site: pages in Spanish and English made from an election's state, as plain files."""
