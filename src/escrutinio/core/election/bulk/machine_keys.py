"""Opening enrolments quickly: a log enrols as many machine keys as it has sheets.

As in `columns`, all keys of a record are read together, step by step. A record with any key that is not a
usual machine key (one station, no contests, no titles) goes through `records`.
"""

from __future__ import annotations

from itertools import repeat

import numpy as np

from escrutinio.base.errors import RecordError
from escrutinio.core.election.bulk.cursor import Cursor, texts
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.keys import check_signature
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.subjects import ELECTION, Subject
from escrutinio.core.records.text import MAX_CODE, MAX_NAME

FEWEST = 8
"""Keys that are worth being read together."""

_MOST = 1_000
_START = bytes((0x85, t.Enrolment.VERSION, t.Enrolment.TYPE, 0x58, 0x20))
_ROLES = list(Role)
_TEXT = 0x60
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
    data = np.frombuffer(payload + _AFTER, np.uint8)
    head = Cursor(data, np.zeros(1, np.intp))
    head.expect(_START + election)
    (issued_at,), (count,) = head.number().tolist(), head.head(0x80).tolist()
    if not head.fine[0] or not fewest <= count <= _MOST:
        return None
    start = _starts(payload, int(head.at[0]), count)
    if start is None:
        return None
    cursor = Cursor(data, np.array(start[:-1], np.intp))
    cursor.expect(b"\x87")
    names = cursor.path(MAX_NAME)
    places = cursor.digest()
    role = cursor.byte()
    cursor.expect(b"\x81")
    codes = cursor.path(MAX_CODE, 1)
    cursor.expect(b"\x80\x80\x58\x40")
    proofs = cursor.at
    cursor.at = proofs + 64
    cursor.fine &= (role < len(_ROLES)) & (cursor.at == start[1:])
    if not cursor.fine.all():
        return None
    keys = map(
        EnrolledKey,
        texts(data, *names).split("\n"),
        [payload[at : at + 32] for at in places.tolist()],
        map(_ROLES.__getitem__, role.tolist()),
        zip(texts(data, *codes).split("\n"), strict=True),
        repeat(()),
        repeat(()),
        [payload[at : at + 64] for at in proofs.tolist()],
    )
    return issued_at, tuple(keys)


def _starts(payload: bytes, at: int, count: int) -> list[int] | None:
    """Where so many keys begin that have names and codes of less than 24 bytes, and where the last one ends;
    None where that is not the end of the payload."""
    found = [at]
    try:
        for _ in range(count):
            at += payload[at + 1] - _TEXT + 107
            at += payload[at - 69] - _TEXT
            found.append(at)
    except IndexError:
        return None
    return found if at == len(payload) else None
