"""Ed25519 keys: making, naming and refusing them, and checking what they signed.

libsodium verifies, one signature at a time (batch equations accept what single ones reject). It refuses
S >= L, points of small order and keys that are not canonical; on top of that a key must lie in the
main subgroup (`check_public_key`) and R must be canonical and not of small order, so that every
implementation gives the same answer (docs/formats.md, "Signatures").
"""

from __future__ import annotations

import os
from typing import Protocol

from nacl import bindings, exceptions

from escrutinio.base.errors import RecordError
from escrutinio.core.records.cose import key_id

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493


class KeyHolder(Protocol):
    """Whoever signs with a key: the key itself, or a token that never gives it away."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""

    @property
    def kid(self) -> bytes:
        """First 8 bytes of SHA-256(public key)."""

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of a signature (RFC 8032, section 5.1.6)."""


class SigningKey:
    """A private key. It never leaves this object except into an encrypted key file."""

    __slots__ = ("_secret", "public_key")

    def __init__(self, seed: bytes) -> None:
        """Take the 32 bytes of an RFC 8032 private key. Raises RecordError if there are not 32."""
        if len(seed) != 32:
            raise RecordError("seed-size", size=len(seed))
        self.public_key, self._secret = bindings.crypto_sign_seed_keypair(seed)

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key from the operating system's randomness."""
        return cls(os.urandom(32))

    @property
    def kid(self) -> bytes:
        """First 8 bytes of SHA-256(public key)."""
        return key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of a signature (RFC 8032, section 5.1.6)."""
        return bindings.crypto_sign(message, self._secret)[:64]

    def seed(self) -> bytes:
        """The 32 bytes to keep, for an encrypted file only."""
        return bindings.crypto_sign_ed25519_sk_to_seed(self._secret)

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid.hex()})"


def check_public_key(public_key: bytes) -> bytes:
    """Return `public_key` if it is a canonical point of the main subgroup; raise RecordError if not.

    Asked wherever a key enters: when it is made, read from a file, sealed into a record, admitted to a log.
    """
    if len(public_key) != 32:
        raise RecordError("public-key-size", size=len(public_key))
    if not bindings.crypto_core_ed25519_is_valid_point(public_key):
        raise RecordError("public-key-point")
    return public_key


def key_is_acceptable(public_key: bytes) -> bool:
    """Whether signatures of this key may be checked: 32 bytes, y below p, not of small order.

    Asked of every key whenever it is used. Far cheaper than `check_public_key`, and enough:
    of the keys that only the latter refuses, those off the curve verify nothing, and those of mixed order
    get the same answer from every implementation of the cofactorless equation (RFC 8032, section 5.1.7).
    """
    if len(public_key) != 32 or public_key in SMALL_ORDER:
        return False
    return public_key[31] & 0x7F < 0x7F or int.from_bytes(public_key, "little") & (2**255 - 1) < P


def check_signature(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Verify one signature. Raises RecordError when it does not hold.

    Key, R and S are looked at before libsodium sees them: it reads 32 bytes of key, however many there are.
    """
    if not key_is_acceptable(public_key):
        raise RecordError("public-key-weak")
    if not signature_is_canonical(signature):
        raise RecordError("signature-form")
    try:
        bindings.crypto_sign_open(signature + message, public_key)
    except exceptions.BadSignatureError:
        raise RecordError("signature-bad") from None


def signature_is_canonical(signature: bytes) -> bool:
    """Whether S < L, and R is a canonical encoding and not of small order."""
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= L:
        return False
    point = signature[:32]
    return int.from_bytes(point, "little") & (2**255 - 1) < P and point not in SMALL_ORDER


def _small_order() -> frozenset[bytes]:
    """Canonical encodings of the eight points of order 1, 2, 4 and 8 (computed, RFC 8032 section 5.1.3)."""
    d = -121665 * pow(121666, -1, P) % P
    root = pow(2, (P - 1) // 4, P)

    def square_root(u: int, v: int) -> int | None:
        x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
        for candidate in (x, x * root % P):
            if v * candidate * candidate % P == u % P:
                return candidate
        return None

    ys = {1, P - 1, 0}
    # x of a point of order 8 satisfies x^2 = y^2 * -1, so that 2P has y = 0: -x^2 + y^2 = 1 + d x^2 y^2
    # becomes 2 y^2 = 1 - d y^4, a quadratic in y^2.
    disc = square_root((1 + d) % P, 1)
    for sign in (1, -1):
        if disc is not None and (y := square_root((-1 + sign * disc) * pow(d, -1, P) % P, 1)) is not None:
            ys |= {y, P - y}
    return frozenset((y | bit << 255).to_bytes(32, "little") for y in ys for bit in (0, 1))


SMALL_ORDER = _small_order()
