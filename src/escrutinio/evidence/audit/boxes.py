"""The boxes of a contest as the state of an election has them, and what is still outstanding."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import DefinitionError, EvidenceError
from escrutinio.base.words.say import Phrase
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.counting import counted_at
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.rights import Rights, Scopes
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.sheets import ballots_of, valid_of
from escrutinio.core.election.state import COPIES, PAPER, REPORTED, REPORTED_LATE, ElectionState, Status
from escrutinio.core.election.tables import read_columns
from escrutinio.core.election.totals import by_candidate
from escrutinio.core.records.codes import BoundSource
from escrutinio.core.records.types import BallotManifest, ZeroReport
from escrutinio.evidence.audit.bounds import Boxes

MANIFEST_HEADER = ("station", "seal", "most")
"""The columns of a manifest of boxes: the station's code, its seal, and how many ballots it holds at most."""

_MOST = 1 << 32


MOST_MIXED = 64
"""Most stations whose ballots may lie in one box."""


@dataclass(frozen=True)
class BoxList:
    """What a manifest says. `most`: how many ballots of each station its boxes hold at most, together;
    `seals`: the seals of these boxes. `mixed`: of boxes with the ballots of several stations, these stations
    by the first of them, by whose code the box goes."""

    most: Mapping[str, int]
    seals: Mapping[str, tuple[str, ...]]
    mixed: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Bound:
    """What bounds the number of vouchers in a box, which is never the sheet under audit.

    `source` `REGISTERED`: the registered voters of the station, and those whom the law lets vote beside them;
    `MANIFEST`: what the `manifest` says, by station; of a box for which one of these has no number, the
    other's is taken, and else `most`. `LAW`: `most` for every box, and more where more could vote: a number
    that the roll goes beyond bounds nothing there.
    """

    source: BoundSource = BoundSource.REGISTERED
    most: int | None = None
    manifest: BoxList | None = None

    @property
    def mixed(self) -> Mapping[str, tuple[str, ...]]:
        """The boxes with the ballots of several stations, each with these stations."""
        return {} if self.manifest is None else self.manifest.mixed


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
    state: ElectionState,
    contest: str,
    basis: str,
    *,
    size: int | None = None,
    bound: Bound = BY_ROLL,
    roll: Roll | None = None,
) -> Boxes:
    """The boxes with a counted sheet, in the order of the stations' codes, as of a log size.

    `roll` is the one that bounds them, with the stations of the state's, where it was another one then.
    Raises EvidenceError where there is none, or where something does not bound what they hold.
    """
    # Hand counts are what sheets are compared with, and sheets by late keys alone are some of them.
    if contest not in state.tables or basis not in [each.code for each in state.bases]:
        raise EvidenceError("sheets-none", basis=repr(basis[:80]), contest=repr(contest[:80]))
    if basis in (PAPER, REPORTED_LATE):
        raise EvidenceError("audit-of-basis", basis=repr(basis))
    view, table = state.contest(contest), state.tables[contest]
    then = state.roll if roll is None else roll
    rows = counted_then(state, contest, basis, size, then)
    stations = np.flatnonzero(rows >= 0)
    taken = rows[stations]
    names = tuple(state.roll.stations[station] for station in stations.tolist())
    alone = Boxes(
        names,
        by_candidate(view, table.counts[taken]),
        _most(state, stations, bound, then),
        np.maximum(table.classes[taken], 0),
        valid_of(table)[taken],
    )
    return _joined(state, alone, bound, then) if bound.mixed else alone


def counted_then(
    state: ElectionState, contest: str, basis: str, size: int | None, roll: Roll
) -> NDArray[np.int32]:
    """The row that counted at each station as of a log size and by a roll, int32 [stations]; -1 for none."""
    if roll is not state.roll:
        status = _by_the_roll_of(state, contest, roll)
        return counted_at(state, contest, basis, state.size if size is None else size, status=status)
    if size is None or size >= state.size:
        return state.counted.get((contest, basis), np.full(len(state.roll), -1, np.int32))
    return counted_at(state, contest, basis, size)


def _by_the_roll_of(state: ElectionState, contest: str, roll: Roll) -> NDArray[np.uint8]:
    """The status of the rows of a contest by an earlier roll: REFUSED those of stations that it had not and
    those with more ballots than it allowed, and not those that only the roll in force refuses for that."""
    table, view = state.tables[contest], state.contest(contest)
    beyond = Beyond.of(state.areas, roll, state.definition.body.supplements)
    ballots, more = ballots_of(table), beyond.allowed(table.station, table.supplement)
    sheet = (table.station >= 0) & (table.kind != ZeroReport.TYPE)

    def over(by: Roll) -> NDArray[np.bool_]:
        registered = table.registered_at(by)
        found: NDArray[np.bool_] = (registered >= 0) & (ballots > registered + more) & sheet
        return found

    now, then, status = over(state.roll), over(roll), table.status.copy()
    status[then | (roll.center[table.station] < 0)] = Status.REFUSED
    good = rightful(state, contest, roll) & view.stations[table.station]
    good &= (table.ballots < 0) | (table.ballots == ballots) | (table.classes < 0).any(axis=1)
    status[now & ~then & good] = Status.EVIDENCE
    return status


def rightful(state: ElectionState, contest: str, roll: Roll) -> NDArray[np.bool_]:
    """Which rows of a contest are signed by a key that may say such a thing of their station, bool [rows]."""
    table = state.tables[contest]
    scopes = Scopes(state.keys, state.areas, roll, Rights(state.definition.body))
    return scopes.allowed(table.signer, table.kind, table.station, contest)


def _joined(state: ElectionState, alone: Boxes, bound: Bound, roll: Roll) -> Boxes:
    """The same with the stations together whose ballots lie in one box: sheets and bounds are added up. The
    ballots of a station without a counted sheet lie there too, so its bound is added, and no votes.

    What the box holds is then compared with the sum of the sheets: the errors of the sheets add up, however
    the ballots lie.
    """
    first = {name: box for box, names in bound.mixed.items() for name in names}
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(alone.names):
        rows.setdefault(first.get(name, name), []).append(row)
    order = sorted(rows)
    most = [int(alone.bound[rows[box]].sum()) for box in order]
    mixed = {}
    for place, box in enumerate(order):
        if box not in bound.mixed:
            continue
        inside = tuple(alone.names[row] for row in rows[box])
        beside = [name for name in bound.mixed[box] if name not in inside]
        if strangers := [name for name in beside if name not in state.roll.index]:
            raise EvidenceError("manifest-stranger", box=box, station=repr(strangers[0][:80]))
        silent = [state.roll.index[name] for name in beside]
        more = _most(state, np.array(silent, np.int64), bound, roll)
        most[place] = -1 if (more < 0).any() else most[place] + int(more.sum())
        mixed[box] = inside

    def added(figures: Int64) -> Int64:
        return np.stack([figures[rows[box]].sum(axis=0) for box in order])

    return Boxes(
        tuple(order),
        added(alone.votes),
        np.array(most, np.int64),
        None if alone.classes is None else added(alone.classes),
        None if alone.valid is None else added(alone.valid),
        mixed,
    )


def _most(state: ElectionState, stations: Int64, bound: Bound, roll: Roll) -> Int64:
    """How many vouchers boxes hold at most, whatever their sheets say, int64 [stations]; -1 if not known."""
    most = _by_roll(state, roll)[stations]
    if bound.source is BoundSource.LAW:
        return most * 0 - 1 if bound.most is None else np.maximum(most, bound.most)
    names = [state.roll.stations[station] for station in stations.tolist()]
    given = {} if bound.manifest is None else bound.manifest.most
    listed = np.array([given.get(name, -1) for name in names], np.int64)
    first, second = (listed, most) if bound.source is BoundSource.MANIFEST else (most, listed)
    found: Int64 = np.where(first >= 0, first, second)
    return found if bound.most is None else np.where(found >= 0, found, bound.most)


def _by_roll(state: ElectionState, roll: Roll) -> Int64:
    """How many could vote at each station of a roll, int64 [stations]; -1 where that is not known."""
    beyond = Beyond.of(state.areas, roll, state.definition.body.supplements)
    known = (roll.registered >= 0) & ~beyond.unbounded
    found: Int64 = np.where(known, roll.registered + beyond.most, -1).astype(np.int64)
    return found


def raised_since(
    state: ElectionState, boxes: Boxes, bound: Bound, roll: Roll, newer: Mapping[str, int]
) -> int:
    """By how many ballots more than they are drawn with, together, boxes may hold by the roll in force, where
    they are drawn with another one, and by `newer` manifests."""
    if roll is state.roll and not newer:
        return 0
    names = [name for box in boxes.names for name in bound.mixed.get(box, (box,))]
    inside = np.array([roll.index[name] for name in names], np.int64)
    now, then = _most(state, inside, bound, state.roll), _most(state, inside, bound, roll)
    if bound.source is BoundSource.MANIFEST:
        now = np.maximum(now, np.array([newer.get(name, 0) for name in names], np.int64))
    return int(np.maximum(now - then, 0).sum())


def above_law(state: ElectionState, boxes: Boxes, bound: Bound, roll: Roll) -> int:
    """At how many stations of the boxes more could vote than the number of the law says that a box holds."""
    if bound.source is not BoundSource.LAW or bound.most is None:
        return 0
    names = [name for box in boxes.names for name in bound.mixed.get(box, (box,))]
    return int((_by_roll(state, roll)[[roll.index[name] for name in names]] > bound.most).sum())


def planning_bound(state: ElectionState, contest: str) -> Bound:
    """The roll's numbers, and for a station without one the largest of the contest. An audit that is
    committed to needs a number that somebody answers for; a plan only says how much work it would be."""
    known = _by_roll(state, state.roll)[state.contest(contest).stations]
    largest = int(known.max()) if len(known) else -1
    return Bound(most=None if largest < 0 else largest)


def read_manifest(raw: bytes) -> BoxList:
    """What a manifest's CSV `station,seal,most` says, a row for each station and box: how many ballots of the
    station the box holds at most. A seal that stands at several stations is of one box.

    Raises EvidenceError for a table that is none, a number that is none, a station that stands twice without
    two seals, and a box of more than `MOST_MIXED` stations.
    """
    most: dict[str, int] = {}
    seals: dict[str, tuple[str, ...]] = {}
    try:
        for _, rows in read_columns(raw, MANIFEST_HEADER, Phrase("The manifest")):
            for station, seal, text in zip(*rows, strict=True):
                plain = text.isascii() and text.isdigit() and int(text[:11]) < _MOST
                again = station in most and (not seal or "" in seals[station] or seal in seals[station])
                if not plain or again:
                    raise EvidenceError("manifest-row", station=repr(station[:80]), most=repr(text[:40]))
                most[station] = most.get(station, 0) + int(text)
                seals[station] = (*seals.get(station, ()), seal)
    except DefinitionError as error:
        raise EvidenceError("manifest-table", why=error) from None
    return BoxList(most, seals, _mixed(seals))


def _mixed(seals: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The stations whose ballots cannot be told apart, since one box has those of several: by the first of
    them. Raises EvidenceError for too many."""
    holders: dict[str, list[str]] = {}
    for station, mine in seals.items():
        for seal in filter(None, mine):
            holders.setdefault(seal, []).append(station)
    first: dict[str, str] = {}

    def of(station: str) -> str:
        while (before := first.get(station, station)) != station:
            station = before
        return station

    for stations in holders.values():
        for one in stations[1:]:
            low, high = sorted((of(stations[0]), of(one)))
            first[high] = low
    found: dict[str, list[str]] = {}
    for station in sorted(first):
        found.setdefault(of(station), [of(station)]).append(station)
    for box, inside in found.items():
        if len(inside) > MOST_MIXED:
            raise EvidenceError("manifest-mixed", box=box, count=len(inside), limit=MOST_MIXED)
    return {box: tuple(inside) for box, inside in found.items()}


def seals_of(state: ElectionState, manifest: bytes | None, attachments: Attachments) -> dict[str, str]:
    """The seals of each box, by station, from the manifest of this digest; none where it is not there."""
    for logged in state.records(BallotManifest):
        if logged.entry.digest == manifest and (raw := attachments(logged.body.boxes.digest)) is not None:
            return {name: ", ".join(seals) for name, seals in read_manifest(raw).seals.items()}
    return {}


def registered_of(state: ElectionState, contest: str, roll: Roll | None = None) -> int | None:
    """The registered voters of all stations that vote in a contest, by the state's roll or another one; None
    where these are not all known."""
    registered = (roll or state.roll).registered[state.contest(contest).stations]
    return None if (registered < 0).any() or not len(registered) else int(registered.sum())


def uncovered_by(state: ElectionState, contest: str, boxes: Boxes) -> Uncovered:
    """The stations of a contest that are no box here, and how many voters could still vote there at most."""
    view, roll = state.contest(contest), state.roll
    missing = view.stations.copy()
    # Of a box with the ballots of several stations those without a counted sheet stay outstanding.
    covered = [name for box in boxes.names for name in boxes.mixed.get(box, (box,))]
    missing[[roll.index[name] for name in covered]] = False
    declared = roll.declared.get(view.area, 0)
    unlisted = max(0, declared - int(view.stations.sum()))
    beyond = Beyond.of(state.areas, roll, state.definition.body.supplements)
    registered = roll.registered[missing]
    known = not unlisted and not (registered < 0).any() and not beyond.unbounded[missing].any()
    most = int(registered.sum() + beyond.most[missing].sum())
    return Uncovered(int(missing.sum()) + unlisted, most if known else None)


def centers_of(state: ElectionState, contest: str, roll: Roll | None = None) -> dict[str, list[str]]:
    """The stations of a contest by center, both by code, by the state's roll or another one."""
    found: dict[str, list[str]] = {}
    by = roll or state.roll
    for station in np.flatnonzero(state.contest(contest).stations & (by.center >= 0)).tolist():
        center = by.centers[by.center[station]]
        found.setdefault(center, []).append(by.stations[station])
    return found
