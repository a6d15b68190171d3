"""The model of honest rounding: probabilities against exact binomial sums, draws against probabilities."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.arrays import Int64
from escrutinio.evidence.screening.figures import is_round, round_1
from escrutinio.evidence.screening.model import UNBOUNDED, Classify, category_probabilities, draw_tallies


def last_digit(counts: Int64, _: Int64) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return (counts % 10).astype(np.uint8)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_probabilities_are_binomial(table: tuple[int, int]) -> None:
    y, n = table
    share = Fraction(y, n)
    exact = [Fraction(0)] * 10
    for k in range(n + 1):
        exact[k % 10] += comb(n, k) * share**k * (1 - share) ** (n - k)
    found = category_probabilities(np.array([y]), np.array([n]), [(last_digit, 10)])[0][0]
    assert found.tolist() == pytest.approx([float(p) for p in exact], abs=1e-9)


def test_an_unbounded_size_is_poisson() -> None:
    found = category_probabilities(np.array([3]), np.array([UNBOUNDED]), [(last_digit, 10)])[0][0]
    assert found[0] == pytest.approx(np.exp(-3) * (1 + 3**10 / 3_628_800), abs=1e-6)


def test_draws_have_the_mean_and_the_spread_of_their_probabilities() -> None:
    hit = np.linspace(0, 1, 500)
    drawn = draw_tallies(np.stack((1 - hit, hit), axis=1), 4_000, np.random.SeedSequence(5))
    sd = np.sqrt((hit * (1 - hit)).sum())
    assert drawn.sum(axis=1).tolist() == [500] * 4_000
    assert drawn[:, 1].mean() == pytest.approx(hit.sum(), abs=4 * sd / np.sqrt(4_000))
    assert drawn[:, 1].std() == pytest.approx(sd, rel=4 / np.sqrt(2 * 4_000))


def test_many_sheets_of_one_kind_have_the_probabilities_of_a_few() -> None:
    few = np.array([120, 7, 0, 300]), np.array([400, 30, 50, 300])
    many = np.tile(few[0], 500), np.tile(few[1], 500)
    tests: list[tuple[Classify, int]] = [(last_digit, 10), (round_1, 2)]
    for one, all_of_them in zip(
        category_probabilities(*few, tests), category_probabilities(*many, tests), strict=True
    ):
        assert np.abs(all_of_them - np.tile(one, (500, 1))).max() < 1e-9


def test_a_certain_category_is_always_drawn() -> None:
    for place in range(3):
        sure = np.tile(np.arange(3) == place, (300, 1)).astype(np.float64)
        always = [300 if category == place else 0 for category in range(3)]
        assert draw_tallies(sure, 700, np.random.SeedSequence(1)).tolist() == [always] * 700


@given(
    st.sampled_from([5_000, 2**31 // 500, 2**31 // 100, 2**40]).flatmap(
        lambda most: st.integers(max(1, most - 4_999), most + 5_000).flatmap(
            lambda n: st.tuples(st.integers(0, n), st.just(n))
        )
    ),
    st.sampled_from([1, 5]),
)
def test_round_percentages_are_exact(table: tuple[int, int], step: int) -> None:
    y, n = table
    percent = Fraction(100 * y, n)
    near = abs(percent - step * round(percent / step)) <= Fraction(1, 20)
    assert bool(is_round(np.array([y]), np.array([n]), step)[0]) == near
