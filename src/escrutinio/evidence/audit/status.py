"""Where an audit stands, made again from the log alone: draw, hand counts, risk after each round, what next.

A verifier needs nothing else: the sheets that were committed to are those that counted at the commitment's
log size, the boxes are drawn again from the seed, and every figure that somebody stated is compared with the
one found here.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil
from typing import Any

from escrutinio.base.errors import EvidenceError
from escrutinio.base.words.say import say_in
from escrutinio.base.words.wording import percent
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.heads import RootAt
from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import parts as p
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
from escrutinio.evidence.audit.counts import Counted
from escrutinio.evidence.audit.hot import RULE_2024, HotRule
from escrutinio.evidence.audit.measure import Bravo, Hot, Measured, Ppeb, Procedure, Srs
from escrutinio.evidence.audit.notes import MOST_NOTES, AuditFinding, note
from escrutinio.evidence.audit.outcomes import outcome_of
from escrutinio.evidence.audit.ppeb import check_risk_limit
from escrutinio.evidence.audit.records import AuditRecords, committed, read_audit
from escrutinio.evidence.audit.texts import ASIDE, NOT, STANDS, UNCOVERED, UNKNOWN

MOST_SUGGESTED = 10_000
"""Most boxes that a status suggests for the next round; more are better counted whole."""

STATED = 10**9
"""Denominator of a risk in a record."""


@dataclass(frozen=True, slots=True)
class AuditRound:
    """One round. `drawn`: its boxes in the order drawn, with repetitions; `opened`: different boxes up to
    here; `awaiting`: those of them without an agreed hand count, taken to be as wrong as they can be;
    `measured`: the risk up to here."""

    number: int
    drawn: tuple[str, ...]
    opened: int
    awaiting: tuple[str, ...]
    measured: Measured


@dataclass(frozen=True, slots=True)
class AuditStatus:
    """Where an audit stands.

    `index` and `digest` of its commitment, and what that fixes: `method`, `risk_limit`, `basis`, what is the
    `bound` of a box, the stake of the `bet` (None where the procedure does not bet), `throwers` of the seed,
    of whom digits are `awaited`, and the audit that it `follows`.
    `boxes`: how many it draws from; `margin`: the least margin of the
    outcome, in votes; `sum_of_bounds`: U, for the weighted draw. `outstanding`: what the boxes do not cover;
    `risk_outstanding`: the risk if all those voters voted against the outcome, None where their number is not
    known. `suggested`: the boxes of the next round, if they all agree enough to end the audit.
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
    suggested: tuple[str, ...]
    notes: tuple[AuditFinding, ...]

    @property
    def risk(self) -> Fraction:
        """The risk measured so far; 1 before the first round."""
        return self.rounds[-1].measured.risk if self.rounds else Fraction(1)

    @property
    def may_stop(self) -> bool:
        """Whether the risk is at the limit."""
        return self.risk <= self.risk_limit

    @property
    def more(self) -> int | None:
        """Further clean boxes that would end the audit, 0 if it may stop, None if none do or it has not
        begun."""
        return self.rounds[-1].measured.more if self.rounds else None

    def sentences(self, language: str) -> tuple[str, str]:
        """Where it stands, and what that is not, in a language. Raises KeyError for an unknown language."""
        last = self.rounds[-1] if self.rounds else None
        code = "stop" if self.may_stop else "full" if self.more is None else "more"
        if last is not None and last.awaiting and not self.may_stop:
            code = "waiting"
        if last is None:
            code = "no-seed" if self.seed is None else "no-sample"
        values = {
            "limit": percent(self.risk_limit, 0 if (100 * self.risk_limit).denominator == 1 else 2, language),
            "risk": percent(Fraction(ceil(self.risk * 10**4), 10**4), 2, language),
            "boxes": self.boxes,
            "opened": last.opened if last else 0,
            "awaiting": len(last.awaiting) if last else 0,
            "round": len(self.rounds),
            "more": self.more or 0,
            "suggested": len(self.suggested),
            "stations": self.outstanding.stations,
        }
        cover = ""
        if self.outstanding.stations and last:
            found = self.risk_outstanding
            values["worst"] = (
                "–" if found is None else percent(Fraction(ceil(found * 10**4), 10**4), 2, language)
            )
            cover = " " + say_in(language, UNKNOWN if found is None else UNCOVERED, **values)
        return say_in(language, STANDS[code], **values), say_in(language, NOT, **values) + cover


def audit_status(
    state: ElectionState,
    contest: str,
    commitment: bytes | None = None,
    *,
    rule: HotRule = RULE_2024,
    root_at: RootAt | None = None,
    attachments: Attachments | None = None,
) -> AuditStatus:
    """Make an audit again from the log: the one with this commitment's digest, or else the contest's latest.

    `root_at` checks the root in the commitment; `attachments` gives the manifest that it names. Raises
    EvidenceError where there is no such audit, no outcome to test, or nothing bounds what the boxes hold.
    """
    audit = read_audit(state, contest, commitment, root_at=root_at, attachments=attachments)
    limit = _limit(audit.body.risk_limit)
    procedure = procedure_of(state, audit, rule)
    boxes = procedure.boxes
    outstanding = uncovered_by(state, contest, boxes)
    notes = [*audit.notes, *_unlisted(audit, boxes)]
    rounds = tuple(_rounds(audit, procedure, limit, notes))
    drawn = [name for each in rounds for name in each.drawn]
    worst = None
    if rounds and outstanding.registered is not None:
        counts, _ = _accepted(audit, procedure, drawn)
        worst = procedure.measure(drawn, counts, limit, outstanding.registered).risk
    notes += _judge_results(audit, rounds)
    return AuditStatus(
        contest=contest,
        index=audit.logged.index,
        digest=audit.logged.entry.digest,
        method=audit.body.method,
        risk_limit=limit,
        basis=audit.body.basis,
        bound=audit.bound,
        bet=audit.bet if isinstance(procedure, Ppeb) else None,
        throwers=audit.throws.throwers,
        awaited=audit.throws.awaited,
        follows=audit.body.follows,
        boxes=len(boxes),
        margin=min(a.margin(boxes.sums) for a in procedure.assertions),
        sum_of_bounds=procedure.weights.sum_of_bounds if isinstance(procedure, Ppeb) else None,
        seed=audit.seed,
        rounds=rounds,
        outstanding=outstanding,
        risk_outstanding=worst,
        suggested=_suggest(audit, procedure, rounds, limit, len(drawn)),
        notes=_few(notes),
    )


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
    """The latest audit of each organisation, in log order: those that can be made again, and the others."""

    made: tuple[AuditStatus, ...] = ()
    aside: tuple[LeftAside, ...] = ()


def audit_statuses(state: ElectionState, contest: str, **asked: Any) -> Audits:
    """The latest audit of each organisation; `asked` as for `audit_status`. Nobody's odd commitment hides
    another's audit, and none is left out unsaid."""
    made, aside = [], []
    for logged in committed(state, contest):
        try:
            made.append(audit_status(state, contest, logged.entry.digest, **asked))
        except EvidenceError as why:
            aside.append(LeftAside(logged.index, logged.entry.digest, logged.entry.signer, why))
    return Audits(tuple(made), tuple(aside))


def stated_risk(risk: Fraction) -> p.Fraction:
    """A risk as a record states it: rounded up to billionths."""
    return p.Fraction(ceil(risk * STATED), STATED)


def _limit(stated: p.Fraction) -> Fraction:
    limit = Fraction(stated.numerator, stated.denominator)
    check_risk_limit(limit)
    return limit


def procedure_of(state: ElectionState, audit: AuditRecords, rule: HotRule = RULE_2024) -> Procedure:
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
            return Hot(boxes, found, centers_of(state, view.code), rule)


def _unlisted(audit: AuditRecords, boxes: Boxes) -> list[AuditFinding]:
    """Boxes that the manifest lacks; their registered voters are the bound."""
    listed = audit.bound.manifest
    if listed is None or audit.bound.source is not BoundSource.MANIFEST:
        return []
    return [note("not-listed", audit.logged.index, box=name) for name in boxes.names if name not in listed]


def _rounds(
    audit: AuditRecords, procedure: Procedure, limit: Fraction, notes: list[AuditFinding]
) -> list[AuditRound]:
    """Every round with the boxes that the seed draws, whatever its sample says, and its risk."""
    ends = list(accumulate(len(sample.stations) for sample in audit.samples))
    drawn: tuple[str, ...] = ()
    while ends and audit.seed is not None:
        try:
            drawn = procedure.draw(audit.seed, ends[-1])
            break
        except EvidenceError:
            late = audit.samples[len(ends) - 1]
            notes.append(note("sample-size", late.index, stated=len(late.stations)))
            ends.pop()
    rounds = []
    start = 0
    for number, end in enumerate(ends, start=1):
        sample, mine = audit.samples[number - 1], drawn[start:end]
        notes += _compare(number, sample.index, sample.stations, mine)
        counts, awaiting = _accepted(audit, procedure, drawn[:end], notes if end == ends[-1] else None)
        measured = procedure.measure(drawn[:end], counts, limit)
        rounds.append(AuditRound(number, mine, len(set(drawn[:end])), awaiting, measured))
        start = end
    if not isinstance(procedure, Bravo):
        inside = set(drawn)
        notes += [
            note("not-drawn", at, box=box)
            for box, at in audit.counted.first_entry.items()
            if box not in inside
        ]
    return rounds


def _compare(number: int, index: int, stated: tuple[str, ...], drawn: tuple[str, ...]) -> list[AuditFinding]:
    """The first place at which a sample names another box than the seed draws."""
    if stated == drawn:
        return []
    for place, (said, found) in enumerate(zip(stated, (*drawn, *["–"] * len(stated)), strict=False), start=1):
        if said != found:
            return [note("sample-differs", index, stated=said, place=place, round=number, drawn=found)]
    return []


def _accepted(
    audit: AuditRecords,
    procedure: Procedure,
    drawn: list[str] | tuple[str, ...],
    notes: list[AuditFinding] | None = None,
) -> tuple[dict[str, Counted], tuple[str, ...]]:
    """The hand count of each box drawn, and the boxes that have none that can be taken."""
    counts: dict[str, Counted] = {}
    awaiting = []
    for name, taken in Counter(drawn).items():
        agreed = audit.counts.get(name, [])
        at = audit.counted.first_entry.get(name, 0)
        found = None
        try:
            found = procedure.choose(name, agreed, taken)
            if len(agreed) > 1 and found is None and notes is not None:
                notes.append(note("counts-differ", at, box=name))
        except EvidenceError:
            if notes is not None:
                held = int(procedure.boxes.bound[procedure.place[name]])
                notes.append(note("above-bound", at, box=name, counted=agreed[0].vouchers, bound=held))
        if found is None:
            awaiting.append(name)
        else:
            counts[name] = found
    return counts, tuple(awaiting)


def _suggest(
    audit: AuditRecords, procedure: Procedure, rounds: tuple[AuditRound, ...], limit: Fraction, done: int
) -> tuple[str, ...]:
    """The boxes of the next round: those that would end the audit if all of them agreed."""
    if audit.seed is None:
        return ()
    more = rounds[-1].measured.more if rounds else procedure.measure((), {}, limit).more
    if isinstance(procedure, Hot):
        more = None if rounds else len(procedure.boxes)
    if not more or (more > MOST_SUGGESTED and not isinstance(procedure, Hot)):
        return ()
    try:
        return procedure.draw(audit.seed, done + more)[done:]
    except EvidenceError:
        return ()


def _judge_results(audit: AuditRecords, rounds: tuple[AuditRound, ...]) -> list[AuditFinding]:
    """Results that state another risk than is found here, to their own precision."""
    notes = []
    for index, result in audit.results:
        if not 1 <= result.round <= len(rounds):
            notes.append(note("result-early", index, round=result.round))
            continue
        found, stated = rounds[result.round - 1].measured.risk, result.risk
        if stated.numerator != ceil(found * stated.denominator):
            said = f"{stated.numerator}/{stated.denominator}"
            exact = stated_risk(found)
            notes.append(
                note(
                    "result-differs",
                    index,
                    round=result.round,
                    stated=said,
                    found=f"{exact.numerator}/{exact.denominator}",
                )
            )
    return notes


def _few(notes: list[AuditFinding]) -> tuple[AuditFinding, ...]:
    if len(notes) <= MOST_NOTES:
        return tuple(notes)
    return (*notes[:MOST_NOTES], note("more", count=len(notes) - MOST_NOTES))
