"""Rows that are no sheets until a person says so: sums of others, and zeros."""

import pytest

from escrutinio.intake.mapping.aside import SumRow, find_sums, set_aside
from escrutinio.intake.mapping.rows import SheetRow

P1, P2, P3 = (100, 50), (80, 60), (20, 90)
TOTAL = (200, 200)


@pytest.mark.parametrize(
    ("figures", "found"),
    [
        ((P1, P2, P3, TOTAL), (SumRow(3, 3, True),)),
        ((TOTAL, P1, P2, P3), (SumRow(0, 3, False),)),
        ((P1, P2, (180, 110), P3, (5, 5), (25, 95), (205, 205)), None),
        ((P1, P1), ()),
        ((P1, P2, P3), ()),
        (((1, 0), (2, 0), (3, 0)), ()),
        (((0, 0), (0, 0), (0, 0)), ()),
        ((), ()),
    ],
)
def test_sums_of_other_rows_are_found(
    figures: tuple[tuple[int, ...], ...], found: tuple[SumRow, ...] | None
) -> None:
    if found is None:  # two districts and the whole
        assert [each.at for each in find_sums(figures)] == [2, 5, 6]
    else:
        assert find_sums(figures) == found


def row(station: str, counts: tuple[int, ...], line: int, *, confirmed: bool = False) -> SheetRow:
    """A sheet of a table."""
    return SheetRow("t.csv", line, station, "c", counts, (), None, None, None, confirmed=confirmed)


def test_a_sum_is_no_sheet_and_no_station_unless_somebody_says_so() -> None:
    rows = [row("1", P1, 2), row("2", P2, 3), row("3", P3, 4), row("Total", TOTAL, 5)]
    apart = set_aside(rows)
    assert [each.station for each in apart.sheets] == ["1", "2", "3"]
    assert [(each.line, each.why.code) for each in apart.sums] == [(5, "row-sum-above")]
    assert apart.of_sums == {"Total"}
    assert len(set_aside(rows, known={"Total"}).sheets) == 4
    assert len(set_aside([*rows[:3], row("Total", TOTAL, 5, confirmed=True)]).sheets) == 4


def test_a_row_without_a_vote_is_a_zero_report_unless_somebody_says_so() -> None:
    rows = [row("1", P1, 2), row("2", (0, 0), 3), row("3", (0, 0), 4, confirmed=True)]
    apart = set_aside(rows)
    assert [each.station for each in apart.sheets] == ["1", "3"]
    assert [(each.line, each.why.code) for each in apart.zero] == [(3, "row-zero")]
