"""The risk limits hold: exact properties of the martingales, and simulations of outcomes that are wrong."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, error_bounds
from escrutinio.evidence.audit.bravo import (
    binomial_tail,
    bravo_expected,
    bravo_quantile,
    bravo_risk,
)
from escrutinio.evidence.audit.equal import EqualChances, equal_risk
from escrutinio.evidence.audit.plan import equal_chances
from escrutinio.evidence.audit.ppeb import (
    BET,
    MACRO,
    betting_risk,
    clean_draws,
    macro_risk,
    null_mean,
    wealth,
)
from escrutinio.evidence.audit.sequential import (
    Null,
    alpha_risk,
    clean_sample,
)
from tests.evidence.audit.contest import most_votes
from tests.reference.comparison import comparison_risk, comparison_size
from tests.reference.sequential import (
    agrapa_risk,
    alpha_risk_fixed,
    kaplan_markov_risk,
    kaplan_wald_risk,
)
from tests.reference.sequential import betting_risk as sequential_betting

FIVE = Fraction(1, 20)


def test_the_martingale_is_exact_and_fair_in_the_worst_null() -> None:
    """Two kinds of boxes, U = 3: a wrong outcome that takes a third of the weight has mean wealth 1 at each
    step."""
    total = Fraction(3)
    chances = {Fraction(1): 1 / total, Fraction(0): 1 - 1 / total}
    for bet in (Fraction(1, 2), BET, MACRO):
        mean = Fraction(0)
        for taints in product(chances, repeat=4):
            chance = Fraction(1)
            for taint in taints:
                chance *= chances[taint]
            mean += chance * list(wealth(taints, total, bet=bet))[-1].now
        assert 0 <= 1 - mean < Fraction(1, 2**240)


taints = st.lists(st.fractions(-1, 1, max_denominator=50), min_size=1, max_size=12)


@settings(max_examples=30)
@given(taints, st.fractions(Fraction(11, 10), 50, max_denominator=20))
def test_floats_agree_and_risks_are_rounded_up(found: list[Fraction], total: Fraction) -> None:
    mean = float(null_mean(total))
    products = np.cumprod([1 + 0.9 / mean * (1 - float(t) - mean) for t in found])
    assert float(betting_risk(found, total)) == pytest.approx(
        min(1.0, 1 / max(1.0, products.max())), rel=1e-9
    )
    exact, most = Fraction(1), Fraction(1)
    for taint in found:
        exact *= 1 - BET + BET * (1 - taint) / null_mean(total)
        most = max(most, exact)
    assert 0 <= betting_risk(found, total) - 1 / most < Fraction(1, 2**200)


@settings(max_examples=30)
@given(st.fractions(Fraction(21, 20), 400, max_denominator=100), st.sampled_from([BET, MACRO]))
def test_first_samples_are_the_least_that_reach_the_limit(total: Fraction, bet: Fraction) -> None:
    draws = clean_draws(total, FIVE, bet=bet)
    assert betting_risk([Fraction(0)] * draws, total, bet=bet) <= FIVE + Fraction(1, 2**200)
    assert betting_risk([Fraction(0)] * (draws - 1), total, bet=bet) > FIVE


@given(
    st.fractions(Fraction(11, 10), 40, max_denominator=1_000),
    st.integers(1, 200),
    st.sampled_from([Fraction(-1, 10**12), Fraction(0), Fraction(1, 10**12)]),
)
@settings(max_examples=60)
def test_clean_draws_are_exact_beside_a_whole_number_of_them(
    total: Fraction, draws: int, beside: Fraction
) -> None:
    factor = 1 - BET + BET / null_mean(total)
    limit = 1 / factor**draws + beside  # reached by that many draws, or missed by next to nothing
    if 0 < limit < 1:
        found = clean_draws(total, limit)
        assert factor**found >= 1 / limit
        assert factor ** (found - 1) < 1 / limit


def test_taints_for_the_loser_help_the_bet_but_not_macro() -> None:
    total = Fraction(5)
    assert macro_risk([Fraction(-1, 2)], total) == macro_risk([Fraction(0)], total)
    assert betting_risk([Fraction(-1, 2)], total) < betting_risk([Fraction(0)], total)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: betting_risk([Fraction(2)], Fraction(3)), "more wrong than its bound"),
        (lambda: betting_risk([Fraction(0)], Fraction(3), bet=Fraction(2)), 'The bet 2'),
        (lambda: null_mean(Fraction(1)), "cannot hold a wrong outcome"),
        (lambda: clean_draws(Fraction(3), Fraction(0)), "risk limit 0"),
        (lambda: clean_draws(Fraction(3), Fraction(1)), "risk limit 1"),
        (lambda: Null(1.0), "mean 1 to test"),
        (lambda: alpha_risk([0.5, 1.5], Null(0.5), guess=0.7), "outside 0 to 1"),
        (lambda: alpha_risk([0.5, float("nan")], Null(0.5), guess=0.7), "outside 0 to 1"),
        (lambda: alpha_risk([1.0] * 4, Null(0.5, 1.0, 3), guess=0.7), "4 boxes are drawn"),
        (lambda: bravo_risk(5, 5, 1, 1), "settles a tie"),
        (lambda: bravo_risk(5, 4, -1, 1), "fewer than zero"),
        (lambda: bravo_expected(0.05, 0.3, 0.3), "settles a tie"),
        (lambda: comparison_size(0.05, 0.0), "settles a tie"),
    ],
)  # fmt: skip
def test_wrong_input(call: object, sentence: str) -> None:
    assert callable(call)
    with pytest.raises(EvidenceError, match=sentence):
        call()


def test_nothing_drawn_is_a_risk_of_one() -> None:
    null = Null(0.5, 1.0, 10)
    for risk in (alpha_risk, alpha_risk_fixed):
        assert risk([], null, guess=0.7) == 1
    assert agrapa_risk([], null) == sequential_betting([], null) == 1
    assert kaplan_markov_risk([], 0.5) == kaplan_wald_risk([], 0.5) == 1
    assert betting_risk([], Fraction(3)) == 1


def test_a_full_count_settles_it() -> None:
    null = Null(0.5, 1.0, 4)
    assert alpha_risk([1, 1, 1, 1], null, guess=0.9) == 0
    assert alpha_risk([1, 1, 0, 0], null, guess=0.9) == pytest.approx(alpha_risk([1, 1], null, guess=0.9))
    assert clean_sample(lambda x: alpha_risk(x, Null(0.999), guess=0.9995), 0.05, most=100) is None


@pytest.mark.parametrize(
    ("errors", "risk"),
    [
        ((0,) * 20, 0),  # the last box makes the sum too great for the hypothesis
        ((0,) * 19 + (20,), 1),  # an exact tie
        ((1,) * 20, 1),  # the same, spread
        ((1,) * 19 + (0,), 0),
    ],
)
def test_all_boxes_with_equal_chances_leave_nothing_open(errors: tuple[int, ...], risk: int) -> None:
    """20 boxes with a margin of 20 votes; in whatever order."""
    null = EqualChances(20, 103, 20)
    for turn in range(20):
        found = null.risk([*errors[turn:], *errors[:turn]])
        assert found == 0 if not risk else found > FIVE


@settings(max_examples=40)
@given(
    st.lists(st.integers(-50, 160), min_size=1, max_size=30),
    st.integers(0, 20),
    st.integers(101, 200),
    st.integers(1, 900),
)
def test_equal_chances_in_integers_are_those_in_floats(
    errors: list[int], more: int, largest: int, margin: int
) -> None:
    null = EqualChances(len(errors) + more, largest, min(margin, largest * len(errors) - 1))
    values = [1 - min(largest, max(0, error)) / largest for error in errors]
    exact, floats = null.risk(errors), equal_risk(np.array(values), null.null)
    if more and exact:
        assert float(exact) == pytest.approx(floats, rel=1e-4)
        assert exact >= Fraction(floats) * Fraction(9999, 10_000)


def test_a_winner_without_opposition_in_the_pair() -> None:
    assert bravo_risk(10, 0, 5, 0) == pytest.approx(2.0**-5)
    assert bravo_risk(10, 0, 5, 1) == 1
    assert bravo_quantile(0.05, 0.5, 0.0, 0.9) == 10
    assert comparison_risk(10, 0.5) < 0.1


@given(
    st.integers(1, 60),
    st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50),
    st.integers(-2, 62),
)
def test_binomial_tails(size: int, chance: Fraction, at_least: int) -> None:
    exact = sum(
        (comb(size, k) * chance**k * (1 - chance) ** (size - k) for k in range(max(at_least, 0), size + 1)),
        start=Fraction(0),
    )
    assert binomial_tail(size, float(chance), at_least) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


# --- simulations ---


def worst_nulls(bounds: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Taints per box whose errors add up to 1: in few boxes whole, in twice as many half, spread over all."""
    order = np.random.default_rng(7).permutation(len(bounds))
    filled = {}
    for name, size in (("concentrated", 1.0), ("half", 0.5)):
        taint = np.zeros(len(bounds))
        so_far = np.cumsum(size * bounds[order])
        taint[order[so_far <= 1]] = size
        taint[order[np.searchsorted(so_far, 1.0)]] = size
        filled[name] = taint
    filled["spread"] = np.full(len(bounds), 1 / bounds.sum())
    return filled


def stopped(
    taint: NDArray[np.float64], bounds: NDArray[np.float64], bet: float, runs: int, draws: int, seed: int
) -> float:
    """Share of simulated audits of a wrong outcome that stop at 5 % within so many draws."""
    random = np.random.Generator(np.random.Philox(seed))
    total = bounds.sum()
    mean = 1 - 1 / total
    ends = np.cumsum(bounds)
    count = 0
    for _ in range(runs):
        drawn = np.searchsorted(ends, random.random(draws) * total, side="right").clip(max=len(ends) - 1)
        products = np.cumprod(1 + bet / mean * (1 - taint[drawn] - mean))
        count += bool(products.max() >= 20)
    return count / runs


def thinned(example: Boxes) -> NDArray[np.float64]:
    """Bounds of the example with EG votes moved to NM until U is 20.95, a margin of some 5 %."""
    votes = example.votes.copy()
    moved = (votes[:, 0] * 2356 + 5000) // 10_000
    votes[:, 0] -= moved
    votes[:, 1] += moved
    boxes = Boxes(example.names, votes, example.bound)
    bounds = error_bounds(boxes, most_votes(boxes.totals)[:1])
    return bounds.numerator / bounds.margins[0]


@pytest.mark.parametrize("bet", [0.9, 1.0])
def test_the_risk_of_wrong_outcomes_quickly(example: Boxes, bet: float) -> None:
    bounds = thinned(example)
    for taint in worst_nulls(bounds).values():
        # 600 runs: three standard errors of a true 5 % are 0.027.
        assert stopped(taint, bounds, bet, 600, 300, seed=1) <= 0.05 + 0.027


@pytest.mark.slow
@pytest.mark.parametrize("bet", [0.5, 0.9, 1.0])
def test_the_risk_of_wrong_outcomes(example: Boxes, bet: float) -> None:
    bounds = thinned(example)
    assert bounds.sum() == pytest.approx(20.95, abs=0.05)
    found = {
        name: stopped(taint, bounds, bet, 8_000, 1_500, seed=2) for name, taint in worst_nulls(bounds).items()
    }
    # 8,000 runs: three standard errors of a true 5 % are 0.0073.
    assert max(found.values()) <= 0.05 + 0.0073
    assert found["spread"] == 0
    if bet >= 0.9:
        # The bound is nearly reached where few boxes are wrong as a whole.
        assert found["concentrated"] > 0.035


@pytest.mark.slow
def test_the_risk_of_boxes_with_equal_chances(example: Boxes, outcome: tuple[Assertion, ...]) -> None:
    """ALPHA over the largest boxes wrong as a whole: 1,500 runs, three standard errors of 5 % are 0.017."""
    null = equal_chances(example, outcome[0])
    reach = example.votes[:, 0] - example.votes[:, 1] + example.bound
    order = np.argsort(-reach)
    errors = np.zeros(len(example))
    enough = int(np.searchsorted(np.cumsum(reach[order]), outcome[0].margin(example.sums))) + 1
    errors[order[:enough]] = reach[order[:enough]]
    assert errors.sum() >= null.margin
    random = np.random.Generator(np.random.Philox(3))
    drawn = (random.choice(errors, 200, replace=False).astype(int).tolist() for _ in range(1_500))
    passed = sum(null.risk(each) <= FIVE for each in drawn)
    assert passed / 1_500 <= 0.05 + 0.017
