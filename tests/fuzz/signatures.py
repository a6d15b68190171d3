"""Signatures at the edges of Ed25519: libsodium with the profile's filters, WebCrypto, and BigInts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha512
from random import Random
from typing import NamedTuple

from nacl import bindings

from escrutinio.base.errors import RecordError
from escrutinio.core.records.keys import (
    SMALL_ORDER,
    L,
    P,
    check_public_key,
    check_signature,
    key_is_acceptable,
)
from tests.core.records.forge_signatures import IDENTITY, ORDER_8
from tests.fuzz.subject import Subject, Tried

_NOT_CANONICAL = tuple(P + more for more in (0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18))
_ABOVE_L = (L - 1, L, L + 1, 0, 1, 2**252, 2**253, 2**255, 2**256 - 1)
_TRIES = 60


class Signed(NamedTuple):
    """A signature, and what has to be said of it, where that is known beforehand."""

    kind: str
    key: bytes
    message: bytes
    signature: bytes
    holds: bool | None = None


class _Hand:
    """A hand that signs with scalars of its own choosing."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.a, self.r = random.randrange(1, L), random.randrange(1, L)
        self.key, self.nonce = _times_base(self.a), _times_base(self.r)
        self.message = random.randbytes(random.randrange(80))
        self.one, self.other = random.choice(_torsion()), random.choice(_torsion())

    def sign(self, key: bytes, nonce: bytes, a: int, r: int, message: bytes | None = None) -> bytes:
        """R and S = r + k*a."""
        message = self.message if message is None else message
        return nonce + ((r + _challenge(nonce, key, message) * a) % L).to_bytes(32, "little")

    def signed(self, kind: str, key: bytes, signature: bytes, holds: bool | None = None) -> Signed:
        return Signed(kind, key, self.message, signature, holds)

    def honest(self) -> bytes:
        return self.sign(self.key, self.nonce, self.a, self.r)


def _honest(hand: _Hand) -> Signed:
    return hand.signed("honest", hand.key, hand.honest(), True)


def _flipped(hand: _Hand) -> Signed:
    signature = bytearray(hand.honest())
    signature[hand.random.randrange(64)] ^= 1 << hand.random.randrange(8)
    return hand.signed("one bit flipped", hand.key, bytes(signature), False)


def _s_above_l(hand: _Hand) -> Signed:
    s = int.from_bytes(hand.honest()[32:], "little")
    more = hand.random.choice([n for n in range(1, 16) if s + n * L < 2**256])
    return hand.signed("S + n*L", hand.key, hand.nonce + (s + more * L).to_bytes(32, "little"), False)


def _s_at_edge(hand: _Hand) -> Signed:
    edge = hand.random.choice(_ABOVE_L).to_bytes(32, "little")
    return hand.signed("S at an edge", hand.key, hand.nonce + edge, False)


def _mixed_key(hand: _Hand) -> Signed:
    key = _add(hand.key, hand.one)
    return hand.signed("key of mixed order", key, hand.sign(key, hand.nonce, hand.a, hand.r))


def _mixed_nonce(hand: _Hand) -> Signed:
    nonce = _add(hand.nonce, hand.one)
    holds = hand.one == IDENTITY
    return hand.signed("R of mixed order", hand.key, hand.sign(hand.key, nonce, hand.a, hand.r), holds)


def _mixed_both(hand: _Hand) -> Signed:
    key, nonce = _add(hand.key, hand.one), _add(hand.nonce, hand.other)
    return hand.signed("both of mixed order", key, hand.sign(key, nonce, hand.a, hand.r))


def _ground(hand: _Hand) -> Signed:
    """A key of mixed order, and a message for which the equation holds without the cofactor."""
    key = _add(hand.key, hand.one)
    for number in range(_TRIES):
        message = hand.message + bytes((number,))
        if _challenge(hand.nonce, key, message) % 8 == 0:
            signature = hand.sign(key, hand.nonce, hand.a, hand.r, message)
            return Signed("key of mixed order, the equation holds", key, message, signature, True)
    return _mixed_key(hand)


def _small_key(hand: _Hand) -> Signed:
    key = hand.random.choice(_small_points())
    return hand.signed("key of small order", key, hand.sign(key, hand.nonce, 0, hand.r), False)


def _small_nonce(hand: _Hand) -> Signed:
    nonce = hand.random.choice(_small_points())
    return hand.signed("R of small order", hand.key, hand.sign(hand.key, nonce, hand.a, 0), False)


def _small_both(hand: _Hand) -> Signed:
    key, nonce = hand.random.choices(_small_points(), k=2)
    return hand.signed("both of small order", key, nonce + bytes(32), False)


def _odd_key(hand: _Hand) -> Signed:
    key = _not_canonical(hand.random)
    return hand.signed("key not canonical", key, hand.sign(key, hand.nonce, hand.a, hand.r), False)


def _odd_nonce(hand: _Hand) -> Signed:
    nonce = _not_canonical(hand.random)
    return hand.signed("R not canonical", hand.key, hand.sign(hand.key, nonce, hand.a, 0), False)


def _off_curve(hand: _Hand) -> Signed:
    """A key by chance: half of them are no points at all."""
    key = hand.random.randbytes(32)
    return hand.signed("key by chance", key, hand.sign(key, hand.nonce, hand.a, hand.r), False)


def _wrong_size(hand: _Hand) -> Signed:
    signature = hand.honest()
    cut = hand.random.choice((b"", signature[:63], signature + b"\x00", signature[:32]))
    return hand.signed("of another length", hand.key, cut, False)


_KINDS: tuple[Callable[[_Hand], Signed], ...] = (
    _honest, _flipped, _s_above_l, _s_at_edge, _mixed_key, _mixed_nonce, _mixed_both, _ground, _small_key,
    _small_nonce, _small_both, _odd_key, _odd_nonce, _off_curve, _wrong_size,
)  # fmt: skip


class Signatures(Subject[Signed]):
    """Three programs say whether a signature holds, and two what the key is good for."""

    name = "signatures"
    about = "S + n*L, small and mixed order, not canonical: libsodium, WebCrypto, BigInt"
    count = 2_520
    batch = 60

    def make(self, random: Random) -> Signed:
        return random.choice(_KINDS)(_Hand(random))

    def judge(self, inputs: Sequence[Signed]) -> Iterator[Tried]:
        answers = self.place.node.ask("signature", [_question(given) for given in inputs])
        for given, answer in zip(inputs, answers, strict=True):
            kept = b"".join((given.key, given.signature, given.message))
            if answer.broken or not isinstance(answer.said, dict):
                yield Tried("crash in JavaScript", answer.broken or answer.refused, kept)
                continue
            holds = _passes(check_signature, given.key, given.message, given.signature)
            mine = {
                "native": holds,
                "bigint": holds,
                "acceptable": key_is_acceptable(given.key),
                "valid": _passes(check_public_key, given.key),
            }
            known = given.holds
            if mine != answer.said:
                yield Tried("they disagree", f"{given.kind}: Python {mine}, JavaScript {answer.said}", kept)
            elif known is not None and holds is not known:
                yield Tried("all are wrong", f"{given.kind}: {holds}, and it must be {known}", kept)
            else:
                yield Tried("hold for all" if holds else "hold for none", "", kept, answer.seconds)


def _question(given: Signed) -> Mapping[str, object]:
    return {"key": given.key.hex(), "message": given.message.hex(), "signature": given.signature.hex()}


def _passes(check: Callable[..., object], *given: bytes) -> bool:
    try:
        check(*given)
    except RecordError:
        return False
    return True


def _challenge(nonce: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(sha512(nonce + key + message).digest(), "little") % L


def _times_base(scalar: int) -> bytes:
    return bindings.crypto_scalarmult_ed25519_base_noclamp(scalar.to_bytes(32, "little"))


def _add(one: bytes, other: bytes) -> bytes:
    return bindings.crypto_core_ed25519_add(one, other)


@cache
def _torsion() -> tuple[bytes, ...]:
    """The eight points of small order in their canonical form, the identity first."""
    points = [IDENTITY]
    for _ in range(7):
        points.append(_add(points[-1], ORDER_8))
    return tuple(points)


@cache
def _small_points() -> tuple[bytes, ...]:
    """The points of small order in every spelling: with the other sign, and with y + p where it fits."""
    spelled = set(SMALL_ORDER)
    for point in SMALL_ORDER:
        y = int.from_bytes(point, "little") & (2**255 - 1)
        if y + P < 2**255:
            spelled |= {(y + P | sign << 255).to_bytes(32, "little") for sign in (0, 1)}
    return tuple(sorted(spelled))


def _not_canonical(random: Random) -> bytes:
    return (random.choice(_NOT_CANONICAL) | random.randrange(2) << 255).to_bytes(32, "little")
