"""The boxes of a contest as the state of an election has them, and what is still outstanding."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.counting import counted_at
from escrutinio.core.election.sheets import ballots_of
from escrutinio.core.election.state import COPIES, REPORTED, ElectionState
from escrutinio.core.election.totals import by_candidate
from escrutinio.evidence.audit.bounds import Boxes


class Bound(Enum):
    """What bounds the number of vouchers in a box.

    `BALLOTS`: the ballots that the sheet states, or the voters of its poll book where more; it assumes that
    no box holds more vouchers than that, which a hand count shows or refutes for the boxes opened, and the
    poll book for all. `REGISTERED`: the registered voters of the station, which no record of the day can
    change; it takes more boxes.
    """

    BALLOTS = "ballots"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What the boxes do not cover: `stations` of the contest without a counted sheet, and their `registered`
    voters, None where these are not all known."""

    stations: int
    registered: int | None


def audited_basis(state: ElectionState, contest: str, organisation: str | None = None) -> str:
    """Which sheets an audit compares: the official ones as reported; where there are none, copies.

    The copies are those of `organisation`, or of the only one that has any. Raises EvidenceError where
    neither is there, and for a contest that the election does not have.
    """
    if contest not in state.tables:
        raise EvidenceError("contest-unknown", contest=repr(contest[:80]))
    counted = [basis for (of, basis), rows in state.counted.items() if of == contest and (rows >= 0).any()]
    if REPORTED in counted:
        return REPORTED
    copies = [basis for basis in counted if basis.startswith(COPIES)]
    if organisation is not None and COPIES + organisation in copies:
        return COPIES + organisation
    if len(copies) == 1:
        return copies[0]
    raise EvidenceError("sheets-of-many" if copies else "sheets-of-nobody", contest=repr(contest))


def boxes_of(
    state: ElectionState, contest: str, basis: str, *, size: int | None = None, bound: Bound = Bound.BALLOTS
) -> Boxes:
    """The boxes with a counted sheet, in the order of the stations' codes, as of a log size.

    Raises EvidenceError where there is none, or where something does not bound what they hold.
    """
    if contest not in state.tables or basis not in [each.code for each in state.bases]:
        raise EvidenceError("sheets-none", basis=repr(basis[:80]), contest=repr(contest[:80]))
    view, table = state.contest(contest), state.tables[contest]
    at_end = size is None or size >= state.size
    rows = (
        state.counted.get((contest, basis)) if at_end else counted_at(state, contest, basis, int(size or 0))
    )
    stations = np.flatnonzero(rows >= 0) if rows is not None else np.zeros(0, np.int64)
    taken = rows[stations] if rows is not None else stations
    votes = by_candidate(view, table.counts[taken])
    if bound is Bound.REGISTERED:
        most = state.roll.registered[stations]
    else:
        stated = ballots_of(table)[taken]
        most = np.maximum(stated, np.maximum(table.ballots[taken], table.voters[taken]))
    names = tuple(state.roll.stations[station] for station in stations.tolist())
    return Boxes(names, votes, most.astype(np.int64))


def uncovered_by(state: ElectionState, contest: str, boxes: Boxes) -> Uncovered:
    """The stations of a contest that are no box here, and how many voters could still vote there at most."""
    view, roll = state.contest(contest), state.roll
    missing = view.stations.copy()
    missing[[roll.index[name] for name in boxes.names]] = False
    declared = roll.declared.get(view.area, 0)
    unlisted = max(0, declared - int(view.stations.sum()))
    registered = roll.registered[missing]
    known = not unlisted and not (registered < 0).any()
    return Uncovered(int(missing.sum()) + unlisted, int(registered.sum()) if known else None)


def centers_of(state: ElectionState, contest: str) -> dict[str, list[str]]:
    """The stations of a contest by center, both by code."""
    found: dict[str, list[str]] = {}
    for station in np.flatnonzero(state.contest(contest).stations).tolist():
        center = state.roll.centers[state.roll.center[station]]
        found.setdefault(center, []).append(state.roll.stations[station])
    return found
