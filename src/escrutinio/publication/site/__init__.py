"""The site: pages in every language of the catalogues, made from an election's state, as plain files."""
