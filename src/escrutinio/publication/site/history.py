"""How the count of a contest grew with the log, from the log alone; and what was corrected in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from escrutinio.core.election.sheets import valid_of
from escrutinio.core.election.state import ElectionState, Logged, Standing
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Removal, StationChangeKind
from escrutinio.intake.authoring.earlier import Earlier
from escrutinio.publication.site.model import Race, Site

POINTS = 200
STEPS = 10


@dataclass(frozen=True, slots=True)
class Moment:
    """The votes that count now and stood in the log at a size, by candidate, and the valid ballots."""

    size: int
    votes: tuple[int, ...]
    valid: int


@dataclass(frozen=True, slots=True)
class History:
    """A contest's: `curve` of (size of the log, valid votes), `moments` at ten steps of the votes, `half` the
    size at which half of them stood, and each change of who had most votes alone (size, candidate)."""

    curve: tuple[tuple[int, int], ...]
    moments: tuple[Moment, ...]
    half: int
    leads: tuple[tuple[int, int], ...]


def history(state: ElectionState, race: Race) -> History | None:
    """The history of the first basis; None where no sheet counts."""
    rows = state.counted.get((race.code, race.columns[0].basis.code)) if race.columns else None
    table = state.tables.get(race.code)
    if rows is None or table is None or not (rows >= 0).any():
        return None
    taken = rows[rows >= 0]
    taken = taken[np.argsort(table.index[taken], kind="stable")]
    counts = table.counts[taken].astype(np.int64)
    votes = np.zeros((len(taken), len(race.view.candidates)), np.int64)
    np.add.at(votes.T, race.view.option_candidate, counts.T)
    sums, sizes = votes.cumsum(axis=0), table.index[taken] + 1
    valid = valid_of(table)[taken].cumsum()
    places = sorted({len(taken) * step // POINTS for step in range(POINTS)} | {len(taken) - 1})
    curve = ((0, 0), *((int(sizes[at]), int(valid[at])) for at in places), (state.size, int(valid[-1])))
    reached = (int(np.searchsorted(valid * STEPS, valid[-1] * step)) for step in range(1, STEPS + 1))
    moments = tuple(
        Moment(int(sizes[at]), tuple(sums[at].tolist()), int(valid[at])) for at in dict.fromkeys(reached)
    )
    half = int(sizes[int(np.searchsorted(valid * 2, valid[-1]))])
    return History(curve, moments, half, tuple(_leads(sums.tolist(), sizes.tolist())))


def _leads(sums: Sequence[Sequence[int]], sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    before = -1
    for size, votes in zip(sizes, sums, strict=True):
        most = max(votes)
        leader = votes.index(most)
        if most and votes.count(most) == 1 and leader != before:
            before = leader
            yield size, leader


@dataclass(frozen=True, slots=True)
class Beside:
    """An area now, beside an earlier election there: parts and wholes, as (part, whole); None is not known.

    `turnout` is of the registered voters, at the counted stations where they are known; `shares` are of the
    valid votes, by the candidates that the earlier figures have.
    """

    area: int
    turnout: tuple[tuple[int, int] | None, tuple[int, int] | None]
    shares: tuple[tuple[tuple[int, int] | None, tuple[int, int] | None], ...]


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier election beside a contest's first column: the candidates (by number) and areas that it
    has."""

    earlier: Earlier
    candidates: tuple[int, ...]
    areas: tuple[Beside, ...]


def before(site: Site, race: Race) -> Before | None:
    """What an earlier election came to beside what counts now; None where none is named, or nothing
    counts."""
    earlier = site.earlier.get(race.code)
    if earlier is None or not race.columns:
        return None
    column, codes = race.columns[0], race.view.candidates
    named = {code for area in earlier.areas.values() for code in area.votes}
    candidates = tuple(number for number, code in enumerate(codes) if code in named)
    areas = []
    for code, then in earlier.areas.items():
        at = site.areas.index.get(code)
        if at is None:
            continue
        votes, turnout = column.votes[at], column.turnout(at)
        came = (then.ballots, then.registered)
        shares = tuple(
            (_part(then.votes.get(codes[number]), then.valid), _part(votes[number], column.valid[at]))
            for number in candidates
        )
        areas.append(Beside(at, (_part(*came), _part(turnout.ballots, turnout.registered)), shares))
    return Before(earlier, candidates, tuple(areas))


def _part(part: int | None, whole: int | None) -> tuple[int, int] | None:
    return (part, whole) if part is not None and whole else None


@dataclass(frozen=True, slots=True)
class Correction:
    """A record by which something that was published is no longer what counts: an act that replaces another
    (`before` is the entry of that one), a station put right, or a file withdrawn for an error."""

    logged: Logged[t.Body]
    before: int | None


def corrections(state: ElectionState) -> tuple[Correction, ...]:
    """All of the log, in its order."""
    at = {logged.entry.digest: logged.index for logged in state.controls}
    found = []
    for logged in state.controls:
        if logged.standing is not Standing.EFFECTIVE:
            continue
        body = logged.body
        replaced = getattr(body, "replaces", None)
        right = isinstance(body, t.StationChange) and body.change is StationChangeKind.CORRECTED
        withdrawn = isinstance(body, t.Withdrawal) and body.reason is Removal.ERROR
        if replaced is not None or right or withdrawn:
            found.append(Correction(logged, None if replaced is None else at.get(replaced)))
    return tuple(found)
