"""Marks on the figures of pages, so that a program can hold each against the tables of `data/`.

    <table data-figures="presidente/reported/VE"> … <td data-figure="votes/EG">7.303.480

An element says once of which contest, basis and area the figures from there on are; where there are several
bases it lists all, and a figure of the second says `votes/EG 2`. A figure is `votes/<candidate>`, `valid`,
the code of a class of other ballots (`null`, `blank`, …), `ballots`, `counted` or `pending` (stations). A
basis may have slashes of its own; no other part has any.
"""

from __future__ import annotations

from functools import cached_property

from markupsafe import Markup

from escrutinio.publication.site.columns import Column
from escrutinio.publication.site.model import Race, Site

KEPT = 2
"""Candidates whose votes a narrow screen shows for every place: those with most in the whole contest."""


class Figures:
    """The marks of one contest's figures; codes have nothing that an attribute would have to escape."""

    def __init__(self, site: Site, race: Race) -> None:
        self._codes = site.areas.codes
        self._race = race
        self._suffix = {
            column.basis.code: f" {number}" if number > 1 else ""
            for number, column in enumerate(race.columns, 1)
        }

    @cached_property
    def votes(self) -> tuple[str, ...]:
        """What a mark calls the votes of each candidate, in the order of the ballot."""
        return tuple(f"votes/{code}" for code in self._race.view.candidates)

    def places(self, area: int, first: bool = False) -> Markup:
        """The attribute of an element from which on figures are of an area, in every basis or the first."""
        columns = self._race.columns[:1] if first else self._race.columns
        places = (f"{self._race.code}/{column.basis.code}/{self._codes[area]}" for column in columns)
        return Markup(f' data-figures="{" ".join(places)}"')

    def mark(self, column: Column, what: str) -> Markup:
        """The attribute of an element that shows a figure of the area that was stated before it."""
        return Markup(f' data-figure="{what}{self._suffix[column.basis.code]}"')

    def picked(self, before: int = 0) -> str:
        """The classes of a table of which a narrow screen shows the cells of the largest (`areas.css`).

        `before`: how many cells a row has between its head and the first candidate's.
        """
        return " ".join(f"k{number + 1 + before}" for number in sorted(self.largest(KEPT)))

    def largest(self, many: int) -> frozenset[int]:
        """The candidates with most votes in the whole contest, by its first basis: what narrow tables keep.

        Whoever ties with the last of them is kept too, so that no order of the list decides.
        """
        return _largest(self._race, many)


def _largest(race: Race, many: int) -> frozenset[int]:
    if not race.columns:
        return frozenset()
    votes = race.columns[0].votes[race.area]
    least = sorted(votes, reverse=True)[:many][-1]
    return frozenset(number for number, cast in enumerate(votes) if cast >= least)
