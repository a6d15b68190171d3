"""Every method under every wrong outcome, so many audits each, and whether the limit held."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from math import lgamma, log, log1p, sqrt

import numpy as np

from tests.risk.audits import (
    METHODS,
    Hold,
    among_right_ones,
    honest,
    in_the_best_order,
    keeping_digits_back,
    losing_boxes,
    raised_after_the_draw,
    repeated,
    seeds_from,
    with_slips_held,
)
from tests.risk.outcomes import (
    JUST_WRONG,
    Election,
    all_boxes_a_little,
    dropped_votes,
    half_of_boxes,
    made_up_elsewhere,
    right,
    short_bounds,
    whole_boxes,
)
from tests.risk.rules import MANNERS, RULES, held

VOUCHERS = "bravo"

AUDITS = 1_000
"""Audits of a line in the whole campaign: two standard errors of 5 % are 1.4 %."""

Make = Callable[[np.random.Generator], Election]

LINES: dict[str, tuple[Make, Hold]] = {
    **{make.__name__: (make, honest) for make in JUST_WRONG},
    "bounds: dropped votes": (dropped_votes, honest),
    "seeds: digits kept back": (whole_boxes, keeping_digits_back),
    "repeats: three audits": (whole_boxes, repeated),
    "order: best counts first": (half_of_boxes, in_the_best_order),
    "slips: lost, moved, exchanged": (whole_boxes, with_slips_held),
}
RIGHT = "right (should end)"


@dataclass(frozen=True, slots=True)
class Line:
    """A method under an outcome: of so many `audits`, `passed` were at the limit."""

    method: str
    outcome: str
    audits: int
    passed: int

    @property
    def share(self) -> float:
        """The share that was at the limit."""
        return self.passed / self.audits

    @property
    def error(self) -> float:
        """Two standard errors of the share."""
        return 2 * sqrt(max(self.share * (1 - self.share), 1 / self.audits) / self.audits)

    @property
    def holds(self) -> bool:
        """Whether a true 5 % would come to so many with a chance of one in ten thousand or more; of the right
        outcome, whether half of the audits end."""
        if self.outcome.endswith(RIGHT):
            return self.share >= 0.5
        return _tail(self.audits, self.passed) >= 1e-4


def _tail(size: int, at_least: int) -> float:
    def each(k: int) -> float:
        ways = lgamma(size + 1) - lgamma(k + 1) - lgamma(size - k + 1)
        return float(np.exp(ways + k * log(0.05) + (size - k) * log1p(-0.05)))

    return sum(each(k) for k in range(at_least, size + 1))


SEVERAL: dict[str, tuple[Make, Hold]] = {
    "several: one of three wrong": (whole_boxes, among_right_ones),
    "several: one wrong by half": (half_of_boxes, among_right_ones),
    "several: one wrong a little": (all_boxes_a_little, among_right_ones),
    "several: one made up elsewhere": (made_up_elsewhere, among_right_ones),
}
AFTERWARDS: dict[str, tuple[Make, Hold]] = {
    "lost: half-wrong boxes that differ": (half_of_boxes, losing_boxes),
    "lost: all that differ by a little": (all_boxes_a_little, losing_boxes),
    "bounds: raised after the draw": (short_bounds, raised_after_the_draw),
}
BY_RULE: dict[str, tuple[Make, Hold]] = {
    **{
        f"{rule}: {manner}": (partial(make, rule), honest)
        for rule in RULES
        for manner, make in MANNERS.items()
    },
    "majority: digits kept back": (partial(MANNERS["a little"], "majority"), keeping_digits_back),
    "majority: best counts first": (partial(MANNERS["half of boxes"], "majority"), in_the_best_order),
    "D'Hondt: digits kept back": (partial(MANNERS["a little"], "D'Hondt"), keeping_digits_back),
    "D'Hondt: three audits": (partial(MANNERS["a little"], "D'Hondt"), repeated),
    "D'Hondt: best counts first": (partial(MANNERS["half of boxes"], "D'Hondt"), in_the_best_order),
    "D'Hondt: slips": (partial(MANNERS["whole boxes"], "D'Hondt"), with_slips_held),
    "Hare: best counts first": (partial(MANNERS["half of boxes"], "Hare"), in_the_best_order),
    **{f"{rule}: {RIGHT}": (partial(held, rule), honest) for rule in RULES},
}
"""Single vouchers, where the outcome is more than who has more votes than whom."""

EVERY = {**LINES, RIGHT: (right, honest), **SEVERAL, **BY_RULE, **AFTERWARDS}


def outcomes_of(method: str) -> tuple[str, ...]:
    """The lines of a method."""
    return tuple(name for name in EVERY if method == VOUCHERS or name not in BY_RULE)


def line_of(method: str, outcome: str, part: float) -> Line:
    """One line, of so large a part of the audits; always the same ones."""
    make, hold = EVERY[outcome]
    number, at = list(EVERY).index(outcome), list(METHODS).index(method)
    random = np.random.default_rng([7, number])
    elections = [make(random) for _ in range(4)]
    seeds = seeds_from((at * 100 + number) * 10**6)
    audits = max(10, round(AUDITS * part * (0.1 if outcome.endswith(RIGHT) else 1)))
    passed = sum(hold(method, elections[each % 4], seeds) for each in range(audits))
    return Line(method, outcome, audits, passed)


def lines(part: float, executor: Executor | None = None) -> Iterator[Line]:
    """All lines, or so large a part of each."""
    pairs = [(method, outcome) for method in METHODS for outcome in outcomes_of(method)]
    methods, outcomes = zip(*pairs, strict=True)
    made = map if executor is None else executor.map
    yield from made(line_of, methods, outcomes, repeat(part))
