"""What an audit draws from: the boxes of all its contests, each with the greatest bound on its error.

Stark, "Efficient post-election audits of multiple contests: 2009 California tests": one sample serves several
contests if every box is drawn with the greatest bound over them. Here each contest has its own test with
these chances, and the risk is the greatest of theirs: if an outcome is wrong, its own risk alone is at the
limit with a chance of no more than that, so the greatest is no more often.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from escrutinio.evidence.audit.bounds import Bounds, Weights, draw_weights


@dataclass(frozen=True, eq=False)
class Pool:
    """`names`: the boxes, in the order of their stations' codes; `bounds`: of each the greatest bound of its
    error over the contests."""

    names: tuple[str, ...]
    bounds: Bounds

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each box by its station's code."""
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def weights(self) -> Weights:
        """The bounds as integers."""
        return draw_weights(self.bounds)


def pooled(parts: Sequence[tuple[tuple[str, ...], Bounds]]) -> Pool:
    """The boxes of some contests together: the names and bounds of each."""
    if len(parts) == 1:
        return Pool(*parts[0])
    names = tuple(sorted({name for mine, _ in parts for name in mine}))
    place = {name: at for at, name in enumerate(names)}
    assertions = tuple(each for _, bounds in parts for each in bounds.assertions)
    margins = tuple(margin for _, bounds in parts for margin in bounds.margins)
    numerator, which = np.zeros(len(names), np.int64), np.zeros(len(names), np.int32)
    first = 0
    for mine, bounds in parts:
        for box, name in enumerate(mine):
            at, number, one = place[name], int(bounds.numerator[box]), first + int(bounds.assertion[box])
            if number * margins[which[at]] > int(numerator[at]) * margins[one]:
                numerator[at], which[at] = number, one
        first += len(bounds.assertions)
    return Pool(names, Bounds(assertions, margins, numerator, which))
