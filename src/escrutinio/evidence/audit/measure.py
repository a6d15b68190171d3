"""Drawing the boxes of an audit and measuring its risk, by each method, from what was read off the log.

A method draws a sequence of boxes of which each round takes some more, and says the risk after each round. A
box that was drawn and has no agreed hand count is taken to be as wrong as it can be.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import islice
from math import ceil

import numpy as np

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import (
    Bounds,
    Boxes,
    Weights,
    check_hand_count,
    draw_weights,
    error_bounds,
    relative_error,
)
from escrutinio.evidence.audit.bravo import bravo_contest_risk, bravo_quantile
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.draw import consistent_sample, weighted_draws
from escrutinio.evidence.audit.hot import RULE_2024, HotRule, certificate, hot_draw
from escrutinio.evidence.audit.plan import srs_null, srs_risk
from escrutinio.evidence.audit.ppeb import BET, Wealth, clean_draws, macro_risk, settle
from escrutinio.evidence.audit.sequential import Float64, Null, clean_sample

Counts = Mapping[str, Counted]
"""Agreed hand counts by box; a box without one is not accounted for."""

_FINE = 10**12
_CERTAIN = Fraction(1)


@dataclass(frozen=True, slots=True)
class Measured:
    """The risk after a round. `macro`: the MACRO P-value beside it. `more`: further clean boxes (for BRAVO:
    vouchers) that bring the risk to the limit, 0 where it is there, None where no number can be said.
    """

    risk: Fraction
    macro: Fraction | None
    more: int | None


class Procedure(ABC):
    """A way to draw boxes and to measure risk."""

    def __init__(self, boxes: Boxes, assertions: Sequence[Assertion]) -> None:
        self.boxes = boxes
        self.assertions = tuple(assertions)

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each box by its station's code."""
        return {name: place for place, name in enumerate(self.boxes.names)}

    @abstractmethod
    def draw(self, seed: str, count: int) -> tuple[str, ...]:
        """The first `count` boxes of the sequence that the seed draws. Raises EvidenceError if there are
        fewer."""

    @abstractmethod
    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        """The risk after these draws, with so many votes still to come at their worst."""

    def choose(self, name: str, agreed: Sequence[Counted], taken: int) -> Counted | None:
        """The hand count of a box that was drawn `taken` times; None where there is no or no one agreed
        content.

        Raises EvidenceError where it holds more vouchers than the box can.
        """
        if len(agreed) != 1:
            return None
        check_hand_count(name, agreed[0].vouchers, int(self.boxes.bound[self.place[name]]))
        return agreed[0]


class Ppeb(Procedure):
    """Weighted draw with replacement and the exact betting martingale (`ppeb`), with this stake."""

    def __init__(self, boxes: Boxes, assertions: Sequence[Assertion], bet: Fraction = BET) -> None:
        super().__init__(boxes, assertions)
        self.bet = bet

    @cached_property
    def bounds(self) -> Bounds:
        """u_p of every box."""
        return error_bounds(self.boxes, self.assertions)

    @cached_property
    def weights(self) -> Weights:
        """The bounds as integers."""
        return draw_weights(self.bounds)

    def draw(self, seed: str, count: int) -> tuple[str, ...]:
        return tuple(self.boxes.names[place] for place in weighted_draws(seed, self.weights.values, count))

    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        inflation = self._inflation(outstanding)
        if inflation is None:
            return Measured(_CERTAIN, _CERTAIN, None)
        total = self.weights.sum_of_bounds * inflation
        known = {name: self.taint(name, counts.get(name)) for name in set(drawn)}
        taints = [known[name] for name in drawn]
        last = settle(taints, total, bet=self.bet)
        more = 0 if last.risk <= limit else _more(last, total, limit, self.bet)
        return Measured(last.risk, macro_risk(taints, total), more)

    def taint(self, name: str, counted: Counted | None) -> Fraction:
        """The error of a box as a share of the bound that it was drawn with; 1 if it is not accounted for."""
        place = self.place[name]
        if counted is None:
            return _CERTAIN
        error = relative_error(self.bounds, self.boxes.figures[place].tolist(), counted.figures)
        return error * self.weights.scale / self.weights.values[place]

    def _inflation(self, outstanding: int) -> Fraction | None:
        """By how much outstanding votes enlarge every error: at most V/(V − outstanding), whatever the
        box."""
        left = [v - outstanding * a.worst for a, v in zip(self.assertions, self.bounds.margins, strict=True)]
        if min(left) <= 0:
            return None
        return max(Fraction(v, rest) for v, rest in zip(self.bounds.margins, left, strict=True))


def _more(reached: Wealth, total: Fraction, limit: Fraction, bet: Fraction) -> int | None:
    try:
        return clean_draws(total, limit, bet=bet, start=reached.now)
    except EvidenceError:
        return None


class Srs(Procedure):
    """Boxes with equal chances and without replacement, by ALPHA; every assertion has to be confirmed."""

    def draw(self, seed: str, count: int) -> tuple[str, ...]:
        return tuple(name for _, name, _ in consistent_sample(self.boxes.names, seed, count))

    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        risk: float = 0.0
        more: int | None = 0
        for assertion in self.assertions:
            if assertion.margin(self.boxes.sums) <= outstanding * assertion.worst:
                return Measured(_CERTAIN, None, None)
            null, largest = srs_null(self.boxes, assertion, outstanding=outstanding)
            seen = np.array([self._value(name, counts.get(name), assertion, largest) for name in drawn])
            risk = max(risk, srs_risk(seen, null))
            rest = self._more(seen, null, limit)
            more = None if more is None or rest is None else max(more, rest)
        return Measured(_up(risk), None, more)

    def _more(self, seen: Float64, null: Null, limit: Fraction) -> int | None:
        """How many clean boxes more confirm one assertion; None if all that are left do not."""
        if srs_risk(seen, null) <= limit:
            return 0
        left = len(self.boxes) - len(seen)
        if not left:
            return None
        return clean_sample(
            lambda clean: srs_risk(np.concatenate((seen, clean)), null), float(limit), most=left
        )

    def _value(self, name: str, counted: Counted | None, assertion: Assertion, largest: int) -> float:
        """1 − error/largest, 0 if the box is not accounted for, 1 where it errs for the loser."""
        if counted is None:
            return 0.0
        reported = self.boxes.figures[self.place[name]].tolist()
        error = assertion.change(reported) - assertion.change(counted.figures)
        return min(1.0, max(0.0, 1 - error / largest))


class Bravo(Procedure):
    """Single vouchers out of all boxes, with replacement: a box is drawn once for each voucher taken from it.

    The hand count of a box is of the vouchers taken from it, no more; those not accounted for are taken as
    the loser's.
    """

    def __init__(self, boxes: Boxes, assertions: Sequence[Assertion]) -> None:
        super().__init__(boxes, assertions)
        self.pairs = [pair for pair in (a.pair for a in assertions) if pair is not None]
        if len(self.pairs) < len(self.assertions):
            raise EvidenceError("vouchers-plurality-only")

    def draw(self, seed: str, count: int) -> tuple[str, ...]:
        return tuple(
            self.boxes.names[place] for place in weighted_draws(seed, self.boxes.bound.tolist(), count)
        )

    def choose(self, name: str, agreed: Sequence[Counted], taken: int) -> Counted | None:
        """The one that counts as many vouchers as were taken from the box by then."""
        return next((counted for counted in agreed if counted.vouchers == taken), None)

    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        if outstanding:
            return Measured(_CERTAIN, None, None)
        votes_of_all = self.boxes.totals
        found, missing = [0] * len(votes_of_all), 0
        for name, taken in Counter(drawn).items():
            counted = counts.get(name)
            if counted is None:
                missing += taken
            else:
                found = [a + b for a, b in zip(found, counted.votes, strict=True)]
        at_worst = [votes + missing for votes in found]
        risk, more, all_vouchers = 0.0, 0, int(self.boxes.bound.sum())
        for w, x in self.pairs:
            votes = [found[place] if place == w else at_worst[place] for place in range(len(found))]
            pair = bravo_contest_risk([(w, x)], votes_of_all, votes)
            shares = votes_of_all[w] / all_vouchers, votes_of_all[x] / all_vouchers
            risk = max(risk, pair)
            if pair > limit:
                next_size = bravo_quantile(
                    float(limit), *shares, 0.9, winner_drawn=votes[w], loser_drawn=votes[x]
                )
                more = max(more, next_size)
        return Measured(_up(risk), None, more)


class Hot(Procedure):
    """Boxes that each center opens by lot on election night, with the certificate of `hot`.

    All of them have to be counted: with one of them missing nothing is certified.
    """

    def __init__(
        self,
        boxes: Boxes,
        assertions: Sequence[Assertion],
        centers: Mapping[str, Sequence[str]],
        rule: HotRule = RULE_2024,
    ) -> None:
        super().__init__(boxes, assertions)
        self.centers = centers
        self.rule = rule

    def draw(self, seed: str, count: int) -> tuple[str, ...]:
        return tuple(
            islice((name for name in hot_draw(seed, self.centers, self.rule) if name in self.place), count)
        )

    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        sizes = [len(stations) for stations in self.centers.values()]
        if any(name not in counts for name in drawn) or not drawn:
            return Measured(_CERTAIN, None, None)
        worst = max(self._difference(name, counts[name]) for name in drawn)
        shown = certificate(
            self.boxes, self.assertions, sizes, tolerance=worst, outstanding=outstanding, rule=self.rule
        )
        return Measured(shown.risk, None, 0 if shown.risk <= limit else None)

    def _difference(self, name: str, counted: Counted) -> int:
        reported, found = self.boxes.figures[self.place[name]].tolist(), counted.figures
        return max(0, *(a.change(reported) - a.change(found) for a in self.assertions))


def _up(risk: float) -> Fraction:
    """A risk as a fraction, rounded up."""
    return min(_CERTAIN, Fraction(ceil(risk * _FINE), _FINE))
