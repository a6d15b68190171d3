"""The boxes of a contest as the state of an election has them, and what is still outstanding."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import DefinitionError, EvidenceError
from escrutinio.base.words.say import Phrase
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.counting import counted_at
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.sheets import valid_of
from escrutinio.core.election.state import COPIES, REPORTED, ElectionState
from escrutinio.core.election.tables import read_columns
from escrutinio.core.election.totals import by_candidate
from escrutinio.core.records.codes import BoundSource
from escrutinio.core.records.types import BallotManifest
from escrutinio.evidence.audit.bounds import Boxes

MANIFEST_HEADER = ("station", "seal", "most")
"""The columns of a manifest of boxes: the station's code, its seal, and how many ballots it holds at most."""

_MOST = 1 << 32


@dataclass(frozen=True)
class Bound:
    """What bounds the number of vouchers in a box, which is never the sheet under audit.

    `source` `REGISTERED`: the registered voters of the station, and those whom the law lets vote beside them;
    `MANIFEST`: what the `manifest` says, by station; of a box for which one of these has no number, the
    other's is taken, and else `most`. `LAW`: `most` for every box.
    """

    source: BoundSource = BoundSource.REGISTERED
    most: int | None = None
    manifest: Mapping[str, int] | None = None


BY_ROLL = Bound()


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What the boxes do not cover: `stations` of the contest without a counted sheet, and how many could vote
    there: their `registered` voters and whom the law lets vote beside them, None where that is not known."""

    stations: int
    registered: int | None


def audited_basis(state: ElectionState, contest: str, organisation: str | None = None) -> str:
    """Which sheets an audit compares: the official ones as reported; where there are none, copies.

    The copies are those of `organisation`, or of the only one that has any. Raises EvidenceError where
    neither is there, and for a contest that the election does not have.
    """
    if contest not in state.tables:
        raise EvidenceError("contest-unknown", contest=repr(contest[:80]))
    of_bases = ((basis.code, state.counted.get((contest, basis.code))) for basis in state.bases)
    counted = [basis for basis, rows in of_bases if rows is not None and (rows >= 0).any()]
    if REPORTED in counted:
        return REPORTED
    copies = [basis for basis in counted if basis.startswith(COPIES)]
    if organisation is not None and COPIES + organisation in copies:
        return COPIES + organisation
    if len(copies) == 1:
        return copies[0]
    raise EvidenceError("sheets-of-many" if copies else "sheets-of-nobody", contest=repr(contest))


def boxes_of(
    state: ElectionState, contest: str, basis: str, *, size: int | None = None, bound: Bound = BY_ROLL
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
    names = tuple(state.roll.stations[station] for station in stations.tolist())
    return Boxes(
        names,
        by_candidate(view, table.counts[taken]),
        _most(state, stations, bound),
        np.maximum(table.classes[taken], 0),
        valid_of(table)[taken],
    )


def _most(state: ElectionState, stations: Int64, bound: Bound) -> Int64:
    """How many vouchers boxes hold at most, whatever their sheets say, int64 [stations]; -1 if not known."""
    if bound.source is BoundSource.LAW:
        return np.full(len(stations), -1 if bound.most is None else bound.most, np.int64)
    most = _by_roll(state)[stations]
    names = [state.roll.stations[station] for station in stations.tolist()]
    listed = np.array([(bound.manifest or {}).get(name, -1) for name in names], np.int64)
    first, second = (listed, most) if bound.source is BoundSource.MANIFEST else (most, listed)
    found: Int64 = np.where(first >= 0, first, second)
    return found if bound.most is None else np.where(found >= 0, found, bound.most)


def _by_roll(state: ElectionState) -> Int64:
    """How many could vote at each station of the roll, int64 [stations]; -1 where that is not known."""
    beyond = Beyond.of(state.areas, state.roll, state.definition.body.supplements)
    known = (state.roll.registered >= 0) & ~beyond.unbounded
    found: Int64 = np.where(known, state.roll.registered + beyond.most, -1).astype(np.int64)
    return found


def planning_bound(state: ElectionState, contest: str) -> Bound:
    """The roll's numbers, and for a station without one the largest of the contest. An audit that is
    committed to needs a number that somebody answers for; a plan only says how much work it would be."""
    known = _by_roll(state)[state.contest(contest).stations]
    largest = int(known.max()) if len(known) else -1
    return Bound(most=None if largest < 0 else largest)


def read_manifest(raw: bytes) -> dict[str, int]:
    """How many ballots each box holds at most, by station, from a manifest's CSV `station,seal,most`.

    Raises EvidenceError for a table that is none, a number that is none, and a station that stands twice.
    """
    found: dict[str, int] = {}
    try:
        for _, (stations, _, most) in read_columns(raw, MANIFEST_HEADER, Phrase("The manifest")):
            for station, text in zip(stations, most, strict=True):
                plain = text.isascii() and text.isdigit() and int(text[:11]) < _MOST
                if not plain or station in found:
                    raise EvidenceError("manifest-row", station=repr(station[:80]), most=repr(text[:40]))
                found[station] = int(text)
    except DefinitionError as error:
        raise EvidenceError("manifest-table", why=error) from None
    return found


def seals_of(state: ElectionState, manifest: bytes | None, attachments: Attachments) -> dict[str, str]:
    """The seal of each box, by station, from the manifest of this digest; none where it is not there."""
    for logged in state.records(BallotManifest):
        if logged.entry.digest == manifest and (raw := attachments(logged.body.boxes.digest)) is not None:
            columns = read_columns(raw, MANIFEST_HEADER, Phrase("The manifest"))
            return {
                name: seal
                for _, (names, seals, _) in columns
                for name, seal in zip(names, seals, strict=True)
            }
    return {}


def registered_of(state: ElectionState, contest: str) -> int | None:
    """The registered voters of all stations that vote in a contest; None where these are not all known."""
    registered = state.roll.registered[state.contest(contest).stations]
    return None if (registered < 0).any() or not len(registered) else int(registered.sum())


def uncovered_by(state: ElectionState, contest: str, boxes: Boxes) -> Uncovered:
    """The stations of a contest that are no box here, and how many voters could still vote there at most."""
    view, roll = state.contest(contest), state.roll
    missing = view.stations.copy()
    missing[[roll.index[name] for name in boxes.names]] = False
    declared = roll.declared.get(view.area, 0)
    unlisted = max(0, declared - int(view.stations.sum()))
    beyond = Beyond.of(state.areas, roll, state.definition.body.supplements)
    registered = roll.registered[missing]
    known = not unlisted and not (registered < 0).any() and not beyond.unbounded[missing].any()
    most = int(registered.sum() + beyond.most[missing].sum())
    return Uncovered(int(missing.sum()) + unlisted, most if known else None)


def centers_of(state: ElectionState, contest: str) -> dict[str, list[str]]:
    """The stations of a contest by center, both by code."""
    found: dict[str, list[str]] = {}
    for station in np.flatnonzero(state.contest(contest).stations).tolist():
        center = state.roll.centers[state.roll.center[station]]
        found.setdefault(center, []).append(state.roll.stations[station])
    return found
