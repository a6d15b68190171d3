"""Certificates of irreversibility for what a log counts.

What is outstanding is found without goodwill: stations that are silent, that a finding or a complaint
without a ruling keeps open, or that the authority declares or opens without listing them, all count with
every voter registered there (the larger number, where it was corrected), and with as many more as the law
lets vote beyond the list; where it gives no number, what is outstanding is not known. Where the voters on a
list are not known, the size of the whole roll gives a bound, if somebody states it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.counting import counting_at, rulings_of
from escrutinio.core.election.outcome import NO_DRAWING, Drawing, drawn_lots
from escrutinio.core.election.places import Beyond, in_places
from escrutinio.core.election.rights import Rights
from escrutinio.core.election.roll import UNKNOWN
from escrutinio.core.election.sheets import ballots_of, valid_of
from escrutinio.core.election.state import RULED, ContestView, ElectionState, Logged
from escrutinio.core.election.totals import by_area, by_candidate, totals
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Decision
from escrutinio.evidence.certainty.certified import Outstanding, StatedRoll
from escrutinio.evidence.certainty.irreversibility import Certificate, certify
from escrutinio.evidence.certainty.outstanding import CountedSheets, unlisted_stations, unread_stations
from escrutinio.evidence.certainty.reversal import Reversal, reversal
from escrutinio.evidence.certainty.rules import rules_of
from escrutinio.evidence.certainty.station_changes import station_changes


@dataclass(frozen=True, eq=False)
class Coverage:
    """What a basis counts and lacks in every area of the tree, at one size of the log.

    int64 arrays whose first axis is the area tree's: `votes` [areas, candidates], `classes` [areas, classes]
    and `ballots` [areas] without disputed sheets, and `all_votes`, `all_classes` with them;
    stations `silent`, `pending`, `disputed`, `unlisted` (-1:
    some may lie here, nobody said how many), `registered_unknown`, `unbounded` and sheets `unread` [areas];
    `capacity`: ballots outstanding at most, and `registered`: voters on the roll, -1 if unknown; `least`: as
    many ballots as can still come for certain; `stated`: the whole roll as somebody states it, `by_stated`
    [areas]: whether `capacity` or `registered` is from it;
    `valid_known` and `registered_known`: valid ballots and registered voters of the counted stations where
    the latter are known. `lots`: the drawing in force, for the whole contest.
    """

    contest: ContestView
    basis: str
    size: int
    codes: tuple[str, ...]
    votes: Int64
    classes: Int64
    ballots: Int64
    all_votes: Int64
    all_classes: Int64
    silent: Int64
    pending: Int64
    disputed: Int64
    unlisted: Int64
    registered_unknown: Int64
    unbounded: Int64
    unread: Int64
    capacity: Int64
    least: Int64
    registered: Int64
    valid_known: Int64
    registered_known: Int64
    lots: Drawing
    stated: StatedRoll | None
    by_stated: NDArray[np.bool_]

    @cached_property
    def index(self) -> dict[str, int]:
        """The number of an area's code."""
        return {code: at for at, code in enumerate(self.codes)}

    def outstanding(self, area: int) -> Outstanding:
        """What an area, by number, still lacks."""
        capacity, unlisted = int(self.capacity[area]), int(self.unlisted[area])
        return Outstanding(
            capacity=None if capacity < 0 else capacity,
            silent=int(self.silent[area]),
            pending=int(self.pending[area]),
            disputed=int(self.disputed[area]),
            unlisted=None if unlisted < 0 else unlisted,
            registered_unknown=int(self.registered_unknown[area]),
            unbounded=int(self.unbounded[area]),
            unread=int(self.unread[area]),
            least=int(self.least[area]),
        )

    def certificate(self, area: str | None = None) -> Certificate:
        """The certificate of an area, the contest's own if None; seats and shares as if it voted alone.

        Raises KeyError for an area that the tree does not have.
        """
        code = area or self.contest.area
        at = self.index[code]
        rules, names = rules_of(self.contest), self.contest.candidates
        lots = self.lots if code == self.contest.area else NO_DRAWING
        left, all_votes, all_classes = self.outstanding(at), self.all_votes[at], self.all_classes[at]
        found = certify(
            rules,
            names,
            self.votes[at].tolist(),
            left,
            classes=self.classes[at].tolist(),
            lots=lots,
            ballots=int(self.ballots[at]),
            registered=None if self.registered[at] < 0 else int(self.registered[at]),
            contest=self.contest.code,
            area=code,
            basis=self.basis,
            size=self.size,
            as_counted=certify(
                rules, names, all_votes.tolist(), left, classes=all_classes.tolist(), lots=lots
            )
            if left.disputed
            else None,
        )
        return replace(found, roll=self.stated if self.by_stated[at] else None)

    def reversal(self, area: str | None = None) -> Reversal | None:
        """What would bring the second level with the first, at the turnout of the counted stations."""
        at = self.index[area or self.contest.area]
        roll, capacity = int(self.registered_known[at]), int(self.capacity[at])
        expected = Fraction(capacity * int(self.valid_known[at]), roll) if roll and capacity >= 0 else None
        return reversal(self.certificate(area), expected)


def disputed_stations(state: ElectionState, contest: str) -> frozenset[int]:
    """Stations, by number, whose figures wait for a decision about this contest: an effective complaint names
    them, their area or the election that no ruling answers, or a court has stayed the matter and nothing
    replaced its ruling."""
    decisions: dict[str, Logged[t.Ruling]] = {
        logged.entry.subject: logged for logged in state.records(t.Ruling, contest)
    }
    stayed = {subject for subject, logged in decisions.items() if logged.body.decision is Decision.STAY}
    answered = {
        logged.body.complaint
        for logged in state.records(t.Ruling, contest)
        if logged.body.decision is not Decision.STAY
    }
    here = state.contest(contest).stations
    found = np.zeros(len(state.roll), np.bool_)
    for ruling in rulings_of(state, Rights(state.definition.body), contest) if stayed else ():
        if ruling.matter in stayed:
            found |= ruling.here
    for logged in state.records(t.Complaint):
        about = logged.entry.about
        if about.contest in (None, contest) and logged.entry.digest not in answered:
            place = about.station or about.area
            found |= here if place is None else in_places(state.areas, state.roll, (place,))
    return frozenset(np.flatnonzero(found & here).tolist())


def coverage(
    state: ElectionState,
    contest: str,
    basis: str,
    *,
    size: int | None = None,
    registered: int | StatedRoll | None = None,
    disputed: Collection[int] | None = None,
) -> Coverage:
    """What a basis counts and lacks, in every area, when the log had `size` entries (all of them if None).

    `registered`: voters on the whole roll of the contest, where somebody states it; a number is stated by
    whoever asks. `disputed`: stations, by
    number, whose sheets are taken out; those of `disputed_stations` if None. At an earlier size pending
    stations are among the silent. Raises KeyError for codes that the state does not have, EvidenceError for a
    size beyond the log, SmallRollError for a roll smaller than what is counted needs.
    """
    view, table = state.contest(contest), state.tables[contest]
    now = totals(state, contest, basis)
    at_size = state.size if size is None else size
    if not 0 <= at_size <= state.size:
        raise EvidenceError("state-size", size=state.size, asked=at_size)
    counted_rows, annulled_here = _counted(state, contest, basis, at_size)
    rows = np.where(view.stations, counted_rows, -1)
    in_dispute = _mask(state, disputed_stations(state, contest) if disputed is None else disputed) & (
        rows >= 0
    )
    counted = (rows >= 0) & ~in_dispute
    annulled = _mask(state, annulled_here)
    missing = view.stations & ~counted & ~annulled
    pending = _mask(state, state.pending.get((contest, basis), {}) if at_size == state.size else ())
    pending &= missing & ~in_dispute

    votes = np.zeros((len(state.roll), len(view.candidates)), np.int64)
    classes = np.zeros((len(state.roll), len(view.classes)), np.int64)
    seen, taken = rows >= 0, rows[counted]
    votes[seen] = by_candidate(view, table.counts[rows[seen]])
    classes[seen] = np.maximum(table.classes[rows[seen]], 0)
    everything = votes.copy(), classes.copy()
    votes[in_dispute], classes[in_dispute] = 0, 0
    ballots, valid, beyond_list = (np.zeros(len(state.roll), np.int64) for _ in range(3))
    ballots[counted], valid[counted] = ballots_of(table)[taken], valid_of(table)[taken]
    beyond = Beyond.of(state.areas, state.roll, state.definition.body.supplements)
    beyond_list[counted] = beyond.allowed(table.station[taken], table.supplement[taken])
    unread = unread_stations(view, table.classes, rows, counted)

    unlisted, open_ended = unlisted_stations(state, now.stations_declared - now.stations_in_roll)
    changes = station_changes(state, view)
    sheets = CountedSheets(
        view, beyond, missing, unread, ballots, valid, beyond_list, unlisted, open_ended, changes
    )
    roll = changes.registered
    known = roll != UNKNOWN
    single = {
        "ballots": ballots,
        "silent": missing & ~pending & ~in_dispute,
        "pending": pending,
        "disputed": in_dispute,
        "registered_unknown": (missing | unread) & ~known,
        "unbounded": (missing | unread) & beyond.unbounded,
        "unread": unread,
        "valid_known": np.where(counted & known, valid, 0),
        "registered_known": np.where(counted & known, roll, 0),
    }
    # All at once: each by itself costs more than what it adds up, where a contest is of one town.
    summed = by_area(state, np.column_stack((votes, classes, *everything, *single.values())))
    found = dict(zip(single, summed[:, -len(single) :].T, strict=True))
    found["registered_unknown"] = found["registered_unknown"] + np.maximum(unlisted, changes.opened_unknown)
    options = len(view.candidates)
    ends = np.cumsum([0, options, len(view.classes), options, len(view.classes)]).tolist()
    parts = [summed[:, start:end] for start, end in pairwise(ends)]
    stated = StatedRoll(registered) if isinstance(registered, int) else registered
    bounds = sheets.capacity(state, None if stated is None else stated.voters)
    listed = sheets.registered(state, None)
    on_roll = listed if stated is None else sheets.registered(state, stated.voters)
    asked = np.full(len(listed), view.quorum is not None) & (listed < 0) & (on_roll >= 0)
    return Coverage(
        contest=view,
        basis=basis,
        size=at_size,
        codes=state.areas.codes,
        votes=parts[0],
        classes=parts[1],
        all_votes=parts[2],
        all_classes=parts[3],
        unlisted=np.where(open_ended, -1, np.maximum(unlisted, changes.opened)),
        capacity=bounds.most,
        least=bounds.least,
        registered=on_roll,
        stated=stated,
        by_stated=bounds.by_stated | asked,
        lots=drawn_lots(state, contest, at_size),
        **found,
    )


def _counted(
    state: ElectionState, contest: str, basis: str, size: int
) -> tuple[NDArray[np.int32], Collection[int]]:
    """The row that counts at each station when the log had `size` entries, -1 for none, and the stations that
    rulings took out of this basis."""
    nothing = np.full(len(state.roll), -1, np.int32)
    if size == state.size:  # which is what the state has
        rows, annulled = state.counted.get((contest, basis), nothing), state.annulled.get(contest, ())
    else:
        counting = counting_at(state, contest, size)
        rows, annulled = counting.counted.get(basis, nothing), tuple(counting.annulled)
    return rows, annulled if basis == RULED else ()


def _mask(state: ElectionState, stations: Collection[int]) -> NDArray[np.bool_]:
    mask = np.zeros(len(state.roll), np.bool_)
    mask[np.fromiter(stations, np.int64, len(stations))] = True
    return mask
