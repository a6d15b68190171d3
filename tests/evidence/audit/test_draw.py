"""Draws: what a larger sample shares with a smaller one, proportions, and seeds that are none."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.audit.draw import (
    check_seed,
    consistent_sample,
    next_ticket,
    weighted_draws,
)
from tests.reference.draws import cryptorandom_below, rivest_numbers

SEED = "31415926535897932384"


@pytest.mark.parametrize(
    "seed", ["", "1" * 19, "1" * 65, "3141592653589793238x", " 31415926535897932384", "٣" * 20]
)
def test_seeds_of_the_wrong_form(seed: str) -> None:
    with pytest.raises(EvidenceError, match="decimal digits"):
        check_seed(seed)


def test_a_seed() -> None:
    assert check_seed(SEED) == SEED


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30), st.integers(0, 40), st.integers(0, 40))
def test_weighted_rounds_go_on_where_the_last_ended(weights: list[int], first: int, second: int) -> None:
    if not sum(weights):
        with pytest.raises(EvidenceError, match="Every weight is zero"):
            weighted_draws(SEED, weights, 1)
        return
    whole = weighted_draws(SEED, weights, first + second)
    assert whole == weighted_draws(SEED, weights, first) + weighted_draws(
        SEED, weights, second, first=first + 1
    )
    assert all(weights[place] > 0 for place in whole)


def test_weighted_draws_are_in_proportion() -> None:
    drawn = weighted_draws(SEED, [1, 0, 3, 6], 10_000)
    # Four standard deviations of a binomial count of 10,000.
    for place, share in ((0, 0.1), (2, 0.3), (3, 0.6)):
        assert abs(drawn.count(place) - 10_000 * share) < 4 * (10_000 * share * (1 - share)) ** 0.5
    assert drawn.count(1) == 0


@pytest.mark.parametrize(
    ("weights", "take", "sentence"),
    [
        ([], 1, "at least one weight"),
        ([-1, 2], 1, "below zero"),
        ([1], 10**6 + 1, "at most 1,000,000"),
        ([1], -1, "asked for"),
    ],
)
def test_weights_that_cannot_be_drawn_with(weights: list[int], take: int, sentence: str) -> None:
    with pytest.raises(EvidenceError, match=sentence):
        weighted_draws(SEED, weights, take)


@given(st.integers(1, 60), st.data())
def test_a_part_of_the_list_draws_its_part_of_the_sample(size: int, data: st.DataObject) -> None:
    names = [f"{n:03}.01" for n in range(size)]
    take = data.draw(st.integers(0, size))
    sample = [name for _, name, _ in consistent_sample(names, SEED, take)]
    assert sample == [name for _, name, _ in consistent_sample(names, SEED, size)][:take]
    part = [name for name in names if int(name[:3]) % 2]
    drawn_here = [name for name in sample if name in part]
    assert part == [] or drawn_here == [n for _, n, _ in consistent_sample(part, SEED, len(drawn_here))]


def test_tickets_rise() -> None:
    ticket = "0.9991"
    for _ in range(50):
        following = next_ticket(ticket)
        assert following > ticket
        ticket = following


def test_lists_that_cannot_be_drawn_from() -> None:
    with pytest.raises(EvidenceError, match="an item twice"):
        consistent_sample(["a", "a"], SEED, 1)
    with pytest.raises(EvidenceError, match="3 items cannot be drawn from a list of 2"):
        consistent_sample(["a", "b"], SEED, 3)
    with pytest.raises(EvidenceError, match="nothing to draw"):
        next(rivest_numbers(SEED, 0))
    with pytest.raises(EvidenceError, match="nothing to draw"):
        cryptorandom_below(1, 0)


def test_without_replacement_the_draw_ends() -> None:
    assert sorted(rivest_numbers(SEED, 30, replace=False)) == list(range(1, 31))
    again = list(islice(rivest_numbers(SEED, 30), 60))
    assert len(set(again)) < 60
