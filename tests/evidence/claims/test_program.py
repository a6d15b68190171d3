"""The least number of differing sheets by integer program, held against every way of choosing sheets."""

from itertools import product

import numpy as np
import pytest

from escrutinio.evidence.claims.feasibility import Comparison, least_differing, necessary_conditions
from escrutinio.evidence.claims.program import fits, solved

CASES = 60


def comparison(random: np.random.Generator) -> Comparison:
    """A small announcement that no sheets gave."""
    sheets, columns = int(random.integers(2, 7)), int(random.integers(2, 4))
    votes = random.integers(0, 30, (sheets, columns))
    return Comparison(
        tuple("abc"[:columns]),
        votes,
        tuple(np.maximum(0, votes.sum(axis=0) + random.integers(-40, 60, columns)).tolist()),
        votes.sum(axis=1) + random.integers(0, 15, sheets),
        int(random.integers(0, 60)),
        min(int(random.integers(0, 3)), sheets),
    )


def by_trying(found: Comparison) -> int | None:
    """The least number, of all ways in which each sheet holds, differs or lies outside; None if none does."""
    least = None
    for each in product((0, 1, 2), repeat=len(found.votes)):
        way = np.array(each)
        differing = int((way == 1).sum())
        if (least is None or differing < least) and fits(found, way == 1, way == 2):
            least = differing
    return least


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bounds_are_never_above_the_least_number_and_never_0_beside_a_failed_condition(seed: int) -> None:
    random, reached = np.random.default_rng(seed), 0
    for _ in range(CASES):
        found = comparison(random)
        bound, least = least_differing(found), by_trying(found)
        if not all(condition.holds for condition in necessary_conditions(found)):
            assert bound.sheets > 0, found
        if least is None:
            continue
        assert bound.assumption != "never", found
        assert bound.sheets <= least, found
        assert not bound.attained or bound.sheets == least, found
        reached += bound.sheets == least
    assert reached > CASES // 3


def test_the_program_finds_the_least_number() -> None:
    pytest.importorskip("highspy", reason="the extra exact is not installed")
    random, raised = np.random.default_rng(5), 0
    for _ in range(CASES):
        found = comparison(random)
        bound, least = least_differing(found), by_trying(found)
        exact = solved(found, bound)
        if least is None:
            assert exact.assumption == "never", found
            assert "Even if all" in exact.sentences("en")[0]
            continue
        assert (exact.sheets, exact.attained) == (least, True), found
        raised += exact.sheets > bound.sheets
    assert raised > 0


def test_an_announcement_of_more_votes_than_voters() -> None:
    found = Comparison(("a", "b"), np.array([[3, 4]]), (30, 4), np.array([9]), 5)
    assert least_differing(found).assumption == "never"
    assert least_differing(Comparison(("a", "b"), found.votes, (9, 0), np.array([9]), 5)).sheets == 1
