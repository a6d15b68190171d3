"""Which row counts at which station: duplicates, conflicts, boards' sheets, hand counts and rulings.

What is judged here depends only on the rows and rulings below a log size, so that the count at an earlier
size, which a bulletin speaks of, can be made again from the state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.findings.docket import COUNT_AWAITED
from escrutinio.core.election.findings.sheets import CONFLICT
from escrutinio.core.election.keys import side_of
from escrutinio.core.election.places import in_places
from escrutinio.core.election.rights import Rights
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import PAPER, REPORTED, RULED, ElectionState, Status
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Decision

NONE = -1


@dataclass(frozen=True, eq=False, slots=True)
class RulingAt:
    """A ruling as it counts: what it says of the stations `here` (bool [stations]) of a contest.

    `place`: the station's code, or the area's, or None for the whole contest. `matter`: its subject, of which
    one ruling at a time is in force. `instance`: of the court, 0 for the authority. `sheet`: for a `select`,
    the digest that it names, as a number in `ElectionState.digests`; `digest` its own, likewise.
    """

    index: int
    matter: str
    place: str | None
    here: NDArray[np.bool_]
    instance: int
    decision: Decision
    sheet: int
    digest: int


@dataclass(eq=False)
class Counting:
    """The count of one contest: a status per row; per basis the row that counts at each station (-1: none),
    and the stations where entries differ. `annulled` stations; rulings that are `void`, since they select
    what is no sheet of theirs; and what is `awaited`: recounts and repeated votes that were ordered, each
    with the stations that have none yet."""

    status: NDArray[np.uint8]
    counted: dict[str, NDArray[np.int32]] = field(default_factory=dict)
    conflicts: dict[str, NDArray[np.int32]] = field(default_factory=dict)
    annulled: list[int] = field(default_factory=list)
    void: list[RulingAt] = field(default_factory=list)
    awaited: list[tuple[RulingAt, list[int]]] = field(default_factory=list)


def count(
    table: SheetTable,
    bases: Sequence[str],
    stations: int,
    signers: Sequence[str],
    rulings: Sequence[RulingAt],
    size: int,
    retracted: Mapping[int, int],
) -> Counting:
    """Count the rows of one contest whose log index is below `size`.

    Rows with status REFUSED stay refused, and those that were `retracted` below `size` count nowhere.
    `signers` are the names that `table.signer` counts in, `bases` the codes that `table.basis` counts in.
    """
    rows = int(np.searchsorted(table.index, size))
    status = np.full(rows, Status.EVIDENCE, np.uint8)
    refused = table.status[:rows] == Status.REFUSED
    status[refused] = Status.REFUSED
    if taken_back := [entry for entry, by in retracted.items() if by < size]:
        status[np.isin(table.index[:rows], taken_back) & ~refused] = Status.RETRACTED
        refused |= status == Status.RETRACTED
    counting = Counting(status)
    for number, code in enumerate(bases):
        mine = np.flatnonzero((table.basis[:rows] == number) & ~refused)
        if code == PAPER:
            _count_paper(counting, table, mine, stations, signers)
        elif code != RULED:
            _count_sheets(counting, table, mine, code, stations)
    if RULED in bases:
        _apply(counting, table, stations, [ruling for ruling in rulings if ruling.index < size])
    return counting


def counted_at(
    state: ElectionState, contest: str, basis: str, size: int, *, status: NDArray[np.uint8] | None = None
) -> NDArray[np.int32]:
    """The row that counted at each station when the log had `size` entries, int32 [stations], -1 for none.

    `status`: which rows are refused, where it is not for what the log says at its end.

    Raises KeyError for a contest or basis that the state does not have.
    """
    state.basis(basis)
    return counting_at(state, contest, size, status=status).counted[basis]


def counting_at(
    state: ElectionState, contest: str, size: int, *, status: NDArray[np.uint8] | None = None
) -> Counting:
    """The count of a contest when the log had `size` entries, with that `status` of its rows where one is
    given. Raises KeyError for one that there is not."""
    codes = [each.code for each in state.bases]
    rulings = rulings_of(state, Rights(state.definition.body), contest)
    who, taken_back = state.signers, state.retracted
    table = state.tables[contest] if status is None else replace(state.tables[contest], status=status)
    return count(table, codes, len(state.roll), who, rulings, size, taken_back)


def reported_rows(state: ElectionState, contest: str) -> NDArray[np.int32]:
    """The official row that counts at each station, int32 [stations]; -1 for none."""
    return state.counted.get((contest, REPORTED), np.full(len(state.roll), NONE, np.int32))


def rulings_of(state: ElectionState, rights: Rights, contest: str) -> list[RulingAt]:
    """The effective rulings about a contest, in log order."""
    found = []
    number = {digest: place for place, digest in enumerate(state.digests)}
    for logged in state.records(t.Ruling, contest):
        about, body, held = logged.entry.about, logged.body, state.keys.get(logged.entry.kid)
        places = [place for place in (about.station, about.area) if place is not None]
        here = in_places(state.areas, state.roll, places) if places else np.ones(len(state.roll), np.bool_)
        instance = 0 if held is None else rights.speaks_for(held.key.name, held.key.role)[0]
        found.append(
            RulingAt(
                index=logged.index,
                matter=logged.entry.subject,
                place=places[0] if places else None,
                here=here & state.contest(contest).stations,
                instance=instance,
                decision=body.decision,
                sheet=NONE if body.sheet is None else number.get(body.sheet, NONE),
                digest=number.get(logged.entry.digest, NONE),
            )
        )
    return found


def _count_sheets(
    counting: Counting, table: SheetTable, mine: NDArray[np.int64], code: str, stations: int
) -> None:
    """One basis: a station's first row counts unless another differs; a machine's comes before a board's."""
    counted = np.full(stations, NONE, np.int32)
    conflict = np.zeros(stations, np.bool_)
    spoken = np.zeros(stations, np.bool_)
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
        spoken[seen] = True
    counting.counted[code] = counted
    counting.conflicts[code] = np.flatnonzero(conflict).astype(np.int32)


def same_sheet(table: SheetTable, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether rows have the content of other rows: every number that stands on a sheet."""
    same = same_votes(table, rows, others)
    for column in (table.ballots, table.voters, table.supplement, table.spoilt, table.registered):
        same &= column[rows] == column[others]
    return same


def same_votes(table: SheetTable, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether rows have the votes and other ballots of other rows; what else stands on a sheet may differ."""
    same: NDArray[np.bool_] = (table.counts[rows] == table.counts[others]).all(axis=1)
    same &= (table.classes[rows] == table.classes[others]).all(axis=1)
    same &= table.valid[rows] == table.valid[others]
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
    signers: Sequence[str],
) -> None:
    """Hand counts: what two sides found alike counts, unless two others agree on something else; all officers
    of the authority are one side."""
    counted = np.full(stations, NONE, np.int32)
    groups: dict[tuple[int, bytes], tuple[int, set[str]]] = {}
    for row in mine.tolist():
        numbers = table.counts[row].tobytes() + table.classes[row].tobytes() + table.valid[row].tobytes()
        key = (int(table.station[row]), numbers + table.ballots[row].tobytes())
        groups.setdefault(key, (row, set()))[1].add(side_of(signers[table.signer[row]]))
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
    """As reported, with the rulings in force, in log order: of several about one station the last of the
    highest instance. What is upheld, dismissed, stayed or reversed leaves a station as reported."""
    reported = counting.counted.get(REPORTED, np.full(stations, NONE, np.int32))
    counted, annulled = reported.copy(), np.zeros(stations, np.bool_)
    instance, ordered = np.zeros(stations, np.int16), np.full(stations, NONE, np.int64)
    in_force = {ruling.matter: ruling for ruling in rulings}
    for ruling in sorted(in_force.values(), key=lambda each: each.index):
        here = ruling.here & (instance <= ruling.instance)
        again = ruling.decision in (Decision.RECOUNT, Decision.REPEAT)
        if ruling.decision is Decision.SELECT:
            row = _selected(counting, table, ruling, here)
            if row == NONE:
                counting.void.append(ruling)
                continue
            counted[here] = row
        else:
            counted[here] = NONE if again or ruling.decision is Decision.ANNUL else reported[here]
        instance[here] = ruling.instance
        annulled[here] = ruling.decision is Decision.ANNUL
        ordered[here] = ruling.index if again else NONE
    conflict = np.zeros(stations, np.bool_)
    conflict[counting.conflicts.get(REPORTED, np.zeros(0, np.int32))] = True
    conflict &= (counted == NONE) & ~annulled & (ordered == NONE)
    counting.counted[RULED] = counted
    for ruling in in_force.values():
        if (here := ordered == ruling.index).any():
            conflict |= _count_again(counting, table, ruling, here)
            waiting = np.flatnonzero(here & (counted == NONE) & ~conflict).tolist()
            counting.awaited.append((ruling, waiting))
    counting.conflicts[RULED] = np.flatnonzero(conflict).astype(np.int32)
    counting.annulled = np.flatnonzero(annulled).tolist()


def _selected(counting: Counting, table: SheetTable, ruling: RulingAt, here: NDArray[np.bool_]) -> int:
    """The row that a ruling selects: an official sheet of its station below it; or -1.

    Its sums, or that it has more votes than voters, do not keep it from being selected; that its key may not
    speak of the station, or that it counts other things than the contest has, does.
    """
    if ruling.sheet == NONE or here.sum() != 1:
        return NONE
    rows = np.flatnonzero(table.record[: len(counting.status)] == ruling.sheet)
    for row in rows.tolist():
        mine = table.station[row] >= 0 and here[table.station[row]] and table.index[row] < ruling.index
        if mine and table.kind[row] != t.ZeroReport.TYPE and table.selectable[row]:
            return row
    return NONE


def _count_again(
    counting: Counting, table: SheetTable, ruling: RulingAt, here: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Count the boards' sheets that follow a ruling, at the stations where it is in force: the first of each
    counts unless another differs. The stations where one does, bool [stations]."""
    rows = len(counting.status)
    fine = (table.kind[:rows] == t.ManualSheet.TYPE) & (counting.status != Status.REFUSED)
    mine = np.flatnonzero(fine & (table.digest[:rows] == ruling.digest) & (ruling.digest != NONE))
    mine = mine[(table.index[mine] > ruling.index) & here[table.station[mine]]]
    own = Counting(counting.status)
    _count_sheets(own, table, mine, RULED, len(here))
    counted = counting.counted[RULED]
    counted[here] = own.counted[RULED][here]
    conflict = np.zeros(len(here), np.bool_)
    conflict[own.conflicts[RULED]] = True
    return conflict


def pending_of(counting: Counting, refusals: Mapping[int, str], code: str) -> dict[int, str]:
    """Per station of one basis without a row that counts: the code of what keeps it from counting.

    `refusals`: per station, the code that refused its first entry in this basis.
    """
    counted = counting.counted[code]
    annulled = set(counting.annulled) if code == RULED else set()
    found = dict.fromkeys(counting.conflicts[code].tolist(), CONFLICT)
    if code == RULED:
        for _, waiting in counting.awaited:
            found.update(dict.fromkeys(waiting, COUNT_AWAITED))
    for station, reason in refusals.items():
        if counted[station] == NONE and station not in annulled:
            found.setdefault(station, reason)
    return dict(sorted(found.items()))
