"""What single vouchers test of an assertion: of every rule, not only of who has more votes than whom.

A place drawn is worth y = Σ coefficient·figure of the voucher there, between −worst and best; where none
lies, −worst. If the outcome is wrong, N places have a mean of at most m = −constant/N, so that x = (y +
worst)/(2·(m + worst)) lies between 0 and (best + worst)/(2·(m + worst)) and has a mean of at most 1/2: an
assorter (Stark, "Sets of half-average nulls generate risk-limiting audits", 2020; Blom and others,
"Assertion-based approaches to auditing complex elections", 2021). It is tested by betting the same share of
the greatest bet at every draw, Π (1 + share·(2x − 1)), which is ALPHA with a fixed alternative (Stark, 2023).
The share is the one by which the wealth grows fastest if the sheets are right (Kelly, "A new interpretation
of information rate", 1956), from what the commitment fixes alone. A product of equal bets does not depend on
the order of the draws, so that the counts of boxes, which add vouchers up, are enough.

Of a comparison of two candidates BRAVO is this with the share (w − l)/(w + l), and is kept as it is. It holds
too where a ballot may have several marks: one with a mark for both multiplies by 4s(1 − s), at most 1.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, exp, inf, log, sqrt
from statistics import NormalDist

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes
from escrutinio.evidence.audit.bravo import bravo_expected, bravo_quantile, bravo_risk
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.pool import Places, Pool

LIKELY = 0.9
"""With which chance a sample is to suffice if the sheets are right."""

_STEPS = 10**6
_ONE = Fraction(1)

Values = Mapping[int, Fraction]
"""How many places are worth how much."""


@dataclass(frozen=True, eq=False)
class Found:
    """What was found at the places drawn: `figures` int64 [counts, figures] and `vouchers` int64 [counts] of
    the hand counts; how many places have none that was counted (`missing`), and how many lie in boxes of
    other contests alone (`others`)."""

    figures: Int64
    vouchers: Int64
    missing: int = 0
    others: int = 0

    @classmethod
    def of(cls, boxes: Boxes, counts: Iterable[Counted], missing: int, others: int) -> "Found":
        """What these counts of a contest's boxes say."""
        every = list(counts)
        figures = np.array([each.figures for each in every], np.int64)
        vouchers = np.array([each.vouchers for each in every], np.int64)
        return cls(figures.reshape(len(every), boxes.figures.shape[1]), vouchers, missing, others)


class PairTest:
    """Whether one candidate has more votes than another, by BRAVO."""

    def __init__(self, boxes: Boxes, places: Places, pair: tuple[int, int], outstanding: int = 0) -> None:
        self._winner, self._loser = pair
        self._reported = boxes.totals
        self._shares = places.shares(boxes, *pair, outstanding)

    def risk(self, found: Found) -> float:
        """The P-value of what was found."""
        winner, loser = self._drawn(found)
        return bravo_risk(self._reported[self._winner], self._reported[self._loser], winner, loser)

    def more(self, found: Found, limit: float) -> int | None:
        """How many vouchers more are likely to suffice; None if none are."""
        winner, loser = self._drawn(found)
        if self._shares[0] <= self._shares[1]:
            return None
        return bravo_quantile(limit, *self._shares, LIKELY, winner_drawn=winner, loser_drawn=loser)

    def sizes(self, limit: float) -> tuple[int, int] | None:
        """How many vouchers it takes on average, and in `LIKELY` of the cases; None if no number does."""
        if self._shares[0] <= self._shares[1]:
            return None
        return bravo_expected(limit, *self._shares), bravo_quantile(limit, *self._shares, LIKELY)

    def _drawn(self, found: Found) -> tuple[int, int]:
        # No voucher has two votes for one candidate here, whatever a count says.
        winner = int(np.minimum(found.figures[:, self._winner], found.vouchers).sum())
        return winner, int(found.figures[:, self._loser].sum()) + found.missing


class SumTest:
    """Whether any other assertion holds, by betting a fixed share of the greatest bet."""

    def __init__(self, boxes: Boxes, places: Places, assertion: Assertion, outstanding: int = 0) -> None:
        self._assertion = assertion
        self._votes = boxes.votes.shape[1]
        figures = np.array([boxes.sums], np.int64)
        ballots = sum(boxes.sums[self._votes :])
        reported = Found(
            figures, np.array([ballots]), places.inside - ballots + outstanding, places.all - places.inside
        )
        self._expected = self.values(reported)
        self._mean = Fraction(-assertion.constant, places.all + outstanding)

    def values(self, found: Found) -> Values:
        """How many of the places that were found are worth how much, at their worst.

        Where a ballot has one mark, the figures tell all vouchers apart. Where it may have several, only the
        sum of their worth is known; the product of the bets is least if all are at one of the ends.
        """
        stated, worth = self._assertion, Counter[int]()
        if stated.marks > 1:
            sums = (found.figures * np.array(stated.row, np.int64)).sum(axis=1)
            sums = np.clip(sums, -stated.worst * found.vouchers, stated.best * found.vouchers)
            vouchers = int(found.vouchers.sum())
            width = stated.best + stated.worst
            top = Fraction(int(sums.sum()) + stated.worst * vouchers, width)
            ends = {stated.best: top, -stated.worst: vouchers - top + found.missing}
            ends[0] = ends.get(0, Fraction(0)) + found.others
            return ends
        sums = found.figures.sum(axis=0).tolist()
        for coefficient, votes in zip(stated.coefficients, sums, strict=False):
            worth[coefficient + stated.valid] += votes
        for coefficient, ballots in zip(stated.classes, sums[self._votes : -1], strict=False):
            worth[coefficient] += ballots
        worth[0] += int(found.vouchers.sum()) - sum(sums[self._votes :]) + found.others
        worth[-stated.worst] += found.missing
        return {value: Fraction(number) for value, number in worth.items()}

    @cached_property
    def bet(self) -> Fraction:
        """λ: what a place that is worth one more than the null's mean adds to the wealth, in parts of it."""
        room = self._mean + self._assertion.worst
        if room <= 0:
            return _ONE  # no place is worth less than the null's mean: any bet is safe
        low, high = 0, _STEPS
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._grows(middle / room / _STEPS) else (low, middle)
        return low / room / _STEPS

    def _grows(self, bet: Fraction) -> bool:
        """Whether a greater bet than this would let the wealth grow faster, were the sheets right."""
        gains = ((number, value - self._mean) for value, number in self._expected.items())
        return sum(number * gain / (1 + bet * gain) for number, gain in gains) > 0

    def _gain(self, value: int) -> float:
        """What a place of this worth adds to the logarithm of the wealth."""
        return log(1 + self.bet * (value - self._mean))

    @property
    def _impossible(self) -> bool:
        """Whether no vouchers at all could make the outcome wrong."""
        return self._mean < -self._assertion.worst

    def _wealth(self, found: Found) -> float:
        """The logarithm of the wealth after what was found."""
        if self._impossible:
            return inf
        return sum(
            float(number) * self._gain(value) for value, number in self.values(found).items() if number
        )

    def risk(self, found: Found) -> float:
        """The P-value of what was found."""
        return exp(-max(0.0, self._wealth(found)))

    def more(self, found: Found, limit: float) -> int | None:
        """How many vouchers more are likely to suffice, by the normal approximation; None if none are."""
        need = -log(limit) - self._wealth(found)
        if need <= 0:
            return 0
        mean, spread = self._growth
        if mean <= 0:
            return None
        away = NormalDist().inv_cdf(LIKELY) * spread
        return ceil(((away + sqrt(away**2 + 4 * mean * need)) / (2 * mean)) ** 2 - 1e-9)

    def sizes(self, limit: float) -> tuple[int, int] | None:
        """How many vouchers it takes on average, and in `LIKELY` of the cases; None if no number does."""
        if self._impossible:
            return 0, 0
        nothing = Found(np.zeros((0, len(self._assertion.row)), np.int64), np.zeros(0, np.int64))
        likely, (mean, _) = self.more(nothing, limit), self._growth
        if likely is None:
            return None
        beyond = max(self._gain(value) for value, number in self._expected.items() if number) / 2
        return ceil((beyond - log(limit)) / mean - 1e-9), likely

    @cached_property
    def _growth(self) -> tuple[float, float]:
        """Mean and standard deviation of what a place adds to the logarithm, were the sheets right."""
        total = float(sum(self._expected.values()))
        each = [
            (float(number) / total, self._gain(value)) for value, number in self._expected.items() if number
        ]
        mean = sum(share * gain for share, gain in each)
        return mean, sqrt(max(0.0, sum(share * (gain - mean) ** 2 for share, gain in each)))


VoucherTest = PairTest | SumTest


def voucher_tests(
    boxes: Boxes, pool: Pool, assertions: Sequence[Assertion], outstanding: int = 0
) -> tuple[VoucherTest, ...]:
    """The test of each assertion by single vouchers out of the places of a pool."""
    places = Places.of(boxes, pool)
    return tuple(
        SumTest(boxes, places, each, outstanding)
        if each.pair is None
        else PairTest(boxes, places, each.pair, outstanding)
        for each in assertions
    )
