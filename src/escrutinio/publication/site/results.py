"""The rows of tables of results, written without a template: a large election has tens of thousands of
them in each language. As in `rows`, end tags that HTML lets a parser add are left out."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from escrutinio.publication.documents.charts import bar, gap
from escrutinio.publication.site.columns import Column
from escrutinio.publication.site.figures import KEPT, Figures
from escrutinio.publication.site.model import Race, Site
from escrutinio.publication.site.words import Words, isolated


class ResultRows:
    """Writes what the columns of one contest have in an area, in one language."""

    def __init__(self, site: Site, race: Race, words: Words) -> None:
        self._areas, self._files, self._place_names = site.areas, site.files, site.place_names
        self._race = race
        self._words = words
        self.figures = Figures(site, race)
        self.kept = self.figures.largest(KEPT)
        self._number, self._percent = words.form.number, words.form.percent
        candidates = range(len(race.view.candidates))
        self._names = [str(words.candidate(race, number)) for number in candidates]
        self._with_codes = [self._with_code(number) for number in candidates]
        self._with_cards = [self._with_card(number) for number in candidates]

    @property
    def one(self) -> bool:
        """Whether a single column of figures leaves room for a mark beside each name."""
        return len(self._race.columns) == 1 and not self._race.lists

    def has_seats(self, area: int) -> bool:
        """Whether seats stand beside the votes: those of a proportional contest, as a whole."""
        return self._race.lists and area == self._race.area

    def open_seats(self, area: int) -> list[int]:
        """How many seats equal claims leave open, by each column; empty where none are."""
        if not self.has_seats(area):
            return []
        found = [column.outcome(area).seats.open for column in self._race.columns]
        return found if any(found) else []

    def beside(self, area: int) -> int:
        """The area around one, to stand beside it; -1 where that is the same, or there is none."""
        above = int(self._areas.parent[area])
        if area == self._race.area or above < 0:
            return -1
        column = self._race.columns[0]
        same = column.votes[area] == column.votes[above] and column.valid[area] == column.valid[above]
        return -1 if same else above

    def candidates(self, area: int, above: int, cards: bool) -> Markup:
        """A row for each candidate with votes and shares in an area, for a table that has a column.

        `above`: the area beside whose shares a single column stands, or -1. `cards`: names are followed
        by the candidate's cards on the ballot, not by its code, which the page of the whole contest has.
        """
        heads = self._with_cards if cards else self._with_codes if above < 0 else self._names
        cells = self._single(area, above) if self.one else self._several(area)
        return Markup("".join(f"<tr><th>{head}{row}" for head, row in zip(heads, cells, strict=True)))

    def parts(self, area: int, areas: str, brief: bool = False) -> Markup:
        """A row for each part of an area, by the first column; `areas` leads from the page to its areas.

        `brief`: of the candidates only those that a narrow screen keeps.
        """
        return Markup("\n".join(self._part(part, areas, brief) for part in self._areas.children(area)))

    def card(self, area: int) -> Markup:
        """A row for each candidate by the first column, for a page that others show in theirs."""
        column = self._race.columns[0]
        valid = column.valid[area]
        return Markup(
            "\n".join(
                f"<tr><th>{name}{bar(votes, valid, bare=True)}"
                f"<td{self._mark(column, number)}>{self._number(votes)}"
                f"<td>{self._percent(votes, valid)}"
                for number, (name, votes) in enumerate(zip(self._names, column.votes[area], strict=True))
            )
        )

    def _with_code(self, number: int) -> str:
        race = self._race
        code = f" <small>{race.view.candidates[number]}</small>"
        return self._names[number] + (code if self._words.differs(race, number) else "")

    def _with_card(self, number: int) -> str:
        race, view = self._race, self._race.view
        if not race.has_cards:
            return self._names[number]
        names = (
            self._words.name(view.option_titles[option], view.options[option])
            for option in race.options_of[number]
        )
        return f'{self._names[number]}<span class="cards">{", ".join(names)}</span>'

    def _single(self, area: int, above: int) -> Iterator[str]:
        column = self._race.columns[0]
        valid = column.valid[area]
        for number, votes in enumerate(column.votes[area]):
            cell = self._votes(column, area, number)
            if above < 0:
                yield f"{bar(votes, valid)}{cell}"
                continue
            other = column.votes[above][number], column.valid[above]
            mark, points = gap(votes, valid, *other), self._words.form.apart(votes, valid, *other)
            yield f"{mark}{cell}<td>{self._percent(*other)}<td>{points}"

    def _several(self, area: int) -> Iterator[str]:
        columns = (self._column(column, area) for column in self._race.columns)
        return map("".join, zip(*columns, strict=True))

    def _column(self, column: Column, area: int) -> Iterator[str]:
        valid = column.valid[area]
        seats = column.outcome(area).seats if self.has_seats(area) else None
        label = f' data-l="{escape(self._words.short_basis(column))}"'
        held_label = f' data-l="{escape(self._words.gettext("Seats"))}"'
        for number, votes in enumerate(column.votes[area]):
            held = ""
            if seats is not None:
                more = "<small>+ ?</small>" if number in seats.tied else ""
                held = f"<td data-not=seats{held_label}>{self._number(seats.certain[number])}{more}"
            yield f"{self._votes(column, area, number, label)}{bar(votes, valid)}{held}"

    def _votes(self, column: Column, area: int, number: int, label: str = "") -> str:
        votes, valid = column.votes[area][number], column.valid[area]
        shown = f"{self._number(votes)}<small>{self._percent(votes, valid)}</small>"
        return f"<td{label}{self._mark(column, number)}>{shown}"

    def _mark(self, column: Column, number: int) -> str:
        return self.figures.mark(column, self.figures.votes[number])

    def _part(self, area: int, areas: str, brief: bool) -> str:
        column = self._race.columns[0]
        cover, came = column.coverage(area), column.turnout(area)
        figures = "".join(
            f"<td{self._mark(column, number)}>{self._number(votes)}"
            for number, votes in enumerate(column.votes[area])
            if not brief or number in self.kept
        )
        valid, counted = (self.figures.mark(column, what) for what in ("valid", "counted"))
        return (
            f"<tr{self.figures.places(area, first=True)}><th>"
            f'<a href="{areas}{self._files[area]}.html">'
            f"{isolated(self._place_names[area])}</a>{figures}"
            f"<td{valid}>{self._number(column.valid[area])}"
            f"<td><span{counted}>{self._number(cover.counted)}</span>/{self._number(cover.all)}"
            f"<td>{self._percent(came.ballots, came.registered, 1)}"
        )
