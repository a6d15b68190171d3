"""Certificates of totals that somebody announced: the authority's bulletins and announced results.

Under what was announced stand the announced figures. A bulletin says at which size of the log it stands, so
that what was outstanding then is known. An announced result says at most on which share of the stations it
stands, and not on which stations. How many ballots it lacks then lies between the voters of as many of the
smallest stations and those of as many of the largest; only what holds at both ends is said to hold.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from escrutinio.base.arrays import Int64
from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.definition import NULL, OTHERS
from escrutinio.core.election.places import Beyond
from escrutinio.core.election.rights import Rights
from escrutinio.core.election.state import REPORTED, RULED, ContestView, ElectionState, Logged
from escrutinio.core.election.totals import declared_stations
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import Basis as BasisCode
from escrutinio.core.records.codes import Method
from escrutinio.evidence.certainty.certificates import Coverage, coverage
from escrutinio.evidence.certainty.certified import BULLETIN, CLAIM, Outstanding, StatedRoll
from escrutinio.evidence.certainty.irreversibility import Certificate, certify
from escrutinio.evidence.certainty.outstanding import SmallRollError
from escrutinio.evidence.certainty.percentages import (
    Percentage,
    parse_percentage,
    stations_outside_range,
)
from escrutinio.evidence.certainty.reversal import Reversal, expected_votes, reversal
from escrutinio.evidence.certainty.rules import Rules, rules_among


def bulletin_certificate(
    state: ElectionState, bulletin: Logged[t.Bulletin], *, registered: int | None = None
) -> Certificate:
    """The certificate of what a bulletin announces, beside what the log at its size lacks in its area and
    basis. Where sheets of that size are in dispute, their votes are taken out of the announced ones.

    Raises EvidenceError for a contest, area or size that the log does not have, and for totals that are not
    of its candidates and classes.
    """
    body, about = bulletin.body, bulletin.entry.about
    basis = RULED if body.basis is BasisCode.RULED else REPORTED
    known = about.contest in state.tables and basis in {each.code for each in state.bases}
    if about.contest is None or not known or (about.area and about.area not in state.areas.index):
        raise EvidenceError("bulletin-unknown", index=bulletin.index)
    found = coverage(state, about.contest, basis, size=body.head.size, registered=registered)
    view, whole = found.contest, found.certificate(about.area)
    if len(body.counts) != len(view.candidates) or len(body.classes) != len(view.classes):
        raise EvidenceError("bulletin-unknown", index=bulletin.index)
    at = found.index[whole.area]
    disputed = (found.all_votes - found.votes)[at], (found.all_classes - found.classes)[at]

    def certified(votes: Int64, classes: Int64, as_counted: Certificate | None) -> Certificate:
        return certify(
            whole.rules, whole.candidates, votes.tolist(), whole.outstanding, classes=classes.tolist(),
            lots=whole.lots, contest=whole.contest, area=whole.area, basis=f"{BULLETIN}{body.number}",
            size=whole.size, as_counted=as_counted,
        )  # fmt: skip

    votes, classes = np.array(body.counts, np.int64), np.array(body.classes, np.int64)
    as_counted = certified(votes, classes, None)
    if not whole.outstanding.disputed:
        return as_counted
    return certified(np.maximum(votes - disputed[0], 0), np.maximum(classes - disputed[1], 0), as_counted)


@dataclass(frozen=True, eq=False)
class Outside:
    """The stations of an announcement's area: how many there are, and the voters of those of whom a number is
    known, int64 [known], with those whom the law lets vote beyond the list."""

    stations: int
    voters: Int64

    def of(self, share: Percentage) -> Outstanding:
        """What lies outside a share of the stations: for the most, as few stations counted as print as that
        share, and the largest left out; for the least, as many as do, and the smallest left out."""
        few, many = stations_outside_range(self.stations, share)
        ordered = np.sort(self.voters)
        if many > len(ordered):
            return Outstanding(None, silent=many, least=0)
        most, least = int(ordered[len(ordered) - many :].sum()), int(ordered[:few].sum())
        return Outstanding(most, silent=many, least=least)


@dataclass(frozen=True, slots=True)
class AnnouncedCertificate:
    """The certificate of announced totals, with the share they say they stand on, and the whole roll of
    `registered` voters, of whom an `average` part would be outstanding with stations of average size."""

    certificate: Certificate
    share: Percentage | None
    registered: int | None
    average: int | None
    reversal: Reversal | None


def announced_certificate(
    candidates: tuple[str, ...],
    votes: tuple[int, ...],
    *,
    share: Percentage | None,
    registered: int | None,
    outside: Outside | None = None,
    rules: Rules | None = None,
    classes: tuple[int, ...] | None = (),
    contest: str = "",
    area: str = "",
    basis: str = CLAIM,
) -> AnnouncedCertificate:
    """Certify announced totals; what is outstanding is not known without a share or the stations `outside`.

    `classes`: announced ballots of each class; None where the rules need them and nobody says them, so that
    what is outstanding is not known. Of a quorum nothing is said, since the roll is only part of an answer.
    Raises EvidenceError as `certify` does and for a share above 100 %.
    """
    counted = None if share is None else share.value
    if counted is not None and counted > 1:
        raise EvidenceError("share-over", share=share.text if share else "")
    rules = rules or Rules(Method.PLURALITY)
    left = Outstanding(None)
    if share is not None and outside is not None and classes is not None:
        left = outside.of(share)
    found = certify(
        rules, candidates, votes, left,
        classes=(0,) * (max(rules.classes, default=-1) + 1) if classes is None else classes,
        contest=contest, area=area, basis=basis,
    )  # fmt: skip
    expected = expected_votes(sum(votes), counted) if counted else None
    average = None if counted is None or registered is None else ceil((1 - counted) * registered)
    back = reversal(found, expected)
    return AnnouncedCertificate(
        found, share, registered, average, None if back is None else replace(back, capacity=average)
    )


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

    The size of the roll is `registered`, or what the claim says, or `announced_roll`. Candidates it does not
    name stand together as `others`. Raises EvidenceError as `announced_result` does, for a row without
    votes, and where nothing says how many votes those have that it does not name.
    """
    body, view = announced_result(state, claim)
    votes = {row.candidate: row.votes for row in body.rows}
    if None in votes.values() or not votes:
        raise EvidenceError("claim-no-votes", code=repr(body.code))
    if OTHERS not in votes and not votes.keys() >= set(view.candidates):
        votes[OTHERS] = _unnamed(view, body)
    share = None if body.covered is None else parse_percentage(body.covered)
    names = (*view.candidates, OTHERS) if OTHERS in votes else view.candidates
    named = tuple(name for name in names if name in votes)
    rules, roll = rules_among(view, named), announced_roll(state, view.code)
    return announced_certificate(
        named,
        tuple(votes[name] or 0 for name in named),
        share=share,
        registered=registered or body.registered or (None if roll is None else roll.voters),
        outside=_stations_of(state, view, claim.entry.about.area or view.area),
        rules=rules,
        classes=_announced_classes(view, rules, body),
        contest=view.code,
        area=claim.entry.about.area or view.area,
        basis=f"{CLAIM}{body.code}",
    )


def _unnamed(view: ContestView, body: t.Claim) -> int:
    """The votes of the candidates that a claim does not name, by the valid votes that it gives.

    Raises EvidenceError where it does not say: whoever it leaves out may be ahead of all that it names.
    """
    rest = (
        -1 if body.valid is None or view.marks > 1 else body.valid - sum(row.votes or 0 for row in body.rows)
    )
    if rest < 0:
        raise EvidenceError("claim-part", code=repr(body.code))
    return rest


def _stations_of(state: ElectionState, view: ContestView, area: str) -> Outside:
    """The stations of an area and what is known of their voters."""
    at = state.areas.index[area]
    here = view.stations & state.areas.within(at, state.roll.area)
    beyond = Beyond.of(state.areas, state.roll, state.definition.body.supplements)
    known = here & (state.roll.registered >= 0) & ~beyond.unbounded
    stations = max(int(declared_stations(state, view)[at]), int(here.sum()))
    return Outside(stations, (state.roll.registered + beyond.most)[known])


def _announced_classes(view: ContestView, rules: Rules, body: t.Claim) -> tuple[int, ...] | None:
    """The ballots of each class that a claim gives; None where the rules need one that it does not give."""
    said = {NULL: body.null}
    found = [said.get(code) for code in view.classes]
    if any(found[each] is None for each in rules.classes):
        return None
    return tuple(number or 0 for number in found)


def coverage_with_roll(
    state: ElectionState,
    contest: str,
    basis: str,
    *,
    size: int | None = None,
    registered: int | None = None,
    disputed: Collection[int] | None = None,
) -> Coverage:
    """`coverage` with the size of the roll as it was announced, where whoever asks states no other one; with
    none where the sheets at hand show that to be too small. Raises as `coverage` does."""
    if registered is None and (roll := announced_roll(state, contest, size)) is not None:
        with suppress(SmallRollError):
            return coverage(state, contest, basis, size=size, registered=roll, disputed=disputed)
    return coverage(state, contest, basis, size=size, registered=registered, disputed=disputed)


def announced_roll(state: ElectionState, contest: str, size: int | None = None) -> StatedRoll | None:
    """The number of registered voters that claims about a whole contest give by keys that may publish a roll,
    in the first `size` entries (all of them if None); None where they give none or do not agree.

    Nobody else makes the roll another one, nor what is outstanding fewer, by announcing a number.
    """
    view, rights = state.contest(contest), Rights(state.definition.body)
    found: dict[int, StatedRoll] = {}
    for logged in state.records(t.Claim, contest):
        held, number = state.keys.get(logged.entry.kid), logged.body.registered
        whole = number is not None and logged.entry.about.area in (None, view.area)
        may = held is not None and rights.may_sign(held.key.role, t.Roll)
        if number is not None and whole and may and (size is None or logged.index < size):
            found.setdefault(number, StatedRoll(number, logged.body.speaker, logged.index))
    return next(iter(found.values())) if len(found) == 1 else None
