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
from itertools import accumulate
from math import ceil

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records.parts import Box
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import (
    Bounds,
    Boxes,
    Weights,
    error_bounds,
    reach,
    relative_error,
)
from escrutinio.evidence.audit.counts import BoxCounts, Counted
from escrutinio.evidence.audit.draw import consistent_sample, weighted_draws, weighted_number
from escrutinio.evidence.audit.hot import RULE_2024, HotRule, certificate, hot_draw
from escrutinio.evidence.audit.plan import equal_chances
from escrutinio.evidence.audit.pool import Pool
from escrutinio.evidence.audit.ppeb import BET, Wealth, clean_draws, macro_risk, settle
from escrutinio.evidence.audit.strata import Stratum, stratified_risk
from escrutinio.evidence.audit.vouchers import Found, VoucherTest, voucher_tests

Counts = Mapping[str, Counted]
"""Agreed hand counts by box; a box without one is not accounted for."""

_FINE = 10**12
_CERTAIN = Fraction(1)

HOT_SHARE = Fraction(9, 10)
"""The share of a hot audit's risk limit that its certificate may use."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The risk after a round. `macro`: the MACRO P-value beside it. `more`: further clean boxes (for BRAVO:
    vouchers) that bring the risk to the limit, 0 where it is there, None where no number can be said.
    """

    risk: Fraction
    macro: Fraction | None
    more: int | None


class Procedure(ABC):
    """A way to draw boxes and to measure risk. `whole`: whether it counts boxes whole, so that it ends once
    all are open."""

    whole = True

    def __init__(self, boxes: Boxes, assertions: Sequence[Assertion], pool: Pool | None = None) -> None:
        self.boxes = boxes
        self.assertions = tuple(assertions)
        self._given = pool

    @cached_property
    def bounds(self) -> Bounds:
        """u_p of every box."""
        return error_bounds(self.boxes, self.assertions)

    @cached_property
    def pool(self) -> Pool:
        """What is drawn from: the boxes of this contest, or of all that are audited together."""
        return self._given or Pool(self.boxes.names, self.bounds, self.boxes.bound)

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each box by its station's code."""
        return {name: place for place, name in enumerate(self.boxes.names)}

    @abstractmethod
    def draw(self, seed: str, count: int) -> tuple[Box, ...]:
        """The first `count` of the sequence that the seed draws. Raises EvidenceError if there are fewer."""

    @abstractmethod
    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        """The risk after these draws, with so many votes still to come at their worst."""

    def choose(self, name: str, counted: BoxCounts, taken: int, samples: int | None = None) -> Counted | None:
        """The hand count of a box that was drawn `taken` times, in so many `samples`; None where there is no
        or no one agreed content."""
        agreed = counted.agreed.get(name, [])
        return agreed[0] if len(agreed) == 1 else None

    def above(self, name: str, counted: Counted) -> bool:
        """Whether a box held more vouchers than it was taken to hold, so that nothing bounds its error."""
        return counted.vouchers > int(self.boxes.bound[self.place[name]])

    def settled(self, counts: Counts, outstanding: int = 0) -> bool | None:
        """Whether all paper has the outcome, with so many votes to come at their worst; None unless every
        box is counted."""
        if not self.whole or any(name not in counts for name in self.boxes.names):
            return None
        rows = zip(*(counts[name].figures for name in self.boxes.names), strict=True)
        figures = [sum(row) for row in rows]
        return all(a.margin(figures) > outstanding * a.worst for a in self.assertions)


class Ppeb(Procedure):
    """Weighted draw with replacement and the exact betting martingale (`ppeb`), with this stake.

    A box that is drawn for another contest and is none of this one has no error here.
    """

    def __init__(
        self,
        boxes: Boxes,
        assertions: Sequence[Assertion],
        bet: Fraction = BET,
        pool: Pool | None = None,
    ) -> None:
        super().__init__(boxes, assertions, pool)
        self.bet = bet

    @property
    def weights(self) -> Weights:
        """The bounds that boxes are drawn with, as integers."""
        return self.pool.weights

    def draw(self, seed: str, count: int) -> tuple[Box, ...]:
        places = weighted_draws(seed, self.weights.values, count)
        return tuple(Box(self.pool.names[place]) for place in places)

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
        """The error of a box as a share of the bound that it was drawn with; 1 if it is not accounted for.

        An error in the loser's favour counts as none: it earns nothing towards stopping, as one count with
        its columns exchanged would otherwise end an audit.
        """
        place = self.place.get(name)
        if place is None:
            return Fraction(0)
        if counted is None:
            return _CERTAIN
        error = relative_error(self.bounds, self.boxes.figures[place].tolist(), counted.figures)
        return max(Fraction(0), error * self.weights.scale / self.weights.values[self.pool.place[name]])

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
    """Boxes with equal chances and without replacement, by ALPHA; every assertion has to be confirmed.

    The boxes of other contests that are drawn from too have no error here.
    """

    def draw(self, seed: str, count: int) -> tuple[Box, ...]:
        return tuple(Box(name) for _, name, _ in consistent_sample(self.pool.names, seed, count))

    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        risk, more = Fraction(0), 0
        certain = True
        for assertion in self.assertions:
            if assertion.margin(self.boxes.sums) <= outstanding * assertion.worst:
                return Measured(_CERTAIN, None, None)
            null = equal_chances(self.boxes, assertion, outstanding=outstanding, among=len(self.pool.names))
            errors = [self._error(name, counts.get(name), assertion, null.largest) for name in drawn]
            risk = max(risk, null.risk(errors))
            rest = null.clean_more(errors, limit)
            certain, more = certain and rest is not None, max(more, rest or 0)
        return Measured(risk, None, more if certain else None)

    def _error(self, name: str, counted: Counted | None, assertion: Assertion, largest: int) -> int:
        """By how much a box overstates an assertion; the most that any can if it is not accounted for."""
        if name not in self.place:
            return 0
        if counted is None:
            return largest
        reported = self.boxes.figures[self.place[name]].tolist()
        return assertion.change(reported) - assertion.change(counted.figures)


class Bravo(Procedure):
    """Single vouchers out of all boxes, with replacement: each draw names a box and a place in it.

    A place is a number from 1 to what the box holds at most, so that every voucher has the same chance
    whatever the bound of its box. Where no voucher of the contest lies at a place, it counts as the one that
    is worst for the outcome; a place in a box of other contests alone is neither's, as no voucher of this one
    is looked for there. The hand count of a box is of the places drawn from it, as often as each was drawn,
    and of no others.
    """

    whole = False

    @cached_property
    def tests(self) -> tuple[VoucherTest, ...]:
        """How each assertion is tested."""
        return voucher_tests(self.boxes, self.pool, self.assertions)

    def draw(self, seed: str, count: int) -> tuple[Box, ...]:
        most = self.pool.most.tolist()
        ends = list(accumulate(most))
        places = weighted_draws(seed, most, count)
        numbers = (weighted_number(seed, ends[-1], number) for number in range(1, count + 1))
        return tuple(
            Box(self.pool.names[place], number - ends[place] + most[place] + 1)
            for place, number in zip(places, numbers, strict=True)
        )

    def choose(self, name: str, counted: BoxCounts, taken: int, samples: int | None = None) -> Counted | None:
        """The last one before a later sample, of no more vouchers than were drawn from the box by then."""
        for before, each in counted.ever.get(name, ()):
            if each.vouchers <= taken and (samples is None or before <= samples):
                return each
        return None

    def above(self, name: str, counted: Counted) -> bool:
        """Never: a count is of places within the bound, of which one may come more than once."""
        return False

    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        if outstanding:
            return Measured(_CERTAIN, None, None)
        times = Counter(drawn)
        others = sum(taken for name, taken in times.items() if name not in self.place)
        mine = [counts[name] for name in times if name in self.place and name in counts]
        missing = len(drawn) - others - sum(each.vouchers for each in mine)
        found = Found.of(self.boxes, mine, missing, others)
        risks = [test.risk(found) for test in self.tests]
        more = [
            0 if risk <= limit else test.more(found, float(limit))
            for test, risk in zip(self.tests, risks, strict=True)
        ]
        known = [each for each in more if each is not None]
        return Measured(_up(max(risks)), None, max(known) if len(known) == len(more) else None)


class Hot(Procedure):
    """Boxes that each center opens by lot on election night; then weighted draws, where these do not suffice.

    The risk limit is shared out before anything is drawn, so that three tests may be asked: `HOT_SHARE` of
    it goes to the certificate of `hot`, which needs every box that the rule selected and small differences
    in all of them; and half of the rest each to a test that is valid for a stratified sample with whatever
    differences (`stratified_risk`), and to the weighted draws that follow. Nothing is certified before all
    boxes of the rule were drawn.
    """

    def __init__(
        self,
        boxes: Boxes,
        assertions: Sequence[Assertion],
        centers: Mapping[str, Sequence[str]],
        rule: HotRule = RULE_2024,
        *,
        seed: str | None = None,
        bet: Fraction = BET,
        pool: Pool | None = None,
    ) -> None:
        super().__init__(boxes, assertions, pool)
        self.centers, self.rule, self.seed = centers, rule, seed
        self.weighted = Ppeb(boxes, assertions, bet, pool)

    @cached_property
    def selected(self) -> tuple[str, ...]:
        """The boxes that the rule selects with the seed; none without one."""
        return () if self.seed is None else self._selected(self.seed)

    def _selected(self, seed: str) -> tuple[str, ...]:
        return tuple(name for name in hot_draw(seed, self.centers, self.rule) if name in self.pool.place)

    def draw(self, seed: str, count: int) -> tuple[Box, ...]:
        first = tuple(map(Box, self._selected(seed)))
        return (*first[:count], *self.weighted.draw(seed, max(0, count - len(first))))

    def measure(
        self, drawn: Sequence[str], counts: Counts, limit: Fraction, outstanding: int = 0
    ) -> Measured:
        first = len(self.selected)
        if len(drawn) < first or not first:
            return Measured(_CERTAIN, None, first - len(drawn) if first else None)
        rest = (1 - HOT_SHARE) / 2
        after = self.weighted.measure(drawn[first:], counts, limit * rest, outstanding)
        risks = [self._certified(counts, outstanding) / HOT_SHARE, after.risk / rest]
        risks.append(self._stratified(counts, outstanding) / rest)
        risk = min(_CERTAIN, *risks)
        return Measured(risk, None, 0 if risk <= limit else after.more)

    def _certified(self, counts: Counts, outstanding: int) -> Fraction:
        mine = [name for name in self.selected if name in self.place]
        if any(name not in counts for name in mine):
            return _CERTAIN
        worst = max(
            (self._error(name, counts[name], each) for name in mine for each in self.assertions), default=0
        )
        sizes = [len(stations) for stations in self.centers.values()]
        return certificate(
            self.boxes, self.assertions, sizes, tolerance=worst, outstanding=outstanding, rule=self.rule
        ).risk

    def _stratified(self, counts: Counts, outstanding: int) -> Fraction:
        chosen, risk = set(self.selected), Fraction(0)
        for assertion in self.assertions:
            most = dict(zip(self.boxes.names, reach(self.boxes, assertion).tolist(), strict=True))
            strata = []
            for stations in self.centers.values():
                here = [name for name in stations if name in most]
                # A box that is not counted errs by as much as it can, whoever it was that lost it.
                errors = sum(
                    self._error(name, counts[name], assertion) if name in counts else most[name]
                    for name in here
                    if name in chosen
                )
                opened = self.rule.opened(len(stations))
                largest = max((most[name] for name in here), default=0)
                strata.append(Stratum(len(stations), opened, errors, largest))
            margin = assertion.margin(self.boxes.sums) - outstanding * assertion.worst
            risk = max(risk, stratified_risk(strata, margin))
        return risk

    def _error(self, name: str, counted: Counted, assertion: Assertion) -> int:
        """By how much a box overstates an assertion; an error in the loser's favour counts as none."""
        reported = self.boxes.figures[self.place[name]].tolist()
        return max(0, assertion.change(reported) - assertion.change(counted.figures))


def _up(risk: float) -> Fraction:
    """A risk as a fraction, rounded up."""
    return min(_CERTAIN, Fraction(ceil(risk * _FINE), _FINE))
