"""Reading photos, scans and PDF pages of printed sheets: from image files to what their QR codes say."""
