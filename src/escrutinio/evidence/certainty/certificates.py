"""Certificates of irreversibility for what a log counts, for bulletins and for announced results.

What is outstanding is found without goodwill: stations that are silent, that a finding or a complaint
without a ruling keeps open, or that the authority declares without listing them, all count with every voter
registered there, and with as many more as the law lets vote beyond the list; where it gives no number, what
is outstanding is not known. Where the voters on a list are not known, the size of the whole roll gives a
bound, if somebody states it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.counting import counting_at, rulings_of
from escrutinio.core.election.definition import NULL, OTHERS
from escrutinio.core.election.outcome import NO_DRAWING, Drawing, drawn_lots
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.rights import Rights
from escrutinio.core.election.roll import UNKNOWN
from escrutinio.core.election.sheets import ballots_of, valid_of
from escrutinio.core.election.state import REPORTED, RULED, ContestView, ElectionState, Logged
from escrutinio.core.election.totals import by_area, by_candidate, totals
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis as BasisCode
from escrutinio.core.records.codes import Decision, Method
from escrutinio.evidence.certainty.certified import CLAIM, Outstanding
from escrutinio.evidence.certainty.irreversibility import Certificate, certify
from escrutinio.evidence.certainty.outstanding import CountedSheets, unlisted_stations, unread_stations
from escrutinio.evidence.certainty.percentages import Percentage, parse_percentage
from escrutinio.evidence.certainty.reversal import Reversal, expected_votes, reversal
from escrutinio.evidence.certainty.rules import Rules, rules_among, rules_of


@dataclass(frozen=True, eq=False)
class Coverage:
    """What a basis counts and lacks in every area of the tree, at one size of the log.

    int64 arrays whose first axis is the area tree's: `votes` [areas, candidates], `classes` [areas, classes]
    and `ballots` [areas] without disputed sheets; stations `silent`, `pending`, `disputed`, `unlisted` (-1:
    some may lie here, nobody said how many), `registered_unknown`, `unbounded` and sheets `unread` [areas];
    `capacity`: ballots outstanding at most, and `registered`: voters on the roll, -1 if unknown;
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
    silent: Int64
    pending: Int64
    disputed: Int64
    unlisted: Int64
    registered_unknown: Int64
    unbounded: Int64
    unread: Int64
    capacity: Int64
    registered: Int64
    valid_known: Int64
    registered_known: Int64
    lots: Drawing

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
        )

    def certificate(self, area: str | None = None) -> Certificate:
        """The certificate of an area, the contest's own if None; seats and shares as if it voted alone.

        Raises KeyError for an area that the tree does not have.
        """
        code = area or self.contest.area
        at = self.index[code]
        return certify(
            rules_of(self.contest),
            self.contest.candidates,
            self.votes[at].tolist(),
            self.outstanding(at),
            classes=self.classes[at].tolist(),
            lots=self.lots if code == self.contest.area else NO_DRAWING,
            ballots=int(self.ballots[at]),
            registered=None if self.registered[at] < 0 else int(self.registered[at]),
            contest=self.contest.code,
            area=code,
            basis=self.basis,
            size=self.size,
        )

    def reversal(self, area: str | None = None) -> Reversal | None:
        """What would bring the second level with the first, at the turnout of the counted stations."""
        at = self.index[area or self.contest.area]
        roll, capacity = int(self.registered_known[at]), int(self.capacity[at])
        expected = Fraction(capacity * int(self.valid_known[at]), roll) if roll and capacity >= 0 else None
        return reversal(self.certificate(area), expected)


def disputed_stations(state: ElectionState, contest: str) -> frozenset[int]:
    """Stations, by number, whose figures wait for a decision about this contest: an effective complaint names
    them that no ruling answers, or a court has stayed the matter and nothing replaced its ruling."""
    decisions: dict[str, Logged[t.Ruling]] = {
        logged.entry.subject: logged for logged in state.records(t.Ruling, contest)
    }
    stayed = {subject for subject, logged in decisions.items() if logged.body.decision is Decision.STAY}
    answered = {
        logged.body.complaint
        for logged in state.records(t.Ruling, contest)
        if logged.body.decision is not Decision.STAY
    }
    found = set()
    for ruling in rulings_of(state, Rights(state.definition.body), contest) if stayed else ():
        if ruling.matter in stayed:
            found.update(np.flatnonzero(ruling.here).tolist())
    for logged in state.records(t.Complaint):
        about = logged.entry.about
        station = state.roll.index.get(about.station or "")
        if station is not None and about.contest in (None, contest) and logged.entry.digest not in answered:
            found.add(station)
    return frozenset(found)


def coverage(
    state: ElectionState,
    contest: str,
    basis: str,
    *,
    size: int | None = None,
    registered: int | None = None,
    disputed: Collection[int] | None = None,
) -> Coverage:
    """What a basis counts and lacks, in every area, when the log had `size` entries (all of them if None).

    `registered`: voters on the whole roll of the contest, where somebody states it. `disputed`: stations, by
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
    taken = rows[counted]
    votes[counted] = by_candidate(view, table.counts[taken])
    classes[counted] = np.maximum(table.classes[taken], 0)
    ballots, valid, beyond_list = (np.zeros(len(state.roll), np.int64) for _ in range(3))
    ballots[counted], valid[counted] = ballots_of(table)[taken], valid_of(table)[taken]
    beyond = Beyond.of(state.areas, state.roll, state.definition.body.supplements)
    beyond_list[counted] = beyond.allowed(table.station[taken], table.supplement[taken])
    unread = unread_stations(view, table.classes, rows, counted)

    unlisted, open_ended = unlisted_stations(state, now.stations_declared - now.stations_in_roll)
    sheets = CountedSheets(view, beyond, missing, unread, ballots, valid, beyond_list, unlisted, open_ended)
    roll = state.roll.registered
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
    summed = by_area(state, np.column_stack((votes, classes, *single.values())))
    found = dict(zip(single, summed[:, -len(single) :].T, strict=True))
    found["registered_unknown"] = found["registered_unknown"] + unlisted
    options = len(view.candidates)
    return Coverage(
        contest=view,
        basis=basis,
        size=at_size,
        codes=state.areas.codes,
        votes=summed[:, :options],
        classes=summed[:, options : options + len(view.classes)],
        unlisted=np.where(open_ended, -1, unlisted),
        capacity=sheets.capacity(state, registered),
        registered=sheets.registered(state, registered),
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


def bulletin_certificate(
    state: ElectionState, bulletin: Logged[t.Bulletin], *, registered: int | None = None
) -> Certificate:
    """The certificate of what a bulletin announces: the log at the bulletin's size, in its area and basis.

    Raises EvidenceError for a contest, area or size that the log does not have.
    """
    body, about = bulletin.body, bulletin.entry.about
    basis = RULED if body.basis is BasisCode.RULED else REPORTED
    known = about.contest in state.tables and basis in {each.code for each in state.bases}
    if about.contest is None or not known or (about.area and about.area not in state.areas.index):
        raise EvidenceError("bulletin-unknown", index=bulletin.index)
    found = coverage(state, about.contest, basis, size=body.head.size, registered=registered)
    return found.certificate(about.area)


@dataclass(frozen=True, slots=True)
class AnnouncedCertificate:
    """The certificate of announced totals, with the share they say they stand on.

    The announcement does not say which stations are outstanding, so the share of stations is taken as the
    share of the roll: `registered` are on it, `share` of them are taken as counted.
    """

    certificate: Certificate
    share: Percentage | None
    registered: int | None
    reversal: Reversal | None


def announced_certificate(
    candidates: tuple[str, ...],
    votes: tuple[int, ...],
    *,
    share: Percentage | None,
    registered: int | None,
    rules: Rules | None = None,
    classes: tuple[int, ...] | None = (),
    contest: str = "",
    area: str = "",
    basis: str = CLAIM,
) -> AnnouncedCertificate:
    """Certify announced totals: outstanding is the part of the roll beyond the announced share, rounded up.

    `classes`: announced ballots of each class; None where the rules need them and nobody says them, so that
    what is outstanding is not known. Of a quorum nothing is said, since the roll is only part of an answer.
    Raises EvidenceError as `certify` does and for a share above 100 %.
    """
    counted = None if share is None else share.value
    if counted is not None and counted > 1:
        raise EvidenceError("share-over", share=share.text if share else "")
    capacity = None
    rules = rules or Rules(Method.PLURALITY)
    if counted is not None and registered is not None and classes is not None:
        capacity = ceil((1 - counted) * registered)
    found = certify(
        rules, candidates, votes, Outstanding(capacity),
        classes=(0,) * (max(rules.classes, default=-1) + 1) if classes is None else classes,
        contest=contest, area=area, basis=basis,
    )  # fmt: skip
    expected = expected_votes(sum(votes), counted) if counted else None
    return AnnouncedCertificate(found, share, registered, reversal(found, expected))


def announced_result(state: ElectionState, claim: Logged[t.Claim]) -> tuple[t.Claim, ContestView]:
    """The body of a claim and its contest.

    Raises EvidenceError for a contest or area that the log lacks, and for a candidate twice.
    """
    body, about = claim.body, claim.entry.about
    known = about.contest in state.tables and (about.area is None or about.area in state.areas.index)
    if about.contest is None or not known:
        raise EvidenceError("claim-unknown", index=claim.index)
    if len({row.candidate for row in body.rows}) != len(body.rows):
        raise EvidenceError("claim-twice", code=repr(body.code))
    return body, state.contest(about.contest)


def claim_certificate(
    state: ElectionState, claim: Logged[t.Claim], *, registered: int | None = None
) -> AnnouncedCertificate:
    """The certificate of an announced result in the log.

    The size of the roll is `registered`, or what the claim says, or what all other claims about the contest
    that give one agree on. Candidates it does not name stand together as `others`. Raises EvidenceError as
    `announced_result` does, and for a row without votes.
    """
    body, view = announced_result(state, claim)
    votes = {row.candidate: row.votes for row in body.rows}
    if None in votes.values() or not votes:
        raise EvidenceError("claim-no-votes", code=repr(body.code))
    names = (*view.candidates, OTHERS) if OTHERS in votes else view.candidates
    named = tuple(name for name in names if name in votes)
    rules = rules_among(view, named)
    return announced_certificate(
        named,
        tuple(votes[name] or 0 for name in named),
        share=None if body.covered is None else parse_percentage(body.covered),
        registered=registered or body.registered or announced_roll(state, view.code),
        rules=rules,
        classes=_announced_classes(view, rules, body),
        contest=view.code,
        area=claim.entry.about.area or view.area,
        basis=f"{CLAIM}{body.code}",
    )


def _announced_classes(view: ContestView, rules: Rules, body: t.Claim) -> tuple[int, ...] | None:
    """The ballots of each class that a claim gives; None where the rules need one that it does not give."""
    said = {NULL: body.null}
    found = [said.get(code) for code in view.classes]
    if any(found[each] is None for each in rules.classes):
        return None
    return tuple(number or 0 for number in found)


def announced_roll(state: ElectionState, contest: str) -> int | None:
    """The number of registered voters that the claims about a whole contest give, if they agree on one.

    Those of keys that may publish a roll are asked first, and where they give one, no others: nobody else
    makes the roll another one, or unknown, by announcing a number.
    """
    view, rights = state.contest(contest), Rights(state.definition.body)
    said: dict[bool, set[int]] = {True: set(), False: set()}
    for logged in state.records(t.Claim, contest):
        held, number = state.keys.get(logged.entry.kid), logged.body.registered
        if number is not None and logged.entry.about.area in (None, view.area):
            said[held is not None and rights.may_sign(held.key.role, t.Roll)].add(number)
    numbers = said[True] or said[False]
    return numbers.pop() if len(numbers) == 1 else None


def _mask(state: ElectionState, stations: Collection[int]) -> NDArray[np.bool_]:
    mask = np.zeros(len(state.roll), np.bool_)
    mask[np.fromiter(stations, np.int64, len(stations))] = True
    return mask
