"""What an audit draws from: the boxes of all its contests, each with the greatest bound on its error.

Stark, "Efficient post-election audits of multiple contests: 2009 California tests": one sample serves several
contests if every box is drawn with the greatest bound over them. Here each contest has its own test with
these chances, and the risk is the greatest of theirs: if an outcome is wrong, its own risk alone is at the
limit with a chance of no more than that, so the greatest is no more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.evidence.audit.bounds import Bounds, Boxes, Weights, draw_weights


@dataclass(frozen=True, eq=False)
class Pool:
    """`names`: the boxes, in the order of their stations' codes; `bounds`: of each the greatest bound of its
    error over the contests; `most` int64 [boxes]: the greatest number of vouchers that it holds at most."""

    names: tuple[str, ...]
    bounds: Bounds
    most: Int64

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each box by its station's code."""
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def weights(self) -> Weights:
        """The bounds as integers."""
        return draw_weights(self.bounds)


@dataclass(frozen=True, slots=True)
class Places:
    """The places from which single vouchers are drawn: in `all` boxes of a pool, and `inside` those of one
    contest."""

    all: int
    inside: int

    @classmethod
    def of(cls, boxes: Boxes, pool: Pool) -> Places:
        """The places of a contest's boxes in a pool."""
        inside = pool.most[[pool.place[name] for name in boxes.names]].sum()
        return cls(int(pool.most.sum()), int(inside))

    def shares(self, boxes: Boxes, winner: int, loser: int, outstanding: int = 0) -> tuple[float, float]:
        """The shares of the places that have a voucher for the winner, and one for the loser or none although
        the box is of the contest. `outstanding` votes that may still come are the loser's."""
        held = self.all + outstanding
        nowhere = self.inside - sum(boxes.sums[len(boxes.totals) :])
        return boxes.totals[winner] / held, (boxes.totals[loser] + nowhere + outstanding) / held


def pooled(parts: Sequence[tuple[Boxes, Bounds]]) -> Pool:
    """The boxes of some contests together: the boxes and bounds of each."""
    if len(parts) == 1:
        [(boxes, alone)] = parts
        return Pool(boxes.names, alone, boxes.bound)
    names = tuple(sorted({name for boxes, _ in parts for name in boxes.names}))
    place = {name: at for at, name in enumerate(names)}
    assertions = tuple(each for _, bounds in parts for each in bounds.assertions)
    margins = tuple(margin for _, bounds in parts for margin in bounds.margins)
    numerator, which = np.zeros(len(names), np.int64), np.zeros(len(names), np.int32)
    most, first = np.zeros(len(names), np.int64), 0
    for boxes, bounds in parts:
        for box, name in enumerate(boxes.names):
            most[place[name]] = max(most[place[name]], boxes.bound[box])
            at, number, one = place[name], int(bounds.numerator[box]), first + int(bounds.assertion[box])
            if number * margins[which[at]] > int(numerator[at]) * margins[one]:
                numerator[at], which[at] = number, one
        first += len(bounds.assertions)
    return Pool(names, Bounds(assertions, margins, numerator, which), most)
