"""The hot audit: on election night each center opens some of its boxes by lot, and compares them with their
sheets.

Such a sample is stratified by center, with at least one box in each; it is no simple random sample, and what
it shows about a country is bounded here for the worst place that wrong sheets could be in. Venezuela has
done it since 2005 ("verificación ciudadana"); the rule of 2024 is the default (press, July 2024).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, reach
from escrutinio.evidence.audit.draw import consistent_sample


@dataclass(frozen=True, slots=True)
class HotRule:
    """How many boxes a center opens: `steps` of (up to so many stations, so many boxes), then `more`."""

    steps: tuple[tuple[int, int], ...]
    more: int

    def __post_init__(self) -> None:
        tops = [top for top, _ in self.steps]
        opened = [number for _, number in self.steps] + [self.more]
        if tops != sorted(set(tops)) or min((*tops, *opened), default=1) < 1:
            raise EvidenceError("hot-rule")

    def opened(self, stations: int) -> int:
        """How many boxes a center with so many stations opens, never more than it has."""
        return min(stations, next((number for top, number in self.steps if stations <= top), self.more))


RULE_2024 = HotRule(((4, 1), (8, 2), (11, 3)), 4)
"""1 to 4 stations open one box, 5 to 8 two, 9 to 11 three, more four."""


@dataclass(frozen=True, slots=True)
class HotCertificate:
    """What a clean hot audit shows of one outcome.

    Had the outcome been wrong, at least `boxes_needed` boxes would differ by more than `tolerance` votes from
    their sheets; none of those opened does; `risk` is the greatest chance of that. `hidden` is the same if no
    box at all had to be opened by luck: the number of boxes that can differ without ever being opened.
    """

    tolerance: int
    boxes_needed: int
    risk: Fraction
    hidden: int


def opened_boxes(sizes: Sequence[int], rule: HotRule = RULE_2024) -> int:
    """How many boxes all centers open, `sizes` being their numbers of stations."""
    return sum(rule.opened(size) for size in sizes)


def worst_survival(sizes: Sequence[int], differing: int, rule: HotRule = RULE_2024) -> Fraction:
    """Greatest chance that none of `differing` boxes is opened, wherever they are; exact.

    A center of m stations that opens k misses f of its boxes with chance C(m−f, k)/C(m, k). Each box more
    multiplies that by (m−f−k)/(m−f), which falls with f, so taking the greatest factors first is the worst
    case. Raises EvidenceError for more boxes than there are.
    """
    if not 0 <= differing <= sum(sizes):
        raise EvidenceError("hot-differing", differing=differing, size=sum(sizes))
    top, bottom, left = 1, 1, differing
    for (numerator, denominator), number in _factors(sizes, rule):
        used = min(number, left)
        top *= numerator**used
        bottom *= denominator**used
        left -= used
        if not left:
            return Fraction(top, bottom)
    return Fraction(int(left == 0))


def _factors(sizes: Sequence[int], rule: HotRule) -> list[tuple[tuple[int, int], int]]:
    """The factors above zero as (numerator, denominator), greatest first, each with how often it is there."""
    found: Counter[tuple[int, int]] = Counter()
    for size, centers in Counter(sizes).items():
        opened = rule.opened(size)
        for placed in range(size - opened):
            found[size - placed - opened, size - placed] += centers
    return sorted(found.items(), key=lambda item: -Fraction(*item[0]))


def boxes_needed(boxes: Boxes, assertion: Assertion, tolerance: int, *, outstanding: int = 0) -> int:
    """Least number of boxes that must differ by more than `tolerance` votes for an assertion to be wrong.

    The others can hide `tolerance` votes each; what is left of the margin, less `outstanding` votes at their
    worst, is made up by the boxes that can hold most. Raises EvidenceError where no margin is left.
    """
    margin = assertion.margin(boxes.sums) - outstanding * assertion.worst - len(boxes) * tolerance
    if margin <= 0:
        return 0
    most: NDArray[np.int64] = np.cumsum(np.sort(reach(boxes, assertion))[::-1])
    return int(np.searchsorted(most, margin)) + 1


def certificate(
    boxes: Boxes,
    assertions: Sequence[Assertion],
    sizes: Sequence[int],
    *,
    tolerance: int = 0,
    outstanding: int = 0,
    rule: HotRule = RULE_2024,
) -> HotCertificate:
    """What it shows that every box opened is within `tolerance` votes of its sheet.

    `sizes` are the stations of every center. The tolerance may be read off the boxes opened: the greatest
    difference found. Raises EvidenceError where a box is in no center, or nothing is asserted.
    """
    if sum(sizes) < len(boxes):
        raise EvidenceError("hot-boxes", size=len(boxes), stations=sum(sizes))
    if tolerance < 0 or not assertions:
        raise EvidenceError("hot-outcome")
    needed = min(boxes_needed(boxes, each, tolerance, outstanding=outstanding) for each in assertions)
    hidden = sum(sizes) - opened_boxes(sizes, rule)
    # A wrong outcome may come with no box beyond the tolerance at all; then nothing is shown.
    return HotCertificate(tolerance, needed, worst_survival(sizes, min(needed, sum(sizes)), rule), hidden)


def hot_draw(seed: str, centers: Mapping[str, Sequence[str]], rule: HotRule = RULE_2024) -> tuple[str, ...]:
    """The stations that each center opens: those with its lowest tickets, centers in the order of their
    codes."""
    return tuple(
        station
        for center in sorted(centers)
        for _, station, _ in consistent_sample(centers[center], seed, rule.opened(len(centers[center])))
    )
