"""Complaints and what was decided about them."""

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.family import NOTE, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.findings.order import OUT_OF_ORDER
from escrutinio.core.records import types as t

FAMILY = Family("docket")

COMPLAINT_UNANSWERED = FAMILY.finding(
    "complaint-unanswered",
    NOTE,
    "Complaint without a ruling | No ruling in the log names the complaint in entry {entry}.",
)

SELECTED = "selected"
FAMILY.words(OUT_OF_ORDER, "what", {SELECTED: N_("sheet that the ruling selects")})


def note_void_ruling(index: int, station: str, contest: str, notes: Findings) -> None:
    """Note a ruling that selects what is no entry of its station below it, where rulings are applied."""
    notes.add(OUT_OF_ORDER, [index], station=station, contest=contest, what=SELECTED)


@FAMILY.rule
def _unanswered(given: RuleInput, notes: Findings) -> None:
    answered = {logged.body.complaint for logged in given.state.records(t.Ruling)}
    for logged in given.state.records(t.Complaint):
        if logged.entry.digest not in answered:
            about = logged.entry.about
            notes.add(COMPLAINT_UNANSWERED, [logged.index], station=about.station, area=about.area)
