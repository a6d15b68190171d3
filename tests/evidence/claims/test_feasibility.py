"""Can an announced total and the sheets both be true: the figures of 2024, brute force, wrong input."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EvidenceError
from escrutinio.evidence.certainty.percentages import (
    parse_percentage,
    stations_outside,
    stations_outside_range,
)
from escrutinio.evidence.claims.feasibility import (
    Comparison,
    boxes_to_settle,
    chance_of_none,
    least_differing,
    least_to_change_first,
    necessary_conditions,
    swing_of_capacity,
    swing_of_votes,
)
from tests.evidence.example2024 import BULLETIN_1, BULLETIN_2, STATIONS, sheets, vectors
from tests.reference.feasibility_at_share import least_differing_at_share
from tests.reference.linear import Announced, least_differing_lp

COLUMNS = ("NM", "EG", "others", "null")


def second_bulletin(outside: int, columns: int = 4) -> Comparison:
    found = sheets()
    return Comparison(
        COLUMNS[:columns],
        found.columns[:, :columns],
        BULLETIN_2[:columns],
        found.capacity,
        found.hard_bound,
        outside,
    )


def first_bulletin(outside: int) -> Comparison:
    found = sheets()
    return Comparison(
        COLUMNS[:3], found.columns[:, :3], BULLETIN_1, found.capacity, found.hard_bound, outside
    )


def test_vectors() -> None:
    by_name = {str(v["function"]): v for v in vectors()}
    assert list(second_bulletin(0).residual) == by_name["residual_vector"]["expected"]
    assert least_differing(second_bulletin(0)).sheets == by_name["min_false_sheets"]["expected"]
    case = by_name["min_false_sheets_bulletin1"]
    inputs = case["inputs"]
    assert isinstance(inputs, dict)
    assert least_differing(first_bulletin(STATIONS - inputs["tables"])).sheets == case["expected"]
    found = sheets()
    eg, nm = int(found.votes[:, 0].sum()), int(found.votes[:, 1].sum())
    assert [len(found.votes), eg, nm, int(found.votes.sum()), int(found.null.sum())] == by_name["totals"][
        "expected"
    ]


@pytest.mark.parametrize(
    "case", [v for v in vectors() if v["function"] == "p_none_hypergeom"], ids=lambda v: v["id"]
)
def test_vectors_of_chance(case: dict[str, object]) -> None:
    inputs = case["inputs"]
    assert isinstance(inputs, dict)
    found = chance_of_none(inputs["N"], inputs["bad"], inputs["audited"])
    assert float(found) == pytest.approx(case["expected"], abs=float(str(case["tol"])), rel=0)


def test_conditions_for_the_second_bulletin() -> None:
    found = necessary_conditions(second_bulletin(0, 3))
    failed = {(c.what, c.column) for c in found if not c.holds}
    assert failed == {("no-fewer", 1), ("sum", None)}
    total = next(c for c in found if c.what == "sum")
    assert (total.least, total.most) == (3_092_702 + 333_296, 1_448_622)
    # With 941 stations outside, however chosen, both still fail.
    assert {c.what for c in necessary_conditions(second_bulletin(941)) if not c.holds} == {"no-fewer", "sum"}


def test_least_for_the_second_bulletin() -> None:
    found = least_differing(second_bulletin(941))
    assert (found.sheets, found.column, found.attained) == (3_645, "EG", True)
    assert round(float(found.relaxed), 2) == 3_644.85
    assert found.needs == 4_063_250
    assert found.room is not None
    assert found.room > found.needs
    assert least_differing(second_bulletin(0)).sheets == 4_586
    assert least_differing(second_bulletin(941), average_outside=True).sheets == 3_890
    assert least_differing_at_share(second_bulletin(0, 3), 1, Fraction(5_326_104, 12_335_884)) == 12_135
    assert [round(float(p), 4) for _, p in found.chances((10, 20, 30))] == [0.2078, 0.0431, 0.0090]
    assert float(found.chances((100,))[0][1]) == pytest.approx(1.5e-7, rel=0.05)
    assert [found.boxes(Fraction(1, n)) for n in (20, 100, 1_000_000)] == [20, 30, 88]
    assert "3,645 of the 25,073 sheets (14.5%)" in found.sentences("en")[0]
    assert "difieren" in found.sentences("es")[0]


def test_less_turnout_at_differing_sheets_changes_nothing() -> None:
    full = second_bulletin(941)
    for tenths in (8, 7, 6):
        less = Comparison(
            full.columns, full.votes, full.announced, full.capacity * tenths // 10, full.missing, full.outside
        )
        assert least_differing(less).sheets == 3_645
        assert least_differing(less).attained


def test_least_for_the_first_bulletin() -> None:
    eg = np.sort(sheets().columns[:, 1])
    assert stations_outside(STATIONS, Fraction(4, 5)) == 6_005
    assert int(eg[:19_068].sum()) == 4_785_000
    shares = (Fraction(795, 1_000), Fraction(4, 5), Fraction(805, 1_000))
    found = [least_differing(first_bulletin(stations_outside(STATIONS, share))).sheets for share in shares]
    assert found == [768, 918, 1_068]


def test_stations_outside() -> None:
    assert stations_outside_range(STATIONS, parse_percentage("96.87")) == (939, 941)
    # 24,171 of 30,026 would print as 81 %.
    assert stations_outside_range(STATIONS, parse_percentage("80")) == (5_856, 6_155)
    assert stations_outside_range(10, parse_percentage("100")) == (0, 0)
    with pytest.raises(EvidenceError, match="cannot cover"):
        stations_outside(10, Fraction(11, 10))


def test_least_to_change_who_is_first() -> None:
    found = sheets()
    eg, nm = found.votes[:, 0], found.votes[:, 1]
    # The report had ten stations fewer with known registered voters, and 388 and 2,962.
    by_capacity = swing_of_capacity(eg, nm, found.capacity)
    assert least_to_change_first(eg - nm, by_capacity, found.hard_bound) == 391
    assert least_to_change_first(eg - nm, by_capacity, 0) == 2_964
    assert least_to_change_first(eg - nm, swing_of_votes(eg), 3_349_293) == 636
    assert least_to_change_first(eg - nm, swing_of_votes(eg), 0) == 4_628
    assert least_to_change_first(np.array([5]), np.array([4]), 0) is None
    assert least_to_change_first(np.array([5]), np.array([4]), 5) == 0


small = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=5)


@given(small, st.tuples(st.integers(0, 12), st.integers(0, 12)), st.integers(0, 8), st.integers(0, 2))
def test_against_every_choice(
    rows: list[tuple[int, int]], said: tuple[int, int], missing: int, outside: int
) -> None:
    """Each sheet agrees, differs or lies outside: tried one by one. Registered voters: 8 a sheet."""
    votes = np.array(rows, np.int64)
    capacity = np.full(len(rows), 8, np.int64)
    outside = min(outside, len(rows))
    best: int | None = None
    for choice in product("adx", repeat=len(rows)):
        kept = votes[[c == "a" for c in choice]].sum(axis=0)
        needs = np.array(said) - kept
        room = missing + 8 * choice.count("d")
        if choice.count("x") <= outside and needs.min() >= 0 and needs.sum() <= room:
            best = choice.count("d") if best is None else min(best, choice.count("d"))
    comparison = Comparison(("a", "b"), votes, said, capacity, missing, outside)
    found = least_differing(comparison)
    if best is not None:
        assert found.sheets <= best
        assert not found.attained or found.sheets == best
    else:
        assert not found.attained
    if not all(condition.holds for condition in necessary_conditions(comparison)):
        assert best != 0


@given(st.integers(1, 30), st.data())
def test_chance_by_counting(boxes: int, data: st.DataObject) -> None:
    differing, drawn = data.draw(st.integers(0, boxes)), data.draw(st.integers(0, boxes))
    assert chance_of_none(boxes, differing, drawn) == Fraction(
        comb(boxes - differing, drawn), comb(boxes, drawn)
    )


def test_boxes_are_the_fewest() -> None:
    for differing in (1, 7, 40):
        n = boxes_to_settle(40, differing, Fraction(1, 20))
        assert chance_of_none(40, differing, n) <= Fraction(1, 20) < chance_of_none(40, differing, n - 1)


def test_nothing_must_differ() -> None:
    found = least_differing(Comparison(("a",), np.array([[3], [4]]), (9,), np.array([9, 9]), None))
    assert (found.sheets, found.column, found.boxes(Fraction(1, 20))) == (0, None, None)
    assert "can both be true" in found.sentences("en")[0]
    assert found.room is None


@pytest.mark.parametrize(
    ("votes", "announced", "capacity", "outside", "message"),
    [
        ([[1, 2]], (1,), [3], 0, "same columns"),
        ([[1, 2]], (1, 1), [3, 3], 0, "same columns"),
        ([[1, -2]], (1, 1), [3], 0, "negative"),
        ([[1, 2]], (1, -1), [3], 0, "negative"),
        ([[1, 2]], (1, 1), [3], 2, "cannot lie outside"),
    ],
)
def test_refuses(
    votes: list[list[int]], announced: tuple[int, ...], capacity: list[int], outside: int, message: str
) -> None:
    with pytest.raises(EvidenceError, match=message):
        Comparison(("a", "b"), np.array(votes), announced, np.array(capacity), 0, outside)


def test_refuses_chances_that_do_not_fit() -> None:
    for arguments in ((10, 11, 1), (10, 1, 11), (10, -1, 1)):
        with pytest.raises(EvidenceError, match="do not fit"):
            chance_of_none(*arguments)
    with pytest.raises(EvidenceError, match="risk"):
        boxes_to_settle(10, 0, Fraction(1, 20))
    with pytest.raises(EvidenceError, match="share"):
        least_differing_at_share(second_bulletin(0), 1, Fraction(3, 2))


def test_linear_program_with_a_tree() -> None:
    """Two areas: together the totals fit as they are; by area each has 10 votes of a too many."""
    votes = np.array([[10, 0], [10, 0], [0, 10], [0, 10]], np.int64)
    capacity = np.full(4, 20, np.int64)
    everywhere = Announced((20, 20), np.ones(4, np.bool_), 0)
    north = Announced((10, 10), np.array([True, True, False, False]), 0)
    south = Announced((10, 10), np.array([False, False, True, True]), 0)
    assert least_differing_lp(votes, capacity, [everywhere], 0).sheets == 0
    assert least_differing_lp(votes, capacity, [everywhere, north, south], 0).sheets == 2
    # With one sheet of the north outside nobody fills its place, unless stations are missing there.
    roomy = Announced((10, 10), north.sheets, 10)
    assert least_differing_lp(votes, capacity, [roomy, south], 1).sheets == 1
    impossible = Announced((100, 100), everywhere.sheets, 0)
    assert least_differing_lp(votes, capacity, [impossible], 0).sheets is None
    with pytest.raises(EvidenceError, match="same shape"):
        least_differing_lp(votes, capacity[:3], [everywhere], 0)


@pytest.mark.slow
def test_linear_program_agrees_for_2024() -> None:
    for outside, value in ((941, 3_644.85), (0, 4_585.85)):
        found = second_bulletin(outside)
        everywhere = Announced(BULLETIN_2, np.ones(len(found.votes), np.bool_), found.missing or 0)
        bound = least_differing_lp(found.votes, found.capacity, [everywhere], outside)
        assert bound.value == pytest.approx(value, abs=0.005)
        assert bound.sheets == least_differing(found).sheets
