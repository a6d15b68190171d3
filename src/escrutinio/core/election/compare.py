"""What different bases, and announcements, say of the same stations: findings where they differ."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.counting import counted_at, same_votes
from escrutinio.core.election.findings import Findings
from escrutinio.core.election.state import REPORTED, RULED, ElectionState, SheetTable, Status
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis as BasisCode
from escrutinio.core.records.codes import Method
from escrutinio.core.records.parts import LogHead

RootAt = Callable[[int], bytes]


def note_comparisons(state: ElectionState, root_at: RootAt, notes: Findings) -> None:
    """Copies and hand counts against official sheets; bulletins and proclamations against the log."""
    for contest, table in state.tables.items():
        nothing = np.full(len(state.roll), -1, np.int32)
        official = state.counted.get((contest, REPORTED), nothing)
        for number, basis in enumerate(state.bases):
            if basis.organisation is not None:
                _note_copies(state, contest, table, number, official, notes)
        _note_hand_counts(state, contest, table, official, notes)
    _note_bulletins(state, root_at, notes)
    _note_proclamations(state, root_at, notes)


def _note_copies(
    state: ElectionState,
    contest: str,
    table: SheetTable,
    basis: int,
    official: NDArray[np.int32],
    notes: Findings,
) -> None:
    organisation = str(state.bases[basis].organisation)
    rows = np.flatnonzero((table.basis == basis) & (table.status != Status.REFUSED))
    bare = rows[~table.original[rows]]
    if len(bare):
        notes.add(
            "copy-unsigned",
            table.index[bare].tolist(),
            contest=contest,
            count=len(bare),
            organisation=organisation,
        )
    spoken = rows[table.status[rows] != Status.DUPLICATE]
    beside = official[table.station[spoken]].astype(np.int64)
    for row, other in _differing(table, spoken, beside):
        notes.add(
            "copy-differs",
            [int(table.index[row]), int(table.index[other])],
            station=state.roll.stations[table.station[row]],
            contest=contest,
            organisation=organisation,
        )
    stations, first = np.unique(table.station[spoken], return_index=True)
    silent = official[stations] < 0
    silent[np.isin(stations, list(state.pending.get((contest, REPORTED), {})))] = False
    if silent.any():
        entries = np.sort(table.index[spoken[first[silent]]]).tolist()
        notes.add(
            "official-missing", entries, contest=contest, count=int(silent.sum()), organisation=organisation
        )


def _note_hand_counts(
    state: ElectionState, contest: str, table: SheetTable, official: NDArray[np.int32], notes: Findings
) -> None:
    rows = np.flatnonzero((table.kind == t.HandCount.TYPE) & (table.status != Status.REFUSED))
    beside = official[table.station[rows]].astype(np.int64)
    for row, other in _differing(table, rows, beside):
        notes.add(
            "hand-count-differs",
            [int(table.index[row]), int(table.index[other])],
            station=state.roll.stations[table.station[row]],
            contest=contest,
            signer=state.signers[table.signer[row]],
        )


def _differing(
    table: SheetTable, rows: NDArray[np.int64], others: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """The rows that have another row beside them (not -1) with other votes."""
    there = others >= 0
    rows, others = rows[there], others[there]
    differs = ~same_votes(table, rows, others)
    return list(zip(rows[differs].tolist(), others[differs].tolist(), strict=True))


def _note_bulletins(state: ElectionState, root_at: RootAt, notes: Findings) -> None:
    for logged, body in state.records(t.Bulletin):
        about = logged.entry.about
        basis = RULED if body.basis is BasisCode.RULED else REPORTED
        differs = _head(state, logged.index, body.head, root_at)
        contest, area = about.contest, about.area
        if contest is None or contest not in state.tables or (area and area not in state.areas.index):
            differs.append("place")
        else:
            found = _sums(state, contest, area, basis, body.head.size)
            announced = (body.counts, body.null, body.blank, body.stations)
            names = ("counts", "null", "blank", "stations")
            differs += [n for n, said, seen in zip(names, announced, found, strict=True) if said != seen]
        if differs:
            notes.add(
                "bulletin-mismatch",
                [logged.index],
                contest=contest,
                area=area,
                number=body.number,
                size=body.head.size,
                differs=", ".join(differs),
            )


def _note_proclamations(state: ElectionState, root_at: RootAt, notes: Findings) -> None:
    """A proclamation stands on the sheets as ruled, where there were rulings."""
    for logged, body in state.records(t.Proclamation):
        contest = logged.entry.about.contest
        differs = _head(state, logged.index, body.head, root_at)
        if contest is None or contest not in state.tables:
            differs.append("place")
        else:
            counts, *_ = _sums(state, contest, None, RULED, body.head.size)
            if counts != body.counts:
                differs.append("counts")
            if not _lead(state, contest, body.elected, counts):
                differs.append("elected")
        if differs:
            notes.add(
                "proclamation-mismatch",
                [logged.index],
                contest=contest,
                size=body.head.size,
                differs=", ".join(differs),
            )


def _lead(state: ElectionState, contest: str, elected: Sequence[str], votes: Sequence[int]) -> bool:
    """Whether nobody else has more votes than any of the elected, who all stand in the contest.

    Lists of a D'Hondt contest are only looked up: their seats are evidence, not a fold's matter.
    """
    view = state.contest(contest)
    if not set(elected) <= set(view.candidates):
        return False
    if view.method is Method.DHONDT:
        return True
    least = min(votes[view.candidates.index(code)] for code in elected)
    return all(v <= least for code, v in zip(view.candidates, votes, strict=True) if code not in elected)


def _head(state: ElectionState, index: int, head: LogHead, root_at: RootAt) -> list[str]:
    """What an announced head and this log differ in."""
    charter = None if state.charter is None else state.charter.entry.body
    differs = []
    if isinstance(charter, t.Charter) and head.origin != charter.origin:
        return ["origin"]
    if not 0 < head.size <= index:
        differs.append("size")
    elif root_at(head.size) != head.root:
        differs.append("root")
    return differs


def _sums(
    state: ElectionState, contest: str, area: str | None, basis: str, size: int
) -> tuple[tuple[int, ...], int, int, int]:
    """Votes by candidate, null, blank and stations counted, of the log at a size.

    As ruled is as reported where there were no rulings.
    """
    view, table = state.contest(contest), state.tables[contest]
    codes = [each.code for each in state.bases]
    basis = basis if basis in codes else REPORTED
    if basis not in codes:
        return (0,) * len(view.candidates), 0, 0, 0
    counted = counted_at(state, contest, basis, size)
    here = counted >= 0
    if area is not None:
        here &= state.areas.within(state.areas.index[area], state.roll.area)
    rows = counted[here]
    votes = np.zeros(len(view.candidates), np.int64)
    np.add.at(votes, view.option_candidate, table.counts[rows].sum(axis=0, dtype=np.int64))
    null, blank = (int(column[rows].sum(dtype=np.int64)) for column in (table.null, table.blank))
    return tuple(votes.tolist()), null, blank, len(rows)
