"""The table of the stations of one area, written without a template: a large election has tens of
thousands of these rows in each language, and they are most of the site's bytes. For that reason the end
tags of rows and cells, which HTML lets a parser add (HTML Standard, 13.1.2.4), are left out here, and so is
the scope of heads, which follows from where they stand (4.9.12.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from markupsafe import Markup, escape

from escrutinio.base.words.format import NONE, Format
from escrutinio.core.election.findings.table import ROWS
from escrutinio.publication.site.figures import KEPT, Figures
from escrutinio.publication.site.model import Race, Site, StationColumn
from escrutinio.publication.site.words import isolated

Listed = list[tuple[StationColumn, list[int]]]
"""For one station, each column with its figures."""


class StationTable:
    """Writes the rows of one contest's stations in one language.

    Bases in which a station has the same figures share a row, so that what differs stands out as a
    second row. `labels` are the names of the bases, `translate` is gettext.
    """

    def __init__(
        self,
        site: Site,
        race: Race,
        form: Format,
        labels: dict[str, str],
        translate: Callable[[str], str],
    ) -> None:
        self._roll = site.state.roll
        self._race = race
        self._columns = site.station_columns[race.code]
        self._stations_of = site.stations_of
        self._form = form
        self._labels = {code: str(escape(label)) for code, label in labels.items()}
        self._none = translate("no counted sheet")
        self._pending = translate("pending")
        self._annulled = translate("annulled by a ruling")
        self._registered, self._center = site.registered, site.center
        kept = Figures(site, race).largest(KEPT)
        self._several = race.view.marks > 1
        figures = range(len(race.view.candidates) + self._several + len(race.view.classes))
        self._kept = tuple(number in kept for number in figures)
        self._alike = translate("%(count)s alike")
        self._total = translate("The whole center")
        self.width = len(figures) + 3 + self.many
        """Columns of the table: station, the basis where there are several, figures (of candidates, valid
        ballots where a ballot may have several marks, classes), registered, turnout."""

    @property
    def many(self) -> bool:
        """Whether there are several bases, and a column that names them."""
        return len(self._columns) > 1

    def rows(self, area: int) -> Markup:
        """The rows of the stations that lie directly in an area, grouped by center."""
        return Markup("\n".join(self._rows(area)))

    def _rows(self, area: int) -> Iterator[str]:
        voting = self._race.view.stations
        stations = self._stations_of[area]
        stations = stations[voting[stations]]
        if not len(stations):
            return
        figures = [(column, column.figures(stations)) for column in self._columns]
        listed = stations.tolist()
        for center, group in groupby(range(len(listed)), key=lambda place: self._center[listed[place]]):
            places = list(group)
            yield self._group(center)
            if len(places) > 1:
                yield self._whole([(listed[place], figures[0][1][place]) for place in places])
            for place in places:
                yield from self._station(listed[place], [(column, rows[place]) for column, rows in figures])

    def _whole(self, stations: list[tuple[int, list[int]]]) -> str:
        """What the counted stations of one center come to, by the first basis, with shares and turnout."""
        column = self._columns[0]
        counted = [(station, values) for station, values in stations if column.rows[station] >= 0]
        if not counted:
            return ""
        sums = [_sum(values) for values in zip(*(values for _, values in counted), strict=True)]
        votes = len(self._race.view.candidates)
        valid = sums[votes] if self._several else sum(sums[:votes])
        cells = "".join(
            f"<td>{NONE if value < 0 else self._form.number(value)}"
            + (f"<small>{self._form.percent(value, valid, 1)}</small>" if kept else "")
            for value, kept in zip(sums, self._kept, strict=True)
        )
        known = [self._registered[at] for at, _ in counted if self._registered[at] >= 0]
        came = [
            (ballots, self._registered[at])
            for at, values in counted
            if self._registered[at] >= 0 and (ballots := self._ballots(values)) is not None
        ]
        ballots, voters = (sum(each) for each in zip(*came, strict=True)) if came else (0, 0)
        basis = f'<td class="t">{self._labels[column.basis.code]}' if self.many else ""
        shown = self._form.number(sum(known)) if known else NONE
        turnout = self._form.percent(ballots, voters, 1)
        return f"<tr class=sum><th>{self._total}{basis}{cells}<td>{shown}<td>{turnout}"

    def _group(self, center: int) -> str:
        code = self._roll.centers[center]
        name = self._roll.center_names.get(code, "")
        title = f"{isolated(name)} · {code}" if name else code
        return f"<tr class=group><th colspan={self.width}>{title}"

    def _station(self, station: int, listed: Listed) -> Iterator[str]:
        code = self._roll.stations[station]
        known = self._registered[station]
        registered = self._form.number(known) if known >= 0 else NONE
        shown = self._shown(station, listed)
        span = f" rowspan={len(shown)}" if len(shown) > 1 else ""
        head = f'<th{span}><a href="../station.html?s={code}">{code}</a>'
        tail = f"<td{span}>{registered}<td{span}>{self._came(station, known, listed)}"
        for label, cells in shown:
            basis = f'<td class="t">{label}' if self.many else ""
            yield f"<tr{'' if head else ' class=more'}>{head}{basis}{cells}{tail}"
            head = tail = ""

    def _came(self, station: int, registered: int, listed: Listed) -> str:
        """Ballots beside registered voters, by the first basis that counts a sheet of the station."""
        for column, values in listed if registered > 0 else ():
            if column.rows[station] >= 0:
                ballots = self._ballots(values)
                return NONE if ballots is None else self._form.percent(ballots, registered, 1)
        return NONE

    def _ballots(self, values: list[int]) -> int | None:
        """Valid ballots and those of all classes, None where the sheet does not say these; never marks, of
        which a ballot may have several."""
        if min(values) < 0:
            return None
        return sum(values[len(self._race.view.candidates) :] if self._several else values)

    def _shown(self, station: int, listed: Listed) -> list[tuple[str, str]]:
        """Label and cells of each row; columns with nothing to say are left out if another says something."""
        if len(listed) == 1:
            column, values = listed[0]
            if column.rows[station] >= 0:
                return [(self._labels[column.basis.code], self._cells(values))]
        groups: dict[str, list[str]] = {}
        for column, values in listed:
            if column.rows[station] >= 0:
                cells = self._cells(values)
            elif (reason := self._reason(column, station)) is not None:
                cells = f"<td class=t colspan={len(values)}>{reason}"
            else:
                continue
            groups.setdefault(cells, []).append(self._labels[column.basis.code])
        if not groups:
            return [("", f'<td class="t low" colspan={len(self._kept)}>{self._none}')]
        return [(self._named(labels), cells) for cells, labels in groups.items()]

    def _cells(self, values: list[int]) -> str:
        if min(values) < 0:  # a class that the sheet does not say
            return "".join(f"<td>{NONE if value < 0 else self._form.number(value)}" for value in values)
        return f"<td>{self._form.numbers(values, '<td>')}"

    def _named(self, labels: list[str]) -> str:
        """The bases that say the same, and for a narrow screen how many they are."""
        names = " · ".join(labels)
        if len(labels) < 2:
            return names
        short = self._alike % {"count": self._form.number(len(labels))}
        return f"<span class=in-full>{names}</span><span class=in-short>{short}</span>"

    def _reason(self, column: StationColumn, station: int) -> str | None:
        if (code := column.pending.get(station)) is not None:
            label = ROWS[code].label(self._form.language) if code in ROWS else code
            return f"{self._pending}: {escape(label)}"
        return self._annulled if station in column.annulled else None


def _sum(values: tuple[int, ...]) -> int:
    """Those that are stated added up; -1 where none is."""
    stated = [value for value in values if value >= 0]
    return sum(stated) if stated else -1
