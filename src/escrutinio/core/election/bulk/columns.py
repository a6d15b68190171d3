"""Reading many bulk records at once, since an election has one for each of its stations at least.

Each step is made for all records of a chunk together (`cursor`). A record that takes an unusual turn anywhere
is left to `records`, whose answer is the one that holds; so both ways accept the same bytes and read the same
from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from hashlib import sha256
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.bulk.cursor import NOT_STATED, Bools, Bytes, Cursor, Numbers, Places, texts
from escrutinio.core.election.bulk.signatures import Claims, Signatures, plainly_fine
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Form
from escrutinio.core.records.commitments import opened_count
from escrutinio.core.records.cose import MAX_RECORD, SIGNED
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.text import MAX_NAME, MAX_SUBJECT

NO_FORM = 255

Named: TypeAlias = tuple[bytes, str]
"""An enrolled key and its name: what a `Signer` is."""

Groups: TypeAlias = tuple[tuple[Places, NDArray[np.uint32]], ...]
"""Rows that have as many numbers of a kind, with those numbers, uint32 [rows, numbers]."""

Bulk: TypeAlias = t.ZeroReport | t.TallySheet | t.ManualSheet | t.Copy | t.HandCount

FEWEST = 16
"""Records that are worth being read at once: for fewer, making so many steps costs more."""

_SIGNATURE = 64
_LEAST_RECORD = 128
_MOST_OPTIONS = 4_096
_MOST_CLASSES = 16
_STATED = ("valid", "ballots", "voters", "supplement", "spoilt", "registered")

# What precedes each record in the buffer: room for its signature, and the context that a signature covers.
# The last two bytes of the context take the place of the first two of the record, once these were read.
_GAP = bytes(_SIGNATURE) + SIGNED[:-2]
# The steps of a record that turns out to be none lead into this rather than beyond the end.
_AFTER = bytes(512)


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """Bulk records of a chunk, one row each, in its order.

    `place`: position in the chunk. `kind`: record type. `issued_at`: seconds since 1970-01-01 UTC. `counts`:
    the rows that have the same number of options, with their counts, uint32 [rows, options]; `classes`
    likewise. Of the other numbers -1 stands for what is not stated, 255 for no form. `digest`: a zero
    report's software, a hand count's audit commitment, the ruling that a board's sheet follows; `original`:
    what a copy names as the record that it was read from, or a hand count as the one that it corrects;
    `opened`: the commitment that a hand count opens with its salt.
    """

    place: Places
    station: list[str]
    contest: list[str]
    kind: Bytes
    issued_at: Numbers
    valid: Numbers
    ballots: Numbers
    voters: Numbers
    supplement: Numbers
    spoilt: Numbers
    registered: Numbers
    form: Numbers
    counts: Groups
    classes: Groups
    digest: list[bytes | None]
    original: list[bytes | None]
    opened: list[bytes | None]

    def merged(self, other: Columns) -> Columns:
        """The rows of both, by their place."""
        place = np.concatenate([self.place, other.place])
        order = np.argsort(place)
        number = np.argsort(order)
        found: dict[str, object] = {"place": place[order]}
        for each in fields(self)[1:]:
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, tuple):
                behind = ((rows + len(self.place), values) for rows, values in theirs)
                found[each.name] = tuple((number[rows], values) for rows, values in (*mine, *behind))
            elif isinstance(mine, list):
                both = mine + theirs
                found[each.name] = [both[row] for row in order.tolist()]
            else:
                found[each.name] = np.concatenate([mine, theirs])[order]
        return Columns(**found)  # type: ignore[arg-type]


def read_columns(
    entries: Sequence[bytes],
    signers: Sequence[Named | None],
    election: bytes,
    *,
    fewest: int = FEWEST,
    claims: Claims | None = None,
) -> Columns | None:
    """Read the usual bulk records among the entries of a chunk, and check their signatures; None if there are
    none.

    `signers` has, for each entry, the key in force that its kid names. That an entry is not among the rows
    says nothing of it, as does that there are fewer than `fewest` that could be. Signatures of which `claims`
    has that they hold are not checked again.
    """
    known = [signer for signer in signers if signer is not None]
    if len(known) < fewest or len(election) != 32:
        return None
    if len(known) == len(entries) and _are_likely(entries, known):
        return _Reading(np.arange(len(entries)), entries, known).columns(election, fewest, claims)
    likely = [
        (place, raw, signer)
        for place, (raw, signer) in enumerate(zip(entries, signers, strict=True))
        if signer is not None and _are_likely([raw], [signer])
    ]
    if len(likely) < fewest:
        return None
    places, records, named = zip(*likely, strict=True)
    return _Reading(np.array(places, np.intp), records, named).columns(election, fewest, claims)


def _are_likely(entries: Sequence[bytes], signers: Sequence[Named]) -> bool:
    """Whether all of these may be usual records, by their length and by who signed them."""
    keys, names = zip(*signers, strict=True)
    sizes, named = set(map(len, entries)), set(map(len, names))
    return (
        min(sizes) >= _LEAST_RECORD
        and max(sizes) <= MAX_RECORD
        and set(map(len, keys)) == {32}
        and min(named) > 0
        and max(named) <= MAX_NAME
        and "".join(names).isascii()
    )


def columns_of(opened: Sequence[tuple[int, Entry]]) -> Columns:
    """Bulk records that were opened one by one, each with its position in the chunk, as columns."""
    bodies = [cast(Bulk, entry.body) for _, entry in opened]

    def stated(name: str, without: int | None = None) -> Numbers:
        found = (getattr(body, name, without) for body in bodies)
        return np.array([NOT_STATED if each is None else each for each in found], np.int64)

    return Columns(
        place=np.array([place for place, _ in opened], np.intp),
        station=[entry.about.station or "" for _, entry in opened],
        contest=[entry.about.contest or "" for _, entry in opened],
        kind=np.array([body.TYPE for body in bodies], np.uint8),
        issued_at=np.array([entry.issued_at for _, entry in opened], np.int64),
        valid=stated("valid"),
        ballots=np.maximum(stated("ballots"), stated("vouchers")),
        voters=stated("voters"),
        supplement=stated("supplement"),
        spoilt=stated("spoilt"),
        registered=stated("registered"),
        form=stated("form", NO_FORM),
        counts=_grouped([body.counts for body in bodies]),
        classes=_grouped([getattr(body, "classes", ()) for body in bodies]),
        digest=[_digest_of(body) for body in bodies],
        original=[_original_of(body) for body in bodies],
        opened=[_opened_by(body) for body in bodies],
    )


def _grouped(numbers: Sequence[tuple[int, ...]]) -> Groups:
    """Numbers of each row, by how many there are."""
    sizes: dict[int, list[int]] = {}
    for row, each in enumerate(numbers):
        sizes.setdefault(len(each), []).append(row)
    return tuple(
        (
            np.array(rows, np.intp),
            np.array([numbers[row] for row in rows], np.uint32).reshape(len(rows), size),
        )
        for size, rows in sizes.items()
    )


def _digest_of(body: Bulk) -> bytes | None:
    match body:
        case t.ZeroReport():
            return body.software
        case t.HandCount():
            return body.audit
        case t.ManualSheet():
            return body.ruling
        case _:
            return None


def _original_of(body: Bulk) -> bytes | None:
    match body:
        case t.Copy():
            return body.original
        case t.HandCount():
            return body.corrects
        case _:
            return None


def _opened_by(body: Bulk) -> bytes | None:
    return None if not isinstance(body, t.HandCount) else opened_count(body)


class _Reading:
    """The records of a chunk in one buffer, each behind a gap, and what was read of them so far.

    What stands in the columns of a record that is not `good` means nothing.
    """

    def __init__(self, places: Places, entries: Sequence[bytes], signers: Sequence[Named]) -> None:
        count = len(entries)
        self._places, self._signers = places, signers
        self._buffer = bytearray(_GAP).join([b"", *entries, _AFTER])
        self._data = np.frombuffer(self._buffer, np.uint8)
        sizes = np.fromiter(map(len, entries), np.intp, count)
        self._start: Places = np.cumsum(sizes + len(_GAP)) - sizes
        self._stop: Places = self._start + sizes - (_SIGNATURE + 2)
        self._kind = np.zeros(count, np.uint8)
        self._issued_at = np.zeros(count, np.int64)
        self._stated = {name: np.full(count, NOT_STATED, np.int64) for name in _STATED}
        self._classes: dict[int, list[tuple[Places, Numbers]]] = {}
        self._form = np.full(count, NO_FORM, np.int64)
        self._digest, self._original = np.full(count, -1, np.intp), np.full(count, -1, np.intp)
        # Of hand counts: the salt, and where what was committed to with it begins and ends.
        self._salt, self._first, self._end = np.full((3, count), -1, np.intp)

    def columns(self, election: bytes, fewest: int, claims: Claims | None) -> Columns | None:
        cursor = Cursor(self._data, self._start)
        subject, sizes, after = self._frame(cursor)
        self._head(cursor, election)
        self._first = cursor.at.copy()
        options = cursor.head(0x80)
        good = np.zeros(len(self._start), np.bool_)
        counts = []
        for size, number in zip(*np.unique(options[cursor.fine], return_counts=True), strict=True):
            rows = np.flatnonzero(cursor.fine & (options == size))
            if number >= fewest and 0 < size <= _MOST_OPTIONS:
                part = cursor.only(rows)
                counts.append((rows, part.numbers(int(size))))
                good[rows] = self._rest(part, rows)
        self._check(good, after, claims)
        if not good.any():
            return None
        return self._made(good, subject, sizes, counts)

    def _frame(self, cursor: Cursor) -> tuple[Places, Places, Places]:
        """Go over the frame (`cose`): where the subject begins, its size, and where the header ends."""
        cursor.expect(b"\xd2\x84\x58")
        end = cursor.byte() + cursor.at
        cursor.fine &= end - self._start >= 28
        cursor.expect(b"\xa4\x01\x27\x03\x18\x3c\x04\x48")
        cursor.at = cursor.at + 8  # the kid, by which the signer was found
        cursor.expect(b"\x0f\xa2\x01")
        cursor.expect_each([_HEAD[len(name)] + name.encode() + b"\x02" for _, name in self._signers])
        subject, sizes = cursor.path(MAX_SUBJECT, 2)
        cursor.fine &= cursor.at == end
        cursor.expect(b"\xa0")
        size = cursor.head(0x40)
        cursor.fine &= cursor.at + size == self._stop
        foot = Cursor(self._data, self._stop)
        foot.expect(b"\x58\x40")
        cursor.fine &= foot.fine
        return subject, sizes, end

    def _head(self, cursor: Cursor, election: bytes) -> None:
        """Go over the four positions that every record begins with."""
        head, version = cursor.byte(), cursor.byte()
        self._kind = cursor.byte()
        cursor.fine &= (version == _VERSION[self._kind]) & (head != 0) & (head == _ARRAY_HEAD[self._kind])
        cursor.expect(b"\x58\x20" + election)
        self._issued_at = cursor.number()

    def _rest(self, cursor: Cursor, rows: Places) -> Bools:
        """Read what follows the counts in these records; which of them are as usual to their end."""
        for kind, read in _READERS.items():
            mine = np.flatnonzero(self._kind[rows] == kind)
            if len(mine):
                part = cursor.only(mine)
                read(self, part, rows[mine])
                cursor.fine[mine] = part.fine
                cursor.at[mine] = part.at
        good: Bools = cursor.fine & (cursor.at == self._stop[rows])
        return good

    def _zero_report(self, cursor: Cursor, rows: Places) -> None:
        self._classes.setdefault(0, []).append((rows, np.zeros((0, len(rows)), np.int64)))
        self._digest[rows] = cursor.digest()

    def _counted(self, cursor: Cursor, rows: Places) -> None:
        sizes = cursor.head(0x80)
        cursor.fine &= sizes <= _MOST_CLASSES
        for size in np.unique(sizes[cursor.fine]).tolist():
            mine = np.flatnonzero(cursor.fine & (sizes == size))
            part = cursor.only(mine)
            self._classes.setdefault(size, []).append((rows[mine], part.numbers(size)))
            cursor.fine[mine], cursor.at[mine] = part.fine, part.at
        self._stated["valid"][rows] = cursor.optional_number()

    def _tally_sheet(self, cursor: Cursor, rows: Places) -> None:
        self._counted(cursor, rows)
        for name in ("ballots", "voters", "supplement", "spoilt"):
            self._stated[name][rows] = cursor.optional_number()

    def _manual_sheet(self, cursor: Cursor, rows: Places) -> None:
        self._tally_sheet(cursor, rows)
        self._digest[rows] = cursor.optional_digest()

    def _copy(self, cursor: Cursor, rows: Places) -> None:
        self._tally_sheet(cursor, rows)
        self._stated["registered"][rows] = cursor.optional_number()
        self._form[rows] = form = cursor.number()
        cursor.fine &= np.isin(form, list(map(int, Form)))
        cursor.optional_digest()
        self._original[rows] = cursor.optional_digest()

    def _hand_count(self, cursor: Cursor, rows: Places) -> None:
        self._counted(cursor, rows)
        self._stated["ballots"][rows] = cursor.optional_number()
        self._end[rows] = cursor.at
        self._digest[rows] = cursor.optional_digest()
        self._salt[rows] = cursor.optional_digest()  # which has as many bytes

    def _check(self, good: Bools, after: Places, claims: Claims | None) -> None:
        """Leave only those records `good` whose signatures hold. `after`: where their headers end.

        The buffer is changed to what signatures cover: behind each signature its context, protected header,
        no external data, payload (RFC 9052, section 4.4).
        """
        rows = np.flatnonzero(good)
        signature = self._data[self._stop[rows][:, None] + np.arange(2, 2 + _SIGNATURE)]
        keys = [self._signers[row][0] for row in rows.tolist()]
        named = np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 32)
        good[rows] = left = plainly_fine(named, signature)
        if claims is not None:
            left &= ~claims.hold(self._places[rows], named)
        rows, signature = rows[left], signature[left]
        start, stop = self._start[rows], self._stop[rows]
        self._data[start[:, None] - len(_GAP) + np.arange(_SIGNATURE)] = signature
        self._data[start], self._data[start + 1] = SIGNED[-2:]
        self._data[after[rows]] = 0x40
        checking = Signatures(self._buffer)
        first, size = start - len(_GAP), stop - start + len(_GAP)
        good[rows] = [
            checking.hold(at, long, self._signers[row][0])
            for at, long, row in zip(first.tolist(), size.tolist(), rows.tolist(), strict=True)
        ]

    def _made(
        self, good: Bools, subject: Places, sizes: Places, counts: list[tuple[Places, Numbers]]
    ) -> Columns:
        number = np.cumsum(good) - 1
        about = texts(self._data, subject[good], sizes[good]).replace("/", "\n").split("\n")
        return Columns(
            place=self._places[good],
            station=about[::2],
            contest=about[1::2],
            kind=self._kind[good],
            issued_at=self._issued_at[good],
            **{name: values[good] for name, values in self._stated.items()},
            form=self._form[good],
            counts=_kept(good, number, counts),
            classes=_kept(good, number, [part for parts in self._classes.values() for part in parts]),
            digest=self._digests(self._digest[good]),
            original=self._digests(self._original[good]),
            opened=[self._opened(row) for row in np.flatnonzero(good).tolist()],
        )

    def _opened(self, row: int) -> bytes | None:
        """The commitment that a hand count opens (`commitments.count_digest`): its counts, classes, valid
        ballots and vouchers stand behind each other in the payload as in the array that is hashed."""
        salt, first, end = int(self._salt[row]), int(self._first[row]), int(self._end[row])
        if salt < 0:
            return None
        return sha256(self._buffer[salt : salt + 32] + b"\x84" + self._buffer[first:end]).digest()

    def _digests(self, places: Places) -> list[bytes | None]:
        buffer = self._buffer
        return [None if at < 0 else bytes(buffer[at : at + 32]) for at in places.tolist()]


def _kept(good: Bools, number: Places, groups: Sequence[tuple[Places, Numbers]]) -> Groups:
    """Groups of numbers, int64 [numbers, rows], of those rows that are good, by their number among these."""
    return tuple(
        (number[rows[good[rows]]], np.ascontiguousarray(values.T[good[rows]], np.uint32))
        for rows, values in groups
    )


_READERS = {
    t.ZeroReport.TYPE: _Reading._zero_report,
    t.TallySheet.TYPE: _Reading._tally_sheet,
    t.ManualSheet.TYPE: _Reading._manual_sheet,
    t.Copy.TYPE: _Reading._copy,
    t.HandCount.TYPE: _Reading._hand_count,
}

_ARRAY_HEAD, _VERSION = np.zeros(256, np.uint8), np.zeros(256, np.uint8)
"""By type, how the payload of a record that is read here begins, and its version; 0 for all others."""
for _kind in _READERS:
    _ARRAY_HEAD[_kind] = 0x84 + t.BY_CODE[_kind].LEAST
    _VERSION[_kind] = t.BY_CODE[_kind].VERSION

# The heads of texts, by their size.
_HEAD = [bytes((0x60 + size,)) if size < 24 else bytes((0x78, size)) for size in range(MAX_NAME + 1)]
