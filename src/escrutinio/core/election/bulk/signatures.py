"""Checking many signatures, one at a time: libsodium is called once for each, and little else happens.

What `keys.check_signature` looks at before libsodium sees a signature is looked at for all together; whatever
is near a bound there is left to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from nacl._sodium import ffi, lib  # type: ignore[import-not-found]
from numpy.typing import NDArray

from escrutinio.core.election.bulk.ahead import CLAIM
from escrutinio.core.records.keys import SMALL_ORDER


class Signatures:
    """Checks signatures that lie in a buffer, each right before the message that it covers."""

    def __init__(self, buffer: bytearray) -> None:
        self._whole = ffi.from_buffer(buffer)

    def hold(self, at: int, size: int, public_key: bytes) -> bool:
        """Whether the signature at `at`, with its message `size` bytes, is by this key, of 32 bytes.

        Signature and key must be `plainly_fine`. Other threads go on meanwhile.
        """
        # Without a buffer for the message that it opens, libsodium checks and copies nothing.
        held: bool = lib.crypto_sign_open(ffi.NULL, ffi.NULL, self._whole + at, size, public_key) == 0
        return held


class Claims:
    """What was found out ahead about entries (`ahead`), held against their own leaf hashes, 32 bytes each."""

    def __init__(self, claims: bytes, leaves: bytes) -> None:
        found = np.frombuffer(claims, np.uint8).reshape(-1, CLAIM)
        same = found[:, :32] == np.frombuffer(leaves, np.uint8).reshape(-1, 32)
        self._same: NDArray[np.bool_] = same.all(axis=1)
        self._keys = found[:, 32:]

    def hold(self, places: NDArray[np.intp], keys: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Of which entries it is known that their signature is by these keys, uint8 [places, 32].

        Signatures and keys must be `plainly_fine`, and the heads of the entries those that they mostly have.
        """
        held: NDArray[np.bool_] = self._same[places] & (self._keys[places] == keys).all(axis=1)
        return held


_SHORT = np.array(sorted({int.from_bytes(point[:8], "little") for point in SMALL_ORDER}), np.uint64)


def plainly_fine(keys: NDArray[np.uint8], signatures: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which keys, uint8 [rows, 32], and signatures, uint8 [rows, 64], pass all that `keys.check_signature`
    asks of them before libsodium does. Some that would pass do not here; chance makes next to none."""
    return _well_below(keys) & _well_below(signatures[:, :32]) & (signatures[:, 63] < 0x10)


def plainly_acceptable(public_keys: Sequence[bytes]) -> bool:
    """Whether all of these pass `keys.key_is_acceptable`; of some that would, this says no."""
    if not set(map(len, public_keys)) <= {32}:
        return False
    return bool(_well_below(np.frombuffer(b"".join(public_keys), np.uint8).reshape(-1, 32)).all())


def _well_below(points: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which points have a y well below p, and are not of small order by their first eight bytes."""
    short = np.ascontiguousarray(points[:, :8]).view("<u8").ravel()
    high = np.ascontiguousarray(points[:, 28:]).view("<u4").ravel()
    low = (high & 0x7FFF_FFFF) != 0x7FFF_FFFF
    fine: NDArray[np.bool_] = low & ~np.isin(short, _SHORT)
    return fine
