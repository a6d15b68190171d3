"""Proofs of possession checked ahead, from the last enrolment of those that begin a log backwards.

The fold comes to the same enrolments from the first on, and both end where they meet. What is claimed of an
enrolment is that the proofs of all its keys hold in one election. A claim names it by its leaf hash and has
the election's whole digest, so that it is true of those bytes whatever else the log says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from nacl._sodium import ffi, lib  # type: ignore[import-not-found]

from escrutinio.base.errors import LogError, RecordError
from escrutinio.core.election.bulk.key_list import key_list
from escrutinio.core.log.tiles import ENTRIES, MAX_BUNDLE, TileName, decode_bundle, tile_names
from escrutinio.core.records.cose import POSSESSION, split

_MOST = 64
"""Bundles that are looked through for the enrolments that begin a log."""

Read = Callable[[TileName], Sequence[bytes]]
"""Reads a bundle; in the place of entries that cannot be read stand empty ones."""


def reader(fetch: Callable[[str, int], bytes | None]) -> Read:
    """Reads bundles of a log by its files."""

    def read(name: TileName) -> Sequence[bytes]:
        try:
            return decode_bundle(fetch(name.path, MAX_BUNDLE) or b"", name.width)
        except LogError:
            return [b""] * name.width

    return read


def enrolments(read: Read, size: int) -> Iterator[tuple[int, bytes]]:
    """Entries that may be enrolments, each with its index: what the root signed in the bundles that begin the
    log, up to the first one in which it signed nothing; the last entry first."""
    bundles: list[TileName] = []
    kid = b""
    for name in tile_names(size, ENTRIES):
        bundle = read(name)
        if name.index == 0 and size > 1:
            kid = bundle[1][12:20]
        if not kid or len(bundles) == _MOST or not _by(kid, name, bundle):
            break
        bundles.append(name)
    while bundles:
        name = bundles.pop()
        yield from reversed(_by(kid, name, read(name)))


def _by(kid: bytes, name: TileName, bundle: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """What the first two entries are, definition and charter, is no enrolment."""
    return [(index, raw) for index, raw in enumerate(bundle, name.start) if index > 1 and raw[12:20] == kid]


def claim_of(raw: bytes) -> bytes:
    """The claim that all proofs of an enrolment hold: its leaf hash (RFC 6962) and its election's digest.

    Empty where one does not hold, or the record is no enrolment of machine keys alone. That keys and proofs
    are well formed is left to `proofs.all_possess`, as `ahead.holds` leaves it to `columns`.
    """
    try:
        payload = split(raw).payload
    except RecordError:
        return b""
    count, at = _head(payload, _head(payload, _ISSUED_AT)[1])
    keys = key_list(payload, at, count)
    if keys is None:
        return b""
    election = payload[_ELECTION : _ELECTION + 32]
    start = POSSESSION + b"\x87\x58\x20" + election
    for said, key, proof in zip(keys.said, keys.public_keys, keys.proofs, strict=True):
        message = b"".join((proof, start, said))
        if lib.crypto_sign_open(ffi.NULL, ffi.NULL, message, len(message), key) != 0:
            return b""
    return sha256(b"\0" + raw).digest() + election


_ELECTION = 5
"""Where the 32 bytes of the election stand in a payload, after its version, its type and their own head."""

_ISSUED_AT = _ELECTION + 32


def _head(payload: bytes, at: int) -> tuple[int, int]:
    """The number in the head of an item of CBOR, and where the head ends."""
    short = payload[at] & 0x1F if at < len(payload) else 0
    if short < 24:
        return short, at + 1
    end = at + 1 + (1 << (short - 24) & 0xF)
    return int.from_bytes(payload[at + 1 : end], "big"), end
