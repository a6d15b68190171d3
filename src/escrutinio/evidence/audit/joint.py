"""How many boxes an audit of several contests with one sample opens, beside as many audits of one each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import percent
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, draw_weights, error_bounds
from escrutinio.evidence.audit.plan import single_vouchers
from escrutinio.evidence.audit.pool import pooled
from escrutinio.evidence.audit.ppeb import BET, MACRO, clean_draws


@dataclass(frozen=True, slots=True)
class ContestAlone:
    """What a contest would take by itself: its `boxes` with paper, the least `margin`, and how many `draws`,
    no more than its boxes."""

    contest: str
    boxes: int
    margin: int
    draws: int


@dataclass(frozen=True, slots=True)
class JointPlan:
    """What one sample for several contests takes, if every box opened agrees with its sheets.

    `all_boxes`: those with paper of any of them; `sum_of_bounds`: U. `boxes`, `boxes_macro` and
    `boxes_one_lost` are as in a plan, no more than all boxes; `vouchers_expected` and `vouchers_likely` those
    of the contest that takes most, None where one of them cannot be tested by single vouchers. `alone`: each
    contest by itself.
    """

    risk_limit: Fraction
    all_boxes: int
    sum_of_bounds: Fraction
    boxes: int
    boxes_macro: int
    boxes_one_lost: int
    vouchers_expected: int | None
    vouchers_likely: int | None
    alone: tuple[ContestAlone, ...]

    def sentences(self, language: str) -> tuple[str, str]:
        """What to open, and what that is not, in a language. Raises KeyError for an unknown language."""
        values = {
            "contests": len(self.alone),
            "boxes": self.boxes,
            "all": self.all_boxes,
            "apart": sum(each.draws for each in self.alone),
            "limit": percent(self.risk_limit, 0 if (100 * self.risk_limit).denominator == 1 else 2, language),
        }
        plan = _ONE_SAMPLE if self.boxes < self.all_boxes else _ALL
        return say_in(language, plan, **values), say_in(language, _LIMITS, **values)


_ONE_SAMPLE = N_(
    "One sample of {boxes:,} of {all:,} boxes tests the outcomes of these {contests:,} contests, each at a "
    "risk limit of {limit}: a box is counted for every one that it has paper of. Samples of their own would "
    "take {apart:,} boxes."
)
_ALL = N_(
    "For these {contests:,} contests together, at a risk limit of {limit}, a draw would save no work, so all "
    "{all:,} boxes are opened and counted, and of them nothing is left to chance."
)
_LIMITS = N_(
    "The limit holds for each contest: were any of the outcomes wrong, the chance that such an audit stops "
    "before a full count would be at most {limit}, however many contests there are."
)


def plan_jointly(
    contests: Mapping[str, tuple[Boxes, Sequence[Assertion]]], risk_limit: Fraction
) -> JointPlan:
    """Plan one sample for some contests, given the boxes and the outcome of each. Raises EvidenceError as
    `error_bounds` and `clean_draws` do."""
    bounds = {code: error_bounds(boxes, outcome) for code, (boxes, outcome) in contests.items()}
    pool = pooled([(boxes, bounds[code]) for code, (boxes, _) in contests.items()])
    vouchers = [single_vouchers(outcome, boxes, pool, risk_limit) for boxes, outcome in contests.values()]
    total, most = pool.weights.sum_of_bounds, len(pool.names)
    alone = []
    for code, (boxes, _) in contests.items():
        mine = draw_weights(bounds[code]).sum_of_bounds
        draws = min(len(boxes), clean_draws(mine, risk_limit, bet=BET))
        alone.append(ContestAlone(code, len(boxes), min(bounds[code].margins), draws))
    return JointPlan(
        risk_limit=risk_limit,
        all_boxes=most,
        sum_of_bounds=total,
        boxes=min(most, clean_draws(total, risk_limit, bet=BET)),
        boxes_macro=min(most, clean_draws(total, risk_limit, bet=MACRO)),
        boxes_one_lost=min(most, 1 + clean_draws(total, risk_limit, bet=BET, start=1 - BET)),
        vouchers_expected=_greatest([expected for expected, _ in vouchers]),
        vouchers_likely=_greatest([likely for _, likely in vouchers]),
        alone=tuple(alone),
    )


def _greatest(numbers: Sequence[int | None]) -> int | None:
    """The greatest; None where one is not known."""
    known = [each for each in numbers if each is not None]
    return max(known) if len(known) == len(numbers) else None
