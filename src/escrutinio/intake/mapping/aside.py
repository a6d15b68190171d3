"""Rows that look like tally sheets and are none: sums of others, and sheets without any vote.

A table of results often ends in totals; and a station that has not reported often stands there with zeros.
Neither is counted until a person says that it is a sheet.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from escrutinio.base.errors import InputError
from escrutinio.intake.mapping.rows import BadRow, SheetRow
from escrutinio.intake.mapping.values import MAX_COUNT
from escrutinio.intake.scan.results import is_zero_report

LEAST = 2
"""Fewest rows that another one is called the sum of."""


@dataclass(frozen=True, slots=True)
class SumRow:
    """A row whose figures are the sum of others: its number among the rows, how many those are, and whether
    they stand above it."""

    at: int
    addends: int
    above: bool


def find_sums(figures: Sequence[tuple[int, ...]]) -> tuple[SumRow, ...]:
    """The rows that are the sum of all rows before them, or of those since the sum before; where there are
    none, those that are sums of the rows below them.

    Zeros are no sum, nor is what two rows make of a single figure: that happens by chance.
    """
    found = tuple(SumRow(at, addends, True) for at, addends in _running(figures))
    if found:
        return found
    last = len(figures) - 1
    return tuple(SumRow(last - at, addends, False) for at, addends in _running(figures[::-1]))


def _may_hold_sums(figures: Sequence[tuple[int, ...]]) -> bool:
    """Whether any row is the sum of all before it, as the first sum of a table is. In one look over the
    columns: hardly any table of many rows has one."""
    if len(figures) <= LEAST:
        return False
    try:
        rows = np.array(figures, np.int64)
    except OverflowError:
        return True
    if rows.size and int(rows.max()) > MAX_COUNT:
        return True
    before = np.cumsum(rows, axis=0)
    before -= rows
    return bool(((rows == before).all(axis=1) & rows.any(axis=1)).any())


def _running(figures: Sequence[tuple[int, ...]]) -> Iterable[tuple[int, int]]:
    if not _may_hold_sums(figures):
        return
    width = len(figures[0])
    all_of, since = [0] * width, [0] * width
    count_all = count_since = 0
    for at, row in enumerate(figures):
        given = list(row)
        least = LEAST if sum(map(bool, row)) > 1 else LEAST + 1
        if any(row) and given == since and count_since >= least:
            yield at, count_since
            since, count_since = [0] * width, 0
            continue
        if any(row) and given == all_of and count_all >= least:
            yield at, count_all
            since, count_since = [0] * width, 0
            continue
        all_of = list(map(int.__add__, all_of, row))
        since = list(map(int.__add__, since, row))
        count_all += any(row)
        count_since += any(row)


@dataclass(frozen=True, slots=True)
class Apart:
    """The rows that are sheets, those that are sums of others with why, and those without any vote."""

    sheets: tuple[SheetRow, ...]
    sums: tuple[BadRow, ...]
    zero: tuple[BadRow, ...]
    of_sums: frozenset[str]
    """The stations that only sums name."""


def set_aside(rows: Sequence[SheetRow], known: Collection[str] = ()) -> Apart:
    """Tell sheets from sums and zeros; `known` are stations that another table names, which are no sums."""
    by_table: dict[tuple[str, str, int], list[int]] = {}
    for at, row in enumerate(rows):
        by_table.setdefault((row.source, row.contest, len(row.classes)), []).append(at)
    sums: dict[int, SumRow] = {}
    for group in by_table.values():
        # Totals of null ballots are often a little wrong; those of two options are a sum already.
        votes_alone = len(rows[group[0]].counts) > 1
        figures = [rows[at].counts if votes_alone else (*rows[at].counts, *rows[at].classes) for at in group]
        for each in find_sums(figures):
            row = rows[group[each.at]]
            if not row.confirmed and row.station not in known:
                sums[group[each.at]] = each
    zero = {at for at, row in enumerate(rows) if _without_vote(row)}
    sheets = tuple(row for at, row in enumerate(rows) if at not in sums and at not in zero)
    left = {row.station for at, row in enumerate(rows) if at not in sums}
    return Apart(
        sheets,
        tuple(_sum_row(rows[at], each) for at, each in sorted(sums.items())),
        tuple(_zero_row(rows[at]) for at in sorted(zero)),
        frozenset(rows[at].station for at in sums) - left,
    )


def _without_vote(row: SheetRow) -> bool:
    return not row.confirmed and is_zero_report((*row.counts, *row.classes, row.valid or 0))


def _sum_row(row: SheetRow, found: SumRow) -> BadRow:
    code = "row-sum-above" if found.above else "row-sum-below"
    why = InputError(code, station=row.station, size=found.addends)
    return BadRow(row.source, row.line, "", "", why)


def _zero_row(row: SheetRow) -> BadRow:
    return BadRow(row.source, row.line, "", "", InputError("row-zero", station=row.station))
