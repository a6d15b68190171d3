"""What the authority changed of its stations after the roll: none of it makes fewer ballots outstanding."""

from dataclasses import dataclass

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.core.election.roll import UNKNOWN
from escrutinio.core.election.state import ContestView, ElectionState
from escrutinio.core.records import types as t


@dataclass(frozen=True, eq=False)
class StationChanges:
    """Per station of the roll, [stations], the larger one of all numbers of `registered` voters that were
    given, -1 where none was. Per area, [areas]: stations `opened` that the roll does not list, of which
    `opened_unknown` have no number, and the `voters` of the others."""

    registered: Int64
    opened: Int64
    opened_unknown: Int64
    voters: Int64


def station_changes(state: ElectionState, contest: ContestView) -> StationChanges:
    """The changes in force. A station that the roll does not list lies in the area of its center, or, where
    that is not listed either, somewhere in the contest's own."""
    roll, areas = state.roll, state.areas
    registered = roll.registered.copy()
    added: dict[str, tuple[int, int | None]] = {}
    for logged in state.records(t.StationChange):
        code, body = logged.entry.about.station or "", logged.body
        at = roll.index.get(code)
        if at is not None:
            registered[at] = max(int(registered[at]), UNKNOWN if body.registered is None else body.registered)
            continue
        area = _area_of(state, body.center, areas.index[contest.area])
        before = added.get(code, (area, None))[1]
        numbers = [each for each in (before, body.registered) if each is not None]
        added[code] = area, max(numbers, default=None)
    opened, unknown, voters = (np.zeros(len(areas), np.int64) for _ in range(3))
    for area, number in added.values():
        for above in areas.path(area):
            opened[above] += 1
            unknown[above] += number is None
            voters[above] += number or 0
    return StationChanges(registered, opened, unknown, voters)


def _area_of(state: ElectionState, center: str, otherwise: int) -> int:
    """The area of a center of the roll, by number."""
    roll = state.roll
    if center not in roll.centers:
        return otherwise
    first = np.flatnonzero(roll.center == roll.centers.index(center))[0]
    return int(roll.area[first])
