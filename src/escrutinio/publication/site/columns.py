"""A contest's totals in one basis, by area: votes, ballots, turnout, and how much of it they stand on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from escrutinio.core.derived.files import sums_of
from escrutinio.core.election.outcome import Outcome, drawn_lots, outcome
from escrutinio.core.election.sheets import ballots_of
from escrutinio.core.election.state import Basis, ContestView, ElectionState
from escrutinio.core.election.totals import totals


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


class Column:
    """A contest's totals in one basis, by number of the area, as plain integers."""

    def __init__(self, state: ElectionState, basis: Basis, contest: ContestView) -> None:
        found = totals(state, contest.code, basis.code)
        self.basis = basis
        self.contest = contest
        self._turnout = _turnout(state, contest.code, basis.code)
        self._could = _registered(state, contest)
        self._whole = state.areas.index[contest.area]
        self._lots = drawn_lots(state, contest.code)
        self.votes: list[list[int]] = found.candidates.tolist()
        self.options: list[list[int]] = found.options.tolist()
        self.valid: list[int] = found.valid.tolist()
        self.classes: list[list[int]] = found.classes.tolist()
        self.ballots: list[int] = found.ballots.tolist()
        self.unread: list[int] = found.classes_unread.tolist()
        self._coverage: list[list[int]] = np.column_stack(
            (
                found.stations_declared,
                found.stations_counted,
                found.stations_pending,
                found.stations_silent,
                found.registered_in_counted,
                found.registered_unknown_in_counted,
            )
        ).tolist()

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
            lots=self._lots if area == self._whole else (),
        )

    def sums(self, area: int) -> list[tuple[str, int]]:
        """What stands below the candidates' votes, by name: valid ballots, each class of others, all
        together."""
        return list(
            zip(
                sums_of(self.contest),
                (self.valid[area], *self.classes[area], self.ballots[area]),
                strict=True,
            )
        )

    def turnout(self, area: int) -> Turnout:
        """How many came to vote at the counted stations whose registered voters are known."""
        return Turnout(*self._turnout[area])


def _registered(state: ElectionState, contest: ContestView) -> list[list[int]]:
    """Per area the registered voters who could vote in a contest, counted or not yet, and at how many of its
    stations they are not known."""
    stations = np.flatnonzero(contest.stations)
    known = state.roll.registered[stations]
    figures = np.column_stack((np.maximum(known, 0), (known < 0).astype(np.int64)))
    found: list[list[int]] = state.areas.add_up(state.roll.area[stations], figures).tolist()
    return found


def _turnout(state: ElectionState, contest: str, basis: str) -> list[list[int]]:
    """Per area stations, ballots and registered voters, of the counted stations where the last are known."""
    rows, roll, table = state.counted.get((contest, basis)), state.roll, state.tables[contest]
    if rows is None:
        return [[0, 0, 0] for _ in range(len(state.areas))]
    stations = np.flatnonzero((rows >= 0) & (roll.registered >= 0))
    taken = rows[stations]
    ballots = ballots_of(table)[taken]
    figures = np.column_stack((np.ones(len(stations), np.int64), ballots, roll.registered[stations]))
    found: list[list[int]] = state.areas.add_up(roll.area[stations], figures).tolist()
    return found
