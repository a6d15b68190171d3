"""What a definition says of some places: where the law counts on paper, and who may vote beyond the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.areas import AreaTree
from escrutinio.core.election.roll import Roll
from escrutinio.core.records.parts import Supplement


def in_places(areas: AreaTree, roll: Roll, places: Iterable[str]) -> NDArray[np.bool_]:
    """Which stations of the roll are one of these, or lie in one of these areas, bool [stations]; codes that
    are neither say nothing."""
    found = np.zeros(len(roll), np.bool_)
    for code in places:
        if code in areas.index:
            found |= areas.within(areas.index[code], roll.area)
        if code in roll.index:
            found[roll.index[code]] = True
    return found


@dataclass(frozen=True, eq=False)
class Beyond:
    """How many may vote at each station beyond its list: `most` int64 [stations], as far as the law gives a
    number; `unbounded` bool [stations], where it lets others vote without one."""

    most: NDArray[np.int64]
    unbounded: NDArray[np.bool_]

    @classmethod
    def of(cls, areas: AreaTree, roll: Roll, supplements: Sequence[Supplement]) -> Beyond:
        """By the supplements of a definition."""
        most, unbounded = np.zeros(len(roll), np.int64), np.zeros(len(roll), np.bool_)
        for each in supplements:
            here = in_places(areas, roll, each.places) if each.places else np.ones(len(roll), np.bool_)
            if each.most is None:
                unbounded |= here
            else:
                most[here] += each.most
        return cls(most, unbounded)

    def allowed(self, stations: NDArray[np.int32], stated: NDArray[np.int64]) -> NDArray[np.int64]:
        """By how many ballots a sheet may exceed its list, int64 [rows]: of what it states (-1: nothing) as
        many as the law allows at its station; all of it where the law gives no number. What is not stated is
        taken to be as much as the law allows."""
        if not len(self.most):
            return np.zeros(len(stations), np.int64)
        known = stations >= 0
        most = np.where(known, self.most[stations], 0)
        free = known & self.unbounded[stations]
        told = np.where(stated < 0, most, np.minimum(stated, most))
        allowed: NDArray[np.int64] = np.where(free, np.maximum(stated, most), told)
        return allowed
