"""The receipt code of a record: eight digits to write on the paper once it was received.

    SHA-256("escrutinio receipt\\n" and the 32 bytes of the record's SHA-256), its first eight bytes as a
    number, the larger ones first, modulo 100,000,000

It is the same whatever the channel and the receiver, and anybody finds the record in the log by it. It is a
reminder and no proof: whoever has the record can work it out, and two records may share one.
"""

from __future__ import annotations

import re
from hashlib import sha256

_START = b"escrutinio receipt\n"
_CODE = re.compile(r"([0-9]{4})[ -]?([0-9]{4})")


def receipt_code(digest: bytes) -> str:
    """The code of the record with this SHA-256, in two groups of four digits."""
    number = int.from_bytes(sha256(_START + digest).digest()[:8], "big") % 100_000_000
    return f"{number // 10_000:04} {number % 10_000:04}"


def read_receipt_code(text: str) -> str | None:
    """A code as people type it, with a space, a hyphen or neither, as `receipt_code` writes it; None for any
    other text."""
    found = _CODE.fullmatch(text.strip())
    return None if found is None else f"{found[1]} {found[2]}"
