"""Which findings concern a station: those that name it, those that rest on one of its entries, and those of
the whole election or of an area that it lies in.

A finding that stands for thousands of stations names none of them. Its sentence is written once, in
`data/findings-wide.json`, and the page of each station that it concerns brings it from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from escrutinio.base.words.catalogue import languages
from escrutinio.core.election.findings.finding import Called, Finding
from escrutinio.core.election.state import ElectionState

MOST_ENTRIES = 12
"""Entries that a sentence about many stations names."""

Row = tuple[str, tuple[int, ...], dict[str, str]]
"""Code, entries, and the sentence in each language."""


class StationFindings:
    """The findings of an election by station."""

    def __init__(self, state: ElectionState, names: Mapping[str, Called] = MappingProxyType({})) -> None:
        """`names`: by language, what the pages call those whom findings name by their codes."""
        self._state, self._names = state, names
        self.wide: Sequence[Finding] = [
            finding for finding in state.findings if finding.station not in state.roll.index
        ]
        """Those that name no station of the roll, in the order of the findings."""

    @cached_property
    def named(self) -> Mapping[str, Sequence[Finding]]:
        """The findings that name a station, by its code."""
        found: dict[str, list[Finding]] = {}
        for finding in self._state.findings:
            if finding.station is not None and finding.station in self._state.roll.index:
                found.setdefault(finding.station, []).append(finding)
        return found

    @cached_property
    def resting(self) -> Mapping[str, Sequence[int]]:
        """By station, the numbers in `wide` of the findings that name one of its sheets, copies or counts."""
        stations = self._state.roll.stations
        of_entry: dict[int, int] = {}
        for table in self._state.tables.values():
            of_entry.update(zip(table.index.tolist(), table.station.tolist(), strict=True))
        found: dict[str, list[int]] = {}
        for number, finding in enumerate(self.wide):
            spoken = {of_entry.get(entry, -1) for entry in finding.entries}
            for station in spoken - {-1}:
                found.setdefault(stations[station], []).append(number)
        return found

    def area_of(self, finding: Finding) -> str | None:
        """The area that a finding without a station is about; None where it is the whole election."""
        if finding.area is not None or finding.contest is None:
            return finding.area
        areas = {view.code: view.area for view in self._state.contests}
        return areas.get(finding.contest)

    def wide_rows(self) -> Iterator[tuple[str, tuple[int, ...], dict[str, str], str | None]]:
        """What the pages of stations show of `wide`: a row, and the area that it is about."""
        for finding in self.wide:
            code, entries, said = self.row(finding)
            yield code, entries[:MOST_ENTRIES], said, self.area_of(finding)

    def row(self, finding: Finding) -> Row:
        """A finding as an index has it."""
        said = {each: finding.sentence(each, self._names.get(each, {})) for each in languages()}
        return finding.code, finding.entries, said
