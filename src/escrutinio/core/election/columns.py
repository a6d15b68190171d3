"""From bulk entries to columns: reading, checking and measuring thousands of sheets in a worker process.

`decode_chunk` is a pure function of bytes, so that any Executor can run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.records import types as t
from escrutinio.core.records.entry import UnknownTypeError
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from escrutinio.core.records.quick import Sheet, read_sheet, sheet_of


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

    def only(self, keep: NDArray[np.bool_]) -> Rows:
        """The rows of these, bool [rows], alone."""
        columns = {name: getattr(self, name) for name in Rows.__slots__}
        kept = {name: column[keep] for name, column in columns.items() if name != "stations"}
        stations = "\n".join(compress(self.stations.split("\n"), keep.tolist()))
        return Rows(**kept, stations=stations)


@dataclass(frozen=True, eq=False, slots=True)
class ChunkColumns:
    """What a chunk of entries says.

    `leaves`: the RFC 6962 leaf hash of each entry, 32 bytes each. `faults`: places in the chunk with the
    reason. `rows` by contest. `controls`: places of entries that are not bulk and hold. `unknown_contest`:
    places of sheets for a contest that the definition lacks. `unknown_types`: places of records of types that
    this program does not know, each with its type; their signatures hold.
    """

    leaves: bytes
    faults: tuple[tuple[int, Fault, str], ...]
    rows: Mapping[str, Rows]
    digests: tuple[bytes, ...]
    controls: tuple[int, ...]
    unknown_contest: tuple[int, ...]
    unknown_types: tuple[tuple[int, int], ...]


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


@dataclass(slots=True)
class _Contest:
    options: int
    sheets: list[Sheet] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def rows(self, digests: dict[bytes, int]) -> Rows:
        """The sheets as columns; `digests` numbers what they name, and grows."""
        columns = zip(*self.sheets, strict=True)
        stations, _, kinds, times, counts, nulls, blanks, ballots, voters, registered, *others = columns
        forms, originals, named = others
        fits = np.fromiter(map(len, counts), np.int64, len(counts)) == self.options
        if not fits.all():
            none = (0,) * self.options
            counts = tuple(each if fit else none for each, fit in zip(counts, fits.tolist(), strict=True))
        digest = [-1 if each is None else digests.setdefault(each, len(digests)) for each in named]
        return Rows(
            place=np.array(self.places, np.int32),
            kind=np.array(kinds, np.uint8),
            counts=np.array(counts, np.uint32),
            null=np.array(nulls, np.uint32),
            blank=np.array(blanks, np.uint32),
            ballots=np.array(ballots, np.int64),
            voters=np.array(voters, np.int64),
            registered=np.array(registered, np.int64),
            issued_at=np.array(times, np.int64),
            form=np.array(forms, np.uint8),
            original=np.array(originals, np.bool_),
            digest=np.array(digest, np.int32),
            fits=fits,
            stations="\n".join(stations),
        )


class _Builder:
    def __init__(self, election: bytes, shapes: Mapping[str, int]) -> None:
        self._election = election
        self._shapes = shapes
        self._contests: dict[str, _Contest] = {}
        self._faults: list[tuple[int, Fault, str]] = []
        self._controls: list[int] = []
        self._unknown_contest: list[int] = []
        self._unknown_types: list[tuple[int, int]] = []

    def add(self, place: int, raw: bytes, signer: Signer | None) -> None:
        try:
            sheet = None if signer is None else read_sheet(raw, signer, self._election)
            if sheet is None:
                entry = open_signed(raw, signer, self._election)
                if entry.body.TYPE not in t.BULK:
                    self._controls.append(place)
                    return
                sheet = sheet_of(entry)
        except EntryError as refusal:
            self._faults.append((place, refusal.fault, str(refusal)))
            return
        except UnknownTypeError as unknown:
            self._unknown_types.append((place, unknown.type))
            return
        contest = self._contests.get(sheet.contest)
        if contest is None:
            if sheet.contest not in self._shapes:
                self._unknown_contest.append(place)
                return
            contest = self._contests[sheet.contest] = _Contest(self._shapes[sheet.contest])
        contest.sheets.append(sheet)
        contest.places.append(place)

    def columns(self, leaves: bytes) -> ChunkColumns:
        digests: dict[bytes, int] = {}
        rows = {code: contest.rows(digests) for code, contest in self._contests.items()}
        return ChunkColumns(
            leaves,
            tuple(self._faults),
            rows,
            tuple(digests),
            tuple(self._controls),
            tuple(self._unknown_contest),
            tuple(self._unknown_types),
        )
