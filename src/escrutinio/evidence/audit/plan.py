"""How many boxes, or vouchers, an audit opens for the margin at hand, by each method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from math import ceil

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import percent
from escrutinio.core.election.state import ContestView
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Bounds, Boxes, draw_weights, error_bounds, reach
from escrutinio.evidence.audit.equal import EqualChances, equal_risk
from escrutinio.evidence.audit.outcomes import outcome_of
from escrutinio.evidence.audit.pool import Pool
from escrutinio.evidence.audit.ppeb import BET, MACRO, check_risk_limit, clean_draws
from escrutinio.evidence.audit.sequential import Null, clean_sample
from escrutinio.evidence.audit.vouchers import voucher_tests

SECONDS, MINUTES = 6, 15
"""What a voucher and a box take each of two people who count, for the workload: an assumption, not a fact."""


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """What an audit of these boxes takes, if every box opened agrees with its sheet.

    `margin`: the least margin of the assertions, in votes, after `outstanding` votes at their worst;
    `vouchers`: the most that all boxes hold; `sum_of_bounds`: U. `boxes`: first sample of the weighted draw
    at the bet of `ppeb`, `boxes_macro` at the greatest bet, each no more than all boxes: where as many draws
    would not do, all are opened and nothing is drawn; `boxes_srs`: with equal chances, by ALPHA, None
    if more than all. `vouchers_expected`, `vouchers_likely`: single vouchers, on average and enough in nine
    of ten cases; None where so many places hold no voucher that no sample would suffice. `boxes_one_lost`:
    the weighted draw, if one box of it cannot be accounted for, no more than all either; `vouchers_counted`:
    what the sheets say is in the boxes of its first sample, on average.
    """

    risk_limit: Fraction
    all_boxes: int
    vouchers: int
    margin: int
    outstanding: int
    sum_of_bounds: Fraction
    boxes: int
    boxes_macro: int
    boxes_srs: int | None
    vouchers_expected: int | None
    vouchers_likely: int | None
    boxes_one_lost: int
    vouchers_counted: int

    @property
    def hours(self) -> int:
        """Person-hours to count the first sample of the weighted draw: two people, each with every voucher
        in hand for `SECONDS` and with every box for `MINUTES`; rounded up."""
        seconds = self.vouchers_counted * SECONDS + self.boxes * MINUTES * 60
        return ceil(Fraction(2 * seconds, 3600))

    @property
    def diluted_margin(self) -> Fraction:
        """The margin as a share of all vouchers."""
        return Fraction(self.margin, self.vouchers)

    def sentences(self, language: str) -> tuple[str, str]:
        """What to open and what that is not, in a language. Raises KeyError for an unknown language."""
        values = {
            "boxes": self.boxes,
            "all": self.all_boxes,
            "limit": percent(self.risk_limit, 0 if (100 * self.risk_limit).denominator == 1 else 2, language),
            "margin": self.margin,
            "share": percent(self.diluted_margin, 2, language),
        }
        plan = _PLAN if self.boxes < self.all_boxes else _COUNT_ALL
        return say_in(language, plan, **values), say_in(language, _LIMITS, **values)


_PLAN = N_(
    "The margin in votes is {margin:,}, {share} of what all boxes can hold: if the paper agrees with the "
    "sheets, opening {boxes:,} of {all:,} boxes, drawn in proportion to how wrong each can be, confirms the "
    "outcome at a risk limit of {limit}."
)
_COUNT_ALL = N_(
    "The margin in votes is {margin:,}, {share} of what all boxes can hold: at a risk limit of {limit} a "
    "draw would save no work, so all {all:,} boxes are opened and counted, and of them nothing is left "
    "to chance."
)
_LIMITS = N_(
    "Were the outcome wrong, the chance that such an audit stops before a full count would be at "
    "most {limit}; it says nothing of boxes without a counted sheet, nor of paper that was not kept safe."
)


def plan_audit(
    contest: ContestView, boxes: Boxes, risk_limit: Fraction, *, outstanding: int = 0,
    registered: int | None = None,
) -> AuditPlan:  # fmt: skip
    """Plan an audit of the outcome that the boxes show under the contest's rules.

    `outstanding` votes that may still come are taken from every margin at their worst; `registered`: voters
    on the roll, where there is a quorum. Raises EvidenceError as `assertions_of`, `error_bounds` and
    `check_risk_limit` do.
    """
    found = outcome_of(contest, boxes, registered=registered)
    return plan_for(found, boxes, risk_limit, outstanding=outstanding)


def plan_audits(
    contest: ContestView, boxes: Boxes, risk_limits: Sequence[Fraction], *, registered: int | None = None
) -> tuple[AuditPlan, ...]:
    """As `plan_audit`, at each of some risk limits."""
    planning = Planning.of(outcome_of(contest, boxes, registered=registered), boxes)
    return tuple(planning.at(limit) for limit in risk_limits)


def plan_for(
    assertions: Sequence[Assertion], boxes: Boxes, risk_limit: Fraction, *, outstanding: int = 0
) -> AuditPlan:
    """As `plan_audit`, for any assertions."""
    return Planning.of(assertions, boxes, outstanding).at(risk_limit)


@dataclass(frozen=True)
class Planning:
    """What the plans at all risk limits share: the bounds on errors, and the hardest null of boxes drawn with
    equal chances."""

    assertions: Sequence[Assertion]
    boxes: Boxes
    outstanding: int
    bounds: Bounds
    hardest: Null

    @classmethod
    def of(cls, assertions: Sequence[Assertion], boxes: Boxes, outstanding: int = 0) -> Planning:
        """The planning of an audit of these assertions. Raises EvidenceError as `error_bounds` does."""
        bounds = error_bounds(boxes, assertions, outstanding=outstanding)
        nulls = {equal_chances(boxes, each, outstanding=outstanding).null for each in assertions}
        return cls(assertions, boxes, outstanding, bounds, max(nulls, key=lambda null: null.mean))

    @cached_property
    def drawn_with(self) -> Fraction:
        """U as the draw has it."""
        return draw_weights(self.bounds).sum_of_bounds

    @cached_property
    def _stated(self) -> Fraction:
        """How many vouchers the sheet of a drawn box states, on average."""
        weights = draw_weights(self.bounds)
        weighted = sum(w * n for w, n in zip(weights.values, self._ballots, strict=True))
        return Fraction(weighted, weights.total)

    @cached_property
    def _ballots(self) -> list[int]:
        """How many vouchers the sheet of each box states."""
        found: list[int] = self.boxes.figures[:, self.boxes.votes.shape[1] :].sum(axis=1).tolist()
        return found

    def at(self, risk_limit: Fraction) -> AuditPlan:
        """The plan at a risk limit. Raises EvidenceError as `check_risk_limit` does."""
        check_risk_limit(risk_limit)
        bounds, boxes = self.bounds, self.boxes
        drawn_with = self.drawn_with
        pool = Pool(boxes.names, bounds, boxes.bound)
        expected, likely = single_vouchers(self.assertions, boxes, pool, risk_limit, self.outstanding)
        most, draws = len(boxes), clean_draws(drawn_with, risk_limit, bet=BET)
        one_lost = 1 + clean_draws(drawn_with, risk_limit, bet=BET, start=1 - BET)
        risk = partial(equal_risk, null=self.hardest)
        return AuditPlan(
            risk_limit=risk_limit,
            all_boxes=len(boxes),
            vouchers=int(boxes.bound.sum()),
            margin=min(bounds.margins),
            outstanding=self.outstanding,
            sum_of_bounds=bounds.total,
            boxes=min(most, draws),
            boxes_macro=min(most, clean_draws(drawn_with, risk_limit, bet=MACRO)),
            boxes_srs=clean_sample(risk, float(risk_limit), most=len(boxes)),
            vouchers_expected=expected,
            vouchers_likely=likely,
            boxes_one_lost=min(most, one_lost),
            vouchers_counted=sum(self._ballots) if draws >= most else ceil(draws * self._stated),
        )


def equal_chances(
    boxes: Boxes, assertion: Assertion, *, outstanding: int = 0, among: int | None = None
) -> EqualChances:
    """What boxes drawn with equal chances test of an assertion; `among` how many they are drawn, where boxes
    of other contests lie with them."""
    largest = int(reach(boxes, assertion).max())
    margin = assertion.margin(boxes.sums) - outstanding * assertion.worst
    return EqualChances(len(boxes) if among is None else among, largest, margin)


def single_vouchers(
    assertions: Sequence[Assertion], boxes: Boxes, pool: Pool, risk_limit: Fraction, outstanding: int = 0
) -> tuple[int | None, int | None]:
    """How many single vouchers out of the places of a pool, on average and in nine of ten cases; None where
    none of the samples would suffice."""
    sizes = [each.sizes(float(risk_limit)) for each in voucher_tests(boxes, pool, assertions, outstanding)]
    known = [each for each in sizes if each is not None]
    if len(known) < len(sizes):
        return None, None
    return max(expected for expected, _ in known), max(likely for _, likely in known)
