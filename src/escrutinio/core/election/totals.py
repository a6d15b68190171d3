"""Adding up the sheets that count: per area, candidate and option, for one contest and one basis.

Everything is int64 and exact: five million sheets of counts below 2^32 stay below 2^55.
"""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.counting import counted_at
from escrutinio.core.election.definition import BLANK, NULL
from escrutinio.core.election.sheets import valid_of
from escrutinio.core.election.state import RULED, ContestView, ElectionState

_BLOCK = 1 << 14  # sheets gathered at once: 40 options of them fit a processor's cache


@dataclass(frozen=True, eq=False)
class Sums:
    """What the counted sheets of a contest and basis add up to, in each area and all that lies in it.

    int64 arrays whose first axis is the area tree's: `options` [areas, options] and `candidates` [areas,
    candidates] in the definition's order; `valid` ballots [areas]; `classes` [areas, classes] of ballots that
    are not; `classes_unread` [areas], counted sheets that do not say how many; `stations_counted` [areas].
    """

    contest: ContestView
    basis: str
    options: Int64
    candidates: Int64
    valid: Int64
    classes: Int64
    classes_unread: Int64
    stations_counted: Int64

    @property
    def votes(self) -> Int64:
        """Votes of all candidates, int64 [areas]: the valid ballots, where a ballot has one mark."""
        votes: Int64 = self.options.sum(axis=1)
        return votes

    @property
    def ballots(self) -> Int64:
        """Valid ballots and those of all classes together, int64 [areas]."""
        others: Int64 = self.classes.sum(axis=1)
        return self.valid + others

    @property
    def beside(self) -> Int64:
        """What stands beside the valid ballots: `classes` and, last, `ballots`, int64 [areas, classes + 1];
        -1 where they are not known."""
        found: Int64 = np.column_stack((self.classes, self.ballots))
        found[self.classes_unknown] = -1
        return found

    @property
    def classes_unknown(self) -> NDArray[np.bool_]:
        """Where sheets count and none of them says how many ballots each class has, bool [areas]: there
        `classes` and `ballots` lack all of them, and are not known."""
        found: NDArray[np.bool_] = (self.classes_unread > 0) & (self.classes_unread == self.stations_counted)
        return found

    def of_class(self, code: str) -> Int64:
        """The ballots of a class, int64 [areas]; zeros where the contest has no such class."""
        classes = self.contest.classes
        return self.classes[:, classes.index(code)] if code in classes else np.zeros_like(self.valid)

    @property
    def null(self) -> Int64:
        """Null ballots, int64 [areas]."""
        return self.of_class(NULL)

    @property
    def blank(self) -> Int64:
        """Blank ballots, int64 [areas]."""
        return self.of_class(BLANK)


@dataclass(frozen=True, eq=False)
class Totals(Sums):
    """Sums, with how much of each area they stand on; all int64 [areas], stations where not said otherwise.

    `stations_in_roll`: that the roll lists and that vote in the contest. `stations_declared`: as the
    authority declares for the area; where it does not, the sum of what lies in it, by the roll at the
    least. `stations_pending`: with an entry that a finding keeps from counting; `stations_annulled`: that a
    ruling took out of this basis. `registered_in_counted`: registered voters at the stations counted,
    where known; `registered_unknown_in_counted`: stations counted where they are not.
    """

    stations_declared: Int64
    stations_in_roll: Int64
    stations_pending: Int64
    stations_annulled: Int64
    registered_in_counted: Int64
    registered_unknown_in_counted: Int64

    @property
    def stations_silent(self) -> Int64:
        """Stations, in the roll or only declared, that have not reported, int64 [areas]."""
        known = np.maximum(self.stations_declared, self.stations_in_roll)
        return known - self.stations_counted - self.stations_pending - self.stations_annulled


def totals(state: ElectionState, contest: str, basis: str) -> Totals:
    """Add up the sheets that count for a contest in a basis, in every area of the tree.

    A contest or basis without a sheet has zeros. Raises KeyError for codes that the state does not have.
    """
    view, code = state.contest(contest), state.basis(basis).code
    nothing = np.full(len(state.roll), -1, np.int32)
    rows = state.counted.get((contest, code), nothing)
    sums = _sums(state, view, code, rows)
    registered = np.where(rows >= 0, state.roll.registered, 0)
    annulled = state.annulled.get(contest, ()) if code == RULED else ()
    in_roll = by_area(state, view.stations)
    return Totals(
        **vars(sums),
        stations_declared=_declared(state.areas, state.roll.declared, in_roll, view.area),
        stations_in_roll=in_roll,
        stations_pending=_count(state, state.pending.get((contest, code), {})),
        stations_annulled=_count(state, annulled),
        registered_in_counted=by_area(state, np.maximum(registered, 0)),
        registered_unknown_in_counted=by_area(state, registered < 0),
    )


def totals_at(state: ElectionState, contest: str, basis: str, size: int) -> Sums:
    """Add up the sheets that counted when the log had `size` entries, by the roll in force now.

    Raises KeyError as `totals` does.
    """
    view = state.contest(contest)
    return _sums(state, view, basis, counted_at(state, contest, basis, size))


def totals_by_station(state: ElectionState, contest: str, basis: str) -> Int64:
    """The votes of each candidate at each station, int64 [stations, candidates]; -1 where none counts.

    Raises KeyError as `totals` does.
    """
    view, code = state.contest(contest), state.basis(basis).code
    votes = np.full((len(state.roll), len(view.candidates)), -1, np.int64)
    if (rows := state.counted.get((contest, code))) is not None:
        stations = np.flatnonzero(rows >= 0)
        votes[stations] = by_candidate(view, state.tables[contest].counts[rows[stations]])
    return votes


def by_candidate(contest: ContestView, options: NDArray[np.integer]) -> Int64:
    """Add up the options of each candidate: [rows, options] to int64 [rows, candidates]."""
    votes = np.zeros((len(options), len(contest.candidates)), np.int64)
    for option, candidate in enumerate(contest.option_candidate.tolist()):
        votes[:, candidate] += options[:, option]
    return votes


def _sums(state: ElectionState, contest: ContestView, basis: str, rows: NDArray[np.int32]) -> Sums:
    """Add up the table's `rows` [stations], -1 for none."""
    table = state.tables[contest.code]
    stations = np.flatnonzero(rows >= 0)
    places = state.roll.area[stations]
    # Sheets of one area stand together, so that each area's block is one sum.
    order = np.argsort(places, kind="stable")
    taken, places = rows[stations[order]], places[order]
    options, classes = len(contest.options), len(contest.classes)
    own = np.zeros((len(state.areas), options + classes + 3), np.int64)
    valid = valid_of(table)
    for start in range(0, len(taken), _BLOCK):
        block, at = taken[start : start + _BLOCK], places[start : start + _BLOCK]
        first = np.flatnonzero(np.diff(at, prepend=-1))
        stated = table.classes[block]
        unread, one = (stated < 0).any(axis=1), np.ones(len(block), np.int64)
        figures = np.column_stack((table.counts[block], np.maximum(stated, 0), unread, valid[block], one))
        own[at[first]] += np.add.reduceat(figures, first, axis=0, dtype=np.int64)
    summed = state.areas.roll_up(own)
    by_option = summed[:, :options]
    return Sums(
        contest=contest,
        basis=basis,
        options=by_option,
        candidates=by_candidate(contest, by_option),
        valid=summed[:, -2],
        classes=summed[:, options:-3],
        classes_unread=summed[:, -3],
        stations_counted=summed[:, -1],
    )


def declared_stations(state: ElectionState, contest: ContestView) -> Int64:
    """How many stations a contest has in each area, int64 [areas], as in its `Totals.stations_declared`."""
    return _declared(state.areas, state.roll.declared, by_area(state, contest.stations), contest.area)


def by_area(state: ElectionState, values: NDArray[np.integer] | NDArray[np.bool_]) -> Int64:
    """Add up values per station of the roll, [stations, ...], in each area and all that lies in it."""
    return state.areas.add_up(state.roll.area, values)


def _count(state: ElectionState, stations: Collection[int]) -> Int64:
    """Count stations, given by number, in each area and all that lies in it."""
    return state.areas.add_up(state.roll.area[np.fromiter(stations, np.int64, len(stations))], 1)


def _declared(areas: AreaTree, declared: Mapping[str, int], in_roll: Int64, root: str) -> Int64:
    """The stations of each area, as declared or else added up, of those areas that lie in `root`."""
    top = areas.index[root]
    if not declared:
        return in_roll
    inside = areas.within(top, np.arange(len(areas), dtype=np.int32))
    stations, parent = in_roll.tolist(), areas.parent.tolist()
    # From the leaves upwards: each area hands its parent by how much it is more, or less, than the roll.
    for area in np.flatnonzero(inside)[::-1].tolist():
        stations[area] = declared.get(areas.codes[area], stations[area])
        if area != top:
            stations[parent[area]] += stations[area] - int(in_roll[area])
    for area in areas.ancestors(top):
        stations[area] = stations[top]
    return np.array(stations, np.int64)
