"""Totals as a table, with what they leave out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from escrutinio.base.cells import Value
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import whole
from escrutinio.core.derived.cells import free_names
from escrutinio.core.derived.files import AREA, COVERAGE, area_figures, areas_of, sums_of
from escrutinio.core.election.choosing import basis_with_sheets
from escrutinio.core.election.state import RULED, ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.library.table import Table

SILENT = "stations_silent"
LEFT_OUT = ("station", "area", "why", "finding")


@dataclass(frozen=True, eq=False)
class Totals(Table):
    """The votes of a contest in one basis: a row per area, a column per candidate or option.

    The columns are those of `areas-<basis>.csv` or `options-<basis>.csv` (docs/data.md), and at the end
    `stations_silent`: stations that have not reported. `left_out`: the stations that these totals lack, with
    why (`silent`, `pending`, `annulled`) and, where one is pending, the code of the finding that keeps its
    sheet from counting; `unlisted`: how many more the authority declares without listing them.
    """

    contest: str
    basis: str
    area: str
    left_out: Table
    unlisted: int

    def of(self, area: str) -> dict[str, Value]:
        """The row of an area. Raises KeyError."""
        found = self.where(area=area)
        if not found:
            raise KeyError(area)
        return found[0]

    def sentence(self, language: str) -> str:
        """What these totals stand on and what they leave out, in one of `languages()`."""
        why = Counter(self.left_out["why"])
        reasons = Counter(code for code in self.left_out["finding"] if code)
        listed = ", ".join(f"{code}: {whole(count, language)}" for code, count in sorted(reasons.items()))
        counted = self.of(self.area)["stations_counted"]
        return say_in(
            language,
            "{contest}, {basis}: {counted:,} stations count. Left out: {silent:,} without a sheet, "
            "{pending:,} pending{reasons}, {annulled:,} annulled.",
            contest=self.contest,
            basis=self.basis,
            counted=int(counted or 0),
            silent=why["silent"] + self.unlisted,
            pending=why["pending"],
            reasons=f" ({listed})" if listed else "",
            annulled=why["annulled"],
        )


def totals_table(state: ElectionState, contest: str, basis: str, *, by_option: bool = False) -> Totals:
    """The totals of a contest and basis. Raises InputError for the basis "", where no sheet counts in any."""
    found = totals(state, contest, basis_with_sheets(basis, contest))
    view, tree = found.contest, state.areas
    shown = areas_of(state, view)
    codes, votes = (view.options, found.options) if by_option else (view.candidates, found.candidates)
    sums = (*sums_of(view), SILENT)
    numbers = (*COVERAGE, *free_names(codes, (*AREA, *COVERAGE, *sums)), *sums)
    figures = np.column_stack((area_figures(found, votes), found.stations_silent))[shown]
    parents = [tree.codes[at] if at >= 0 else None for at in tree.parent.tolist()]
    columns: dict[str, tuple[Value, ...]] = {
        name: tuple(cells[at] for at in shown)
        for name, cells in zip(AREA, (tree.codes, parents, tree.levels, tree.names), strict=True)
    }
    columns |= {
        name: tuple(None if cell < 0 else cell for cell in column)
        for name, column in zip(numbers, figures.T.tolist(), strict=True)
    }
    left_out = _left_out(state, contest, basis)
    top = tree.index[view.area]
    unlisted = int(found.stations_silent[top]) - left_out["why"].count("silent")
    return Totals(columns, frozenset(numbers), contest, basis, view.area, left_out, unlisted)


def _left_out(state: ElectionState, contest: str, basis: str) -> Table:
    """The stations of the roll that vote in the contest and do not count in the basis."""
    counted = state.counted.get((contest, basis), np.full(len(state.roll), -1, np.int32)) >= 0
    pending = state.pending.get((contest, basis), {})
    annulled = frozenset(state.annulled.get(contest, ()) if basis == RULED else ())
    rows = []
    for station in np.flatnonzero(state.contest(contest).stations & ~counted).tolist():
        why = "annulled" if station in annulled else "pending" if station in pending else "silent"
        place = state.areas.codes[int(state.roll.area[station])]
        rows.append((state.roll.stations[station], place, why, pending.get(station)))
    return Table.of_rows(LEFT_OUT, rows, ())
