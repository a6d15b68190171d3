"""Records with results beside the moments from which these may be public: which came into an official log
before theirs, and whether as many came as a receiver said were waiting.

Times here are what somebody signed: witnesses who cosigned, receivers who say when they wrote. Findings say
whose they are.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.embargo import BEARING, BEARING_TYPES, Embargo, embargo, has_embargo
from escrutinio.core.election.findings.family import NOTE, WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Finding, Findings
from escrutinio.core.election.state import ElectionState, Logged, SheetTable, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import LogRole

FAMILY = Family("waiting")

RESULTS_EARLY = FAMILY.finding(
    "results-early",
    WARNING,
    "Results in the log before their moment | The log was cosigned before the moment from which, by its "
    "calendar and its extensions, results of some places may be public, and it has records with results of "
    "these places. Number of them: {count}; the first is entry {entry}.",
)

RESULTS_TAKEN_EARLY = FAMILY.finding(
    "results-taken-early",
    WARNING,
    "Results in the log before their moment, by a receiver's time | By the times of arrival records (one of "
    "them is entry {arrival}, by {signer}), records with results were in the log before the moment from "
    "which, by its calendar and its extensions so far, results of their places may be public. Number of "
    "them: {count}; the first is entry {entry}.",
)

FEWER_THAN_WAITED = FAMILY.finding(
    "fewer-than-waited",
    WARNING,
    "Fewer records came than waited | Entry {entry}, by {signer}, says how many records with results waited "
    "at its moment, and by when the last of them is to be in the log; the log was cosigned after that. "
    "Waiting then: {waiting}; refused since, by the word of {signer}: {refusals}; in the log since, of those "
    "that no arrival record says came later: {came}; of those that were signed before and came later: "
    "{again}.",
)

WAITED_CAME_LATER = FAMILY.finding(
    "waited-came-later",
    NOTE,
    "Records that waited, of which some came later | Entry {entry}, by {signer}, says how many records with "
    "results waited at its moment, and by when the last of them is to be in the log; the log was cosigned "
    "after that. Waiting then: {waiting}; refused since, by the word of {signer}: {refusals}; in the log "
    "since, of those that no arrival record says came later: {came}; of those that were signed before and "
    "came later: {again}. What a receiver that lost its store was sent again came later.",
)


@dataclass(frozen=True, eq=False, slots=True)
class Bearing:
    """The records with results of a log, in log order: `index`, when they were `issued` (their signer's
    time), and from which `moment` on, by the extensions below each, they may be public; 0 for none. int64."""

    index: NDArray[np.int64]
    issued: NDArray[np.int64]
    moment: NDArray[np.int64]


class _Waited:
    """What a state says of what waits; only of an official log whose calendar has such a moment."""

    def __init__(self, state: ElectionState) -> None:
        self._state = state
        self.is_asked = (
            state.charter is not None
            and state.charter.body.role is LogRole.OFFICIAL
            and has_embargo(state.definition.body)
        )
        self._extensions = tuple(
            each for each in state.records(t.Extension) if each.entry.about.station is None
        )
        self._made: dict[int, Embargo] = {}
        self.last = self.below(state.size)

    def below(self, index: int) -> Embargo:
        """The moments by the extensions below an entry."""
        count = sum(each.index < index for each in self._extensions)
        if count not in self._made:
            state = self._state
            self._made[count] = embargo(state.definition.body, state.areas, self._extensions[:count])
        return self._made[count]

    @cached_property
    def bearing(self) -> Bearing:
        """The records with results."""
        state = self._state
        contests = [(view.code, view.area) for view in state.contests]
        found = [
            (
                logged.index,
                logged.entry.issued_at,
                self.below(logged.index).of(logged.entry.about, contests, (state.roll,)),
            )
            for logged in state.controls
            if type(logged.body) in BEARING and logged.standing is not Standing.REFUSED
        ]
        parts = [np.array(found, np.int64).reshape(-1, 3), *map(self._rows, state.tables.values())]
        rows = np.concatenate(parts)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        return Bearing(rows[:, 0], rows[:, 1], rows[:, 2])

    def _rows(self, table: SheetTable) -> NDArray[np.int64]:
        """Index, time and moment of the rows of a table that have results, int64 [rows, 3]."""
        chosen = np.isin(table.kind, list(BEARING_TYPES))
        index, station = table.index[chosen], table.station[chosen]
        moment = np.zeros(len(index), np.int64)
        moved = [each.index for each in self._extensions]
        for start, end in zip([-1, *moved], [*moved, self._state.size], strict=True):
            here = (index > start) & (index < end)
            if here.any():
                held = self.below(end)
                # The last: stations that no roll has.
                until = np.append(held.moments[self._state.roll.area], held.last)
                moment[here] = until[station[here]]
        return np.stack([index, table.issued_at[chosen], moment], axis=1)

    @cached_property
    def arrivals(self) -> tuple[Logged[t.Arrival], ...]:
        """The arrival records that speak of entries below them."""
        return tuple(
            each
            for each in self._state.records(t.Arrival)
            if each.body.first + len(each.body.arrivals) <= each.index
        )

    def received(self) -> NDArray[np.int64]:
        """When each record with results was received, as arrival records say; 0 where none says so, or the
        signer's own clock was ahead of the receiver's."""
        bearing = self.bearing
        found = np.zeros(len(bearing.index), np.int64)
        for each in self.arrivals:
            body = each.body
            start, end = np.searchsorted(bearing.index, (body.first, body.first + len(body.arrivals)))
            told = np.array([arrived.seconds for arrived in body.arrivals], np.int64)
            seconds = told[bearing.index[start:end] - body.first]
            fresh = (seconds > 0) & (found[start:end] == 0)
            found[start:end][fresh] = (bearing.issued[start:end] + seconds)[fresh]
        return found


@FAMILY.rule
def _taken_early(given: RuleInput, notes: Findings) -> None:
    """Records that an arrival record says were in the log, or that stand below such, before their moment."""
    waited = _Waited(given.state)
    if not (waited.is_asked and waited.arrivals):
        return
    bearing = waited.bearing
    arrivals = sorted(waited.arrivals, key=lambda each: each.body.first + len(each.body.arrivals))
    ends = np.array([each.body.first + len(each.body.arrivals) for each in arrivals], np.int64)
    times = np.array([each.entry.issued_at for each in arrivals], np.int64)
    # All below the last entry of which one tells were there when it was signed.
    least = np.append(np.minimum.accumulate(times[::-1])[::-1], np.iinfo(np.int64).max)
    stated = least[np.searchsorted(ends, bearing.index, "right")]
    early = bearing.index[stated < bearing.moment]
    if len(early):
        place = int(np.searchsorted(ends, early[0], "right"))
        arrival = arrivals[place + int(np.argmin(times[place:]))]
        notes.add(
            RESULTS_TAKEN_EARLY,
            [int(early[0]), arrival.index],
            count=len(early),
            arrival=arrival.index,
            signer=arrival.entry.signer,
        )


def early_findings(state: ElectionState, seconds: int) -> Iterator[Finding]:
    """Records with results that a checkpoint cosigned at a moment (`seconds` since 1970-01-01 UTC) has, and
    that were to wait beyond it."""
    waited = _Waited(state)
    if not waited.is_asked or waited.last.last <= seconds:
        return
    bearing = waited.bearing
    early = bearing.index[bearing.moment > seconds]
    if len(early):
        yield Finding(RESULTS_EARLY, (int(early[0]),), count=len(early))


def fewer_findings(state: ElectionState, seconds: int) -> Iterator[Finding]:
    """Receivers' records of what waited, of which fewer came into the log than waited, though their time had
    passed at a moment (`seconds` since 1970-01-01 UTC): of each receiver the one of which most lack.

    An entry counts as come unless an arrival record says that it was received later; so a difference is one
    whatever came besides. Where those that were signed before and received later make up for it, as when a
    receiver lost its store and was sent all again, it is a note. Where an extension moved the last moment,
    the time moves with it.
    """
    waited = _Waited(state)
    sets = state.records(t.WaitingSet)
    if not (waited.is_asked and sets):
        return
    index, issued, received = waited.bearing.index, waited.bearing.issued, waited.received()
    worst: dict[str, tuple[tuple[bool, int], Finding]] = {}
    for place, each in enumerate(sets):
        moved, at = waited.last.last - waited.below(each.index).last, each.entry.issued_at
        if seconds <= each.body.by + moved:
            continue
        mine = [other.body.refused for other in sets[place:] if other.entry.signer == each.entry.signer]
        refused = max(mine) - each.body.refused
        above, later = index > each.index, received > at
        came, again = np.count_nonzero(above & ~later), np.count_nonzero(above & later & (issued <= at))
        lacking = each.body.count - refused - int(came)
        signer, weight = each.entry.signer, (lacking > int(again), lacking)
        if lacking <= 0 or (signer in worst and weight <= worst[signer][0]):
            continue
        figures = {"waiting": each.body.count, "refusals": refused, "came": came, "again": again}
        values = (("signer", signer), *((name, str(value)) for name, value in figures.items()))
        code = FEWER_THAN_WAITED if lacking > again else WAITED_CAME_LATER
        worst[signer] = weight, Finding(code, (each.index,), values=values)
    yield from (finding for _, finding in worst.values())
