"""Opening enrolments quickly: a log enrols as many machine keys as it has sheets.

As in `quick`: the usual machine keys (one station, no contests, no titles) are written again and
compared with what stands there; whatever differs in anything goes through `records`.
"""

import re

from escrutinio.base.errors import RecordError
from escrutinio.core.records import types as t
from escrutinio.core.records.bounds import TIME_LIMIT
from escrutinio.core.records.cbor import decode
from escrutinio.core.records.codes import Role
from escrutinio.core.records.cose import split
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.keys import check_signature
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.quick import written_array, written_uint
from escrutinio.core.records.subjects import ELECTION, Subject

# Of at most 23 characters, so that their length stands in the head of the text.
_NAME = re.compile(r"(?=.{1,23}\Z)[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,22}")
_ROLES = {int(role): role for role in Role}
_START = bytes((0x85, t.VERSION, t.Enrolment.TYPE, 0x58, 0x20))


def open_enrolment(raw: bytes, signer: Signer | None, election: bytes) -> Entry:
    """As `opening.open_signed`, and quicker for enrolments of machine keys. Raises EntryError."""
    if signer is not None:
        entry = _quickly(raw, signer, election)
        if entry is not None:
            return entry
    return open_signed(raw, signer, election)


def _quickly(raw: bytes, signer: Signer, election: bytes) -> Entry | None:
    try:
        frame = split(raw)
    except RecordError:
        return None
    if frame.subject != ELECTION or signer.name not in ("", frame.issuer):
        return None
    try:
        _, _, _, issued_at, items = decode(frame.payload)
        keys, written = zip(*[_machine_key(*item) for item in items], strict=True)
        head = (_START, election, written_uint(issued_at), written_array(len(items)))
        if b"".join((*head, *written)) != frame.payload or len(keys) > 1_000 or issued_at >= TIME_LIMIT:
            return None
    except Exception:  # hostile bytes raise many kinds, and all mean the same: these are not the usual keys
        return None
    try:
        check_signature(signer.public_key, frame.signed, frame.signature)
    except RecordError as error:
        raise EntryError(Fault.BAD_SIGNATURE, error) from None
    body = t.Enrolment(keys)
    return Entry(raw, frame.kid, frame.issuer, frame.subject, election, issued_at, body, Subject())


def _machine_key(
    name: str, key: bytes, role: int, scope: list[str], contests: list[str], titles: list[object]
) -> tuple[EnrolledKey, bytes]:
    """A key, and how it is written. Raises one of many exceptions if it is not a usual machine key."""
    (code,) = scope
    if not _NAME.fullmatch(name) or not _CODE.fullmatch(code) or len(key) != 32 or contests or titles:
        raise ValueError(name)
    written = b"\x86%c%b\x58\x20%b%c\x81%c%b\x80\x80" % (
        0x60 + len(name), name.encode(), key, role, 0x60 + len(code), code.encode(),
    )  # fmt: skip
    return EnrolledKey(name, key, _ROLES[role], (code,), (), ()), written
