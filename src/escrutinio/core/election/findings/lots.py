"""Lots that were drawn where the law gives none, among others than those who are tied, or too few."""

from escrutinio.base.words.catalogue import N_
from escrutinio.core.election.findings.family import WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.outcome import Drawing, Filled, as_drawing, outcome
from escrutinio.core.election.state import REPORTED, RULED, ContestView, ElectionState
from escrutinio.core.election.totals import totals
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Ties

FAMILY = Family("lots")

LOTS_WITHOUT_TIE = FAMILY.finding(
    "lots-without-tie",
    WARNING,
    "Lots that break no tie | The drawing of lots in entry {entry} for contest {contest} breaks no tie of it "
    "({why}).",
)

LAW, NOBODY, OTHERS, NOT_TIED, FEW = "law", "nobody", "others", "not-tied", "few"
FAMILY.words(
    LOTS_WITHOUT_TIE,
    "why",
    {
        LAW: N_("the law gives no lots there"),
        NOBODY: N_("it names somebody who does not stand"),
        OTHERS: N_("it draws somebody who was not among those that it was drawn among"),
        NOT_TIED: N_("by the sheets that count, it is not these who are tied"),
        FEW: N_("it draws fewer than there are seats for those who are tied"),
    },
)


@FAMILY.rule
def _lots(given: RuleInput, notes: Findings) -> None:
    state = given.state
    by_code = {contest.code: contest for contest in state.contests}
    latest = {logged.entry.subject: logged for logged in state.records(t.Lots)}
    for logged in latest.values():
        contest = by_code.get(logged.entry.about.contest or "")
        why = None if contest is None else _why_not(state, contest, logged.body)
        if contest is not None and why is not None:
            notes.add(LOTS_WITHOUT_TIE, [logged.index], contest=contest.code, why=why)


def _why_not(state: ElectionState, contest: ContestView, lots: t.Lots) -> str | None:
    if contest.ties is not Ties.LOTS:
        return LAW
    if not {*lots.among, *lots.drawn} <= set(contest.candidates):
        return NOBODY
    if not set(lots.drawn) <= set(lots.among):
        return OTHERS
    drawing = as_drawing(contest, lots)
    places = _places(state, contest, drawing)
    if places is None or places.broken:
        return None
    among = 0 < places.open < len(places.tied) and set(places.tied) <= set(drawing.among)
    return FEW if among else NOT_TIED


def _places(state: ElectionState, contest: ContestView, lots: Drawing) -> Filled | None:
    """The seats after lots by the official sheets, as ruled where there are rulings; None without such a
    basis."""
    codes = {basis.code for basis in state.bases}
    basis = RULED if RULED in codes else REPORTED
    if basis not in codes:
        return None
    found, top = totals(state, contest.code, basis), state.areas.index[contest.area]
    shown = outcome(contest, found.candidates[top].tolist(), found.classes[top].tolist(), lots=lots)
    return shown.seats if shown.runoff is None else shown.runoff
