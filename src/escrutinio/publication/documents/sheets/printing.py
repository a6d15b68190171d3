"""Printing the sheets of a log: which entry stands for a station, and what its print says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from escrutinio.base.errors import PublicationError
from escrutinio.core.election.contests import with_contests
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.state import REPORTED, ElectionState
from escrutinio.core.records.types import BY_CODE, Definition, ZeroReport
from escrutinio.core.verification.signed_entries import SignedEntry
from escrutinio.publication.documents.sheets.printed_sheet import (
    Place,
    PrintedSheet,
    Source,
    fits,
    printed_sheet,
)


@dataclass(frozen=True)
class Printer:
    """Prints entries of one log in one language; `fingerprint` is the log's, empty where not known."""

    state: ElectionState
    fingerprint: str
    language: str

    def can_print(self, signed: SignedEntry) -> bool:
        """Whether an entry is a sheet of a station of the roll that has as many counts as its contest."""
        entry = signed.entry
        there = entry.about.station in self.state.roll.index
        return there and fits(entry, self._definition)

    def sheet(self, signed: SignedEntry, copy: tuple[int, int] | None = None) -> PrintedSheet:
        """What the print of an entry says, or of a record that is to be one: with an index beyond the log.
        Raises PublicationError where it is no sheet."""
        entry = signed.entry
        station = self.state.roll.index.get(entry.about.station or "")
        if station is None:
            raise PublicationError(
                "sheet-no-station", index=signed.index, kind=entry.body.NAME, subject=entry.subject
            )
        return printed_sheet(
            entry,
            self._definition,
            place_of(self.state, station),
            self._source(signed),
            language=self.language,
            copy=copy,
        )

    @cached_property
    def _definition(self) -> Definition:
        """The definition with its contests, which may stand in a file of their own."""
        return with_contests(self.state)

    def _source(self, signed: SignedEntry) -> Source:
        charter = self.state.charter
        held = self.state.keys.get(signed.entry.kid)
        return Source(
            origin="" if charter is None else charter.body.origin,
            fingerprint=self.fingerprint,
            entry=signed.index if signed.index < self.state.size else None,
            remarks=tuple(
                finding.sentence(self.language) for finding in self._findings.get(signed.index, ())
            ),
            signer_titles=held.key.titles if held is not None else (),
        )

    @cached_property
    def _findings(self) -> Mapping[int, list[Finding]]:
        """Findings about one station, by the entries that they name."""
        found: dict[int, list[Finding]] = {}
        for finding in self.state.findings:
            if finding.station is not None:
                for index in finding.entries:
                    found.setdefault(index, []).append(finding)
        return found


def place_of(state: ElectionState, station: int) -> Place:
    """Where a station of the roll (its number) is."""
    roll, areas = state.roll, state.areas
    center, registered = roll.centers[int(roll.center[station])], int(roll.registered[station])
    return Place(
        center,
        roll.center_names.get(center, ""),
        tuple(areas.names[area] for area in areas.path(int(roll.area[station]))),
        registered if registered >= 0 else None,
    )


def counted_entries(state: ElectionState, contest: str, basis: str) -> Iterator[tuple[int, int]]:
    """Stations (their numbers in the roll) with the entry that counts there for a contest in a basis."""
    rows = state.counted.get((contest, basis))
    if rows is not None:
        stations = np.flatnonzero(rows >= 0)
        yield from zip(stations.tolist(), state.tables[contest].index[rows[stations]].tolist(), strict=True)


def zero_reports(state: ElectionState, contest: str) -> Iterator[tuple[int, int]]:
    """Stations (their numbers in the roll) with the entry of their last zero report for a contest."""
    table = state.tables[contest]
    rows = np.flatnonzero((table.kind == ZeroReport.TYPE) & (table.station >= 0)).tolist()
    last = {int(table.station[row]): int(table.index[row]) for row in rows}
    yield from sorted(last.items())


def zero_report_to_print(state: ElectionState, contest: str, station: int) -> int:
    """The entry of a station's last zero report. Raises PublicationError where there is none."""
    found = dict(zero_reports(state, contest)).get(station)
    if found is None:
        raise PublicationError("zero-not-there", station=state.roll.stations[station], contest=contest)
    return found


def entries_of(state: ElectionState, contest: str, station: int) -> list[tuple[int, str, str]]:
    """All sheets, copies and counts of a station: entry, type, signer; in log order."""
    table = state.tables[contest]
    return [
        (int(table.index[row]), BY_CODE[int(table.kind[row])].NAME, state.signers[int(table.signer[row])])
        for row in np.flatnonzero(table.station == station).tolist()
    ]


def entry_to_print(state: ElectionState, contest: str, station: int, basis: str | None) -> int:
    """The entry that stands for a station: the one that counts in `basis`, or as reported, or the only one.

    Raises PublicationError where there is none, or several of which none counts, naming them.
    """
    rows = state.counted.get((contest, basis or REPORTED))
    if rows is not None and rows[station] >= 0:
        return int(state.tables[contest].index[rows[station]])
    code, found = state.roll.stations[station], entries_of(state, contest, station)
    if basis is not None or not found:
        if basis is None:
            raise PublicationError("sheet-not-there", station=code, contest=contest)
        raise PublicationError("sheet-not-counted", station=code, contest=contest, basis=basis)
    if len(found) > 1:
        listed = ", ".join(f"{index} ({name}, {signer})" for index, name, signer in found)
        raise PublicationError("sheet-several", station=code, listed=listed)
    return found[0][0]
