"""Assertions and bounds: cases worked by hand for each method, and outcomes that cannot be audited."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EvidenceError
from escrutinio.core.records import parts as p
from escrutinio.core.records.codes import Method
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import (
    Boxes,
    draw_weights,
    error_bounds,
    relative_error,
)
from escrutinio.evidence.audit.outcomes import assertions_of
from tests.evidence.audit.contest import most_votes, rules


def made(*rows: tuple[int, ...], bound: int = 100) -> Boxes:
    names = tuple(f"b{n}" for n in range(len(rows)))
    return Boxes(names, np.array(rows, np.int64), np.full(len(rows), bound, np.int64))


def test_two_seats_by_plurality_compare_each_winner_with_each_loser() -> None:
    found = most_votes((50, 10, 40, 30), 2)
    assert {(a.winner, a.loser) for a in found} == {(0, 3), (0, 1), (2, 3), (2, 1)}
    assert {a.margin((50, 10, 40, 30, 130)) for a in found} == {20, 40, 10, 30}


def test_a_majority_is_compared_with_half_of_all_valid_votes() -> None:
    (only,) = assertions_of(rules(Method.TWO_ROUND, 3), (60, 25, 15))
    assert only == Assertion(0, None, (1, -1, -1))
    assert (only.margin((60, 25, 15, 100)), only.worst) == (20, 1)


def test_a_share_of_forty_per_cent_needs_the_lead_too() -> None:
    contest = rules(Method.TWO_ROUND, 3, wins=(p.Win(p.Bar(40, 100, more=1)),))
    first, *pairs = assertions_of(contest, (45, 44, 11))
    assert first == Assertion(0, None, (3, -2, -2), worst=2, best=3)
    assert first.margin((45, 44, 11, 100)) == 5 * 45 - 2 * 100
    assert [(a.winner, a.loser) for a in pairs] == [(0, 1), (0, 2)]


def test_a_second_round_needs_both_finalists_and_no_majority() -> None:
    found = assertions_of(rules(Method.TWO_ROUND, 3), (45, 35, 20))
    # Exactly half is no majority either, so the votes may come by one nearer.
    assert [(a.winner, a.loser, a.margin((45, 35, 20, 100))) for a in found] == [
        (0, None, 11), (1, None, 31), (0, 2, 25), (1, 2, 15),
    ]  # fmt: skip


def test_highest_averages_compare_the_last_seat_of_one_with_the_next_of_another() -> None:
    # 3 seats: 60 and 30 give averages 60, 30, 20 and 30, 15. The seats go to A, A and B.
    votes = (61, 30, 9)
    found = {(a.winner, a.loser): a for a in assertions_of(rules(Method.DHONDT, 3, 3), votes)}
    assert set(found) == {(0, 1), (0, 2), (1, 0), (1, 2)}
    assert found[0, 1].coefficients == (1, -1, 0)  # 61/2 > 30/2
    assert found[1, 0].coefficients == (-1, 3, 0)  # 30/1 > 61/3
    assert found[1, 0].margin((*votes, 100)) == 29
    shut = assertions_of(rules(Method.DHONDT, 3, 3, p.Bar(1, 10)), votes)
    assert Assertion(2, None, (1, 1, -9), worst=9, best=1) in shut
    assert {(a.winner, a.loser) for a in shut} == {(0, 1), (1, 0), (0, None), (1, None), (2, None)}


@given(st.lists(st.integers(0, 500), min_size=2, max_size=6), st.integers(1, 4), st.sampled_from(Method))
def test_assertions_hold_of_the_votes_that_they_were_made_of(
    votes: list[int], seats: int, method: Method
) -> None:
    try:
        found = assertions_of(rules(method, len(votes), seats), votes)
    except EvidenceError:
        return
    assert all(assertion.margin((*votes, sum(votes))) > 0 for assertion in found)
    assert all(len(assertion.coefficients) == len(votes) for assertion in found)


@pytest.mark.parametrize(
    ("method", "seats", "votes", "sentence"),
    [
        (Method.PLURALITY, 1, (5,), "one candidate"),
        (Method.PLURALITY, 1, (0, 0), "No vote is counted"),
        (Method.PLURALITY, 1, (7, 7), "settles a tie"),
        (Method.PLURALITY, 2, (7, 5, 5), "settles a tie"),
        (Method.PLURALITY, 2, (7, 5), "2 candidates stand for 2 seats"),
        (Method.TWO_ROUND, 1, (40, 30, 30), "settles a tie"),
        (Method.DHONDT, 1, (5, 5), "tie for the last seat"),
    ],
)
def test_outcomes_without_a_test(method: Method, seats: int, votes: tuple[int, ...], sentence: str) -> None:
    with pytest.raises(EvidenceError, match=sentence):
        assertions_of(rules(method, len(votes), seats), votes)


def test_bounds_by_hand() -> None:
    boxes = made((60, 30, 10), (50, 5, 45))
    first, second = most_votes(boxes.totals)
    assert (first.loser, second.loser) == (1, 2)
    bounds = error_bounds(boxes, (first, second))
    # Against b (60 − 30 + 100)/75 and (50 − 5 + 100)/75, against c (60 − 10 + 100)/55 and (50 − 45 + 100)/55.
    assert (bounds.of(0), bounds.of(1)) == (Fraction(150, 55), Fraction(145, 75))
    assert bounds.total == Fraction(150, 55) + Fraction(145, 75)
    # Ten votes moved from a to c overstate that pair by 20; a box that errs for the others is below zero.
    assert relative_error(bounds, (60, 30, 10, 100), (50, 30, 20, 100)) == Fraction(20, 55)
    assert relative_error(bounds, (60, 30, 10, 100), (70, 20, 10, 100)) < 0


rows = st.lists(st.tuples(*[st.integers(0, 400)] * 3), min_size=1, max_size=12)


@given(rows, st.integers(0, 300))
def test_bounds_are_the_greatest_over_all_pairs_and_weights_cover_them(
    found: list[tuple[int, int, int]], spare: int
) -> None:
    boxes = made(*found, bound=max(map(sum, found)) + spare)
    try:
        pairs = most_votes(boxes.totals)
    except EvidenceError:
        return
    bounds = error_bounds(boxes, pairs)
    vouchers = int(boxes.bound[0])
    for place, row in enumerate(found):
        assert bounds.of(place) == max(
            Fraction(a.margin((*row, sum(row))) + vouchers, a.margin(boxes.sums)) for a in pairs
        )
    assert bounds.total == sum(bounds.of(place) for place in range(len(found))) >= 1
    weights = draw_weights(bounds)
    assert weights.total < 10**11
    for place, weight in enumerate(weights.values):
        assert 0 <= Fraction(weight, weights.scale) - bounds.of(place) < Fraction(1, weights.scale)


def test_votes_still_to_come_are_taken_from_the_margin() -> None:
    boxes = made((60, 30), (50, 40))
    pair = most_votes(boxes.totals)
    assert error_bounds(boxes, pair, outstanding=10).total == error_bounds(boxes, pair).total * Fraction(
        40, 30
    )
    with pytest.raises(EvidenceError, match="The 40 votes that may still come are as many as the margin"):
        error_bounds(boxes, pair, outstanding=40)


def test_large_numbers_stay_exact() -> None:
    big = 2**40
    boxes = Boxes(("a", "b"), np.array([[big, big - 7, 1], [5, 4, 3]], np.int64), np.array([2 * big, 12]))
    pairs = most_votes(boxes.totals)
    assert error_bounds(boxes, pairs).of(0) == Fraction(7 + 2 * big, 8)


def test_boxes_that_cannot_be() -> None:
    with pytest.raises(EvidenceError, match="No box is reported"):
        Boxes((), np.zeros((0, 2), np.int64), np.zeros(0, np.int64))
    with pytest.raises(EvidenceError, match=r"vouchers in 1 boxes \(the first is b1\)"):
        Boxes(("b0", "b1"), np.ones((2, 2), np.int64), np.array([2, -1]))
    with pytest.raises(EvidenceError, match="Box b1 is reported with 120 ballots, more than the 100"):
        made((1, 2), (100, 20))
    with pytest.raises(ValueError, match="one row of votes"):
        Boxes(("b0",), np.ones((2, 2), np.int64), np.array([2]))
