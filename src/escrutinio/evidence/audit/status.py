"""Where an audit stands, made again from the log alone: draw, hand counts, risk after each round, what next.

A verifier needs nothing else: the sheets that were committed to are those that counted at the commitment's
log size, the boxes are drawn again from the seed, and every figure that somebody stated is compared with the
one found here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import percent
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.heads import RootAt
from escrutinio.core.election.keys import side_of
from escrutinio.core.election.state import ElectionState, Logged
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod, BoundSource
from escrutinio.evidence.audit.bounds import Boxes
from escrutinio.evidence.audit.boxes import (
    Bound,
    Uncovered,
    boxes_of,
    centers_of,
    registered_of,
    uncovered_by,
)
from escrutinio.evidence.audit.compared import ComparedBox, compared_boxes
from escrutinio.evidence.audit.measure import Bravo, Hot, Ppeb, Procedure, Srs
from escrutinio.evidence.audit.notes import MOST_NOTES, AuditFinding, note
from escrutinio.evidence.audit.outcomes import outcome_of
from escrutinio.evidence.audit.ppeb import check_risk_limit
from escrutinio.evidence.audit.records import AuditRecords, read_audit
from escrutinio.evidence.audit.replay import (
    AuditRound,
    accepted,
    judge_results,
    measure,
    next_boxes,
    rounds_of,
)
from escrutinio.evidence.audit.texts import ASIDE, NOT, STANDS, UNCOVERED, UNKNOWN

MOST_AUDITS = 20
"""Most audits of a contest by one organisation that are made again; the risk of a later one is not stated."""


@dataclass(frozen=True, slots=True)
class EarlierAudit:
    """An audit that the same organisation began before: the `index` of its commitment, and its `risk`."""

    index: int
    risk: Fraction


@dataclass(frozen=True, slots=True)
class AuditStatus:
    """Where an audit stands.

    `index` and `digest` of its commitment, and what that fixes: `method`, `risk_limit`, `basis`, what is the
    `bound` of a box, the stake of the `bet` (None where the procedure does not bet), `throwers` of the seed,
    of whom digits are `awaited`, and the audit that it `follows`.
    `boxes`: how many it draws from; `margin`: the least margin of the
    outcome, in votes; `sum_of_bounds`: U, for the weighted draw. `outstanding`: what the boxes do not cover;
    `risk_outstanding`: the risk if all those voters voted against the outcome, None where their number is not
    known. `next`: the boxes of the next round, if they all agree enough to end the audit. `compared`: every
    opened box with what was reported and counted. `earlier`: what the same organisation began before it; its
    risk is not stated below theirs.
    """

    contest: str
    index: int
    digest: bytes
    method: AuditMethod
    risk_limit: Fraction
    basis: str
    bound: Bound
    bet: Fraction | None
    throwers: tuple[str, ...]
    awaited: tuple[str, ...]
    follows: bytes | None
    boxes: int
    margin: int
    sum_of_bounds: Fraction | None
    seed: str | None
    rounds: tuple[AuditRound, ...]
    outstanding: Uncovered
    risk_outstanding: Fraction | None
    next: tuple[p.Box, ...]
    notes: tuple[AuditFinding, ...]
    compared: tuple[ComparedBox, ...] = ()
    earlier: tuple[EarlierAudit, ...] = ()

    @property
    def suggested(self) -> tuple[str, ...]:
        """The stations of the next round's boxes."""
        return tuple(box.station for box in self.next)

    @property
    def measured(self) -> Fraction:
        """The risk measured so far; 1 before the first round."""
        return self.rounds[-1].measured.risk if self.rounds else Fraction(1)

    @property
    def risk(self) -> Fraction:
        """The risk as it may be stated: not below that of an earlier audit, unless all paper is counted."""
        if self.settled is not None:
            return self.measured
        return max(self.measured, *(each.risk for each in self.earlier), Fraction(0))

    @property
    def settled(self) -> bool | None:
        """Once every box is counted, whether the paper has the outcome."""
        return self.rounds[-1].settled if self.rounds else None

    @property
    def may_stop(self) -> bool:
        """Whether the risk is at the limit."""
        return self.risk <= self.risk_limit

    @property
    def more(self) -> int | None:
        """Further clean boxes that would end the audit, 0 if it may stop, None if none do or it has not
        begun."""
        return self.rounds[-1].measured.more if self.rounds else None

    @property
    def begun(self) -> bool:
        """Whether its seed is known, in part or whole, so that it cannot be begun again."""
        return bool(self.rounds or self.seed is not None or set(self.throwers) - set(self.awaited))

    @property
    def stands(self) -> str:
        """Where it stands, as a code of `texts.STANDS`."""
        last = self.rounds[-1] if self.rounds else None
        if last is None:
            return "no-seed" if self.seed is None else "no-sample"
        if last.settled is not None:
            return "settled" if last.settled else "other"
        if last.above:
            return "above"
        if self.may_stop:
            return "stop"
        if self.measured <= self.risk_limit:
            return "again"
        if last.awaiting:
            return "waiting"
        return "more" if self.next and len(self.next) == self.more else "rest" if self.next else "full"

    def sentences(self, language: str) -> tuple[str, str]:
        """Where it stands, and what that is not, in a language. Raises KeyError for an unknown language."""
        last, found = self.rounds[-1] if self.rounds else None, self.risk_outstanding
        values = {
            "limit": percent(self.risk_limit, 0 if (100 * self.risk_limit).denominator == 1 else 2, language),
            "risk": _stated(self.risk, language),
            "measured": _stated(self.measured, language),
            "earlier": ", ".join(str(each.index) for each in self.earlier),
            "box": last.above[0] if last and last.above else "–",
            "boxes": self.boxes,
            "opened": last.opened if last else 0,
            "awaiting": len(last.awaiting) if last else 0,
            "round": len(self.rounds),
            "more": self.more or 0,
            "suggested": len(self.next),
            "stations": self.outstanding.stations,
        }
        cover = ""
        if self.outstanding.stations and last:
            values["worst"] = "–" if found is None else _stated(found, language)
            cover = " " + say_in(language, UNKNOWN if found is None else UNCOVERED, **values)
        return say_in(language, STANDS[self.stands], **values), say_in(language, NOT, **values) + cover


def _stated(risk: Fraction, language: str) -> str:
    return percent(Fraction(ceil(risk * 10**4), 10**4), 2, language)


def audit_status(
    state: ElectionState,
    contest: str,
    commitment: bytes | None = None,
    *,
    root_at: RootAt | None = None,
    attachments: Attachments | None = None,
) -> AuditStatus:
    """Make an audit again from the log: the one with this commitment's digest, or else the contest's latest.

    `root_at` checks the root in the commitment; `attachments` gives the manifest that it names. Raises
    EvidenceError where there is no such audit, no outcome to test, or nothing bounds what the boxes hold.
    """
    asked: dict[str, Any] = {"root_at": root_at, "attachments": attachments}
    found = _made_again(state, contest, commitment, **asked)
    return _after(found, _audits_before(state, contest, found), asked, state)


def _audits_before(state: ElectionState, contest: str, found: AuditStatus) -> list[Logged[t.AuditCommitment]]:
    """The commitments of the same organisation before this one, in the log's order."""
    audits = state.records(t.AuditCommitment, contest)
    mine = {side_of(each.entry.signer) for each in audits if each.index == found.index}
    return [each for each in audits if side_of(each.entry.signer) in mine and each.index < found.index]


def _after(
    found: AuditStatus,
    before: Sequence[Logged[t.AuditCommitment]],
    asked: dict[str, Any],
    state: ElectionState,
) -> AuditStatus:
    """An audit with what its organisation began before it."""
    earlier = []
    for logged in before[:MOST_AUDITS]:
        try:
            each = _made_again(state, found.contest, logged.entry.digest, **asked)
        except EvidenceError:
            earlier += _lost(state, logged)
            continue
        if each.begun:
            earlier.append(EarlierAudit(each.index, each.measured))
    earlier += [EarlierAudit(each.index, Fraction(1)) for each in before[MOST_AUDITS:]]
    return replace(found, earlier=tuple(earlier))


def _lost(state: ElectionState, logged: Logged[t.AuditCommitment]) -> list[EarlierAudit]:
    """An audit that cannot be made again and had digits of its seed: its manifest may be kept back."""
    seeds = state.records(t.AuditSeed, logged.entry.about.contest)
    begun = any(each.body.commitment == logged.entry.digest for each in seeds)
    return [EarlierAudit(logged.index, Fraction(1))] if begun else []


def _made_again(
    state: ElectionState,
    contest: str,
    commitment: bytes | None,
    *,
    root_at: RootAt | None,
    attachments: Attachments | None,
) -> AuditStatus:
    audit = read_audit(state, contest, commitment, root_at=root_at, attachments=attachments)
    limit = _limit(audit.body.risk_limit)
    procedure = procedure_of(state, audit)
    boxes = procedure.boxes
    outstanding = uncovered_by(state, contest, boxes)
    notes = [*audit.notes, *_unlisted(audit, boxes)]
    rounds = rounds_of(audit, procedure, limit, notes)
    notes += judge_results(audit, rounds)
    return AuditStatus(
        contest=contest,
        index=audit.logged.index,
        digest=audit.logged.entry.digest,
        method=audit.body.method,
        risk_limit=limit,
        basis=audit.body.basis,
        bound=audit.bound,
        bet=audit.bet if isinstance(procedure, Ppeb | Hot) else None,
        throwers=audit.throws.throwers,
        awaited=audit.throws.awaited,
        follows=audit.body.follows,
        boxes=len(boxes),
        margin=min(a.margin(boxes.sums) for a in procedure.assertions),
        sum_of_bounds=procedure.weights.sum_of_bounds if isinstance(procedure, Ppeb) else None,
        seed=audit.seed,
        rounds=rounds,
        outstanding=outstanding,
        risk_outstanding=_with_outstanding(audit, procedure, rounds, limit, outstanding.registered),
        next=next_boxes(audit, procedure, rounds, limit),
        notes=_few(notes),
        compared=compared_boxes(audit, procedure, rounds),
    )


def _with_outstanding(
    audit: AuditRecords,
    procedure: Procedure,
    rounds: Sequence[AuditRound],
    limit: Fraction,
    voters: int | None,
) -> Fraction | None:
    """The risk if so many voters without a box voted against the outcome."""
    if not rounds or voters is None:
        return None
    drawn = [name for each in rounds if not each.rest for name in each.drawn]
    counts = accepted(audit, procedure, [name for each in rounds for name in each.drawn]).counts
    settled = procedure.settled(counts, voters)
    if settled is not None:
        return Fraction(not settled)
    if rounds[-1].above:
        return Fraction(1)
    return measure(audit, procedure, drawn, counts, limit, voters).risk


@dataclass(frozen=True, slots=True)
class LeftAside:
    """A commitment whose audit cannot be made again: its `index`, `digest` and `signer`, and why not."""

    index: int
    digest: bytes
    signer: str
    why: EvidenceError

    def said_in(self, language: str) -> str:
        """That it is left aside and why, in a language. Raises KeyError for an unknown language."""
        return say_in(language, ASIDE, entry=self.index, signer=self.signer, why=self.why)


@dataclass(frozen=True, slots=True)
class Audits:
    """All audits of a contest, in log order: those that can be made again, and the others."""

    made: tuple[AuditStatus, ...] = ()
    aside: tuple[LeftAside, ...] = ()


def audit_statuses(
    state: ElectionState,
    contest: str,
    *,
    root_at: RootAt | None = None,
    attachments: Attachments | None = None,
) -> Audits:
    """All audits of a contest, none forgotten, each beside those that its organisation began before; the
    first `MOST_AUDITS` of an organisation. Nobody's odd commitment hides another's audit."""
    made, aside = [], []
    begun: dict[str, list[EarlierAudit]] = {}
    seen: Counter[str] = Counter()
    for logged in state.records(t.AuditCommitment, contest):
        mine = side_of(logged.entry.signer)
        seen[mine] += 1
        if seen[mine] > MOST_AUDITS:
            why = EvidenceError("audit-too-many", limit=MOST_AUDITS, organisation=mine)
            aside.append(LeftAside(logged.index, logged.entry.digest, logged.entry.signer, why))
            continue
        try:
            found = _made_again(state, contest, logged.entry.digest, root_at=root_at, attachments=attachments)
        except EvidenceError as why:
            aside.append(LeftAside(logged.index, logged.entry.digest, logged.entry.signer, why))
            begun.setdefault(mine, []).extend(_lost(state, logged))
            continue
        earlier = begun.setdefault(mine, [])
        made.append(replace(found, earlier=tuple(earlier)))
        if found.begun:
            earlier.append(EarlierAudit(found.index, found.measured))
    return Audits(tuple(made), tuple(aside))


def _limit(stated: p.Fraction) -> Fraction:
    limit = Fraction(stated.numerator, stated.denominator)
    check_risk_limit(limit)
    return limit


def procedure_of(state: ElectionState, audit: AuditRecords) -> Procedure:
    """How an audit draws and measures, over the boxes that it committed to. Raises EvidenceError."""
    view, size = state.contest(audit.contest), audit.sheets_below
    boxes = boxes_of(state, view.code, audit.body.basis, size=size, bound=audit.bound)
    found = outcome_of(view, boxes, registered=registered_of(state, view.code))
    match audit.body.method:
        case AuditMethod.PPEB_BETTING:
            return Ppeb(boxes, found, audit.bet)
        case AuditMethod.SRS_ALPHA:
            return Srs(boxes, found)
        case AuditMethod.BRAVO:
            return Bravo(boxes, found)
        case AuditMethod.HOT_AUDIT:
            centers = centers_of(state, view.code)
            return Hot(boxes, found, centers, seed=audit.seed, bet=audit.bet)


def _unlisted(audit: AuditRecords, boxes: Boxes) -> list[AuditFinding]:
    """Boxes that the manifest lacks; their registered voters are the bound."""
    listed = audit.bound.manifest
    if listed is None or audit.bound.source is not BoundSource.MANIFEST:
        return []
    return [note("not-listed", audit.logged.index, box=name) for name in boxes.names if name not in listed]


def _few(notes: list[AuditFinding]) -> tuple[AuditFinding, ...]:
    if len(notes) <= MOST_NOTES:
        return tuple(notes)
    return (*notes[:MOST_NOTES], note("more", count=len(notes) - MOST_NOTES))
