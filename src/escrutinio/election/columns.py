"""From bulk entries to columns: reading, checking and measuring thousands of sheets in a worker process.

`decode_chunk` is a pure function of bytes, so that any Executor can run it. A sheet takes a short way that
knows the layouts of the bulk records and writes the payload again to compare it; whatever does not fit
that way exactly goes through `records.entry`, whose answer is the one that holds. So both ways accept the
same bytes and read the same from them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256

import cbor2
import numpy as np
from numpy.typing import NDArray

from escrutinio.records import types as t
from escrutinio.records.codes import Form
from escrutinio.records.cose import MAX_RECORD, split
from escrutinio.records.entry import Entry, open_frame
from escrutinio.records.errors import RecordError
from escrutinio.records.keys import check_signature

NO_FORM = 255
NOT_STATED = -1


class Fault(IntEnum):
    """Why an entry is no statement by a key of this election."""

    MALFORMED = 0
    UNKNOWN_KEY = 1
    BAD_SIGNATURE = 2


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that an entry names by its kid, and the name it is enrolled under; empty for a root key,
    which is not enrolled."""

    public_key: bytes
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Bulk entries of one contest in the order of their chunk.

    `place` int32: position in the chunk. The others as in `state.SheetTable`, but `digest` counts in
    `ChunkColumns.digests`. `fits` is false where the number of counts is not that of the contest's options;
    those counts are zeros.
    """

    place: NDArray[np.int32]
    kind: NDArray[np.uint8]
    counts: NDArray[np.uint32]
    null: NDArray[np.uint32]
    blank: NDArray[np.uint32]
    ballots: NDArray[np.int64]
    voters: NDArray[np.int64]
    registered: NDArray[np.int64]
    issued_at: NDArray[np.int64]
    form: NDArray[np.uint8]
    original: NDArray[np.bool_]
    digest: NDArray[np.int32]
    fits: NDArray[np.bool_]
    stations: str
    """The stations' codes, one a line."""


@dataclass(frozen=True, eq=False, slots=True)
class ChunkColumns:
    """What a chunk of entries says.

    `leaves`: the RFC 6962 leaf hash of each entry, 32 bytes each. `faults`: places in the chunk with the
    reason. `rows` by contest. `controls`: places of entries that are not bulk and hold. `strangers`: places
    of sheets for a contest that the definition lacks.
    """

    leaves: bytes
    faults: tuple[tuple[int, Fault, str], ...]
    rows: Mapping[str, Rows]
    digests: tuple[bytes, ...]
    controls: tuple[int, ...]
    strangers: tuple[int, ...]


def decode_chunk(
    entries: Sequence[bytes],
    signers: Sequence[Signer | None],
    election: bytes,
    shapes: Mapping[str, int],
) -> ChunkColumns:
    """Read entries strictly and check their signatures.

    `signers` has, for each entry, the key in force that its kid names; `shapes` the number of options by
    contest. Nothing raises: what is wrong with an entry is said in `faults`.
    """
    builder = _Builder(election, shapes)
    for place, (raw, signer) in enumerate(zip(entries, signers, strict=True)):
        builder.add(place, raw, signer)
    leaves = b"".join([sha256(b"\0" + raw).digest() for raw in entries])
    return builder.columns(leaves)


def open_signed(raw: bytes, signer: Signer | None, election: bytes) -> Entry:
    """Open a record of this election and check who signed it. Raises `EntryError`."""
    try:
        frame = split(raw)
        entry = open_frame(raw, frame)
    except RecordError as error:
        raise EntryError(Fault.MALFORMED, str(error)) from None
    if entry.election != election:
        raise EntryError(Fault.MALFORMED, "the record belongs to another election")
    if signer is None or signer.name not in ("", frame.issuer):
        raise EntryError(Fault.UNKNOWN_KEY, "no key with that kid and name is in force")
    try:
        check_signature(signer.public_key, frame.signed, frame.signature)
    except RecordError as error:
        raise EntryError(Fault.BAD_SIGNATURE, str(error)) from None
    return entry


class EntryError(RecordError):
    """An entry is refused for a fault."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault


@dataclass(slots=True)
class _Sheet:
    """One bulk entry; numbers not stated are -1."""

    kind: int
    subject: str
    issued_at: int
    counts: Sequence[int]
    null: int = 0
    blank: int = 0
    ballots: int = NOT_STATED
    voters: int = NOT_STATED
    registered: int = NOT_STATED
    form: int = NO_FORM
    original: bool = False
    digest: bytes | None = None


@dataclass(slots=True)
class _Contest:
    options: int
    sheets: list[_Sheet] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    digests: list[int] = field(default_factory=list)
    stations: list[str] = field(default_factory=list)

    def rows(self) -> Rows:
        sheets, options = self.sheets, self.options
        fits = [len(sheet.counts) == options for sheet in sheets]
        none = (0,) * options
        counts = [s.counts if fit else none for s, fit in zip(sheets, fits, strict=True)]
        return Rows(
            place=np.array(self.places, np.int32),
            kind=np.array([s.kind for s in sheets], np.uint8),
            counts=np.array(counts, np.uint32),
            null=np.array([s.null for s in sheets], np.uint32),
            blank=np.array([s.blank for s in sheets], np.uint32),
            ballots=np.array([s.ballots for s in sheets], np.int64),
            voters=np.array([s.voters for s in sheets], np.int64),
            registered=np.array([s.registered for s in sheets], np.int64),
            issued_at=np.array([s.issued_at for s in sheets], np.int64),
            form=np.array([s.form for s in sheets], np.uint8),
            original=np.array([s.original for s in sheets], np.bool_),
            digest=np.array(self.digests, np.int32),
            fits=np.array(fits, np.bool_),
            stations="\n".join(self.stations),
        )


class _Builder:
    def __init__(self, election: bytes, shapes: Mapping[str, int]) -> None:
        self._election = election
        self._shapes = shapes
        self._contests: dict[str, _Contest] = {}
        self._digests: dict[bytes, int] = {}
        self._faults: list[tuple[int, Fault, str]] = []
        self._controls: list[int] = []
        self._strangers: list[int] = []

    def add(self, place: int, raw: bytes, signer: Signer | None) -> None:
        try:
            sheet = None if signer is None else read_sheet(raw, signer, self._election)
            if sheet is None:
                entry = open_signed(raw, signer, self._election)
                if entry.body.TYPE not in t.BULK:
                    self._controls.append(place)
                    return
                sheet = _sheet_of(entry)
        except EntryError as refusal:
            self._faults.append((place, refusal.fault, str(refusal)))
            return
        station, _, code = sheet.subject.partition("/")
        if code not in self._shapes:
            self._strangers.append(place)
            return
        contest = self._contests.get(code)
        if contest is None:
            contest = self._contests[code] = _Contest(self._shapes[code])
        contest.sheets.append(sheet)
        contest.places.append(place)
        contest.stations.append(station)
        digest = sheet.digest
        contest.digests.append(-1 if digest is None else self._digests.setdefault(digest, len(self._digests)))

    def columns(self, leaves: bytes) -> ChunkColumns:
        return ChunkColumns(
            leaves,
            tuple(self._faults),
            {code: contest.rows() for code, contest in self._contests.items()},
            tuple(self._digests),
            tuple(self._controls),
            tuple(self._strangers),
        )


def _sheet_of(entry: Entry) -> _Sheet:
    body = entry.body
    sheet = _Sheet(body.TYPE, entry.subject, entry.issued_at, ())
    if isinstance(body, t.ZeroReport):
        sheet.counts, sheet.digest = body.counts, body.software
        return sheet
    assert isinstance(body, t.TallySheet | t.ManualSheet | t.Copy | t.HandCount)
    sheet.counts, sheet.null, sheet.blank = body.counts, body.null, body.blank
    sheet.ballots = _stated(body.vouchers if isinstance(body, t.HandCount) else body.ballots)
    if isinstance(body, t.HandCount):
        sheet.digest = body.audit
    elif not isinstance(body, t.TallySheet):
        sheet.voters = _stated(body.voters)
    if isinstance(body, t.Copy):
        sheet.registered, sheet.form = _stated(body.registered), body.form
        sheet.original = body.original is not None
    return sheet


def _stated(value: int | None) -> int:
    return NOT_STATED if value is None else value


# --- the short way ---

_PROTECTED = b"\xa4\x01\x27\x03\x18\x3c\x04\x48"
_CLAIMS = b"\x0f\xa2\x01"
_SIGNED = b"\x84\x6aSignature1"
_SUBJECT = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,99}/[A-Za-z0-9][A-Za-z0-9._-]*")
_MOST_SUBJECT = 128

# What follows the counts in each bulk record: a count, an optional count, a form, a digest, an optional one.
_LAYOUTS = {
    t.ZeroReport.TYPE: "D",
    t.TallySheet.TYPE: "NNo",
    t.ManualSheet.TYPE: "NNoo",
    t.Copy.TYPE: "NNooofdd",
    t.HandCount.TYPE: "NNod",
}
_LAST_FORM = max(Form)


def _uint(value: int) -> bytes:
    """A CBOR unsigned integer in its shortest form (RFC 8949, section 4.2.1)."""
    if value < 24:
        return bytes((value,))
    for head, size in ((0x18, 1), (0x19, 2), (0x1A, 4)):
        if value < 1 << 8 * size:
            return bytes((head,)) + value.to_bytes(size, "big")
    return b"\x1b" + value.to_bytes(8, "big")


_SHORT = tuple(map(_uint, range(2_048)))


def read_sheet(raw: bytes, signer: Signer, election: bytes) -> _Sheet | None:
    """Read one bulk entry the short way; None where it does not fit. Raises EntryError for its signature."""
    if (
        len(raw) > MAX_RECORD
        or raw[:3] != b"\xd2\x84\x58"
        or raw[4:12] != _PROTECTED
        or raw[20:23] != _CLAIMS
    ):
        return None
    end = 4 + raw[3]
    name = signer.name.encode()
    subject = _header_subject(raw, end, name)
    at = end + 2
    if subject is None or raw[end] != 0xA0 or len(raw) < at + 68:
        return None
    stop = len(raw) - 66
    head, size = raw[end + 1], stop - at
    if head == 0x58:
        at, size = at + 1, size - 1
        framed = 24 <= size == raw[at - 1]
    elif head == 0x59:
        at, size = at + 2, size - 2
        framed = 256 <= size == raw[at - 2] << 8 | raw[at - 1]
    else:
        return None
    if not framed or raw[stop : stop + 2] != b"\x58\x40":
        return None
    sheet = _payload(raw[at:stop], election)
    if sheet is None:
        return None
    sheet.subject = subject.decode()
    signed = b"".join((_SIGNED, raw[2:end], b"\x40", raw[end + 1 : stop]))
    try:
        check_signature(signer.public_key, signed, raw[stop + 2 :])
    except RecordError as error:
        raise EntryError(Fault.BAD_SIGNATURE, str(error)) from None
    return sheet


def _header_subject(raw: bytes, end: int, name: bytes) -> bytes | None:
    """The subject in a protected header that ends at `end` and names this signer in the short form."""
    at = 24 + len(name)
    if len(name) >= 24 or len(raw) < end + 70 or end < at + 3 or raw[23] != 0x60 + len(name):
        return None
    if raw[24:at] != name or raw[at] != 2 or raw[3] < 24:
        return None
    size, start = raw[at + 1] - 0x60, at + 2
    if size == 24:
        size, start = raw[start], start + 1
        if size < 24:
            return None
    subject = raw[start:end]
    if not 0 < size == len(subject) <= _MOST_SUBJECT or not _SUBJECT.fullmatch(subject):
        return None
    return subject


def _payload(payload: bytes, election: bytes) -> _Sheet | None:
    """A bulk record's payload, if it has the layout of one and is written in the shortest form."""
    try:
        values = cbor2.loads(payload)
    except Exception:  # as in records.entry: hostile bytes raise many kinds
        return None
    if type(values) is not list or len(values) < 6:
        return None
    kind, issued_at, counts = values[1], values[3], values[4]
    layout = _LAYOUTS.get(kind) if type(kind) is int else None
    if layout is None or len(values) != 5 + len(layout) or values[2] != election:
        return None
    if type(issued_at) is not int or not 0 <= issued_at < 2**53 or not _are_counts(counts):
        return None
    sheet = _Sheet(kind, "", issued_at, counts)
    written = [bytes((0x80 + len(values), t.VERSION, kind)), b"\x58\x20", election, _uint(issued_at)]
    written += _array_head(len(counts)), _written(counts)
    if not _read_rest(values[5:], layout, sheet, written):
        return None
    return sheet if b"".join(written) == payload else None


def _are_counts(counts: object) -> bool:
    if type(counts) is not list or not 1 <= len(counts) <= 4_096 or set(map(type, counts)) != {int}:
        return False
    return int(min(counts)) >= 0 and int(max(counts)) < 2**32


def _array_head(size: int) -> bytes:
    head = _uint(size)
    return bytes((head[0] | 0x80,)) + head[1:]


def _written(counts: list[int]) -> bytes:
    try:
        return b"".join([_SHORT[count] for count in counts])
    except IndexError:
        return b"".join(map(_uint, counts))


def _read_rest(values: list[object], layout: str, sheet: _Sheet, written: list[bytes]) -> bool:
    """Read what follows the counts into `sheet`, and write it again into `written`."""
    numbers: list[int] = []
    digests: list[bytes | None] = []
    for value, form in zip(values, layout, strict=True):
        if form in "od":
            if type(value) is not list or len(value) > 1:
                return False
            written.append(b"\x81" if value else b"\x80")
            if not value:
                (numbers if form == "o" else digests).append(NOT_STATED if form == "o" else None)  # type: ignore[arg-type]
                continue
            value = value[0]
        if form in "dD":
            if type(value) is not bytes or len(value) != 32:
                return False
            written += b"\x58\x20", value
            digests.append(value)
        else:
            if type(value) is not int or not 0 <= value < 2**32 or (form == "f" and value > _LAST_FORM):
                return False
            written.append(_uint(value))
            numbers.append(value)
    _fill(sheet, numbers, digests)
    return True


def _fill(sheet: _Sheet, numbers: list[int], digests: list[bytes | None]) -> None:
    if sheet.kind == t.Copy.TYPE:
        (sheet.null, sheet.blank, sheet.ballots, sheet.voters, sheet.registered, sheet.form) = numbers
        sheet.original = digests[1] is not None
        return
    for name, number in zip(("null", "blank", "ballots", "voters"), numbers, strict=False):
        setattr(sheet, name, number)
    if digests:
        sheet.digest = digests[0]


def leaf_hashes(leaves: bytes) -> Iterator[bytes]:
    """Take joined leaf hashes apart."""
    return (leaves[at : at + 32] for at in range(0, len(leaves), 32))
