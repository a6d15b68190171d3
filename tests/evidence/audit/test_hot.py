"""The hot audit: its rule, its worst case against all placements, its draw."""

from fractions import Fraction
from itertools import product
from math import comb, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.audit.hot import HotRule, hot_draw, opened_boxes, worst_survival

SEED = "27182818284590452353"


def test_the_rule_of_2024() -> None:
    assert [opened_boxes([size]) for size in (1, 4, 5, 8, 9, 11, 12, 40)] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert HotRule((), 3).opened(2) == 2


@pytest.mark.parametrize(("steps", "more"), [(((4, 1), (4, 2)), 3), (((4, 0),), 1), (((0, 1),), 1), ((), 0)])
def test_rules_that_are_none(steps: tuple[tuple[int, int], ...], more: int) -> None:
    with pytest.raises(EvidenceError, match="rising sizes"):
        HotRule(steps, more)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(0, 24))
def test_the_worst_case_is_the_worst_of_all_placements(sizes: list[int], differing: int) -> None:
    rule = HotRule(((2, 1), (4, 2)), 3)
    if differing > sum(sizes):
        with pytest.raises(EvidenceError, match="cannot differ"):
            worst_survival(sizes, differing, rule)
        return
    chances = [
        prod(
            (
                Fraction(comb(m - f, rule.opened(m)), comb(m, rule.opened(m)))
                for m, f in zip(sizes, placed, strict=True)
            ),
            start=Fraction(1),
        )
        for placed in product(*(range(size + 1) for size in sizes))
        if sum(placed) == differing
    ]
    assert worst_survival(sizes, differing, rule) == max(chances)


def test_each_center_draws_its_own_boxes() -> None:
    centers = {f"c{n}": [f"c{n}.{table:02}" for table in range(1, n + 2)] for n in range(9)}
    drawn = hot_draw(SEED, centers)
    assert len(drawn) == len(set(drawn)) == opened_boxes([len(found) for found in centers.values()])
    alone = hot_draw(SEED, {"c7": centers["c7"]})
    assert [name for name in drawn if name.startswith("c7")] == list(alone)
