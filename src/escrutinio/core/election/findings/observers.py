"""What accredited observers say outside what they were accredited for."""

from collections.abc import Iterator

import numpy as np

from escrutinio.core.election.findings.family import NOTE, Family, RuleInput
from escrutinio.core.election.findings.finding import Findings
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Role

FAMILY = Family("observers")

OBSERVER_OUT_OF_SCOPE = FAMILY.finding(
    "observer-out-of-scope",
    NOTE,
    "Outside an accreditation | Entry {entry}, by {signer}, is about a place, contest or time that "
    "its accreditation does not name.",
)


@FAMILY.rule
def _observers(given: RuleInput, notes: Findings) -> None:
    """What accredited observers say outside every accreditation that stood below it."""
    state = given.state
    granted = state.records(t.Accreditation)
    if not granted:
        return
    for index, signer, contest, station, area, when in _observed(state):
        mine = {
            logged.entry.subject: logged.body  # the last one below the entry: it replaced those before it
            for logged in granted
            if f"{signer}/".startswith(f"{logged.entry.subject}/") and logged.index < index
        }
        if mine and not any(_accredited(state, body, contest, area, when) for body in mine.values()):
            notes.add(OBSERVER_OUT_OF_SCOPE, [index], station=station, contest=contest, signer=signer)


def _observed(state: ElectionState) -> Iterator[tuple[int, str, str | None, str | None, int | None, int]]:
    """Index, signer, contest, station, area and time of everything that observers say of a place."""
    observing = np.array([held.key.role is Role.OBSERVER for held in state.keys], np.bool_)
    for contest, table in state.tables.items():
        for row in np.flatnonzero(observing[table.signer] & (table.station >= 0)).tolist():
            station = int(table.station[row])
            index, when, area = (
                int(table.index[row]),
                int(table.issued_at[row]),
                int(state.roll.area[station]),
            )
            signer = state.signers[table.signer[row]]
            yield index, signer, contest, state.roll.stations[station], area, when
    for logged in state.controls:
        entry, about = logged.entry, logged.entry.about
        held = state.keys.get(entry.kid)
        if held is None or held.key.role is not Role.OBSERVER:
            continue
        if not isinstance(entry.body, t.IncidentReport | t.ObservationReport | t.Complaint):
            continue
        place = state.roll.index.get(about.station or "")
        within = state.areas.index.get(about.area or "") if place is None else int(state.roll.area[place])
        yield logged.index, entry.signer, about.contest, about.station, within, entry.issued_at


def _accredited(
    state: ElectionState, body: t.Accreditation, contest: str | None, area: int | None, when: int
) -> bool:
    if not body.starts <= when <= body.ends or (contest and body.contests and contest not in body.contests):
        return False
    if area is None or not body.areas:
        return True
    return any(state.areas.codes[above] in body.areas for above in state.areas.path(area))
