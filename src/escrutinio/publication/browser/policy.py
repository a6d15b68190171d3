"""The policy that pages carry for what they may load (Content Security Policy, level 3)."""

from __future__ import annotations

import base64
from hashlib import sha256

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
"""The policy each page carries; it asks for nothing from elsewhere and allows no inline script or style."""


def csp_hash(content: str) -> str:
    """The source expression that allows exactly this inline content (CSP, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(sha256(content.encode()).digest()).decode()}'"
