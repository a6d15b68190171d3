"""What an election day's log says of each station: opened, closed, transmitted; and which are to be called.

Everything here is a view of the public log. It never says that a station did not open: only that no record
says so. A station that counts on paper has no machine, and is asked for its sheets alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.following import kind_of
from escrutinio.core.election.places import in_places
from escrutinio.core.election.state import OFFICIAL, ElectionState, Status
from escrutinio.core.log.store import Held
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Channel, EventKind, StationChangeKind
from escrutinio.core.records.cose import split

OPENS, CLOSES = "polls_open", "polls_close"
"""The dates of the calendar between which people vote."""
LATE = 30 * 60
"""Seconds after a moment of the calendar from which a station that no record speaks of is called."""


class Ground(IntEnum):
    """What the board says of a station is based on this; the first that there is."""

    NONE = 0
    EVENT = 1
    ZERO_REPORT = 2
    SHEET = 3


class Call(StrEnum):
    """Why a station is in the list of those to be called."""

    NOT_OPENED = "not-opened"
    NOT_CLOSED = "not-closed"
    NOT_TRANSMITTED = "not-transmitted"


@dataclass(frozen=True, slots=True)
class Hours:
    """When voting begins and ends, in seconds since 1970, None where nobody said; and after how many seconds
    a station is called."""

    opens: int | None = None
    closes: int | None = None
    late: int = LATE


def hours_of(state: ElectionState, opens: int | None = None, closes: int | None = None) -> Hours:
    """The hours given, else those of the definition's calendar."""
    dates = {each.code: each.at for each in state.definition.body.calendar}
    return Hours(
        dates.get(OPENS) if opens is None else opens, dates.get(CLOSES) if closes is None else closes
    )


@dataclass(frozen=True, eq=False)
class Stations:
    """What the log says of each station of the roll, by its number.

    `votes` bool: something is voted on there, and it was neither closed nor merged. `paper` bool: it counts
    on paper. `opened` and `closed` uint8: a `Ground`. `sent` and `failed` bool: the machine says last that it
    transmitted, or that it could not. `sheets` and `due` int32: contests with an official sheet in the log
    that was not refused, and contests that are voted on there.
    """

    state: ElectionState
    votes: NDArray[np.bool_]
    paper: NDArray[np.bool_]
    opened: NDArray[np.uint8]
    closed: NDArray[np.uint8]
    sent: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    sheets: NDArray[np.int32]
    due: NDArray[np.int32]

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Stations all of whose sheets are in the log."""
        return self.sheets >= self.due

    def calls(
        self, hours: Hours, now: int, waiting: NDArray[np.int32] | None = None
    ) -> dict[Call, NDArray[np.bool_]]:
        """Which stations are to be called, and why; each for its first reason alone. `waiting` as
        `waiting_sheets` has it: where one came nobody is asked whether they opened or closed."""
        if waiting is None:
            waiting = np.zeros(len(self.votes), np.int32)
        nobody = np.zeros(len(self.votes), np.bool_)
        late_to_open = hours.opens is not None and now >= hours.opens + hours.late
        late_to_close = hours.closes is not None and now >= hours.closes + hours.late
        machine = self.votes & ~self.paper & (waiting == 0)
        unopened = machine & (self.opened == Ground.NONE) if late_to_open else nobody
        unclosed = machine & (self.closed == Ground.NONE) & ~unopened if late_to_close else nobody
        due = self.votes & (self.sheets + waiting < self.due) & ~unopened & ~unclosed
        told = self.closed != Ground.NONE
        return {
            Call.NOT_OPENED: unopened,
            Call.NOT_CLOSED: unclosed,
            Call.NOT_TRANSMITTED: due if late_to_close else due & told,
        }


def stations_of(state: ElectionState) -> Stations:
    """What the log says of each station."""
    size = len(state.roll)
    opened, closed = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    sheets, due = np.zeros(size, np.int32), np.zeros(size, np.int32)
    zero = np.zeros(size, np.bool_)
    for view in state.contests:
        due += view.stations
        sheets += _at(state, view.code, OFFICIAL)
        zero |= _at(state, view.code, (t.ZeroReport.TYPE,))
    opened[sheets > 0] = closed[sheets > 0] = Ground.SHEET
    opened[zero] = Ground.ZERO_REPORT
    sent, failed = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    index = state.roll.index
    for logged in state.records(t.MachineEvent):
        if (place := index.get(logged.entry.about.station or "", -1)) < 0:
            continue
        match logged.body.event:
            case EventKind.OPENED:
                opened[place] = Ground.EVENT
            case EventKind.CLOSED:
                closed[place] = Ground.EVENT
            case EventKind.TRANSMITTED:
                sent[place], failed[place] = True, False
            case EventKind.TRANSMISSION_FAILED:
                sent[place], failed[place] = False, True
            case _:
                pass
    votes = due > 0
    for change in state.records(t.StationChange):
        if (place := index.get(change.entry.about.station or "", -1)) >= 0:
            gone = change.body.change in (StationChangeKind.CLOSED, StationChangeKind.MERGED)
            back = change.body.change is StationChangeKind.OPENED
            votes[place] = not gone and (bool(votes[place]) or (back and bool(due[place])))
    paper = in_places(state.areas, state.roll, state.definition.body.paper)
    return Stations(state, votes, paper, opened, closed, sent, failed, sheets, due)


def waiting_sheets(state: ElectionState, records: Iterable[bytes]) -> NDArray[np.int32]:
    """Of how many contests an official sheet of each station of the roll came that is not in the log yet,
    int32 [stations]: what waits for the moment from which results may be public."""
    found = np.zeros(len(state.roll), np.int32)
    for place, _ in _waiting(state, records):
        found[place] += 1
    return found


def _waiting(state: ElectionState, records: Iterable[bytes]) -> dict[tuple[int, str], int]:
    """The official sheets that came and are not in the log, by station and contest: the number, among these
    records, of the first of each."""
    there = {view.code: _at(state, view.code, OFFICIAL) for view in state.contests}
    came: dict[tuple[int, str], int] = {}
    for number, raw in enumerate(records):
        if kind_of(raw) in OFFICIAL:
            station, _, contest = split(raw).subject.partition("/")
            place = state.roll.index.get(station, -1)
            if place >= 0 and contest in there and not there[contest][place]:
                came.setdefault((place, contest), number)
    return came


def _at(state: ElectionState, contest: str, kinds: tuple[int, ...]) -> NDArray[np.bool_]:
    """Stations with a row of one of these types that was not refused, bool [stations]."""
    table = state.tables[contest]
    found = np.zeros(len(state.roll), np.bool_)
    rows = np.isin(table.kind, kinds) & (table.station >= 0) & (table.status != Status.REFUSED)
    found[table.station[rows]] = True
    return found


@dataclass(frozen=True, slots=True)
class AreaCount:
    """An area: how many stations vote there, of how many it is said that they opened and closed, how many
    have all their sheets in the log, how many have one that came and waits for its moment, how many are to be
    called."""

    code: str
    name: str
    stations: int
    paper: int
    opened: int
    closed: int
    transmitted: int
    waiting: int
    calls: int


def area_counts(
    found: Stations, calls: NDArray[np.bool_], area: int, waiting: NDArray[np.int32]
) -> tuple[AreaCount, list[AreaCount]]:
    """An area and its children that have stations; `waiting` as `waiting_sheets` has it."""
    tree, place = found.state.areas, found.state.roll.area

    def count(each: int) -> AreaCount:
        here = tree.within(each, place) & found.votes

        def many(what: NDArray[np.bool_]) -> int:
            return int(np.count_nonzero(here & what))

        return AreaCount(
            tree.codes[each],
            tree.names[each],
            int(np.count_nonzero(here)),
            many(found.paper),
            many(found.opened != Ground.NONE),
            many(found.closed != Ground.NONE),
            many(found.whole),
            many(waiting > 0),
            many(calls),
        )

    children = [count(each) for each in tree.children(area)]
    return count(area), [each for each in children if each.stations]


@dataclass(frozen=True, eq=False)
class Arrivals:
    """When official sheets reached the receivers: `moments` int64, ascending, in seconds since 1970;
    `station` int32 and `channel` uint8 of each. `untold`: sheets of which no arrival record speaks."""

    moments: NDArray[np.int64]
    station: NDArray[np.int32]
    channel: NDArray[np.uint8]
    untold: NDArray[np.int32]

    def within(self, here: NDArray[np.bool_]) -> Arrivals:
        """Those of some stations, bool [stations]."""
        mine = here[self.station]
        return Arrivals(
            self.moments[mine], self.station[mine], self.channel[mine], self.untold[here[self.untold]]
        )

    def beside(self, other: Arrivals) -> Arrivals:
        """These and others, by their moments."""
        moments = np.concatenate((self.moments, other.moments))
        order = np.argsort(moments, kind="stable")
        return Arrivals(
            moments[order],
            np.concatenate((self.station, other.station))[order],
            np.concatenate((self.channel, other.channel))[order],
            np.concatenate((self.untold, other.untold)),
        )

    def by_channel(self) -> dict[Channel, int]:
        """How many came by each channel that any came by."""
        counts = np.bincount(self.channel, minlength=len(Channel))
        return {each: int(counts[each]) for each in Channel if counts[each]}

    def curve(self, most: int = 200) -> list[tuple[int, int]]:
        """At most so many points: the moment, and how many had come by then."""
        count = len(self.moments)
        places = np.unique(np.linspace(0, max(0, count - 1), min(most, count)).astype(np.int64))
        return [(int(self.moments[each]), each + 1) for each in places.tolist()]


def arrivals_of(state: ElectionState) -> Arrivals:
    """When and how official sheets came, as the receivers told the log."""
    index, station, issued = (np.concatenate(parts) for parts in zip(*_sheets(state), strict=True))
    order = np.argsort(index, kind="stable")
    index, station, issued = index[order], station[order], issued[order]
    moments, channel = np.full(len(index), -1, np.int64), np.zeros(len(index), np.uint8)
    for logged in state.records(t.Arrival):
        first, came = logged.body.first, logged.body.arrivals
        start, end = np.searchsorted(index, (first, first + len(came))).tolist()
        for row in range(start, end):
            one = came[int(index[row]) - first]
            moments[row], channel[row] = int(issued[row]) + one.seconds, one.channel
    told = np.flatnonzero(moments >= 0)
    told = told[np.argsort(moments[told], kind="stable")]
    return Arrivals(moments[told], station[told], channel[told], station[moments < 0])


def arrivals_waiting(state: ElectionState, held: Sequence[Held]) -> Arrivals:
    """The sheets of `waiting_sheets` with the moments at which they came, by the receivers' own store."""
    found = _waiting(state, [each.record for each in held])
    these = [held[number] for number in found.values()]
    moments = np.array([each.received for each in these], np.int64)
    station = np.array([place for place, _ in found], np.int32)
    channel = np.array([each.channel for each in these], np.uint8)
    nothing = Arrivals(moments[:0], station[:0], channel[:0], station[:0])
    return nothing.beside(Arrivals(moments, station, channel, station[:0]))


def _sheets(
    state: ElectionState,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]]:
    for table in state.tables.values():
        rows = np.isin(table.kind, OFFICIAL) & (table.station >= 0) & (table.status != Status.REFUSED)
        rows &= table.status != Status.DUPLICATE
        yield table.index[rows], table.station[rows], table.issued_at[rows]
