"""A roll that changed when it should not change any more."""

from escrutinio.core.election.control import deadline
from escrutinio.core.election.findings.family import WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.records import types as t

FAMILY = Family("roll")

ROLL_CHANGED_LATE = FAMILY.finding(
    "roll-changed-late",
    WARNING,
    "Roll changed late | Entry {entry} changes the roll or a station after the roll was frozen or "
    "after the first sheet.",
    "Registro cambiado tarde | La entrada {entry} cambia el registro o una mesa tras su cierre o tras "
    "la primera acta.",
)


@FAMILY.rule
def _late_changes(given: RuleInput, notes: Findings) -> None:
    """Rolls after the first one, and changes of stations, that state a time after the calendar's
    `roll_frozen`, or stand after the first official sheet; and a first roll that stands after it."""
    state, first_sheet = given.state, given.first_sheet
    frozen = deadline(state.definition.body, "roll_frozen")
    changes = [*state.rolls, *state.records(t.StationChange)]
    for number, logged in enumerate(changes):
        stated = frozen is not None and logged.entry.issued_at > frozen and (number > 0 or not state.rolls)
        if stated or (first_sheet is not None and logged.index > first_sheet):
            notes.add(ROLL_CHANGED_LATE, [logged.index], station=logged.entry.about.station)
