"""How wrong each box can be: error bounds u_p and their sum U, exactly, and the weights of the draw.

Stark, "Efficient post-election audits of multiple contests: 2009 California tests" (MACRO: the maximum
across contests of relative overstatements): if an outcome is wrong, the errors of all boxes, each divided by
the margin, add up to 1 at least; no box can contribute more than u_p.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.audit.assertions import Assertion

WEIGHT_DIGITS = 11
"""The weights of a draw add up to less than 10^11, so that a spreadsheet repeats it exactly
(docs/audits.md)."""

_INT64 = 1 << 62


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes of paper with what was reported of them.

    `names`: their stations' codes. `votes` int64 [boxes, candidates]. `bound` int64 [boxes]: the number of
    vouchers that a box holds at most, null and blank ones included; -1 where not known. `classes` int64
    [boxes, classes]: ballots that are not valid, by class. `valid` int64 [boxes]: valid ballots, where a
    ballot may have several marks; elsewhere there are as many as votes. `mixed`: the stations whose sheets
    are added up in a box that has the ballots of several.
    """

    names: tuple[str, ...]
    votes: Int64
    bound: Int64
    classes: Int64 | None = None
    valid: Int64 | None = None
    mixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.names:
            raise EvidenceError("audit-no-box")
        shapes = [
            each.shape[:1] for each in (self.votes, self.bound, self.classes, self.valid) if each is not None
        ]
        if set(shapes) != {(len(self.names),)}:
            raise ValueError("one row of votes and one bound a box are needed")
        if (unknown := int((self.bound < 0).sum())) > 0:
            first = self.names[int(np.argmax(self.bound < 0))]
            raise EvidenceError("audit-unbounded", first=first, count=unknown)
        ballots = self.figures[:, self.votes.shape[1] :].sum(axis=1)
        beyond = ballots > self.bound
        if beyond.any():
            place = int(np.argmax(beyond))
            raise EvidenceError(
                "audit-box-over",
                box=self.names[place],
                ballots=int(ballots[place]),
                most=int(self.bound[place]),
            )

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def figures(self) -> Int64:
        """Votes by candidate, other ballots by class, and valid ballots, int64 [boxes, figures]."""
        votes = self.votes.astype(np.int64, copy=False)
        classes = np.zeros((len(votes), 0), np.int64) if self.classes is None else self.classes
        valid = votes.sum(axis=1) if self.valid is None else self.valid
        return np.hstack([votes, classes, valid[:, None]])

    @cached_property
    def sums(self) -> tuple[int, ...]:
        """The figures of all boxes together."""
        return tuple(map(int, self.figures.sum(axis=0)))

    @property
    def totals(self) -> tuple[int, ...]:
        """Votes per candidate in all boxes."""
        return self.sums[: self.votes.shape[1]]


@dataclass(frozen=True, eq=False)
class Bounds:
    """The bound u_p of every box, as the greatest of its bounds over the assertions.

    `margins`: per assertion Σ coefficient·figure, less what is outstanding at its worst. `numerator` int64
    [boxes] and `assertion` int32 [boxes]: u_p = numerator / margins[assertion].
    """

    assertions: tuple[Assertion, ...]
    margins: tuple[int, ...]
    numerator: Int64
    assertion: NDArray[np.int32]

    @cached_property
    def total(self) -> Fraction:
        """U, the sum of all bounds, exactly; never below 1."""
        return sum(
            (
                Fraction(int(self.numerator[self.assertion == place].sum()), self.margins[place])
                for place in np.unique(self.assertion).tolist()
            ),
            Fraction(0),
        )

    def of(self, box: int) -> Fraction:
        """u_p of one box, exactly."""
        return Fraction(int(self.numerator[box]), self.margins[self.assertion[box]])


@dataclass(frozen=True, eq=False)
class Weights:
    """The bounds as integers to draw with: weight = ⌈u_p · scale⌉, so `weight / scale` bounds a box too.

    `scale` is the greatest power of ten that keeps the sum below 10^11.
    """

    scale: int
    values: tuple[int, ...]

    @cached_property
    def total(self) -> int:
        """The sum of all weights."""
        return sum(self.values)

    @property
    def sum_of_bounds(self) -> Fraction:
        """U as the draw has it: `total / scale`, above the exact U by less than boxes / scale."""
        return Fraction(self.total, self.scale)


def error_bounds(boxes: Boxes, assertions: Sequence[Assertion], *, outstanding: int = 0) -> Bounds:
    """u_p of every box: the greatest (Σ c·v_p + worst·bound_p) / V over the assertions.

    `outstanding` votes that may still come are taken from every margin at their worst. Integers alone.
    Raises EvidenceError where a margin does not survive them.
    """
    margins = tuple(a.margin(boxes.sums) - outstanding * a.worst for a in assertions)
    if not assertions or min(margins) <= 0:
        if outstanding:
            raise EvidenceError("audit-outstanding", votes=outstanding)
        raise EvidenceError("audit-tie")
    numerator = reach(boxes, assertions[0])
    which = np.zeros(len(boxes), np.int32)
    margin = np.full(len(boxes), margins[0], np.int64)
    largest = max(map(abs, (*boxes.sums, *boxes.bound.tolist())))
    widest = 3 * largest * max(max(map(abs, (*a.row, a.worst))) for a in assertions)
    if widest >= _INT64:
        raise EvidenceError("votes-inexact")
    exact = np.int64 if widest * max(margins) < _INT64 else object
    for place, assertion in enumerate(assertions[1:], start=1):
        other = reach(boxes, assertion)
        more = other.astype(exact) * margin.astype(exact) > numerator.astype(exact) * margins[place]
        numerator = np.where(more, other, numerator)
        which[more] = place
        margin[more] = margins[place]
    return Bounds(tuple(assertions), margins, numerator, which)


def reach(boxes: Boxes, assertion: Assertion) -> Int64:
    """By how much each box can overstate an assertion, int64 [boxes]."""
    used = [(c, place) for place, c in enumerate(assertion.row) if c]
    most: Int64 = boxes.bound * assertion.worst
    for coefficient, place in used:
        most += coefficient * boxes.figures[:, place]
    return most


def draw_weights(bounds: Bounds) -> Weights:
    """The integer weights of a draw in proportion to the bounds."""
    scale = 10 ** (WEIGHT_DIGITS - 1)
    while bounds.total * scale + len(bounds.numerator) >= 10**WEIGHT_DIGITS and scale > 1:
        scale //= 10
    return Weights(scale, weights_at(bounds, scale))


def weights_at(bounds: Bounds, scale: int) -> tuple[int, ...]:
    """⌈u_p · scale⌉ of every box."""
    margins = [bounds.margins[place] for place in bounds.assertion.tolist()]
    return tuple(-(-n * scale // v) for n, v in zip(bounds.numerator.tolist(), margins, strict=True))


def relative_error(bounds: Bounds, reported: Sequence[int], counted: Sequence[int]) -> Fraction:
    """e_p: by how much a box overstated the outcome, in parts of the margin; below zero if it understated it.

    `reported` and `counted` are the figures of a box.
    """
    difference = [int(v) - int(a) for v, a in zip(reported, counted, strict=True)]
    return max(
        Fraction(a.change(difference), v) for a, v in zip(bounds.assertions, bounds.margins, strict=True)
    )
