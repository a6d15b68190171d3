"""Opening enrolments quickly: a log enrols as many machine keys as it has sheets.

All keys of a record are read together, by one pattern. A record with any key that is not a usual machine key
(one station, no contests, no titles) goes through `records`.
"""

from __future__ import annotations

from itertools import repeat

import numpy as np

from escrutinio.base.errors import RecordError
from escrutinio.core.election.bulk.cursor import Cursor
from escrutinio.core.election.bulk.key_list import key_list
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.keys import check_signature
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.subjects import ELECTION, Subject

FEWEST = 8
"""Keys that are worth being read together."""

_MOST = 1_000
_START = bytes((0x85, t.Enrolment.VERSION, t.Enrolment.TYPE, 0x58, 0x20))
_ROLES = list(Role)
_AFTER = bytes(512)


def open_enrolment(raw: bytes, signer: Signer | None, election: bytes, *, fewest: int = FEWEST) -> Entry:
    """As `opening.open_signed`, and quicker for enrolments of machine keys. Raises EntryError."""
    entry = None if signer is None else _quickly(raw, signer, election, fewest)
    return entry or open_signed(raw, signer, election)


def _quickly(raw: bytes, signer: Signer, election: bytes, fewest: int) -> Entry | None:
    try:
        frame = split(raw)
    except RecordError:
        return None
    if frame.subject != ELECTION or signer.name not in ("", frame.issuer) or len(election) != 32:
        return None
    found = _machine_keys(frame.payload, election, fewest)
    if found is None:
        return None
    try:
        check_signature(signer.public_key, frame.signed, frame.signature)
    except RecordError as error:
        raise EntryError(Fault.BAD_SIGNATURE, error) from None
    issued_at, keys = found
    body = t.Enrolment(keys)
    return Entry(raw, frame.kid, frame.issuer, frame.subject, election, issued_at, body, Subject())


def _machine_keys(payload: bytes, election: bytes, fewest: int) -> tuple[int, tuple[EnrolledKey, ...]] | None:
    """When a record of nothing but usual machine keys was issued, and the keys; None for any other."""
    head = Cursor(np.frombuffer(payload + _AFTER, np.uint8), np.zeros(1, np.intp))
    head.expect(_START + election)
    (issued_at,), (count,), at = head.number().tolist(), head.head(0x80).tolist(), int(head.at[0])
    if not head.fine[0] or not fewest <= count <= _MOST:
        return None
    found = key_list(payload, at, count)
    if found is None or max(found.roles) >= len(_ROLES):
        return None
    keys = map(
        EnrolledKey,
        b"\n".join(found.names).decode("ascii").split("\n"),
        found.public_keys,
        map(_ROLES.__getitem__, found.roles),
        zip(b"\n".join(found.codes).decode("ascii").split("\n"), strict=True),
        repeat(()),
        repeat(()),
        found.proofs,
    )
    return issued_at, tuple(keys)
