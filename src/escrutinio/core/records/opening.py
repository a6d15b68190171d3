"""Opening an entry of a log: is it a record of this election, and does its signature hold?"""

from enum import IntEnum
from typing import NamedTuple

from escrutinio.base.errors import RecordError
from escrutinio.core.records.bounds import OutOfBoundsError, check_bounds, check_time
from escrutinio.core.records.cose import Frame, split
from escrutinio.core.records.entry import Entry, UnknownTypeError, open_frame
from escrutinio.core.records.keys import check_signature


class Fault(IntEnum):
    """Why an entry is no statement by a key of this election."""

    MALFORMED = 0
    UNKNOWN_KEY = 1
    BAD_SIGNATURE = 2
    OUT_OF_BOUNDS = 3
    """It is all right but for a bound, which may be younger than the entry: it fails no verification."""


class Signer(NamedTuple):
    """The key that an entry names by its kid, and the name it is enrolled under; empty for a root key,
    which is not enrolled. A tuple, since one goes to a worker with every entry."""

    public_key: bytes
    name: str


def open_signed(raw: bytes, signer: Signer | None, election: bytes) -> Entry:
    """Open a record of this election and check who signed it, and last the bounds. Raises `EntryError`.

    A record of a type that this program does not know is judged alike, as far as it can be; when nothing
    else is wrong with it, UnknownTypeError is raised.
    """
    try:
        frame = split(raw)
        entry = open_frame(raw, frame)
    except UnknownTypeError as unknown:
        _check_signed(frame, unknown.election, signer, election)
        try:
            check_time(unknown.issued_at)
        except OutOfBoundsError as error:
            raise EntryError(Fault.OUT_OF_BOUNDS, error) from None
        raise
    except RecordError as error:
        raise EntryError(Fault.MALFORMED, error) from None
    _check_signed(frame, entry.election, signer, election)
    try:
        check_bounds(entry.body, entry.issued_at)
    except OutOfBoundsError as error:
        raise EntryError(Fault.OUT_OF_BOUNDS, error) from None
    return entry


def _check_signed(frame: Frame, named: bytes, signer: Signer | None, election: bytes) -> None:
    if named != election:
        raise EntryError(Fault.MALFORMED, RecordError("entry-election"))
    if signer is None or signer.name not in ("", frame.issuer):
        raise EntryError(Fault.UNKNOWN_KEY, RecordError("key-not-in-force"))
    try:
        check_signature(signer.public_key, frame.signed, frame.signature)
    except RecordError as error:
        raise EntryError(Fault.BAD_SIGNATURE, error) from None


class EntryError(RecordError):
    """An entry is refused for a fault."""

    def __init__(self, fault: Fault, why: RecordError) -> None:
        super().__init__(why.code, **why.values)
        self.fault = fault
