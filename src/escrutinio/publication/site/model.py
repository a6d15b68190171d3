"""What the pages show: plain values made once from the state, the same for every language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.file_names import names_of_codes
from escrutinio.core.derived.files import has_cards, shown_bases
from escrutinio.core.election.definition import PROPORTIONAL
from escrutinio.core.election.embargo import Embargo, embargo_of, has_embargo
from escrutinio.core.election.findings.finding import Finding, FindingRow
from escrutinio.core.election.findings.table import ROWS
from escrutinio.core.election.sheets import valid_of
from escrutinio.core.election.state import Basis, ContestView, ElectionState, Logged
from escrutinio.core.election.totals import by_candidate
from escrutinio.core.records.codes import AuthorRole, LogRole
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import Acceptance, Body, Proclamation, Ruling
from escrutinio.intake.authoring.presentation import Presentation
from escrutinio.publication.documents.notices import without_official
from escrutinio.publication.site.announced import Announcement, announcements, growth
from escrutinio.publication.site.columns import Column
from escrutinio.publication.site.entries import LogBook
from escrutinio.publication.site.said import Said, threads
from escrutinio.publication.site.shelf import Shelf

MOST_FINDINGS = 100
"""Most findings of one code, or of one area, that a page lists; the data has them all."""


class Race:
    """A contest with the columns that have anything to show."""

    def __init__(self, state: ElectionState, view: ContestView) -> None:
        self.view = view
        self.code = view.code
        self.area = state.areas.index[view.area]
        self.columns = tuple(Column(state, basis, view) for basis in shown_bases(state, view.code))
        self.has_cards = has_cards(view)
        self.proclamations = state.records(Proclamation, view.code)
        self.lists = view.method in PROPORTIONAL
        self.options_of: tuple[tuple[int, ...], ...] = tuple(
            tuple(np.flatnonzero(view.option_candidate == candidate).tolist())
            for candidate in range(len(view.candidates))
        )

    def column(self, basis: str) -> Column | None:
        """The column of a basis, if it has anything."""
        return next((column for column in self.columns if column.basis.code == basis), None)


class StationColumn:
    """What counts at each station in one basis: the row of the sheet table, -1 for none, and why not."""

    def __init__(self, state: ElectionState, view: ContestView, basis: Basis) -> None:
        self.basis = basis
        nothing = np.full(len(state.roll), -1, np.int32)
        self.rows: NDArray[np.int32] = state.counted.get((view.code, basis.code), nothing)
        self.pending: Mapping[int, str] = state.pending.get((view.code, basis.code), {})
        self.annulled = frozenset(state.annulled.get(view.code, ()) if basis.code == "ruled" else ())
        self._table = state.tables[view.code]
        self._view = view

    def figures(self, stations: NDArray[np.int64]) -> list[list[int]]:
        """Per station the votes of each candidate, its valid ballots where they are not the votes added up,
        and those of each class, -1 where its sheet does not say them; one without a sheet has no figures."""
        rows, view, table = self.rows[stations], self._view, self._table
        several = view.marks > 1
        if not len(table):
            return [[0] * (len(view.candidates) + several + len(view.classes))] * len(stations)
        valid = (valid_of(table)[rows],) if several else ()
        votes = by_candidate(view, table.counts[rows])
        found: list[list[int]] = np.column_stack((votes, *valid, table.classes[rows])).tolist()
        return found


@dataclass(frozen=True)
class Account:
    """One side's account: announcements and a counted column, and what the other side objects to it.

    Those that have sheets by station come first, then each as the configuration names them.
    """

    titles: tuple[Title, ...]
    race: Race
    column: Column | None
    announced: tuple[Announcement, ...]
    objections: tuple[Said, ...]

    @property
    def width(self) -> int:
        """How many columns of figures it has."""
        return (self.column is not None) + len(self.announced)

    @property
    def without_sheets(self) -> bool:
        """Whether nobody who announced it published sheets by station, so that there is nothing to draw."""
        signers = {found.signer for found in self.announced}
        return self.column is None and not any(
            column.basis.organisation in signers for column in self.race.columns
        )

    @property
    def others(self) -> bool:
        """Whether an announcement names what all others had together."""
        return any(found.other("others") is not None for found in self.announced)


@dataclass(frozen=True)
class Example:
    """A station to try things on: its code, its area's, and the log index of its counted sheet."""

    station: str
    area: str
    entry: int


@dataclass(frozen=True)
class FindingGroup:
    """All findings of one code; `listed` are those that a page names."""

    code: str
    row: FindingRow
    cases: int
    listed: tuple[Finding, ...]
    more: int


class Site:
    """Everything that the pages of one publication show."""

    def __init__(self, state: ElectionState, shown: Presentation, shelf: Shelf) -> None:
        self.state = state
        self.body = state.definition.body
        self.areas = state.areas
        self.notice = shown.notice
        self.also: dict[str, tuple[str, ...]] = {}
        """What people call an area, by its code: its name in full, then others that it is looked for by."""
        for code, name in zip(state.areas.codes, state.areas.names, strict=True):
            written = shown.places.get(code) or (shown.spelling.written(name),)
            if written != (name,):
                self.also[code] = written
        self.place_names = tuple(
            self.also[code][0] if code in self.also else name
            for code, name in zip(state.areas.codes, state.areas.names, strict=True)
        )
        """What pages call each area: its name in full where the configuration says it, or as in the roll."""
        self.qr2024 = shown.qr2024
        self.utc_offset = shown.utc_offset
        self.earlier = {one.contest: one for one in shown.earlier}
        self.imported = self.body.author_role is AuthorRole.IMPORTER
        self.without_official = without_official(state)
        self.races = tuple(Race(state, view) for view in state.contests)
        self.threads = threads(state, shelf, shown.remarks)
        self.announcements = tuple(announcements(state))
        self.accounts = tuple(sorted(self._accounts(shown), key=lambda account: account.column is None))
        self.groups = tuple(_groups(state.findings))
        self.names = _names(state, shown)
        charter = state.charter
        self.roots = {state.definition.entry.signer: self.body.author} | (
            {} if charter is None else {charter.entry.signer: charter.body.operator}
        )
        """Whose root keys sign under which name: "authority/root" says nothing of who that is."""
        self.book = LogBook(state)

    @cached_property
    def _wait(self) -> Embargo | None:
        charter = self.state.charter
        official = charter is not None and charter.body.role is LogRole.OFFICIAL
        return embargo_of(self.state) if official and has_embargo(self.body) else None

    def results_from(self, race: Race, area: int) -> int:
        """From when on the log may have results of an area by the calendar and the extensions, in seconds
        since 1970; 0 where it need not wait, where a sheet of the contest there counts already, and in a log
        in which others answer for that."""
        if self._wait is None or any(column.coverage(area).counted for column in race.columns):
            return 0
        return self._wait.of_area(area)

    @cached_property
    def registered(self) -> list[int]:
        """The registered voters of each station, -1 where they are not known."""
        found: list[int] = self.state.roll.registered.tolist()
        return found

    @cached_property
    def center(self) -> list[int]:
        """The center of each station, by number."""
        found: list[int] = self.state.roll.center.tolist()
        return found

    @property
    def proclaimed(self) -> list[tuple[Race, Logged[Proclamation]]]:
        """All proclamations in log order, each with its contest."""
        found = [(race, logged) for race in self.races for logged in race.proclamations]
        return sorted(found, key=lambda each: each[1].index)

    def announced_at(self, contest: str) -> list[tuple[int, str]]:
        """At which size of the log each result of a contest was announced, with its number on the page."""
        spoken = (found for found in self.announcements if found.contest == contest)
        return [(found.size or found.index, str(found.number or "")) for found in spoken]

    @cached_property
    def by_type(self) -> Mapping[str, Sequence[Logged[Body]]]:
        """The records that are not sheets by the name of their type, in log order, with or without effect."""
        found: dict[str, list[Logged[Body]]] = {}
        for logged in self.state.controls:
            found.setdefault(logged.body.NAME, []).append(logged)
        return found

    @cached_property
    def answered(self) -> Mapping[bytes, int]:
        """By digest of a complaint or an accreditation: the entry of the first record that answers it."""
        found: dict[bytes, int] = {}
        for logged in self.state.controls:
            body = logged.entry.body
            if isinstance(body, Ruling) and body.complaint is not None:
                found.setdefault(body.complaint, logged.index)
            elif isinstance(body, Acceptance):
                found.setdefault(body.accreditation, logged.index)
        return found

    def row_of(self, digest: bytes) -> int | None:
        """The entry of a sheet that a record names by its digest; None where the log has none."""
        return self._rows.get(digest)

    @cached_property
    def _rows(self) -> Mapping[bytes, int]:
        found: dict[bytes, int] = {}
        for table in self.state.tables.values():
            for row in np.flatnonzero(table.record >= 0).tolist():
                found[self.state.digests[table.record[row]]] = int(table.index[row])
        return found

    @cached_property
    def taken_back(self) -> Mapping[int, int]:
        """By the entry of a retraction: the entry that it takes back."""
        return {by: entry for entry, by in self.state.retracted.items()}

    def top_area(self, finding: Finding) -> str:
        """The code of the area just below the root in which a finding lies; empty where it names no place."""
        at = self._place(finding)
        path = () if at is None else self.areas.path(at)
        return self.areas.codes[path[1]] if len(path) > 1 else ""

    def growth(self, race: Race) -> list[tuple[int, int]]:
        """How many of the sheets that count now the log had at which size: at most 200 points."""
        found = growth(self.state, race.code, race.columns[0].basis.code, race.area)
        places = sorted({len(found) * step // 200 for step in range(200)}) if len(found) else []
        curve = [(int(found[at]), at + 1) for at in places]
        return [(0, 0), *curve, (self.state.size, len(found))]

    def races_in(self, area: int) -> Sequence[tuple[Race, int]]:
        """The contests voted on in an area, each with the area whose figures to show there."""
        return self._races_in[area]

    @cached_property
    def _races_in(self) -> Sequence[Sequence[tuple[Race, int]]]:
        tree, everywhere = self.areas, np.arange(len(self.areas), dtype=np.int32)
        found: list[list[tuple[Race, int]]] = [[] for _ in tree.codes]
        for race in self.races:
            for area in np.flatnonzero(tree.within(race.area, everywhere)).tolist():
                found[area].append((race, area))
            for area in tree.ancestors(race.area):
                found[area].append((race, race.area))
        return found

    @cached_property
    def files(self) -> tuple[str, ...]:
        """What the files of each area are called, before their endings, by number of the area."""
        names = names_of_codes(self.areas.codes, taken=("areas-of-stations",))
        return tuple(names[code] for code in self.areas.codes)

    @cached_property
    def stations_of(self) -> tuple[NDArray[np.int64], ...]:
        """The stations that lie directly in each area, by number of the area."""
        order = np.argsort(self.state.roll.area, kind="stable")
        edges = np.searchsorted(self.state.roll.area[order], np.arange(len(self.areas) + 1))
        return tuple(order[start:end] for start, end in pairwise(edges))

    @cached_property
    def station_columns(self) -> Mapping[str, tuple[StationColumn, ...]]:
        """For each contest, what counts at each station, in the order of the race's columns."""
        return {
            race.code: tuple(StationColumn(self.state, race.view, column.basis) for column in race.columns)
            for race in self.races
        }

    @cached_property
    def findings_in(self) -> Mapping[int, FindingsIn]:
        """The findings that name an area or a station, by every area that these lie in."""
        found: dict[int, FindingsIn] = {}
        for finding in self.state.findings:
            if (at := self._place(finding)) is not None:
                for area in self.areas.path(at):
                    found.setdefault(area, FindingsIn([], Counter())).add(finding)
        return found

    def _place(self, finding: Finding) -> int | None:
        roll = self.state.roll
        if finding.station is not None and finding.station in roll.index:
            return int(roll.area[roll.index[finding.station]])
        return None if finding.area is None else self.areas.index.get(finding.area)

    @cached_property
    def center_of(self) -> Mapping[str, tuple[str, str]]:
        """The name of a center, as far as it has one, and the code of its area, by the center's code."""
        roll = self.state.roll
        found: dict[str, tuple[str, str]] = {}
        for center, area in zip(roll.center.tolist(), roll.area.tolist(), strict=True):
            code = roll.centers[center]
            found.setdefault(code, (roll.center_names.get(code, ""), self.areas.codes[area]))
        return found

    def area_of_station(self, station: str) -> str | None:
        """The code of the area in which a station lies; None for one that the roll does not have."""
        at = self.state.roll.index.get(station)
        return None if at is None else self.areas.codes[int(self.state.roll.area[at])]

    def station_of_entry(self, index: int) -> str | None:
        """The station whose sheet, copy, count or zero report an entry is; None for all other entries."""
        for table in self.state.tables.values():
            at = int(np.searchsorted(table.index, index))
            if at < len(table) and table.index[at] == index:
                station = int(table.station[at])
                return None if station < 0 else self.state.roll.stations[station]
        return None

    @cached_property
    def example(self) -> Example | None:
        """The first station that has a counted sheet, for the tour."""
        roll = self.state.roll
        for contest, columns in self.station_columns.items():
            for column in columns:
                if len(counted := np.flatnonzero(column.rows >= 0)):
                    at = int(counted[0])
                    entry = int(self.state.tables[contest].index[column.rows[at]])
                    return Example(roll.stations[at], self.areas.codes[int(roll.area[at])], entry)
        return None

    def _accounts(self, shown: Presentation) -> Iterator[Account]:
        said = {thread.code: thread for thread in self.threads if thread.code}
        for account in shown.accounts:
            announced = tuple(
                found
                for found in self.announcements
                if found.code in account.claims or (found.official and found.basis == account.basis)
            )
            race = self._race_of(account.basis, announced)
            if race is not None:
                objections = tuple(said[code] for code in account.objections if code in said)
                column = None if account.basis is None else race.column(account.basis)
                yield Account(account.titles, race, column, announced, objections)

    def _race_of(self, basis: str | None, announced: Sequence[Announcement]) -> Race | None:
        """The contest an account is about: that of its announcements, else the first its basis has."""
        for race in self.races:
            if any(found.contest == race.code for found in announced):
                return race
        return next((race for race in self.races if basis and race.column(basis)), None)


@dataclass
class FindingsIn:
    """Findings in one area and all below it: the first ones, and how many cases there are of each code."""

    listed: list[Finding]
    cases: Counter[str]

    def add(self, finding: Finding) -> None:
        """Count a finding, and list it while there is room."""
        self.cases[finding.code] += finding.count
        if len(self.listed) < MOST_FINDINGS:
            self.listed.append(finding)


def _groups(findings: Sequence[Finding]) -> Iterator[FindingGroup]:
    """Findings by code, the most severe first, then in the order of the table of rules."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    order = [code for code in ROWS if code in by_code]
    for code in sorted(order, key=lambda code: -ROWS[code].severity):
        found = by_code[code]
        listed = tuple(found[:MOST_FINDINGS])
        yield FindingGroup(code, ROWS[code], sum(f.count for f in found), listed, len(found) - len(listed))


def _names(state: ElectionState, shown: Presentation) -> Mapping[str, tuple[Title, ...]]:
    """The titles of signers: those they were enrolled with, else those of the configuration."""
    named = {held.key.name: held.key.titles for held in state.keys if held.key.titles}
    return {**shown.names, **named}
