"""How it gets out: pages, downloads, documents, and the second verifier in the browser."""
