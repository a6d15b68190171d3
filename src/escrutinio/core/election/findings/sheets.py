"""What is wrong with a sheet, and what other sheets of its station say."""

import numpy as np

from escrutinio.core.election.findings.family import CRITICAL, NOTE, WARNING, Family
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import ElectionState, Status

FAMILY = Family("sheets")

STATION_UNKNOWN = FAMILY.finding(
    "station-unknown",
    WARNING,
    "Station not on the roll | Entry {entry} speaks of station {station}, which the roll does not "
    "list for contest {contest}.",
    keeps=True,
)

CONTEST_UNKNOWN = FAMILY.finding(
    "contest-unknown",
    WARNING,
    "Contest not in the definition | Entry {entry} speaks of contest {contest}, which the definition "
    "does not have.",
    keeps=True,
)

WRONG_OPTION_COUNT = FAMILY.finding(
    "wrong-option-count",
    WARNING,
    "Sheet of another form | Entry {entry}, of station {station}, does not state what contest {contest} asks "
    "for: a count for each option, one for each class of other ballots, and the valid ballots exactly where "
    "a ballot may have several marks.",
    keeps=True,
)

SUM_MISMATCH = FAMILY.finding(
    "sum-mismatch",
    WARNING,
    "Sum that does not add up | The sheet of station {station} in entry {entry} states as "
    "its number of ballots {stated}; its counts add up to {sum}.",
    keeps=True,
)

MARKS_MISMATCH = FAMILY.finding(
    "marks-mismatch",
    WARNING,
    "Marks that its ballots cannot have | In the sheet of station {station} in entry {entry} the marks do "
    "not fit the valid ballots as contest {contest} has them; marks: {votes}; valid ballots: {valid}.",
    keeps=True,
)

MORE_VOTES_THAN_REGISTERED = FAMILY.finding(
    "more-votes-than-registered",
    CRITICAL,
    "More votes than registered voters | The sheet of station {station} in entry {entry} has more "
    "ballots ({votes}) than voters are registered there ({registered}).",
    keeps=True,
)

CONFLICT = FAMILY.finding(
    "conflict",
    CRITICAL,
    "Entries that differ | Station {station} has entries with different content for contest {contest} "
    "({basis}); none of them counts.",
    keeps=True,
)

DUPLICATE = FAMILY.finding(
    "duplicate",
    NOTE,
    "Said again | Entry {entry} says of station {station} the same as entry {first}, which counts.",
)

MORE_VOTERS_THAN_REGISTERED = FAMILY.finding(
    "more-voters-than-registered",
    WARNING,
    "More voters than registered | The sheet of station {station} in entry {entry} states more "
    "voters ({voters}) than are registered there ({registered}).",
)


@FAMILY.contest_rule
def _repeats(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    rows = np.flatnonzero(table.status == Status.DUPLICATE)
    left = notes.left(DUPLICATE, contest)
    for row in rows[:left].tolist():
        basis, station = state.bases[table.basis[row]].code, int(table.station[row])
        first = int(table.index[state.counted[contest, basis][station]])
        entries = [int(table.index[row]), first]
        notes.add(DUPLICATE, entries, station=state.roll.stations[station], contest=contest, first=first)
    if len(rows) > left:
        notes.count_only(DUPLICATE, contest, len(rows) - left, table.index[rows[left:]].tolist())


@FAMILY.contest_rule
def _conflicts(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    by_place: dict[tuple[int, int], list[int]] = {}
    for row in np.flatnonzero(table.status == Status.PENDING).tolist():
        by_place.setdefault((int(table.basis[row]), int(table.station[row])), []).append(
            int(table.index[row])
        )
    for (basis, station), entries in by_place.items():
        code = state.bases[basis].code
        notes.add(CONFLICT, entries, station=state.roll.stations[station], contest=contest, basis=code)


@FAMILY.contest_rule
def _voters(state: ElectionState, contest: str, table: SheetTable, notes: Findings) -> None:
    registered = table.registered_at(state.roll)
    beyond = Beyond.of(state.areas, state.roll, state.definition.body.supplements)
    most = registered + beyond.allowed(table.station, table.supplement)
    many = (registered >= 0) & (table.voters > most) & (table.status != Status.REFUSED)
    for row in np.flatnonzero(many).tolist():
        notes.add(
            MORE_VOTERS_THAN_REGISTERED,
            [int(table.index[row])],
            station=state.roll.stations[table.station[row]],
            contest=contest,
            voters=table.voters[row],
            registered=registered[row],
        )
