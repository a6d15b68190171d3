"""What is committed to in an audit before it is said: the SHA-256 of 32 random bytes, the salt, and of it."""

from __future__ import annotations

from hashlib import sha256

from escrutinio.core.records import codecs as c
from escrutinio.core.records.cbor import encode
from escrutinio.core.records.types import HandCount, MixedCount

_COUNT = ("counts", "classes", "valid", "vouchers")


def digits_digest(salt: bytes, digits: str) -> bytes:
    """What a digits-commitment says of these digits of a seed."""
    return sha256(salt + digits.encode()).digest()


def count_digest(salt: bytes, count: HandCount | MixedCount) -> bytes:
    """What a count-commitment says of this count: of the salt, then the CBOR of the array [counts, classes,
    valid, vouchers], each as it stands in the count."""
    codecs = dict(c.layout(type(count)))
    return sha256(salt + encode([codecs[name].encode(getattr(count, name)) for name in _COUNT])).digest()


def opened_count(count: HandCount | MixedCount) -> bytes | None:
    """The commitment that a count opens; None for one without a salt."""
    return None if count.salt is None else count_digest(count.salt, count)
