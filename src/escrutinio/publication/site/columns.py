"""A contest's totals in one basis, by area: votes, ballots, turnout, and how much of it they stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.core.derived.files import sums_of
from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.outcome import NO_DRAWING, Outcome, drawn_lots, outcome
from escrutinio.core.election.sheets import ballots_of
from escrutinio.core.election.state import Basis, ContestView, ElectionState
from escrutinio.core.election.totals import totals

T = TypeVar("T")


@dataclass(frozen=True)
class Coverage:
    """How much of an area a column stands on, in stations; and the registered voters of those counted."""

    declared: int
    counted: int
    pending: int
    silent: int
    registered: int
    registered_unknown: int

    @property
    def all(self) -> int:
        """Every station there should be."""
        return self.counted + self.pending + self.silent


@dataclass(frozen=True)
class Turnout:
    """Ballots beside registered voters, at the counted stations where the latter are known."""

    stations: int
    ballots: int
    registered: int


class ByArea(dict[int, T]):
    """Figures by the number of an area: kept where a contest has any, and zero everywhere else. Of hundreds
    of contests of a town each, those of all areas would be most of what a publication is made of."""

    def __init__(self, areas: Int64, figures: Int64) -> None:
        """`areas` are those that are kept, of `figures` [areas of the tree, …]."""
        super().__init__(zip(areas.tolist(), figures[areas].tolist(), strict=True))
        self._nothing: T = np.zeros_like(figures[0]).tolist()

    def __missing__(self, area: int) -> T:
        return self._nothing


class Column:
    """A contest's totals in one basis, by number of the area, as plain integers."""

    def __init__(self, state: ElectionState, basis: Basis, contest: ContestView) -> None:
        found = totals(state, contest.code, basis.code)
        self.basis = basis
        self.contest = contest
        self._whole = state.areas.index[contest.area]
        self._lots = drawn_lots(state, contest.code)
        around = _around(state.areas, self._whole)
        self.votes: ByArea[list[int]] = ByArea(around, found.candidates)
        self.options: ByArea[list[int]] = ByArea(around, found.options)
        self.valid: ByArea[int] = ByArea(around, found.valid)
        self.classes: ByArea[list[int]] = ByArea(around, found.classes)
        self.ballots: ByArea[int] = ByArea(around, found.ballots)
        self.unread: ByArea[int] = ByArea(around, found.classes_unread)
        coverage = np.column_stack(
            (
                found.stations_declared,
                found.stations_counted,
                found.stations_pending,
                found.stations_silent,
                found.registered_in_counted,
                found.registered_unknown_in_counted,
            )
        )
        self._coverage: ByArea[list[int]] = ByArea(around, coverage)
        self._turnout: ByArea[list[int]] = ByArea(around, _turnout(state, contest.code, basis.code))
        self._could: ByArea[list[int]] = ByArea(around, _registered(state, contest))

    def coverage(self, area: int) -> Coverage:
        """The coverage of an area by its number."""
        return Coverage(*self._coverage[area])

    def outcome(self, area: int) -> Outcome:
        """What these votes show under the contest's method."""
        registered, unknown = self._could[area]
        return outcome(
            self.contest,
            self.votes[area],
            self.classes[area],
            ballots=self.ballots[area],
            registered=None if unknown else registered,
            lots=self._lots if area == self._whole else NO_DRAWING,
        )

    def sums(self, area: int) -> list[tuple[str, int | None]]:
        """What stands below the candidates' votes, by name: valid ballots, each class of others, all
        together; None for what no counted sheet states."""
        beside: tuple[int | None, ...] = (*self.classes[area], self.ballots[area])
        if 0 < self.unread[area] == self.coverage(area).counted:
            beside = (None,) * len(beside)
        return list(zip(sums_of(self.contest), (self.valid[area], *beside), strict=True))

    def turnout(self, area: int) -> Turnout:
        """How many came to vote at the counted stations whose registered voters are known."""
        return Turnout(*self._turnout[area])


def _around(areas: AreaTree, whole: int) -> Int64:
    """The areas in which a contest of one area has figures: that area, all in it, and those it lies in."""
    inside = np.flatnonzero(areas.within(whole, np.arange(len(areas), dtype=np.int32)))
    return np.concatenate((inside, np.array(areas.ancestors(whole), np.int64)))


def _registered(state: ElectionState, contest: ContestView) -> Int64:
    """Per area the registered voters who could vote in a contest, counted or not yet, and at how many of its
    stations they are not known."""
    stations = np.flatnonzero(contest.stations)
    known = state.roll.registered[stations]
    figures = np.column_stack((np.maximum(known, 0), (known < 0).astype(np.int64)))
    return state.areas.add_up(state.roll.area[stations], figures)


def _turnout(state: ElectionState, contest: str, basis: str) -> Int64:
    """Per area stations, ballots and registered voters, of the counted stations where the last are known."""
    rows, roll, table = state.counted.get((contest, basis)), state.roll, state.tables[contest]
    if rows is None:
        return np.zeros((len(state.areas), 3), np.int64)
    stations = np.flatnonzero((rows >= 0) & (roll.registered >= 0))
    taken = rows[stations]
    ballots = ballots_of(table)[taken]
    figures = np.column_stack((np.ones(len(stations), np.int64), ballots, roll.registered[stations]))
    return state.areas.add_up(roll.area[stations], figures)
