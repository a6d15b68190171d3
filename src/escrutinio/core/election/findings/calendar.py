"""Dates of the calendar, and the records that close what ends with them.

What closes enrolment or freezes the roll is a record of the officers, at its index in the log; never a clock,
and never what a machine says. A date that passed without that record is a finding.
"""

from collections.abc import Iterator

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.definition import deadline
from escrutinio.core.election.embargo import early_records, embargo_of
from escrutinio.core.election.findings.family import WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Finding, Findings
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import Closes, LogRole

FAMILY = Family("calendar")

NOT_CLOSED = FAMILY.finding(
    "not-closed",
    WARNING,
    "Not closed before the first sheet | The calendar has a day for it, and no record below the first "
    "official sheet (entry {entry}) closes: {what}.",
)

NO_RECORD_IN_TIME = FAMILY.finding(
    "no-record-in-time",
    WARNING,
    "Day of the calendar without its record | The day that the calendar names has passed, and no record in "
    "the log closes: {what}.",
)

RESULTS_EARLY = FAMILY.finding(
    "results-early",
    WARNING,
    "Results in the log before their moment | The log was cosigned before the moment from which, by its "
    "calendar and its extensions, results of some places may be public, and it has records with results of "
    "these places. Number of them: {count}; the first is entry {entry}.",
)

EXTENSION_WITHOUT_EFFECT = FAMILY.finding(
    "extension-without-effect",
    WARNING,
    "Extension that moves nothing | Entry {entry}, by {signer}, puts results off and moves no moment: it "
    "goes beyond the latest one that the definition allows, or to none that is later than the one in force.",
)

_WHAT = {
    word(Closes.ENROLMENT): N_("enrolment of machines"),
    word(Closes.ROLL): N_("roll of stations"),
}
for _code in (NOT_CLOSED, NO_RECORD_IN_TIME):
    FAMILY.words(_code, "what", _WHAT)

DAYS = {Closes.ENROLMENT: "enrolment_closes", Closes.ROLL: "roll_frozen"}
"""The date of the calendar by which each thing is to be closed."""


@FAMILY.rule
def _before_sheets(given: RuleInput, notes: Findings) -> None:
    """What stands open when the first official sheet comes, though the calendar closes it."""
    state, first = given.state, given.state.first_sheet
    if first is None:
        return
    for what, code in DAYS.items():
        closing = state.closed.get(what)
        if deadline(state.definition.body, code) is not None and (closing is None or closing.index > first):
            notes.add(NOT_CLOSED, [first], what=word(what))


def calendar_findings(state: ElectionState, seconds: int) -> tuple[Finding, ...]:
    """What the calendar of an official log asks for by a day before `seconds` (since 1970-01-01 UTC), and the
    log does not have. No finding of the state, since the moment comes from outside: the newest cosignature's.
    """
    return (*_overdue(state, seconds), *_early(state, seconds))


@FAMILY.rule
def _idle_extensions(given: RuleInput, notes: Findings) -> None:
    """Extensions that have no effect on any moment."""
    state = given.state
    beyond = set(embargo_of(state).beyond)
    for logged in state.records(t.Extension):
        if logged.index in beyond or logged.entry.about.station is not None:
            notes.add(
                EXTENSION_WITHOUT_EFFECT,
                [logged.index],
                area=logged.entry.about.area,
                signer=logged.entry.signer,
            )


def _early(state: ElectionState, seconds: int) -> Iterator[Finding]:
    """Records with results that a checkpoint cosigned at a moment has, and that were to wait beyond it."""
    if state.charter is None or state.charter.body.role is not LogRole.OFFICIAL:
        return
    if early := early_records(state, seconds):
        yield Finding(RESULTS_EARLY, (min(early),), count=len(early))


def _overdue(state: ElectionState, seconds: int) -> Iterator[Finding]:
    if state.charter is None or state.charter.body.role is not LogRole.OFFICIAL:
        return
    for what, code in DAYS.items():
        day = deadline(state.definition.body, code)
        if day is not None and day < seconds and what not in state.closed:
            yield Finding(NO_RECORD_IN_TIME, (0,), values=(("what", word(what)),))
