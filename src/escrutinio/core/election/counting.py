"""Which row counts at which station: duplicates, conflicts, boards' sheets, hand counts and rulings.

What is judged here depends only on the rows and rulings below a log size, so that the count at an earlier
size, which a bulletin speaks of, can be made again from the state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.findings.sheets import CONFLICT
from escrutinio.core.election.state import (
    PAPER,
    REPORTED,
    RULED,
    ElectionState,
    SheetTable,
    Status,
)
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Decision

NONE = -1


@dataclass(frozen=True, slots=True)
class RulingAt:
    """A ruling as it counts: `entry` is the log index that a `select` names."""

    index: int
    station: int
    decision: Decision
    entry: int | None


@dataclass(eq=False)
class Counting:
    """The count of one contest: a status per row; per basis the row that counts at each station (-1: none),
    the stations where entries differ, and the rows that say again what another says (with that other)."""

    status: NDArray[np.uint8]
    counted: dict[str, NDArray[np.int32]] = field(default_factory=dict)
    conflicts: dict[str, NDArray[np.int32]] = field(default_factory=dict)
    repeats: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=dict)
    annulled: list[int] = field(default_factory=list)
    void: list[RulingAt] = field(default_factory=list)


def count(
    table: SheetTable,
    bases: Sequence[str],
    stations: int,
    organisation: NDArray[np.int32],
    rulings: Sequence[RulingAt],
    size: int,
) -> Counting:
    """Count the rows of one contest whose log index is below `size`.

    Rows with status REFUSED stay refused. `organisation` is int32 [signers]; `bases` are the codes that
    `table.basis` counts in.
    """
    rows = int(np.searchsorted(table.index, size))
    status = np.full(rows, Status.EVIDENCE, np.uint8)
    refused = table.status[:rows] == Status.REFUSED
    status[refused] = Status.REFUSED
    counting = Counting(status)
    for number, code in enumerate(bases):
        mine = np.flatnonzero((table.basis[:rows] == number) & ~refused)
        if code == PAPER:
            _count_paper(counting, table, mine, stations, organisation)
        elif code != RULED:
            _count_sheets(counting, table, mine, code, stations)
    if RULED in bases:
        _apply(counting, table, stations, [ruling for ruling in rulings if ruling.index < size])
    return counting


def counted_at(state: ElectionState, contest: str, basis: str, size: int) -> NDArray[np.int32]:
    """The row that counted at each station when the log had `size` entries, int32 [stations], -1 for none.

    Raises KeyError for a contest or basis that the state does not have.
    """
    state.basis(basis)
    codes = [each.code for each in state.bases]
    rulings = rulings_of(state, contest)
    return count(state.tables[contest], codes, len(state.roll), state.organisation, rulings, size).counted[
        basis
    ]


def reported_rows(state: ElectionState, contest: str) -> NDArray[np.int32]:
    """The official row that counts at each station, int32 [stations]; -1 for none."""
    return state.counted.get((contest, REPORTED), np.full(len(state.roll), NONE, np.int32))


def rulings_of(state: ElectionState, contest: str) -> list[RulingAt]:
    """The effective rulings about a contest and a station of the roll, in log order."""
    found = []
    for logged in state.records(t.Ruling, contest):
        station = state.roll.index.get(logged.entry.about.station or "", NONE)
        if station != NONE:
            found.append(RulingAt(logged.index, station, logged.body.decision, logged.body.entry))
    return found


def _count_sheets(
    counting: Counting, table: SheetTable, mine: NDArray[np.int64], code: str, stations: int
) -> None:
    """One basis: a station's first row counts unless another differs; a machine's comes before a board's."""
    counted = np.full(stations, NONE, np.int32)
    conflict = np.zeros(stations, np.bool_)
    spoken = np.zeros(stations, np.bool_)
    again: list[NDArray[np.int64]] = []
    by_board = table.kind[mine] == t.ManualSheet.TYPE
    for rows in (mine[~by_board], mine[by_board]):
        rows = rows[~spoken[table.station[rows]]]
        station = table.station[rows]
        seen, at = np.unique(station, return_index=True)
        first = np.full(stations, NONE, np.int64)
        first[seen] = rows[at]
        rest = np.delete(rows, at)
        differs = ~same_sheet(table, rest, first[table.station[rest]])
        conflict[table.station[rest[differs]]] = True
        counted[seen] = np.where(conflict[seen], NONE, first[seen])
        counting.status[rows] = np.where(conflict[station], Status.PENDING, Status.DUPLICATE)
        counting.status[counted[seen][counted[seen] >= 0]] = Status.COUNTED
        again.append(rest[~conflict[table.station[rest]]])
        spoken[seen] = True
    repeats = np.sort(np.concatenate(again))
    counting.counted[code] = counted
    counting.conflicts[code] = np.flatnonzero(conflict).astype(np.int32)
    counting.repeats[code] = repeats, counted[table.station[repeats]].astype(np.int64)


def same_sheet(table: SheetTable, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether rows have the content of other rows: every number that stands on a sheet."""
    same = same_votes(table, rows, others)
    for column in (table.ballots, table.voters, table.registered):
        same &= column[rows] == column[others]
    return same


def same_votes(table: SheetTable, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether rows have the counts, null and blank of other rows; what else stands on a sheet may differ."""
    same: NDArray[np.bool_] = (table.counts[rows] == table.counts[others]).all(axis=1)
    same &= (table.null[rows] == table.null[others]) & (table.blank[rows] == table.blank[others])
    return same


def rows_differing(
    table: SheetTable, rows: NDArray[np.int64], others: NDArray[np.integer]
) -> list[tuple[int, int]]:
    """The rows that have another row beside them (-1 for none) with other votes, each with that other."""
    there = others >= 0
    rows, beside = rows[there], others[there].astype(np.int64)
    differs = ~same_votes(table, rows, beside)
    return list(zip(rows[differs].tolist(), beside[differs].tolist(), strict=True))


def _count_paper(
    counting: Counting,
    table: SheetTable,
    mine: NDArray[np.int64],
    stations: int,
    organisation: NDArray[np.int32],
) -> None:
    """Hand counts: what two organisations found alike counts, unless two others agree on something else."""
    counted = np.full(stations, NONE, np.int32)
    groups: dict[tuple[int, bytes], tuple[int, set[int]]] = {}
    for row in mine.tolist():
        numbers = table.counts[row].tobytes() + table.null[row].tobytes() + table.blank[row].tobytes()
        key = (int(table.station[row]), numbers + table.ballots[row].tobytes())
        groups.setdefault(key, (row, set()))[1].add(int(organisation[table.signer[row]]))
    agreed: dict[int, list[int]] = {}
    for (station, _), (row, who) in groups.items():
        if len(who) > 1:
            agreed.setdefault(station, []).append(row)
    conflicts = []
    for station, rows in agreed.items():
        if len(rows) == 1:
            counted[station] = rows[0]
            counting.status[rows[0]] = Status.COUNTED
        else:
            conflicts.append(station)
            counting.status[rows] = Status.PENDING
    counting.counted[PAPER] = counted
    counting.conflicts[PAPER] = np.array(sorted(conflicts), np.int32)


def _apply(counting: Counting, table: SheetTable, stations: int, rulings: Sequence[RulingAt]) -> None:
    """As reported, with the last ruling about each station; upheld and dismissed change nothing."""
    reported = counting.counted.get(REPORTED, np.full(stations, NONE, np.int32))
    counted = reported.copy()
    annulled = set()
    for ruling in rulings:
        place = ruling.station
        if ruling.decision is Decision.ANNUL:
            counted[place] = NONE
            annulled.add(place)
        elif ruling.decision is Decision.SELECT:
            row = _selected(counting, table, ruling)
            if row == NONE:
                counting.void.append(ruling)
                continue
            counted[place] = row
            annulled.discard(place)
        else:
            counted[place] = reported[place]
            annulled.discard(place)
    counting.counted[RULED] = counted
    conflicts = counting.conflicts.get(REPORTED, np.zeros(0, np.int32))
    open_still = [s for s in conflicts.tolist() if counted[s] == NONE and s not in annulled]
    counting.conflicts[RULED] = np.array(open_still, np.int32)
    counting.annulled = sorted(annulled)


def _selected(counting: Counting, table: SheetTable, ruling: RulingAt) -> int:
    """The row that a ruling selects: a sheet, copy or hand count of its station below it; or -1."""
    if ruling.entry is None or ruling.entry >= ruling.index:
        return NONE
    row = int(np.searchsorted(table.index, ruling.entry))
    if (
        row >= len(counting.status)
        or table.index[row] != ruling.entry
        or table.station[row] != ruling.station
    ):
        return NONE
    if table.kind[row] == t.ZeroReport.TYPE or counting.status[row] == Status.REFUSED:
        return NONE
    return row


def pending_of(counting: Counting, refusals: Mapping[int, str], code: str) -> dict[int, str]:
    """Per station of one basis without a row that counts: the code of what keeps it from counting.

    `refusals`: per station, the code that refused its first entry in this basis.
    """
    counted = counting.counted[code]
    annulled = set(counting.annulled) if code == RULED else set()
    found = dict.fromkeys(counting.conflicts[code].tolist(), CONFLICT)
    for station, reason in refusals.items():
        if counted[station] == NONE and station not in annulled:
            found.setdefault(station, reason)
    return dict(sorted(found.items()))
