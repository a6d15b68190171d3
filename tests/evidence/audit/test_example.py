"""What audits of the 25,073 sheets of 2024 take, against figures worked out independently for the same
data."""

from fractions import Fraction
from math import log10

import numpy as np
import pytest

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.audit import hot
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, draw_weights, error_bounds
from escrutinio.evidence.audit.bravo import bravo_expected, bravo_quantile
from escrutinio.evidence.audit.plan import equal_chances, plan_for
from escrutinio.evidence.audit.ppeb import clean_draws, settle
from escrutinio.evidence.audit.sequential import clean_sample
from escrutinio.evidence.claims.feasibility import boxes_to_settle
from tests.evidence.audit.contest import most_votes
from tests.reference.sequential import betting_risk

FIVE, ONE = Fraction(1, 20), Fraction(1, 100)
MISSING = 3_349_293
"""Most registered voters at the stations without a sheet."""


def log_of(risk: Fraction) -> float:
    """Base-10 logarithm of a risk that may be too small for a float; minus infinity for zero."""
    return log10(risk.numerator) - log10(risk.denominator) if risk else float("-inf")


def in_vouchers(boxes: Boxes) -> tuple[int, int]:
    """BRAVO's sample for the first two, on average and in nine of ten cases, if every place holds a
    voucher."""
    first, second = (votes / int(boxes.bound.sum()) for votes in boxes.totals[:2])
    return bravo_expected(0.05, first, second), bravo_quantile(0.05, first, second, 0.9)


def thinned(example: Boxes, margin: str) -> Boxes:
    """The sheets with EG votes moved to NM so that the margin is this share of all vouchers."""
    votes = example.votes.copy()
    surplus = (votes[:, 0] - votes[:, 1]).sum() - int(Fraction(margin) / 100 * int(example.bound.sum()))
    share = Fraction(int(surplus), 2 * int(votes[:, 0].sum()))
    moved = votes[:, 0] * share.numerator // share.denominator
    left = int(surplus) // 2 - int(moved.sum())
    moved[: len(moved)][np.argsort(-votes[:, 0])[:left]] += 1
    votes[:, 0] -= moved
    votes[:, 1] += moved
    return Boxes(example.names, votes, example.bound)


def test_the_plan_of_the_example(example: Boxes, outcome: tuple[Assertion, ...]) -> None:
    plan = plan_for(outcome, example, FIVE)
    assert (plan.all_boxes, plan.margin, plan.boxes_macro, plan.boxes) == (25_073, 3_987_338, 10, 11)
    assert in_vouchers(example) == (45, 112)
    # These boxes say nothing of the null vouchers, and a place of which nothing is said is the loser's.
    assert (plan.vouchers_expected, plan.vouchers_likely) == (45, 112)
    assert float(plan.sum_of_bounds) == pytest.approx(3.7409452185667695, abs=1e-12)
    assert plan_for(outcome, example, ONE).boxes_macro == 15
    assert "11 of 25,073 boxes" in plan.sentences("en")[0]
    assert "36,62\u00a0% de lo que pueden tener todas las cajas" in plan.sentences("es")[0]


def test_the_plan_with_every_missing_voter_against_the_outcome(
    example: Boxes, outcome: tuple[Assertion, ...]
) -> None:
    found = [plan_for(outcome[:1], example, limit, outstanding=MISSING) for limit in (FIVE, ONE)]
    assert [plan.boxes_macro for plan in found] == [69, 106]
    assert found[0].margin == 638_045
    assert float(found[0].sum_of_bounds) == pytest.approx(23.3, abs=0.05)


@pytest.mark.parametrize(
    ("margin", "bounds", "boxes", "srs", "vouchers"),
    [
        ("20", 6.000, (17, 26), 39, (150, 392)),
        ("10", 11.00, (32, 49), 72, (593, 1_589)),
        ("5", 21.00, (62, 95), 139, (2_356, 6_376)),
        ("2", 51.00, (152, 233), 343, (14_658, 39_878)),
        ("1", 101.0, (302, 463), 667, (58_533, 159_530)),
        ("0.5", 201.0, (601, 924), 1_315, (233_943, 638_164)),
        ("0.2", 501.0, (1_500, 2_305), 3_155, None),
        ("0.1", 1001.0, (2_998, 4_608), 6_103, None),
    ],
)
def test_smaller_margins(
    example: Boxes,
    margin: str,
    bounds: float,
    boxes: tuple[int, int],
    srs: int,
    vouchers: tuple[int, int] | None,
) -> None:
    made = thinned(example, margin)
    pair = most_votes(made.totals)[:1]
    found = [plan_for(pair, made, limit) for limit in (FIVE, ONE)]
    assert float(found[0].sum_of_bounds) == pytest.approx(bounds, rel=2e-4)
    assert [plan.boxes_macro for plan in found] == pytest.approx(boxes, abs=1)
    null = equal_chances(made, pair[0]).null
    greatest = clean_sample(lambda x: betting_risk(x, null), 0.05)
    # How the votes are moved between sheets decides which box can err most, and so this figure.
    assert greatest == pytest.approx(srs, rel=0.05)
    if vouchers:
        assert in_vouchers(made) == pytest.approx(vouchers, rel=0.002)


def test_one_box_that_is_lost_at_five_per_cent_takes_122_boxes(example: Boxes) -> None:
    total = Fraction(2095, 100)
    assert clean_draws(total, FIVE) == 68
    assert 1 + clean_draws(total, FIVE, start=settle([Fraction(1)], total).now) == 122
    with pytest.raises(EvidenceError, match="No number of further boxes"):
        clean_draws(total, FIVE, bet=Fraction(1), start=settle([Fraction(1)], total, bet=Fraction(1)).now)


def test_weights_hardly_enlarge_the_bounds(example: Boxes, outcome: tuple[Assertion, ...]) -> None:
    bounds = error_bounds(example, outcome)
    weights = draw_weights(bounds)
    assert weights.scale == 10**10
    assert 0 <= weights.sum_of_bounds - bounds.total < Fraction(25_073, 10**10)


def test_how_many_boxes_settle_a_contradiction() -> None:
    found = [boxes_to_settle(25_073, 3_645, chance) for chance in (FIVE, ONE, Fraction(1, 10**6))]
    assert found == [20, 30, 88]


def test_the_hot_audit_of_the_example(
    example: Boxes, outcome: tuple[Assertion, ...], centers: list[int]
) -> None:
    logs = {n: log_of(hot.worst_survival(centers, n)) for n in (1, 10, 50, 100, 388, 3_645)}
    assert logs == pytest.approx(
        {1: -0.12, 10: -1.25, 50: -6.25, 100: -12.5, 388: -48.5, 3_645: -587}, abs=0.1
    )
    pair = outcome[:1]
    asis = [hot.certificate(example, pair, centers, tolerance=t) for t in (0, 2, 5)]
    assert [each.boxes_needed for each in asis] == [4_556, 4_493, 4_398]
    assert [log_of(each.risk) for each in asis] == pytest.approx([-767, -753, -732], abs=0.6)
    worst = [hot.certificate(example, pair, centers, tolerance=t, outstanding=MISSING) for t in (0, 2, 5)]
    assert [each.boxes_needed for each in worst] == [628, 576, 498]
    assert [log_of(each.risk) for each in worst] == pytest.approx([-78, -72, -62], abs=0.6)
    wide = hot.certificate(example, pair, centers, tolerance=200)
    assert wide.boxes_needed == 0
    assert wide.risk == 1
    # A center opens at least one box, but those that it leaves shut may all differ unseen.
    assert wide.hidden == 11_838
    assert hot.worst_survival(centers, 11_838) > 0 == hot.worst_survival(centers, 11_839)
