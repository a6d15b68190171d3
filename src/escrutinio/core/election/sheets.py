"""Gathering the columns of many chunks, and making of them one table per contest.

A table says of each row where it belongs (station, basis) and which rule, if any, keeps it from counting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import N_, languages
from escrutinio.core.election.columns import ChunkColumns, Rows
from escrutinio.core.election.findings.entries import KEY_OUT_OF_SCOPE
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.sheets import (
    MARKS_MISMATCH,
    MORE_VOTES_THAN_REGISTERED,
    STATION_UNKNOWN,
    SUM_MISMATCH,
    WRONG_OPTION_COUNT,
)
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.rights import Scopes
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import (
    COPIES,
    OFFICIAL,
    PAPER,
    REPORTED,
    REPORTED_LATE,
    RULED,
    Basis,
    ContestView,
    Status,
)
from escrutinio.core.records import types as t
from escrutinio.core.records.parts import Title

REFUSALS = (
    "",
    STATION_UNKNOWN,
    KEY_OUT_OF_SCOPE,
    WRONG_OPTION_COUNT,
    SUM_MISMATCH,
    MARKS_MISMATCH,
    MORE_VOTES_THAN_REGISTERED,
)
"""What can keep a row from counting, in the order in which it is asked; 0 is nothing."""

_OF_FIGURES = REFUSALS.index(SUM_MISMATCH)
"""From here on it is the figures that are wrong, and a ruling may select such a sheet all the same."""


@dataclass
class Gathered:
    """The columns of one contest, chunk by chunk, in log order."""

    index: list[NDArray[np.int64]] = field(default_factory=list)
    signer: list[NDArray[np.int32]] = field(default_factory=list)
    station: list[NDArray[np.int32]] = field(default_factory=list)
    digest: list[NDArray[np.int32]] = field(default_factory=list)
    original: list[NDArray[np.int32]] = field(default_factory=list)
    opened: list[NDArray[np.int32]] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)

    def column(self, name: str) -> NDArray[np.generic]:
        """One column of all chunks."""
        parts: list[NDArray[np.generic]] = [getattr(rows, name) for rows in self.rows]
        return np.concatenate(parts)


@dataclass
class Gathering:
    """Everything that bulk entries said so far. `stations` and `digests` number what they name."""

    stations: dict[str, int] = field(default_factory=dict)
    digests: dict[bytes, int] = field(default_factory=dict)
    contests: dict[str, Gathered] = field(default_factory=dict)

    def add(self, columns: ChunkColumns, index: NDArray[np.int64], signer: NDArray[np.int32]) -> None:
        """Take in a chunk, of whose entries `index` are the log indices and `signer` the keys' places."""
        numbers = [self.digests.setdefault(digest, len(self.digests)) for digest in columns.digests]
        known = np.array([*numbers, -1], np.int32)
        names = self.stations
        for code, rows in columns.rows.items():
            gathered = self.contests.setdefault(code, Gathered())
            gathered.rows.append(rows)
            gathered.index.append(index[rows.place])
            gathered.signer.append(signer[rows.place])
            gathered.digest.append(known[rows.digest])
            gathered.original.append(known[rows.original])
            gathered.opened.append(known[rows.opened])
            spoken = [names.setdefault(station, len(names)) for station in rows.stations.split("\n")]
            gathered.station.append(np.array(spoken, np.int32))

    def drop(self, entries: Iterable[int]) -> None:
        """Leave out the rows of these entries; what they alone named keeps its number."""
        gone = np.fromiter(entries, np.int64)
        for gathered in self.contests.values():
            for at, index in enumerate(gathered.index):
                keep = ~np.isin(index, gone)
                if not keep.all():
                    gathered.rows[at] = gathered.rows[at].only(keep)
                    gathered.index[at] = index[keep]
                    named = (gathered.digest, gathered.original, gathered.opened)
                    for column in (gathered.signer, gathered.station, *named):
                        column[at] = column[at][keep]


@dataclass(frozen=True, eq=False)
class Sheets:
    """The table of one contest, and per row the rule that refuses it (a number in `REFUSALS`)."""

    table: SheetTable
    refusal: NDArray[np.uint8]


def make_bases(
    gathering: Gathering, keys: KeyTable, organisations: Sequence[str], organisation: NDArray[np.int32],
    official: bool, ruled: bool, late: bool,
) -> tuple[Basis, ...]:  # fmt: skip
    """The bases that an election has: official ones where its log is official or has official sheets."""
    kinds: set[int] = set()
    copying: set[int] = set()
    for gathered in gathering.contests.values():
        for rows, signer in zip(gathered.rows, gathered.signer, strict=True):
            kinds.update(np.flatnonzero(np.bincount(rows.kind)).tolist())
            signers = np.flatnonzero(np.bincount(signer[rows.kind == t.Copy.TYPE]))
            copying.update(organisation[signers].tolist())
    names = {organisations[place] for place in copying}
    titled = {held.key.name: held.key.titles for held in reversed(list(keys)) if held.key.titles}
    bases = []
    if official or not kinds.isdisjoint(OFFICIAL):
        bases.append(Basis(REPORTED, N_("Official sheets as reported")))
        if late:
            bases.append(Basis(REPORTED_LATE, N_("Sheets by late keys")))
        if ruled:
            bases.append(Basis(RULED, N_("Official sheets as ruled")))
    for name in sorted(names):
        bases.append(Basis(COPIES + name, titled.get(name) or _named(name), name))
    if t.HandCount.TYPE in kinds:
        bases.append(Basis(PAPER, N_("Hand counts")))
    return tuple(bases)


def _named(name: str) -> tuple[Title, ...]:
    return tuple(Title(language, name) for language in sorted(languages()))


@dataclass(frozen=True, eq=False)
class Placing:
    """What is needed to say where rows belong. `places` and `named_digests`, int32: the number in the roll of
    each station of the gathering, and the number in `ElectionState.digests` of each digest of it, with one -1
    more for none; -1 where there is none. `openings`: per station the index of its first opening; `digests`:
    their numbers in `ElectionState.digests`; `paper`: the stations that count on paper, bool
    [stations]; `beyond`: how many may vote at each beyond its list; `named`: whether a ruling or a retraction
    names rows by their digest; `singles`: the numbers in `digests` of commitments to audits of single
    vouchers, int32."""

    keys: KeyTable
    roll: Roll
    places: NDArray[np.int32]
    named_digests: NDArray[np.int32]
    scopes: Scopes
    bases: Sequence[Basis]
    organisations: Sequence[str]
    organisation: NDArray[np.int32]
    openings: Mapping[int, int]
    digests: Mapping[bytes, int]
    paper: NDArray[np.bool_]
    beyond: Beyond
    named: bool
    singles: NDArray[np.int32]


def make_sheets(contest: ContestView, gathering: Gathering, placing: Placing) -> Sheets:
    """The table of a contest: REFUSED the rows that a rule keeps from counting, EVIDENCE the rest."""
    gathered = gathering.contests.get(contest.code)
    if gathered is None:
        return Sheets(_empty(len(contest.options), contest.classes), np.zeros(0, np.uint8))
    column = gathered.column
    digests, places = placing.named_digests, placing.places
    table = SheetTable(
        index=np.concatenate(gathered.index),
        kind=column("kind").astype(np.uint8),
        station=places[np.concatenate(gathered.station)],
        signer=np.concatenate(gathered.signer),
        basis=np.zeros(0, np.int16),
        status=np.zeros(0, np.uint8),
        counts=column("counts").astype(np.uint32, copy=False),
        classes=column("classes").astype(np.int64, copy=False),
        valid=column("valid").astype(np.int64),
        ballots=column("ballots").astype(np.int64),
        voters=column("voters").astype(np.int64),
        supplement=column("supplement").astype(np.int64),
        spoilt=column("spoilt").astype(np.int64),
        registered=column("registered").astype(np.int64),
        issued_at=column("issued_at").astype(np.int64),
        form=column("form").astype(np.uint8),
        original=digests[np.concatenate(gathered.original)],
        opened=digests[np.concatenate(gathered.opened)],
        digest=digests[np.concatenate(gathered.digest)],
        record=_own_records(gathered, placing.digests, placing.named),
        selectable=np.zeros(0, np.bool_),
        class_codes=contest.classes,
    )
    refusal = _refusals(table, contest, placing, column("fits").astype(np.bool_))
    status = np.where(refusal > 0, Status.REFUSED, Status.EVIDENCE)
    selectable = np.isin(table.kind, OFFICIAL) & ((refusal == 0) | (refusal >= _OF_FIGURES))
    return Sheets(_with(table, basis=_bases(table, placing), status=status, selectable=selectable), refusal)


def _own_records(gathered: Gathered, digests: Mapping[bytes, int], named: bool) -> NDArray[np.int32]:
    """Which of the numbered digests is that of each row's own entry; -1 where nobody named it. Rulings and
    retractions may have `named` some."""
    if not named and all((rows.original < 0).all() for rows in gathered.rows):
        return np.full(sum(map(len, gathered.index)), -1, np.int32)
    own = (digest for rows in gathered.rows for digest in rows.record.tolist())
    return np.array([digests.get(digest, -1) for digest in own], np.int32)


def valid_of(table: SheetTable) -> NDArray[np.int64]:
    """The valid ballots of each row, int64 [rows]: as stated; else what its counts add up to, one mark a
    ballot."""
    votes: NDArray[np.int64] = table.counts.sum(axis=1, dtype=np.int64)
    return np.where(table.valid >= 0, table.valid, votes)


def ballots_of(table: SheetTable) -> NDArray[np.int64]:
    """What the valid ballots and those of all classes of each row add up to, int64 [rows]; a class that is
    not stated adds nothing."""
    return valid_of(table) + table.others


def _too_many_marks(table: SheetTable, marks: int) -> NDArray[np.bool_]:
    """Which rows have more marks than their valid ballots can have, all together or for one option; none does
    with one mark a ballot."""
    if marks == 1:
        return np.zeros(len(table), np.bool_)
    votes, most = table.counts.sum(axis=1, dtype=np.int64), table.counts.max(axis=1, initial=0)
    wrong: NDArray[np.bool_] = (votes > marks * table.valid) | (most > table.valid)
    return wrong


def _refusals(
    table: SheetTable, contest: ContestView, placing: Placing, fits: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    votes, registered = ballots_of(table), table.registered_at(placing.roll)
    votes_here = contest.stations[table.station] if len(placing.roll) else np.zeros(len(table), np.bool_)
    sheet = table.kind != t.ZeroReport.TYPE
    allowed: NDArray[np.bool_] = placing.scopes.allowed(table.signer, table.kind, table.station, contest.code)
    allowed &= _opened(table, placing)
    wrong = (
        (table.station < 0) | ~votes_here,
        ~allowed,
        ~fits | (sheet & ((table.valid >= 0) != (contest.marks > 1))),
        sheet
        & (table.kind != t.HandCount.TYPE)
        & (table.ballots >= 0)
        & (table.classes >= 0).all(axis=1)
        & (table.ballots != votes),
        sheet & _too_many_marks(table, contest.marks),
        sheet
        & (registered >= 0)
        & (votes > registered + placing.beyond.allowed(table.station, table.supplement)),
    )
    refusal = np.zeros(len(table), np.uint8)
    for number, rule in reversed(list(enumerate(wrong, 1))):
        refusal[rule] = number
    return refusal


def _opened(table: SheetTable, placing: Placing) -> NDArray[np.bool_]:
    """False for boards' sheets of stations that neither count on paper nor were opened by a contingency
    before them, and that follow no ruling."""
    opened = np.ones(len(table), np.bool_)
    asked = (table.kind == t.ManualSheet.TYPE) & (table.station >= 0) & (table.digest < 0)
    if len(placing.paper):
        asked &= ~placing.paper[table.station]
    for row in np.flatnonzero(asked).tolist():
        opening = placing.openings.get(int(table.station[row]))
        opened[row] = opening is not None and opening < table.index[row]
    return opened


def _bases(table: SheetTable, placing: Placing) -> NDArray[np.int16]:
    number = {basis.code: place for place, basis in enumerate(placing.bases)}
    basis = np.full(len(table), -1, np.int16)
    official = np.isin(table.kind, OFFICIAL)
    basis[official] = number.get(REPORTED, -1)
    # A sheet of a recount, or of a repeated vote, stands beside the one that was reported.
    again = (table.kind == t.ManualSheet.TYPE) & (table.digest >= 0)
    basis[again] = number.get(RULED, -1)
    if REPORTED_LATE in number:
        never = np.iinfo(np.int64).max
        since = [(held.consented or never) if held.late else -1 for held in placing.keys]
        late = np.array(since, np.int64)[table.signer] >= table.index
        basis[official & ~again & late] = number[REPORTED_LATE]
    by_name = [number.get(COPIES + name, -1) for name in placing.organisations]
    copies = table.kind == t.Copy.TYPE
    basis[copies] = np.array([*by_name, -1], np.int16)[placing.organisation[table.signer[copies]]]
    # What lay at the places that an audit of single vouchers drew is no count of the box.
    whole = (table.kind == t.HandCount.TYPE) & ~np.isin(table.digest, placing.singles)
    basis[whole] = number.get(PAPER, -1)
    return basis


def note_refusals(
    sheets: Sheets, contest: ContestView, gathering: Gathering, placing: Placing, notes: Findings
) -> None:
    """A finding for every row that does not count, in log order."""
    table = sheets.table
    codes = list(gathering.stations)
    spoken = gathering.contests.get(contest.code)
    local = np.concatenate(spoken.station) if spoken else np.zeros(0, np.int32)
    votes, registered = ballots_of(table), table.registered_at(placing.roll)
    for number, code in enumerate(REFUSALS[1:], 1):
        rows = np.flatnonzero(sheets.refusal == number)
        left = notes.left(code, contest.code)
        for row in rows[:left].tolist():
            sums, excess, marks = (
                code == each for each in (SUM_MISMATCH, MORE_VOTES_THAN_REGISTERED, MARKS_MISMATCH)
            )
            notes.add(
                code,
                [int(table.index[row])],
                station=codes[local[row]],
                contest=contest.code,
                signer=placing.keys[int(table.signer[row])].key.name,
                stated=table.ballots[row] if sums else None,
                sum=votes[row] if sums else None,
                votes=votes[row] if excess else table.counts[row].sum(dtype=np.int64) if marks else None,
                registered=registered[row] if excess else None,
                valid=max(int(table.valid[row]), 0) if marks else None,
            )
        if len(rows) > left:
            notes.count_only(code, contest.code, len(rows) - left, table.index[rows[left:]].tolist())


def refused_stations(sheets: Sheets, basis: int) -> dict[int, str]:
    """Per station, the rule that refused its first row in a basis; keys out of scope speak for none."""
    table = sheets.table
    found: dict[int, str] = {}
    for row in np.flatnonzero((table.basis == basis) & (sheets.refusal > 2)).tolist():
        found.setdefault(int(table.station[row]), REFUSALS[sheets.refusal[row]])
    return found


def with_status(table: SheetTable, status: NDArray[np.uint8]) -> SheetTable:
    """The same table with another status per row."""
    return _with(table, status=status)


def _with(table: SheetTable, *, status: NDArray[np.generic], **columns: NDArray[np.generic]) -> SheetTable:
    return SheetTable(**{**vars(table), **columns, "status": status.astype(np.uint8)})


def _empty(options: int, classes: tuple[str, ...]) -> SheetTable:
    byte = np.zeros(0, np.uint8)
    word, long = np.zeros(0, np.int32), np.zeros(0, np.int64)
    return SheetTable(
        index=long,
        kind=byte,
        station=word,
        signer=word,
        basis=np.zeros(0, np.int16),
        status=byte,
        counts=np.zeros((0, options), np.uint32),
        classes=np.zeros((0, len(classes)), np.int64),
        valid=long,
        ballots=long,
        voters=long,
        supplement=long,
        spoilt=long,
        registered=long,
        issued_at=long,
        form=byte,
        original=word,
        opened=word,
        digest=word,
        record=word,
        selectable=np.zeros(0, np.bool_),
        class_codes=classes,
    )
