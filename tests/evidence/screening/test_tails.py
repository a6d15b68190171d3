"""Tail probabilities against sums of exact fractions and printed tables; corrections worked by hand."""

from fractions import Fraction
from math import comb, exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrutinio.evidence.screening.tails import (
    benjamini_hochberg,
    chi_square_upper,
    gamma_upper,
    hits_upper,
    holm,
    monte_carlo_p,
    poisson_upper,
)


@pytest.mark.parametrize(
    ("x", "freedom", "p"),
    [
        (3.841459, 1, 0.05),
        (5.991465, 2, 0.05),
        (18.307038, 10, 0.05),
        (27.877165, 9, 0.001),
        (6.634897, 1, 0.01),
    ],
)
def test_chi_square_as_in_printed_tables(x: float, freedom: int, p: float) -> None:
    assert chi_square_upper(x, freedom) == pytest.approx(p, rel=1e-5)


def test_chi_square_at_the_ends() -> None:
    assert chi_square_upper(0.0, 3) == 1.0
    assert chi_square_upper(2000.0, 1) < 1e-300
    assert chi_square_upper(500.0, 500) == pytest.approx(0.4916, abs=1e-3)


@pytest.mark.parametrize("freedom", [1, 2, 9, 40, 11_963])
@pytest.mark.parametrize("times", [0.2, 0.98, 1.0, 1.02, 1.3])
def test_gamma_is_chi_square_where_both_are_defined(freedom: int, times: float) -> None:
    x = times * freedom
    assert gamma_upper(x / 2, freedom / 2) == pytest.approx(chi_square_upper(x, freedom), rel=1e-9, abs=1e-12)


def test_gamma_at_the_ends() -> None:
    assert gamma_upper(0.0, 3.5) == 1.0
    assert gamma_upper(9_000.0, 6_000.5) < 1e-100


@given(st.lists(st.fractions(0, 1, max_denominator=1_000), max_size=30), st.integers(-1, 31))
def test_hits_as_the_sum_of_all_ways(chances: list[Fraction], count: int) -> None:
    mass = [Fraction(1)]
    for chance in chances:
        zero = [Fraction(0)]
        mass = [a * (1 - chance) + b * chance for a, b in zip(mass + zero, zero + mass, strict=True)]
    exact = float(sum(mass[max(count, 0) :]))
    assert hits_upper(count, np.array([float(p) for p in chances])) == pytest.approx(
        exact, rel=1e-9, abs=1e-13
    )


def test_a_far_tail_of_hits_is_right_to_its_own_size() -> None:
    found = hits_upper(900, np.full(1_000, 0.1))
    exact = sum(Fraction(comb(1_000, k) * 9 ** (1_000 - k), 10**1_000) for k in range(900, 1_001))
    assert found == pytest.approx(float(exact), rel=1e-9)
    assert hits_upper(1_000, np.full(1_000, 0.5)) == pytest.approx(0.5**1_000, rel=1e-6)


@settings(max_examples=40)
@given(st.integers(0, 60), st.fractions(Fraction(1, 100), 40, max_denominator=100))
def test_poisson_as_the_sum_of_its_terms(count: int, mean: Fraction) -> None:
    below = sum(mean**k / factorial(k) for k in range(count))
    beyond = sum(mean**k / factorial(k) for k in range(count, count + 120))
    expected = float(beyond) * exp(-float(mean)) if count > mean else 1 - float(below) * exp(-float(mean))
    assert poisson_upper(count, float(mean)) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_no_monte_carlo_p_is_zero() -> None:
    assert monte_carlo_p(0, 999) == 0.001
    assert monte_carlo_p(999, 999) == 1.0


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_benjamini_hochberg_by_hand() -> None:
    p = np.array([0.30, 0.001, 0.025, 0.6, 0.012])  # limits 0.01, 0.02, 0.03, 0.04, 0.05
    assert benjamini_hochberg(p, 0.05).tolist() == [False, True, True, False, True]
    assert not benjamini_hochberg(np.array([0.2, 0.9]), 0.05).any()
