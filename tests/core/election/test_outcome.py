"""What votes come to under each method, in cases worked by hand, and by a second way of counting."""

from fractions import Fraction as Exact
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.core.election.outcome import Drawing, Filled, Rank, outcome, rank, reaches, share_seats
from escrutinio.core.election.state import ContestView
from escrutinio.core.records.codes import Method, Ties
from escrutinio.core.records.parts import Bar, Win


def contest(
    method: Method,
    candidates: int,
    seats: int = 1,
    threshold: Bar | None = None,
    *,
    wins: tuple[Win, ...] = (),
    quorum: Bar | None = None,
    classes: int = 0,
    ties: Ties = Ties.OPEN,
    order: tuple[int, ...] = (),
) -> ContestView:
    codes = tuple(f"c{i}" for i in range(candidates))
    return ContestView(
        code="contest",
        titles=(),
        method=method,
        seats=seats,
        marks=1,
        wins=wins,
        threshold=threshold,
        quorum=quorum,
        ties=ties,
        order=order,
        classes=tuple(f"class{i}" for i in range(classes)),
        class_titles=((),) * classes,
        area="AT",
        candidates=codes,
        candidate_titles=((),) * candidates,
        options=codes,
        option_titles=((),) * candidates,
        option_candidate=np.arange(candidates, dtype=np.int32),
        stations=np.ones(1, np.bool_),
    )


def test_candidates_are_ranked_and_equals_share_a_place() -> None:
    assert rank([5, 9, 5, 0]) == (Rank(1, 9, (1,)), Rank(2, 5, (0, 2)), Rank(4, 0, (3,)))


def test_one_seat_goes_to_most_votes() -> None:
    found = outcome(contest(Method.PLURALITY, 3), [10, 12, 7])
    assert (found.valid, found.margin) == (29, 2)
    assert found.seats == Filled((0, 1, 0))
    assert (found.runoff, found.below_threshold) == (None, ())


def test_a_tie_for_the_seat_is_stated() -> None:
    found = outcome(contest(Method.PLURALITY, 3), [12, 7, 12])
    assert found.margin == 0
    assert found.seats == Filled((0, 0, 0), 1, (0, 2))


def test_several_seats_and_a_tie_for_the_last() -> None:
    assert outcome(contest(Method.PLURALITY, 4, 2), [5, 9, 1, 7]).seats == Filled((0, 1, 0, 1))
    assert outcome(contest(Method.PLURALITY, 4, 2), [5, 9, 5, 5]).seats == Filled((0, 1, 0, 0), 1, (0, 2, 3))
    assert outcome(contest(Method.PLURALITY, 3, 2), [5, 5, 1]).seats == Filled((1, 1, 0))


def test_nobody_has_a_seat_without_a_vote() -> None:
    assert outcome(contest(Method.PLURALITY, 2), [0, 0]).seats == Filled((0, 0), 1, (0, 1))
    assert outcome(contest(Method.PLURALITY, 3, 5), [4, 0, 0]).seats == Filled((1, 0, 0), 2, (1, 2))
    alone = outcome(contest(Method.PLURALITY, 1), [3])
    assert (alone.margin, alone.seats) == (None, Filled((1,)))


@pytest.mark.parametrize(
    ("votes", "wins"), [([51, 30, 19], True), ([50, 30, 20], False), ([50, 31, 20], False)]
)
def test_exactly_half_is_no_majority(votes: list[int], wins: bool) -> None:
    found = outcome(contest(Method.TWO_ROUND, 3), votes)
    assert found.seats == Filled((int(wins), 0, 0))
    assert found.runoff == (None if wins else Filled((1, 1, 0)))


def test_another_share_wins_the_first_round() -> None:
    first = contest(Method.TWO_ROUND, 3, wins=(Win(Bar(2, 5, 1)),))
    assert outcome(first, [40, 35, 25]).runoff == Filled((1, 1, 0))
    assert outcome(first, [41, 35, 24]).seats == Filled((1, 0, 0))
    assert outcome(first, [45, 45, 10]).seats == Filled((0, 0, 0), 1, (0, 1))


def test_ties_for_the_second_round_are_stated() -> None:
    first = contest(Method.TWO_ROUND, 4)
    assert outcome(first, [40, 30, 30, 5]).runoff == Filled((1, 0, 0, 0), 1, (1, 2))
    assert outcome(first, [30, 30, 30, 5]).runoff == Filled((0, 0, 0, 0), 2, (0, 1, 2))
    assert outcome(first, [40, 40, 30, 5]).runoff == Filled((1, 1, 0, 0))


def test_a_majority_is_exact_where_floats_are_not() -> None:
    half = 2**52
    assert not reaches(half, 2 * half, Bar(1, 2, 1))
    assert reaches(half + 1, 2 * half + 1, Bar(1, 2, 1))


def test_dhondt_as_in_the_textbook() -> None:
    # Quotients: 340, 280, 170, 160, 140, 113.3, 93.3 thousand win; the next is 85.
    found = outcome(contest(Method.DHONDT, 5, 7), [340_000, 280_000, 160_000, 60_000, 15_000])
    assert found.seats == Filled((3, 3, 1, 0, 0))


def test_dhondt_of_eight_seats_worked_by_hand() -> None:
    # A 100, 50, 33.3, 25; B 80, 40, 26.7; C 30, 15; D 20: the eight highest are A4 B3 C1.
    assert share_seats(Method.DHONDT, [100, 80, 30, 20], 8) == Filled((4, 3, 1, 0))


def test_dhondt_states_ties() -> None:
    assert share_seats(Method.DHONDT, [60, 30, 30], 3) == Filled((1, 0, 0), 2, (0, 1, 2))
    assert share_seats(Method.DHONDT, [60, 30, 30], 4) == Filled((2, 1, 1))
    assert share_seats(Method.DHONDT, [10, 10], 3) == Filled((1, 1), 1, (0, 1))
    assert share_seats(Method.DHONDT, [0, 0], 3) == Filled((0, 0), 3, (0, 1))
    assert share_seats(Method.DHONDT, [1, 0], 3) == Filled((3, 0))


def test_lists_below_the_threshold_take_no_part() -> None:
    council = contest(Method.DHONDT, 3, 20, Bar(1, 20))
    assert outcome(council, [500, 451, 49]).below_threshold == (2,)
    assert outcome(council, [500, 451, 49]).seats.certain[2] == 0
    assert outcome(council, [500, 450, 50]).below_threshold == ()
    assert outcome(council, [500, 450, 50]).seats.certain[2] == 1


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), st.integers(1, 25))
def test_dhondt_gives_the_highest_averages(votes: list[int], seats: int) -> None:
    """All averages in one list: those above the last seat's are certain, those equal to it may be open."""
    if not sum(votes):
        return
    averages = sorted((Exact(v, d) for v, d in product(votes, range(1, seats + 1)) if v), reverse=True)
    last = averages[min(seats, len(averages)) - 1]
    fits = sum(average >= last for average in averages) <= seats
    least = last if fits else min((average for average in averages if average > last), default=last + 1)
    wins = tuple(sum(Exact(v, d) >= least for d in range(1, seats + 1)) for v in votes)
    found = share_seats(Method.DHONDT, votes, seats)
    assert found.certain == wins
    assert found.open == seats - sum(wins)
    assert (len(found.tied) > found.open) is not fits
    assert all(Exact(votes[i], found.certain[i] + 1) == last for i in found.tied)


def test_votes_are_one_number_per_candidate() -> None:
    for wrong in ([1], [1, -1]):
        with pytest.raises(ValueError, match="one number of votes"):
            outcome(contest(Method.PLURALITY, 2), wrong)


def test_sainte_lague_as_in_the_textbook() -> None:
    # 53, 24, 23 of seven seats: quotients 53, 24, 23, 17.7, 10.6, 8, 7.7 win; the next is 7.57.
    assert share_seats(Method.SAINTE_LAGUE, [53, 24, 23], 7) == Filled((3, 2, 2))
    assert share_seats(Method.DHONDT, [53, 24, 23], 7) == Filled((4, 2, 1))


def test_largest_remainders_by_both_quotas() -> None:
    # Hare: 100,000 / 10; Droop: 100,000 // 11 + 1 = 9,091 (worked by hand).
    votes = [47_000, 16_000, 15_800, 12_000, 6_100, 3_100]
    assert share_seats(Method.HARE, votes, 10) == Filled((5, 2, 1, 1, 1, 0))
    assert share_seats(Method.DROOP, votes, 10) == Filled((5, 2, 2, 1, 0, 0))


def test_equal_remainders_are_left_open() -> None:
    assert share_seats(Method.HARE, [30, 30, 30], 4) == Filled((1, 1, 1), 1, (0, 1, 2))
    assert share_seats(Method.HARE, [0, 0], 4) == Filled((0, 0), 4, (0, 1))
    assert share_seats(Method.DROOP, [3], 5) == Filled((4,), 1, (0,))


@given(
    st.sampled_from([Method.DHONDT, Method.SAINTE_LAGUE, Method.HARE, Method.DROOP]),
    st.lists(st.integers(0, 60), min_size=1, max_size=6),
    st.integers(1, 25),
)
def test_every_seat_goes_to_somebody_or_is_open(method: Method, votes: list[int], seats: int) -> None:
    found = share_seats(method, votes, seats)
    assert sum(found.certain) + found.open == seats
    assert all(not n or v for n, v in zip(found.certain, votes, strict=True))
    assert bool(found.open) is bool(found.tied)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), st.integers(1, 25))
def test_sainte_lague_gives_the_highest_averages(votes: list[int], seats: int) -> None:
    found = share_seats(Method.SAINTE_LAGUE, votes, seats)
    if not sum(votes):
        return
    had = [Exact(v, 2 * n - 1) for v, n in zip(votes, found.certain, strict=True) if n]
    wanted = [Exact(v, 2 * n + 1) for v, n in zip(votes, found.certain, strict=True)]
    assert min(had, default=max(wanted)) >= max(wanted)


def test_forty_percent_and_ten_points() -> None:
    law = contest(Method.TWO_ROUND, 3, wins=(Win(Bar(1, 2, 1)), Win(Bar(40, 100), Bar(10, 100))))
    assert outcome(law, [4_000, 3_000, 3_000]).seats == Filled((1, 0, 0)), "exactly forty, exactly ten ahead"
    assert outcome(law, [4_000, 3_001, 2_999]).runoff == Filled((1, 1, 0))
    assert outcome(law, [3_999, 2_000, 4_001]).runoff == Filled((1, 0, 1))
    assert outcome(law, [5_001, 4_999, 0]).seats == Filled((1, 0, 0)), "a majority needs no lead"


def test_a_share_may_be_of_all_ballots() -> None:
    of_all = contest(Method.TWO_ROUND, 2, wins=(Win(Bar(1, 2, 1, (0, 1))),), classes=2)
    assert outcome(of_all, [52, 40], [5, 3]).seats == Filled((1, 0))
    assert outcome(of_all, [52, 40], [9, 3]).runoff == Filled((1, 1))
    lists = contest(Method.DHONDT, 2, 10, Bar(5, 100, 0, (1,)), classes=2)
    assert outcome(lists, [95, 5], [1_000, 0]).below_threshold == ()
    assert outcome(lists, [95, 5], [0, 1]).below_threshold == (1,)


def test_a_quorum_is_of_those_who_could_vote() -> None:
    asked = contest(Method.PLURALITY, 2, quorum=Bar(1, 2, 1))
    assert outcome(asked, [30, 20], ballots=50, registered=100).quorum is False
    assert outcome(asked, [30, 21], ballots=51, registered=100).quorum is True
    assert outcome(asked, [30, 21], ballots=51).quorum is None
    assert outcome(contest(Method.PLURALITY, 2), [1, 0], ballots=1, registered=100).quorum is None


@pytest.mark.parametrize("votes", [[0, 0, 0], [5, 0, 0]])
def test_neither_order_nor_lots_give_a_seat_to_anybody_without_a_vote(votes: list[int]) -> None:
    """Not even where several have none; formats.md says it of every method."""
    for law, lots in (
        (contest(Method.PLURALITY, 3, 2, ties=Ties.ORDER, order=(2, 1, 0)), Drawing()),
        (contest(Method.PLURALITY, 3, 2, ties=Ties.LOTS), Drawing((1, 2, 0), (0, 1, 2))),
    ):
        seats = outcome(law, votes, lots=lots).seats
        assert seats.certain == tuple(int(each > 0) for each in votes)
        assert (seats.open, seats.broken) == (2 - sum(seats.certain), ())


def test_the_order_of_the_law_breaks_a_tie() -> None:
    law = contest(Method.PLURALITY, 3, ties=Ties.ORDER, order=(2, 0, 1))
    found = outcome(law, [5, 5, 5]).seats
    assert found == Filled((0, 0, 1), broken=(2,), among=(0, 1, 2))
    two = contest(Method.PLURALITY, 3, 2, ties=Ties.ORDER, order=(2, 0, 1))
    assert outcome(two, [7, 5, 5]).seats == Filled((1, 0, 1), broken=(2,), among=(1, 2))
    assert outcome(law, [9, 5, 5]).seats == Filled((1, 0, 0)), "where there is no tie it says nothing"


def test_lots_break_a_tie_where_the_law_says_so() -> None:
    lots = contest(Method.PLURALITY, 3, ties=Ties.LOTS)
    assert outcome(lots, [5, 5, 1]).seats == Filled((0, 0, 0), 1, (0, 1))
    assert outcome(lots, [5, 5, 1], lots=Drawing((1,), (0, 1))).seats == Filled(
        (0, 1, 0), broken=(1,), among=(0, 1)
    )
    assert outcome(lots, [5, 5, 1], lots=Drawing((2,), (0, 1, 2))).seats == Filled((0, 0, 0), 1, (0, 1))
    three = outcome(lots, [5, 5, 5], lots=Drawing((1, 0), (0, 1))).seats
    assert three == Filled((0, 0, 0), 1, (0, 1, 2)), "a drawing says nothing of whom it was not among"
    more = outcome(lots, [5, 5, 1], lots=Drawing((2, 1, 0), (0, 1, 2))).seats
    assert more == Filled((0, 1, 0), broken=(1,), among=(0, 1)), "nor does it need all whom it was among"
    two = contest(Method.PLURALITY, 3, 2, ties=Ties.LOTS)
    few = outcome(two, [5, 5, 5], lots=Drawing((1,), (0, 1, 2))).seats
    assert few == Filled((0, 0, 0), 2, (0, 1, 2)), "too few were drawn"
    silent = contest(Method.PLURALITY, 3)
    assert outcome(silent, [5, 5, 1], lots=Drawing((1,), (0, 1))).seats == Filled((0, 0, 0), 1, (0, 1))
