"""A roll that cannot be read, or that changed when it should not change any more."""

from escrutinio.core.election.definition import deadline
from escrutinio.core.election.findings.family import CRITICAL, WARNING, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Closes

FAMILY = Family("roll")

ROLL_UNREADABLE = FAMILY.finding(
    "roll-unreadable",
    CRITICAL,
    "Roll that cannot be read | The roll of entry {entry} has a part that is not written as the formats ask; "
    "it is not in force.",
)

ROLL_CHANGED_LATE = FAMILY.finding(
    "roll-changed-late",
    WARNING,
    "Roll changed late | Entry {entry} changes the roll or a station after the roll was frozen or "
    "after the first sheet.",
)


@FAMILY.rule
def _late_changes(given: RuleInput, notes: Findings) -> None:
    """Rolls and changes of stations above the closing of the roll or, without one, above the first official
    sheet; and, but for the first roll, those that state a time after the calendar's `roll_frozen`."""
    state = given.state
    closing = state.closed.get(Closes.ROLL)
    limit = state.first_sheet if closing is None else closing.index
    frozen = deadline(state.definition.body, "roll_frozen")
    changes = [*state.rolls, *state.records(t.StationChange)]
    for number, logged in enumerate(changes):
        stated = frozen is not None and logged.entry.issued_at > frozen and (number > 0 or not state.rolls)
        if stated or (limit is not None and logged.index > limit):
            notes.add(ROLL_CHANGED_LATE, [logged.index], station=logged.entry.about.station)
