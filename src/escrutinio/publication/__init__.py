"""How it gets out: data files, pages, NIST CDF, printed sheets, QR images."""
