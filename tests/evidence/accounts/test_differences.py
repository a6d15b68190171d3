"""Kinds of difference: each defined by whole numbers, each the same whichever side is called left."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.evidence.accounts.difference_texts import kind_name, slip_name
from escrutinio.evidence.accounts.differences import Difference, Kind, Side, Slip, classify, slip_of

SHEET = (120, 83, 41, 27, 12, 0)
"""Votes by option of one honest sheet."""


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        (9, 10, Slip.OFF_BY_ONE),
        (0, 1, Slip.OFF_BY_ONE),
        (0, 7, Slip.ZERO),
        (0, 10, Slip.ZERO),
        (1, 11, Slip.DOUBLED_DIGIT),
        (23, 232, Slip.DOUBLED_DIGIT),
        (23, 223, Slip.DOUBLED_DIGIT),
        (29, 9, Slip.LOST_DIGIT),
        (105, 15, Slip.LOST_DIGIT),
        (5, 50, Slip.LOST_DIGIT),
        (9, 259, Slip.LOST_DIGITS),
        (2, 259, Slip.LOST_DIGITS),
        (5, 259, Slip.OTHER),
        (172, 127, Slip.TRANSPOSED),
        (21, 12, Slip.TRANSPOSED),
        (721, 127, Slip.OTHER),
        (281, 271, Slip.POWER_OF_TEN),
        (97, 107, Slip.POWER_OF_TEN),
        (260, 160, Slip.POWER_OF_TEN),
        (134, 137, Slip.ONE_DIGIT),
        (23, 83, Slip.ONE_DIGIT),
        (463, 287, Slip.OTHER),
        (-1, 5, Slip.NO_FIGURE),
    ],
)
def test_how_two_figures_relate(one: int, other: int, slip: Slip) -> None:
    assert slip_of(one, other) is slip
    assert slip_of(other, one) is slip


@pytest.mark.parametrize(("one", "other"), [(4, 4), (-2, 3)])
def test_equal_or_impossible_figures_have_no_slip(one: int, other: int) -> None:
    with pytest.raises(ValueError, match="two different figures"):
        slip_of(one, other)


def compared(left: Int64, right: Int64, both: NDArray[np.bool_]) -> tuple[Difference, ...]:
    """What differs of sheets that have null and blank behind their options."""
    return classify(left, right, both, left.shape[1] - 2)


def only(left: tuple[int, ...], right: tuple[int, ...]) -> Difference | None:
    """The difference of one station, null and blank 2 and 0 on both sides."""
    one, other = (np.array([[*side, 2, 0]], np.int64) for side in (left, right))
    found = compared(one, other, np.ones(1, np.bool_))
    return found[0] if found else None


def altered(**rows: int) -> tuple[int, ...]:
    """The honest sheet with some rows, r0 to r5, set to other figures."""
    return tuple(rows.get(f"r{at}", votes) for at, votes in enumerate(SHEET))


@pytest.mark.parametrize(
    ("sheet", "kind", "side"),
    [
        (altered(r0=121), Kind.OFF_BY_ONE, None),
        (altered(r4=0), Kind.ZERO_ROW, None),
        (altered(r3=227), Kind.DOUBLED_DIGIT, None),
        (altered(r1=3), Kind.LOST_DIGIT, None),
        (altered(r0=1), Kind.LOST_DIGITS, None),
        (altered(r2=14), Kind.TRANSPOSED, None),
        (altered(r1=93), Kind.POWER_OF_TEN, None),
        (altered(r1=85), Kind.ONE_DIGIT, None),
        (altered(r0=87), Kind.ONE_ROW, None),
        (altered(r1=-1), Kind.NO_FIGURE, Side.RIGHT),
        (altered(r0=83, r1=120), Kind.SWAPPED, None),
        (altered(r4=0, r5=12), Kind.SWAPPED, None),
        ((120, 120, 83, 41, 12, 0), Kind.SHIFTED, None),
        ((120, 41, 27, 12, 12, 0), Kind.SHIFTED, None),
        ((41, 120, 27, 83, 12, 0), Kind.REORDERED, None),
        (altered(r0=121, r2=42), Kind.SAME_OFFSET, None),
        (altered(r0=119, r3=28), Kind.MOVED, None),
        ((121, 85, 44, 31, 17, 0), Kind.EVERY_ROW, None),
        (altered(r0=121, r1=85), Kind.SEVERAL_ROWS, None),
    ],
)
def test_one_altered_sheet(sheet: tuple[int, ...], kind: Kind, side: Side | None) -> None:
    found = only(SHEET, sheet)
    assert found is not None
    assert (found.kind, found.side) == (kind, side)


def test_the_honest_sheet_does_not_differ() -> None:
    assert only(SHEET, SHEET) is None


def test_all_zero_needs_every_figure_to_be_zero() -> None:
    def zeros(null: int) -> Difference:
        one, other = (np.array([[*votes, n, 0]], np.int64) for votes, n in ((SHEET, 2), ((0,) * 6, null)))
        return compared(one, other, np.ones(1, np.bool_))[0]

    assert (zeros(0).kind, zeros(0).side) == (Kind.ALL_ZERO, Side.RIGHT)
    assert zeros(2).kind is Kind.EVERY_ROW


def test_null_and_blank_are_compared_where_both_sides_give_them() -> None:
    left = np.array([[*SHEET, 2, 1], [*SHEET, 2, 1]], np.int64)
    right = np.array([[*SHEET, 3, 1], [*SHEET, -1, -1]], np.int64)
    found = compared(left, right, np.ones(2, np.bool_))
    assert [(each.station, each.kind) for each in found] == [(0, Kind.NULL_BLANK)]
    assert found[0].figures[0].row == len(SHEET)
    assert found[0].figures[0].difference == 1


def table(*rows: tuple[int, ...]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.array([(*row, 0, 0) for row in rows], np.int64)


def test_the_sheet_of_another_station_is_named() -> None:
    left = table((50, 40, 30), (20, 10, 5), (7, 8, 9))
    right = table((20, 10, 5), (20, 10, 5), (7, 8, 9))
    # Station 0 on the right has what the left has at station 1, and only there.
    (found,) = compared(left, right, np.ones(3, np.bool_))
    assert (found.station, found.kind, found.side, found.other) == (0, Kind.OTHER_STATION, Side.RIGHT, 1)
    left[2] = left[1]
    assert compared(left, right, np.ones(3, np.bool_))[0].kind is Kind.EVERY_ROW


def test_two_figures_are_too_few_for_another_stations_sheet() -> None:
    found = compared(table((50, 45, 0), (20, 10, 0)), table((20, 10, 0), (20, 10, 0)), np.ones(2, np.bool_))
    assert [each.kind for each in found] == [Kind.EVERY_ROW]


def test_figures_repeated_at_three_stations_that_differ() -> None:
    left = table((160, 173, 11), (160, 173, 11), (160, 173, 11), (160, 173, 11))
    right = table((285, 194, 28), (398, 164, 25), (329, 107, 12), (160, 173, 11))
    found = compared(left, right, np.ones(4, np.bool_))
    assert [(each.kind, each.side) for each in found] == [(Kind.REPEATED, Side.LEFT)] * 3
    assert Kind.REPEATED not in {each.kind for each in compared(left[:2], right[:2], np.ones(2, np.bool_))}


def test_stations_that_one_side_lacks_are_not_compared() -> None:
    assert compared(table((1, 2, 3)), table((3, 2, 1)), np.zeros(1, np.bool_)) == ()


FIGURES = st.integers(0, 400)
SHEETS = st.lists(st.tuples(FIGURES, FIGURES, FIGURES, FIGURES), min_size=1, max_size=6)


@given(SHEETS, st.data())
def test_exchanging_the_sides_changes_only_which_one_is_named(
    rows: list[tuple[int, ...]], data: st.DataObject
) -> None:
    others = data.draw(st.lists(st.sampled_from(rows), min_size=len(rows), max_size=len(rows)))
    left, right = table(*rows), table(*others)
    both = np.ones(len(rows), np.bool_)
    one, other = compared(left, right, both), compared(right, left, both)
    mirrored = {None: None, Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
    for mine, theirs in zip(one, other, strict=True):
        assert mine.station == theirs.station
        assert mine.kind is theirs.kind
        if mine.kind not in (Kind.REPEATED, Kind.OTHER_STATION):  # both sides may be so; the left is named
            assert mirrored[mine.side] is theirs.side
        assert [(f.row, f.left, f.right, f.slip) for f in mine.figures] == [
            (f.row, f.right, f.left, f.slip) for f in theirs.figures
        ]


def test_every_kind_and_slip_has_a_name_of_its_own_in_both_languages() -> None:
    for language in ("en", "es"):
        assert len({kind_name(kind, language, left="A", right="B") for kind in Kind}) == len(Kind)
        assert len({slip_name(slip, language) for slip in Slip}) == len(Slip)
