"""The log as pages show it: what it consists of, its newest entries, and where each entry is written out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import ElectionState, Logged
from escrutinio.core.records.codes import Role
from escrutinio.core.records.types import BY_CODE, BY_NAME, Arrival, Body

ENTRIES_A_PAGE = 200
"""Records that are not sheets on one page of the log; entry by entry they never move to another page."""

NEWEST = 100
"""Newest entries that the first page of the log lists."""

MOST_SIGNERS = 50
MOST_BATCHES = 50

ORGANISED = (
    Role.AUTHORITY,
    Role.RECEIVER,
    Role.PARTY,
    Role.OBSERVER,
    Role.COMPLAINT_DESK,
    Role.IMPORTER,
    Role.PRESS,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in the list of the newest: `station` and `contest` where it speaks of them."""

    index: int
    name: str
    signer: str
    issued_at: int
    subject: str
    station: str | None


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of records that are not sheets: its number from 1 on, and the records, oldest first."""

    number: int
    records: tuple[Logged[Body], ...]

    @property
    def path(self) -> str:
        """Where it stands, below its language."""
        return f"log/{self.number}.html"


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries that arrived together, `first` to `last`: seconds on their way, channels, what was refused."""

    index: int
    first: int
    last: int
    slowest: int
    channels: tuple[tuple[int, int], ...]
    refused: tuple[tuple[int, int], ...]


class LogBook:
    """What the pages of the log show of a state."""

    def __init__(self, state: ElectionState) -> None:
        self._state = state

    @cached_property
    def pages(self) -> tuple[LogPage, ...]:
        """All records that are not sheets, `ENTRIES_A_PAGE` to a page."""
        controls = self._state.controls
        starts = range(0, len(controls), ENTRIES_A_PAGE)
        return tuple(
            LogPage(number, controls[start : start + ENTRIES_A_PAGE])
            for number, start in enumerate(starts, 1)
        )

    @cached_property
    def path_of(self) -> Mapping[int, str]:
        """The page, below its language, on which an entry that is no sheet is written out."""
        return {logged.index: page.path for page in self.pages for logged in page.records}

    @cached_property
    def by_type(self) -> tuple[tuple[str, int], ...]:
        """How many entries there are of each type, by its name, in the order of the type codes."""
        found = Counter(type(logged.entry.body).NAME for logged in self._state.controls)
        for table in self._state.tables.values():
            kinds, counts = np.unique(table.kind, return_counts=True)
            for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
                found[BY_CODE[kind].NAME] += count
        return tuple((name, found[name]) for name in BY_NAME if name in found)

    @property
    def unknown(self) -> tuple[tuple[int, int], ...]:
        """Entries of types that this program does not know, each with its type, in log order."""
        return tuple(sorted(self._state.unknown_types + self._state.unread))

    @cached_property
    def unused(self) -> int:
        """Entries that are no readable record of this election, or whose signature or key does not hold."""
        used = sum(count for _, count in self.by_type) + len(self.unknown) + len(self._state.repeats)
        return self._state.size - used

    @cached_property
    def _by_signer(self) -> tuple[tuple[int, ...], int]:
        """How many entries each key signed, by its place, and how many the root keys did."""
        keys = self._state.keys
        counts = np.zeros(len(keys), np.int64)
        for table in self._state.tables.values():
            counts += np.bincount(table.signer, minlength=len(keys))
        root = 0
        for logged in self._state.controls:
            held = keys.get(logged.entry.kid)
            if held is None:
                root += 1
            else:
                counts[held.place] += 1
        return tuple(counts.tolist()), root

    @property
    def by_root(self) -> int:
        """Entries signed by a root key."""
        return self._by_signer[1]

    @cached_property
    def by_role(self) -> tuple[tuple[Role, int, int], ...]:
        """For each role that has keys: how many keys, and how many entries they signed."""
        keys: Counter[Role] = Counter()
        entries: Counter[Role] = Counter()
        for held, count in zip(self._state.keys, self._by_signer[0], strict=True):
            keys[held.key.role] += 1
            entries[held.key.role] += count
        return tuple((role, keys[role], entries[role]) for role in Role if keys[role])

    @cached_property
    def by_organisation(self) -> tuple[tuple[str, int], ...]:
        """Entries by organisation, those with most first; machines and boards are not listed one by one."""
        found: Counter[str] = Counter()
        state = self._state
        for held, count in zip(state.keys, self._by_signer[0], strict=True):
            if held.key.role in ORGANISED and count:
                found[state.organisations[state.organisation[held.place]]] += count
        return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST_SIGNERS])

    @cached_property
    def newest(self) -> tuple[Line, ...]:
        """The newest entries, newest first."""
        lines = [*map(_line, self._state.controls[-NEWEST:])]
        for contest, table in self._state.tables.items():
            lines += self._sheets(contest, table)
        return tuple(sorted(lines, key=lambda line: -line.index)[:NEWEST])

    def _sheets(self, contest: str, table: SheetTable) -> Iterator[Line]:
        stations = self._state.roll.stations
        last = slice(-NEWEST, None)
        for index, kind, station, signer, issued in zip(
            table.index[last].tolist(),
            table.kind[last].tolist(),
            table.station[last].tolist(),
            table.signer[last].tolist(),
            table.issued_at[last].tolist(),
            strict=True,
        ):
            code = stations[station] if station >= 0 else None
            subject = contest if code is None else f"{code}/{contest}"
            yield Line(index, BY_CODE[kind].NAME, self._state.signers[signer], issued, subject, code)

    @cached_property
    def batches(self) -> tuple[Batch, ...]:
        """The newest batches of arrivals, newest first."""
        listed = self._state.records(Arrival)[-MOST_BATCHES:]
        return tuple(_batch(logged.index, logged.body) for logged in reversed(listed))


def _line(logged: Logged[Body]) -> Line:
    entry = logged.entry
    return Line(
        logged.index, type(entry.body).NAME, entry.signer, entry.issued_at, entry.subject, entry.about.station
    )


def _batch(index: int, body: Arrival) -> Batch:
    channels = Counter(arrived.channel for arrived in body.arrivals)
    return Batch(
        index,
        body.first,
        body.first + len(body.arrivals) - 1,
        max((arrived.seconds for arrived in body.arrivals), default=0),
        tuple(sorted(channels.items())),
        tuple((refused.reason, refused.count) for refused in body.refused),
    )
