"""The machine keys of an enrolment, taken out of its payload by one pattern and without NumPy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_TEXT = 0x60

_CODE = rb"[A-Za-z0-9][A-Za-z0-9._-]*"
_KEY = re.compile(
    rb"\x87(([\x61-\x77])(%b(?:/%b)*)\x58\x20(.{32})([\x00-\x17])\x81([\x61-\x77])(%b)\x80\x80)\x58\x40(.{64})"
    % (_CODE, _CODE, _CODE),
    re.DOTALL,
)
"""A machine key (one station, no contests, no titles) as a record has it, with names and codes of less than
24 bytes; their sizes are looked at apart. A name ends where the head of the key stands, since no name has a
space in it, nor a code 0x80."""

_BESIDE = 107
"""The bytes of such a key besides its name and its code, its proof among them."""


class KeyList(NamedTuple):
    """Machine keys, with the same place in each tuple.

    `said`: the bytes of a key that its proof is about, which are all between its head and its proof. `roles`:
    the number of each, in one byte.
    """

    said: Sequence[bytes]
    names: Sequence[bytes]
    public_keys: Sequence[bytes]
    roles: bytes
    codes: Sequence[bytes]
    proofs: Sequence[bytes]


def key_list(payload: bytes, at: int, count: int) -> KeyList | None:
    """The keys, so many, that are all there is of a payload from `at` on; None where it is anything else."""
    found = _KEY.findall(payload, at)
    if len(found) != count or not count:
        return None
    said, heads, names, public_keys, roles, sizes, codes, proofs = zip(*found, strict=True)
    # They stand one behind the other, with nothing between, if together they are as long as all there is.
    if at + count * _BESIDE + sum(map(len, names)) + sum(map(len, codes)) != len(payload):
        return None
    if b"".join(heads) != _heads(names) or b"".join(sizes) != _heads(codes):
        return None
    return KeyList(said, names, public_keys, b"".join(roles), codes, proofs)


def _heads(texts: Sequence[bytes]) -> bytes:
    return bytes([_TEXT + len(text) for text in texts])
