"""Keys and signatures at the edges of Ed25519, where implementations are known to disagree.

The names follow RFC 8032: a signature is R and S; it holds when S*B = R + k*A with k = H(R, A, message).
Points of small order T let a forger make keys and signatures that some verifiers accept and others do not:
those that multiply by the cofactor 8, that decode sloppily, or that do not look for small order.
"""

from dataclasses import dataclass
from hashlib import sha512

from nacl import bindings

from escrutinio.core.records.cose import build, split
from escrutinio.core.records.keys import L, P
from tests.core.records.examples import Example, key
from tests.core.records.forge import forge, payload_of, protected_of

IDENTITY = (1).to_bytes(32, "little")
ORDER_2 = (P - 1).to_bytes(32, "little")
ORDER_4 = bytes(32)
ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


def special_keys() -> dict[str, bytes]:
    """Public keys, honest and not, by what they are."""
    return {
        "honest": key("machine").public_key,
        "identity": IDENTITY,
        "order 2": ORDER_2,
        "order 4": ORDER_4,
        "order 8": ORDER_8,
        "identity with the sign bit set": _with_sign(IDENTITY),
        "order 2 with the sign bit set": _with_sign(ORDER_2),
        "identity, y = p + 1": (P + 1).to_bytes(32, "little"),
        "order 4, y = p": P.to_bytes(32, "little"),
        "y = p + 3, on the curve": (P + 3).to_bytes(32, "little"),
        "mixed order: honest key + order 8": mixed_key(),
        "not on the curve": (2).to_bytes(32, "little"),
        "31 bytes": key("machine").public_key[:31],
        "33 bytes": key("machine").public_key + b"\x00",
    }


def mixed_key() -> bytes:
    """A public key plus a point of order 8: off the main group."""
    return _add(_point(_SECRET), ORDER_8)


def bad_signatures(sheet: Example) -> dict[str, tuple[bytes, bytes, bool]]:
    """By reason: a record that opens, the key to check it with, and whether it verifies."""
    raw, public, honest = sheet.raw, key(sheet.by).public_key, split(sheet.raw)
    signature, payload = honest.signature, payload_of(sheet)
    s = int.from_bytes(signature[32:], "little")
    mixed, main = mixed_key(), _point(_SECRET)
    made = _Forger(sheet)
    non_canonical = (P + 1).to_bytes(32, "little")
    return {
        "honest": (raw, public, True),
        "one vote more": (
            raw.replace(payload, payload.replace(b"\x19\x01\x00", b"\x19\x01\x01")),
            public,
            False,
        ),
        "subject of another station": (raw.replace(b"010101001.01", b"010101001.02"), public, False),
        "first bit of R": (raw[:-64] + bytes([raw[-64] ^ 1]) + raw[-63:], public, False),
        "first bit of S": (raw[:-32] + bytes([raw[-32] ^ 1]) + raw[-31:], public, False),
        "key of another signer": (raw, key("party").public_key, False),
        "kid of another key": (_with_kid_of("party", sheet), public, False),
        "key of 31 bytes": (raw, public[:31], False),
        "signed without the COSE structure": (raw[:-64] + key(sheet.by).sign(payload), public, False),
        "S + L": (raw[:-32] + (s + L).to_bytes(32, "little"), public, False),
        "S = L, R the identity": (raw[:-64] + IDENTITY + L.to_bytes(32, "little"), public, False),
        "R the identity, the equation holds": (made(main, r=0, at=IDENTITY), main, False),
        "R the identity as y = p + 1": (made(main, r=0, at=non_canonical), main, False),
        "R plus a point of order 8: holds only times the cofactor": (made(main, plus=ORDER_8), main, False),
        "key the identity, the equation holds": (made(IDENTITY, a=0), IDENTITY, False),
        "key the identity with the sign bit": (made(_with_sign(IDENTITY), a=0), _with_sign(IDENTITY), False),
        "key the identity as y = p + 1": (made(non_canonical, a=0), non_canonical, False),
        "key of order 8, the equation holds": (made(ORDER_8, a=0, k_mod_8=0), ORDER_8, False),
        "key not on the curve": (made((2).to_bytes(32, "little")), (2).to_bytes(32, "little"), False),
        "key of mixed order, the equation holds": (made(mixed, k_mod_8=0), mixed, True),
        "key of mixed order: holds only times the cofactor": (made(mixed, k_mod_8=1), mixed, False),
    }


@dataclass(frozen=True)
class _Forger:
    """Signs an example's payload for any key, with what the scalars a and r say of A and R."""

    sheet: Example

    def __call__(
        self,
        public: bytes,
        *,
        a: int | None = None,
        r: int | None = None,
        at: bytes | None = None,
        plus: bytes | None = None,
        k_mod_8: int | None = None,
    ) -> bytes:
        """S = r + k*a. R is r*B, or `at`, with `plus` added; r is tried until k is `k_mod_8` modulo 8."""
        head, signed = build(public, self.sheet.signer, self.sheet.subject, payload_of(self.sheet))
        secret = _SECRET if a is None else a
        for attempt in range(1_000):
            nonce = _scalar(b"nonce %d" % attempt) if r is None else r
            point = at or _point(nonce)
            point = _add(point, plus) if plus else point
            k = int.from_bytes(sha512(point + public + signed).digest(), "little") % L
            if k_mod_8 in (None, k % 8):
                return head + b"\x58\x40" + point + ((nonce + k * secret) % L).to_bytes(32, "little")
        raise AssertionError("no nonce gives such a k")


def _with_kid_of(other: str, sheet: Example) -> bytes:
    protected = protected_of(key(sheet.by), sheet.signer, sheet.subject)
    return forge(key(sheet.by), payload_of(sheet), protected.replace(key(sheet.by).kid, key(other).kid))


def _scalar(text: bytes) -> int:
    return int.from_bytes(sha512(b"escrutinio test scalar: " + text).digest(), "little") % L


_SECRET = _scalar(b"mixed")


def _point(scalar: int) -> bytes:
    return bindings.crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))


def _add(one: bytes, other: bytes) -> bytes:
    return bindings.crypto_core_ed25519_add(one, other)


def _with_sign(point: bytes) -> bytes:
    return point[:31] + bytes([point[31] | 0x80])
