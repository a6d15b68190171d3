"""How many ballots can still come: list by list, without goodwill."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.roll import UNKNOWN
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.election.totals import by_area
from escrutinio.evidence.certainty.rules import rules_of
from escrutinio.evidence.certainty.station_changes import StationChanges


class SmallRollError(EvidenceError):
    """A roll that somebody states is smaller than what the stations at hand already need."""


@dataclass(frozen=True, eq=False)
class Capacity:
    """How many ballots can still come in each area, int64 [areas]: at `most`, -1 where unknown, and `least`,
    as many as can for certain. `by_stated`, bool [areas]: where `most` follows from a roll that somebody
    states."""

    most: Int64
    least: Int64
    by_stated: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CountedSheets:
    """What is counted of a contest and what is not, as far as it says how many ballots can still come.

    Per station, [stations]: `missing` (votes in the contest, and nothing of it counts or ever will not),
    `unread` (`unread_stations`); of counted sheets `ballots`, those that are `valid`, and how many may be of
    voters `beyond_list`. Per area, [areas]: `unlisted` and `open_ended` (`unlisted_stations`).
    `changes`: what was changed of stations after the roll.
    """

    contest: ContestView
    beyond: Beyond
    missing: NDArray[np.bool_]
    unread: NDArray[np.bool_]
    ballots: Int64
    valid: Int64
    beyond_list: Int64
    unlisted: Int64
    open_ended: NDArray[np.bool_]
    changes: StationChanges

    def capacity(self, state: ElectionState, registered: int | None) -> Capacity:
        """R in each area: at missing stations every voter on the list and as
        many more as the law allows; at a station with an unread sheet what its valid ballots leave of these.

        `registered`: voters on the whole roll, where somebody states it. Raises SmallRollError for fewer than
        what is counted needs.
        """
        roll, most, missing, unread = self.changes.registered, self.beyond.most, self.missing, self.unread
        known = roll != UNKNOWN
        rest = np.where(unread & known, np.maximum(roll + most - self.valid, 0), 0)
        listed = by_area(state, np.where(missing & known, roll, 0)) + self.changes.voters
        others = by_area(state, np.where(missing | (unread & ~known), most, 0) + rest)
        unknown = by_area(state, (missing | unread) & ~known)
        gone = (self.unlisted > 0) | self.open_ended | (self.changes.opened_unknown > 0)
        supplements = state.definition.body.supplements
        # Any station that the roll does not list may be one where the law lets others vote.
        elsewhere = sum(each.most or 0 for each in supplements)
        others = others + elsewhere * self.changes.opened
        least = listed + others
        capacity = np.where((unknown == 0) & ~gone, least, -1)
        listed_alone = capacity
        if registered is not None:
            top = state.areas.index[self.contest.area]
            # Whoever is neither at a counted nor at an annulled station; a counted one has at least its
            # ballots, but for those of voters who may be beyond its list.
            from_list = np.maximum(self.ballots - self.beyond_list, 0)
            used = np.where(known, roll, from_list)[self.contest.stations & ~missing]
            # Who was registered at a station that was opened later may not be among those of the roll.
            left = registered - int(used.sum()) + int(self.changes.voters[top])
            if left < int(listed[top]):
                raise SmallRollError("roll-small", voters=registered)
            bound = left - (listed[top] - listed) + others + elsewhere * self.unlisted[top]
            capacity = np.where(capacity < 0, bound, capacity)
        unbounded = by_area(state, (missing | unread) & self.beyond.unbounded) > 0
        if any(each.most is None for each in supplements):
            unbounded |= gone | (self.changes.opened > 0)
        most = np.where(unbounded, -1, capacity)
        return Capacity(most, least, (listed_alone < 0) & (most >= 0))

    def registered(self, state: ElectionState, stated: int | None) -> Int64:
        """Voters on the roll of the contest in each area, int64 [areas], -1 where unknown; `stated`: on the
        whole roll, where somebody states it."""
        roll, here, unlisted = self.changes.registered, self.contest.stations, self.unlisted
        sure = (by_area(state, here & (roll == UNKNOWN)) == 0) & (unlisted == 0) & ~self.open_ended
        sure &= self.changes.opened_unknown == 0
        found = np.where(sure, by_area(state, np.where(here, roll, 0)) + self.changes.voters, -1)
        top = state.areas.index[self.contest.area]
        if stated is not None and found[top] < 0:
            found[top] = stated
        return found


def unread_stations(
    contest: ContestView, stated: Int64, rows: NDArray[np.int32], counted: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The counted stations, bool [stations], whose sheet does not say how many ballots it has of a class that
    a share is of, or of any class where the law asks for a turnout.

    `stated`: ballots by class [rows], -1 where not stated; `rows`: of the stations, [stations].
    """
    needed = range(len(contest.classes)) if contest.quorum is not None else sorted(rules_of(contest).classes)
    unread = np.zeros(len(rows), np.bool_)
    if len(needed):
        unread[counted] = (stated[rows[counted]][:, list(needed)] < 0).any(axis=1)
    return unread


def unlisted_stations(state: ElectionState, gap: Int64) -> tuple[Int64, NDArray[np.bool_]]:
    """Stations declared beyond the roll, and the areas where such stations of an area above may lie.

    `gap` [areas]: declared minus listed, of the area and all that lies in it.
    """
    parent, declared = state.areas.parent, state.roll.declared
    above = np.maximum(gap, 0)
    if not above.any():
        return above, np.zeros(len(gap), np.bool_)
    own_gap = above.copy()
    children = parent >= 0
    np.subtract.at(own_gap, parent[children], above[children])
    open_ended = np.zeros(len(gap), np.bool_)
    for area in range(1, len(gap)):  # parents stand before their children
        if state.areas.codes[area] not in declared:
            open_ended[area] = open_ended[parent[area]] or own_gap[parent[area]] > 0
    return above, open_ended
