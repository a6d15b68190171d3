"""Records with results beside the moments from which these may be public: which came into an official log
before theirs, and whether as many came as a receiver said were waiting.

Times here are what somebody signed: witnesses who cosigned, receivers who say when they wrote. Findings say
whose they are.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.embargo import (
    Bearing,
    Embargo,
    bearing_records,
    early_records,
    embargoes_of,
    has_embargo,
)
from escrutinio.core.election.findings.family import NOTE, WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Finding, Findings
from escrutinio.core.election.state import ElectionState, Logged
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


class _Waited:
    """What a state says of what waits; only of an official log whose calendar has such a moment."""

    def __init__(self, state: ElectionState) -> None:
        self._state = state
        self.is_asked = (
            state.charter is not None
            and state.charter.body.role is LogRole.OFFICIAL
            and has_embargo(state.definition.body)
        )
        self._stages = tuple(embargoes_of(state))
        self.last = self._stages[-1][2]

    def below(self, index: int) -> Embargo:
        """The moments by the extensions below an entry."""
        return next(held for start, end, held in self._stages if start <= index < end)

    @cached_property
    def bearing(self) -> Bearing:
        """The records with results."""
        return bearing_records(self._state)

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
    if _Waited(state).is_asked and (early := early_records(state, seconds)):
        yield Finding(RESULTS_EARLY, (early[0],), count=len(early))


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
