"""Complaints and what was decided about them."""

from collections.abc import Sequence

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.family import NOTE, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.order import OUT_OF_ORDER
from escrutinio.core.records import types as t
from escrutinio.core.records.codecs import word
from escrutinio.core.records.codes import Decision

FAMILY = Family("docket")

COMPLAINT_UNANSWERED = FAMILY.finding(
    "complaint-unanswered",
    NOTE,
    "Complaint without a ruling | No ruling in the log names the complaint in entry {entry}.",
)

SELECTED = "selected"
FAMILY.words(OUT_OF_ORDER, "what", {SELECTED: N_("sheet that the ruling selects")})


COUNT_AWAITED = FAMILY.finding(
    "count-awaited",
    NOTE,
    "Count that a ruling orders | The ruling in entry {entry} orders {ordered} for contest {contest}; "
    "stations without one yet: {count}.",
    keeps=True,
)
FAMILY.words(COUNT_AWAITED, "ordered", {"recount": N_("a recount"), "repeat": N_("a repeated vote")})


def note_void_ruling(index: int, place: str | None, contest: str, notes: Findings) -> None:
    """Note a ruling that selects what is no sheet of its station below it, where rulings are applied."""
    notes.add(OUT_OF_ORDER, [index], station=place, contest=contest, what=SELECTED)


def note_awaited(
    index: int, decision: Decision, waiting: Sequence[int], contest: str, notes: Findings
) -> None:
    """Note a ruling whose recounts or repeated votes are not all there."""
    if waiting:
        notes.add(COUNT_AWAITED, [index], contest=contest, count=len(waiting), ordered=word(decision))


@FAMILY.rule
def _unanswered(given: RuleInput, notes: Findings) -> None:
    answered = {logged.body.complaint for logged in given.state.records(t.Ruling)}
    for logged in given.state.records(t.Complaint):
        if logged.entry.digest not in answered:
            about = logged.entry.about
            notes.add(COMPLAINT_UNANSWERED, [logged.index], station=about.station, area=about.area)
