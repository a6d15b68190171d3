"""ML-DSA-44 signatures (FIPS 204), as far as this installation's `cryptography` has them.

Recent versions have the algorithm, where what they are built on has it. Without it nothing fails, but what
was signed with it cannot be judged.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from escrutinio.base.errors import LogError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

PUBLIC_KEY_SIZE = 1312
SIGNATURE_SIZE = 2420

MAX_NAME = 255
"""Bytes of the longest name of a cosigner or a log that the signed message can hold (tlog-cosignature)."""


@cache
def is_there() -> bool:
    """Whether signatures can be made and checked here."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

        MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    except (ImportError, UnsupportedAlgorithm):
        return False
    return True


def check(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Raise ValueError unless the signature holds; the algorithm must be there."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    if len(signature) != SIGNATURE_SIZE:
        raise ValueError("wrong length")
    try:
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        raise ValueError("wrong signature") from None


def public_key(seed: bytes) -> bytes:
    """The public key of a 32-byte seed. Raises LogError where the algorithm is missing."""
    return _private_key(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """A signature, another one each time. Raises LogError where the algorithm is missing."""
    return _private_key(seed).sign(message)


def _private_key(seed: bytes) -> MLDSA44PrivateKey:
    if not is_there():
        raise LogError("ml-dsa-missing")
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

    return MLDSA44PrivateKey.from_seed_bytes(seed)
