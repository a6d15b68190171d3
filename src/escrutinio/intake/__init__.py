"""How it gets in: an election written down, tables of any country, photos and scans."""
