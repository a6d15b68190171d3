"""Checking many proofs of possession: a log enrols as many machine keys as it has sheets.

What a usual machine key signed (`machine_keys`: one station, no contests, no titles) is put together from its
parts, without an encoder; any other key goes through `possession`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from nacl._sodium import ffi, lib  # type: ignore[import-not-found]

from escrutinio.core.election.bulk.signatures import plainly_fine
from escrutinio.core.records.cose import POSSESSION
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.possession import possesses

_SHORT = 24
_ROLES = 24
"""Below these a length, or a number, stands in the head of an item of CBOR."""


def all_possess(election: bytes, keys: Sequence[EnrolledKey], *, claimed: bool = False) -> bool:
    """Whether each of these keys `possesses`; the keys must be acceptable.

    `claimed`: of an enrolment of exactly these keys in this election it was found out ahead that all proofs
    hold (`proving`). That is taken where nothing about keys and proofs is unusual.
    """
    usual = [key for key in keys if _is_usual(key)]
    if len(usual) < len(keys) and not all(possesses(election, key) for key in keys if not _is_usual(key)):
        return False
    if not usual:
        return True
    public_keys = b"".join([key.public_key for key in usual])
    proofs = b"".join([key.proof for key in usual])
    fine = plainly_fine(_rows(public_keys, 32), _rows(proofs, 64))
    if claimed and len(usual) == len(keys) and fine.all():
        return True
    start = POSSESSION + b"\x87\x58\x20" + election
    return all(
        _holds(start, key) if plain else possesses(election, key)
        for key, plain in zip(usual, fine.tolist(), strict=True)
    )


def _rows(joined: bytes, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.frombuffer(joined, np.uint8).reshape(-1, width)


def _is_usual(key: EnrolledKey) -> bool:
    return (
        len(key.proof) == 64
        and len(key.public_key) == 32
        and len(key.scope) == 1
        and not key.contests
        and not key.titles
        and len(key.name) < _SHORT
        and len(key.scope[0]) < _SHORT
        and key.role < _ROLES
    )


def _holds(start: bytes, key: EnrolledKey) -> bool:
    name, code = key.name.encode(), key.scope[0].encode()
    if len(name) >= _SHORT or len(code) >= _SHORT:  # letters of more than one byte, which no key has
        return False
    said = b"%b%b%c%b\x58\x20%b%c\x81%c%b\x80\x80" % (
        key.proof, start, 0x60 + len(name), name, key.public_key, key.role, 0x60 + len(code), code,
    )  # fmt: skip
    held: bool = lib.crypto_sign_open(ffi.NULL, ffi.NULL, said, len(said), key.public_key) == 0
    return held
