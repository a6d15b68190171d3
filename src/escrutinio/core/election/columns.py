"""From bulk entries to columns: reading, checking and measuring thousands of sheets in a worker process.

`decode_chunk` is a pure function of bytes, so that any Executor can run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import compress
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.bulk.columns import FEWEST, Columns, Named, columns_of, read_columns
from escrutinio.core.election.bulk.cursor import NOT_STATED
from escrutinio.core.election.bulk.known import NOTHING, Known, claims_of
from escrutinio.core.election.bulk.signatures import Claims
from escrutinio.core.records import types as t
from escrutinio.core.records.entry import Entry, UnknownTypeError
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed

_DIGEST = np.dtype("V32")

Shape: TypeAlias = tuple[int, int]
"""How many options a contest has, and how many classes of other ballots."""


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Bulk entries of one contest in the order of their chunk.

    `place` int32: position in the chunk. The others as in `rows.SheetTable`, but `digest`, `original` and
    `opened` count in `ChunkColumns.digests`. `record` V32: the SHA-256 of each entry. `fits` is false where
    the number of counts is not that of the contest's options, or that of classes not that of its classes;
    those counts are zeros.
    """

    place: NDArray[np.int32]
    kind: NDArray[np.uint8]
    counts: NDArray[np.uint32]
    classes: NDArray[np.int64]
    valid: NDArray[np.int64]
    ballots: NDArray[np.int64]
    voters: NDArray[np.int64]
    supplement: NDArray[np.int64]
    spoilt: NDArray[np.int64]
    registered: NDArray[np.int64]
    issued_at: NDArray[np.int64]
    form: NDArray[np.uint8]
    original: NDArray[np.int32]
    opened: NDArray[np.int32]
    digest: NDArray[np.int32]
    record: NDArray[np.void]
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
    signers: Sequence[Named | None],
    election: bytes,
    shapes: Mapping[str, Shape],
    *,
    fewest: int = FEWEST,
    claims: bytes | None = None,
    known: Known = NOTHING,
) -> ChunkColumns:
    """Read entries strictly and check their signatures.

    `signers` has, for each entry, the key in force that its kid names (a `Signer`, or as bare a tuple);
    `shapes` how many options and classes each contest has. `fewest` sheets that are alike are read at once,
    with the same outcome. `claims` are what was found out ahead about each entry (`ahead.CLAIM` bytes), or it
    is looked up in what is `known`. Nothing raises: what is wrong with an entry is said in `faults`.
    """
    hashes = [sha256(b"\0" + raw).digest() for raw in entries]
    leaves = b"".join(hashes)
    if known and claims is None:
        claims = claims_of(known, hashes)
    found = None if claims is None else Claims(claims, leaves)
    read = read_columns(entries, signers, election, fewest=fewest, claims=found)
    rest = set(range(len(entries))).difference(() if read is None else read.place.tolist())
    one_by_one = _OneByOne(election)
    for place in sorted(rest):
        named = signers[place]
        one_by_one.add(place, entries[place], None if named is None else Signer(*named))
    columns = _together(read, one_by_one.sheets)
    digests: dict[bytes, int] = {}
    rows: dict[str, Rows] = {}
    unknown: list[int] = []
    if columns is not None:
        numbers = {code: number for number, code in enumerate(dict.fromkeys(columns.contest))}
        number = np.fromiter(map(numbers.__getitem__, columns.contest), np.intp, len(columns.contest))
        for code, of in numbers.items():
            mine = number == of
            if code in shapes:
                rows[code] = _rows(entries, columns, mine, shapes[code], digests)
            else:
                unknown += columns.place[mine].tolist()
    return ChunkColumns(
        leaves,
        tuple(one_by_one.faults),
        rows,
        tuple(digests),
        tuple(one_by_one.controls),
        tuple(sorted(unknown)),
        tuple(one_by_one.unknown_types),
    )


_WITHOUT_CLASSES = (t.ZeroReport.TYPE, t.Copy.TYPE)
"""What may leave the classes out: a zero report has none, and who copies may not have read them."""


class _OneByOne:
    """Opens the entries that are not usual bulk records, or too few, and says what is wrong with them."""

    def __init__(self, election: bytes) -> None:
        self._election = election
        self.sheets: list[tuple[int, Entry]] = []
        self.faults: list[tuple[int, Fault, str]] = []
        self.controls: list[int] = []
        self.unknown_types: list[tuple[int, int]] = []

    def add(self, place: int, raw: bytes, signer: Signer | None) -> None:
        try:
            entry = open_signed(raw, signer, self._election)
        except EntryError as refusal:
            self.faults.append((place, refusal.fault, str(refusal)))
        except UnknownTypeError as unknown:
            self.unknown_types.append((place, unknown.type))
        else:
            if entry.body.TYPE in t.BULK:
                self.sheets.append((place, entry))
            else:
                self.controls.append(place)


def _together(read: Columns | None, sheets: list[tuple[int, Entry]]) -> Columns | None:
    """What was read at once and what was opened one by one, in the order of the chunk."""
    if not sheets:
        return read
    return columns_of(sheets) if read is None else read.merged(columns_of(sheets))


def _rows(
    entries: Sequence[bytes],
    columns: Columns,
    mine: NDArray[np.bool_],
    shape: Shape,
    digests: dict[bytes, int],
) -> Rows:  # fmt: skip
    """The rows of one contest; `digests` numbers what they name, and grows."""
    own = b"".join([sha256(entries[place]).digest() for place in columns.place[mine].tolist()])
    number, size = np.cumsum(mine) - 1, int(np.count_nonzero(mine))
    (options, others), kind = shape, columns.kind[mine]
    fits, counts = np.zeros(size, np.bool_), np.zeros((size, options), np.uint32)
    classes = np.full((size, others), NOT_STATED, np.int64)
    for rows, values in columns.counts:
        if values.shape[1] == options:
            here = number[rows[mine[rows]]]
            counts[here], fits[here] = values[mine[rows]], True
    for rows, values in columns.classes:
        here = number[rows[mine[rows]]]
        if values.shape[1] == others:
            classes[here] = values[mine[rows]]
        elif values.shape[1]:
            fits[here] = False
        else:
            fits[here] &= np.isin(kind[here], _WITHOUT_CLASSES)

    def numbered(named: list[bytes | None]) -> NDArray[np.int32]:
        return np.array(
            [
                -1 if each is None else digests.setdefault(each, len(digests))
                for each in compress(named, mine.tolist())
            ],
            np.int32,
        )

    return Rows(
        place=columns.place[mine].astype(np.int32),
        kind=kind,
        counts=np.where(fits[:, None], counts, np.uint32(0)),
        classes=classes,
        valid=columns.valid[mine],
        ballots=columns.ballots[mine],
        voters=columns.voters[mine],
        supplement=columns.supplement[mine],
        spoilt=columns.spoilt[mine],
        registered=columns.registered[mine],
        issued_at=columns.issued_at[mine],
        form=columns.form[mine].astype(np.uint8),
        original=numbered(columns.original),
        opened=numbered(columns.opened),
        digest=numbered(columns.digest),
        record=np.frombuffer(own, _DIGEST),
        fits=fits,
        stations="\n".join(compress(columns.station, mine.tolist())),
    )
