"""When results were transmitted, as machines and receivers state it."""

from escrutinio.core.election.findings.family import NOTE, WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.state import Logged
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import EventKind

LONGEST_PAUSE = 3_600
"""Seconds between two arrival records above which the pause is noted; sheets arrive for some hours."""

FAMILY = Family("transmission")

STATED_TRANSMISSION_BEFORE_PRINT = FAMILY.finding(
    "stated-transmission-before-print",
    WARNING,
    "Transmission stated before printing | The machine of station {station} states that it "
    "transmitted {seconds} s before it printed.",
)

GAP_IN_TRANSMISSION = FAMILY.finding(
    "gap-in-transmission",
    NOTE,
    "Gap in transmission | Entry {entry} shows a gap in transmission (station {station}; {seconds} s "
    "between arrivals).",
)


@FAMILY.rule
def _events(given: RuleInput, notes: Findings) -> None:
    """What machines state about printing and transmitting."""
    events: dict[tuple[str | None, bytes], list[Logged[t.MachineEvent]]] = {}
    for logged in given.state.records(t.MachineEvent):
        events.setdefault((logged.entry.about.station, logged.entry.kid), []).append(logged)
    for (station, _), stated in events.items():
        printed = next((each for each in stated if each.body.event is EventKind.PRINTED), None)
        sent = [each for each in stated if each.body.event is EventKind.TRANSMITTED]
        if printed and sent and (early := printed.body.at - sent[0].body.at) > 0:
            entries = [sent[0].index, printed.index]
            notes.add(STATED_TRANSMISSION_BEFORE_PRINT, entries, station=station, seconds=early)
        failed = [each.index for each in stated if each.body.event is EventKind.TRANSMISSION_FAILED]
        if failed and not (sent and sent[-1].index > failed[-1]):
            notes.add(GAP_IN_TRANSMISSION, failed, station=station)


@FAMILY.rule
def _arrivals(given: RuleInput, notes: Findings) -> None:
    """Pauses of more than `LONGEST_PAUSE` between one arrival record and the next, by their own clock."""
    before: Logged[t.Arrival] | None = None
    for logged in given.state.records(t.Arrival):
        pause = 0 if before is None else logged.entry.issued_at - before.entry.issued_at
        if before is not None and pause > LONGEST_PAUSE:
            notes.add(GAP_IN_TRANSMISSION, [before.index, logged.index], seconds=pause)
        before = logged
