"""An audit made again from the log alone: draw, hand counts, risk after each round, what next.

A verifier needs nothing else: the sheets that were committed to are those that counted at the commitment's
log size, the boxes are drawn again from the seed, and every figure that somebody stated is compared with the
one found here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.heads import RootAt
from escrutinio.core.election.keys import side_of
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ElectionState, Logged
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod
from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes, error_bounds
from escrutinio.evidence.audit.boxes import (
    Uncovered,
    boxes_of,
    centers_of,
    raised_since,
    registered_of,
    uncovered_by,
)
from escrutinio.evidence.audit.compared import compared_boxes
from escrutinio.evidence.audit.frame import Frame
from escrutinio.evidence.audit.measure import Bravo, Hot, Ppeb, Procedure, Srs
from escrutinio.evidence.audit.notes import MOST_NOTES, AuditFinding, note
from escrutinio.evidence.audit.outcomes import outcome_of
from escrutinio.evidence.audit.pool import Pool, pooled
from escrutinio.evidence.audit.ppeb import check_risk_limit
from escrutinio.evidence.audit.records import AuditRecords, audits_of, contests_of, read_audit
from escrutinio.evidence.audit.replay import AuditRound, judge_results, next_boxes, rounds_of
from escrutinio.evidence.audit.since import of_bounds, official_otherwise, sheets_since
from escrutinio.evidence.audit.standing import (
    Audits,
    AuditStatus,
    ContestStanding,
    EarlierAudit,
    LeftAside,
)

MOST_AUDITS = 20
"""Most audits of a contest by one organisation that are made again; the risk of a later one is not stated."""


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
    making = _Making(state, root_at, attachments)
    return making.after_earlier(making.again(contest, commitment))


def audit_statuses(
    state: ElectionState,
    contest: str,
    *,
    root_at: RootAt | None = None,
    attachments: Attachments | None = None,
) -> Audits:
    """All audits of a contest, none forgotten, each beside those that its organisation began before; the
    first `MOST_AUDITS` of an organisation. Nobody's odd commitment hides another's audit."""
    making = _Making(state, root_at, attachments)
    made, aside = [], []
    seen: Counter[str] = Counter()
    for logged in audits_of(state, contest):
        mine = side_of(logged.entry.signer)
        seen[mine] += 1
        try:
            if seen[mine] > MOST_AUDITS:
                raise EvidenceError("audit-too-many", limit=MOST_AUDITS, organisation=mine)
            made.append(making.after_earlier(making.again(contest, logged.entry.digest)))
        except EvidenceError as why:
            aside.append(LeftAside(logged.index, logged.entry.digest, logged.entry.signer, why))
    return Audits(tuple(made), tuple(aside))


@dataclass(eq=False)
class _Making:
    """Audits of one state, each made once."""

    state: ElectionState
    root_at: RootAt | None
    attachments: Attachments | None
    kept: dict[bytes, AuditStatus | EvidenceError] = field(default_factory=dict)

    def again(self, contest: str, commitment: bytes | None) -> AuditStatus:
        """An audit without those before it. Raises EvidenceError."""
        if commitment is None or commitment not in self.kept:
            found: AuditStatus | EvidenceError
            try:
                found = self._made(contest, commitment)
            except EvidenceError as error:
                found = error
            if commitment is None:
                commitment = b"" if isinstance(found, EvidenceError) else found.digest
            self.kept[commitment] = found
        kept = self.kept[commitment]
        if isinstance(kept, EvidenceError):
            raise kept
        return kept

    def after_earlier(self, found: AuditStatus) -> AuditStatus:
        """An audit with what its organisation began before it, of any of its contests."""
        contests = [each.contest for each in found.contests]
        audits = audits_of(self.state, *contests)
        otherwise = self._otherwise(found, audits)
        mine = {side_of(each.entry.signer) for each in audits if each.index == found.index}
        before = [each for each in audits if side_of(each.entry.signer) in mine and each.index < found.index]
        earlier = []
        for logged in before[:MOST_AUDITS]:
            try:
                each = self.again(contests_of(logged)[0], logged.entry.digest)
            except EvidenceError:
                earlier += _lost(self.state, logged)
                continue
            if each.begun:
                shared = [one for one in each.contests if one.contest in contests]
                refuted = any(one.settled is False for one in shared)
                earlier.append(EarlierAudit(each.index, max(one.measured for one in shared), refuted))
        earlier += [EarlierAudit(each.index, Fraction(1)) for each in before[MOST_AUDITS:]]
        notes = (*found.notes, *(note("counted-otherwise", index) for index in otherwise))
        return replace(found, earlier=tuple(earlier), notes=notes)

    def _otherwise(self, found: AuditStatus, audits: Sequence[Logged[t.AuditCommitment]]) -> list[int]:
        """The entries of other audits, whoever's, in which all the paper of a contest was counted too and
        came to something else."""
        settled = {each.contest: each.settled for each in found.contests if each.settled is not None}
        others = []
        for logged in audits if settled else ():
            if logged.index == found.index:
                continue
            try:
                other = self.again(contests_of(logged)[0], logged.entry.digest)
            except EvidenceError:
                continue
            ends = [
                settled.get(each.contest) is not each.settled
                for each in other.contests
                if each.settled is not None and each.contest in settled
            ]
            if any(ends):
                others.append(logged.index)
        return others

    def _made(self, contest: str, commitment: bytes | None) -> AuditStatus:
        state = self.state
        audit = read_audit(state, contest, commitment, root_at=self.root_at, attachments=self.attachments)
        limit = _limit(audit.body.risk_limit)
        frame = frame_of(state, audit)
        notes = [*audit.notes, *of_bounds(state, audit, frame), *official_otherwise(state, audit, frame)]
        rounds = rounds_of(audit, frame, limit, notes)
        notes += judge_results(audit, rounds)
        first = frame.first
        contests = _contests(state, audit, frame, rounds, limit)
        for each in contests:
            if each.since.changed or each.since.added:
                values = {
                    "changed": each.since.changed,
                    "added": each.since.added,
                    "size": audit.sheets_below,
                }
                notes.append(note("sheets-since", audit.logged.index, **values))
        return AuditStatus(
            contest=audit.contest,
            index=audit.logged.index,
            by=audit.organisation,
            size=audit.sheets_below,
            digest=audit.logged.entry.digest,
            method=audit.body.method,
            risk_limit=limit,
            contests=contests,
            bet=audit.bet if isinstance(first, Ppeb | Hot) else None,
            throwers=audit.throws.throwers,
            awaited=audit.throws.awaited,
            begun=audit.throws.begun,
            follows=audit.body.follows,
            boxes=len(frame.names),
            sum_of_bounds=first.weights.sum_of_bounds if isinstance(first, Ppeb) else None,
            seed=audit.seed,
            rounds=rounds,
            next=next_boxes(audit, frame, rounds, limit),
            notes=_few(notes),
            compared=compared_boxes(audit, frame, rounds),
        )


def _lost(state: ElectionState, logged: Logged[t.AuditCommitment]) -> list[EarlierAudit]:
    """An audit that cannot be made again and had digits of its seed, whatever contest these were said of: its
    manifest may be kept back."""
    named = {side_of(name) for name in (logged.entry.signer, *logged.body.throwers, *logged.body.counters)}
    begun = any(
        each.body.commitment == logged.entry.digest and side_of(each.entry.signer) in named
        for each in state.records(t.AuditSeed)
    )
    return [EarlierAudit(logged.index, Fraction(1))] if begun else []


def _contests(
    state: ElectionState,
    audit: AuditRecords,
    frame: Frame,
    rounds: Sequence[AuditRound],
    limit: Fraction,
) -> tuple[ContestStanding, ...]:
    """Where each contest stands, also with all who could still vote in it against its outcome."""
    covers = {name: uncovered_by(state, name, part.boxes) for name, part in frame.parts.items()}
    worst = _with_outstanding(audit, frame, rounds, limit, covers)
    settled = rounds[-1].ends if rounds else {}
    found = []
    for part in audit.parts:
        procedure = frame.parts[part.contest]
        boxes = procedure.boxes
        found.append(
            ContestStanding(
                part.contest,
                state.contest(part.contest).titles,
                part.basis,
                part.bound,
                len(boxes),
                min(a.margin(boxes.sums) for a in procedure.assertions),
                rounds[-1].risks[part.contest].risk if rounds else Fraction(1),
                covers[part.contest],
                worst.get(part.contest),
                settled.get(part.contest),
                sheets_since(state, audit, part.contest, procedure),
            )
        )
    return tuple(found)


def _with_outstanding(
    audit: AuditRecords,
    frame: Frame,
    rounds: Sequence[AuditRound],
    limit: Fraction,
    covers: Mapping[str, Uncovered],
) -> dict[str, Fraction]:
    """The risk of each contest if all voters without a box voted against the outcome, where their number is
    known."""
    voters = {name: each.registered for name, each in covers.items() if each.registered is not None}
    if not rounds or not voters:
        return {}
    drawn = [name for each in rounds if not each.rest for name in each.drawn]
    counts = frame.accepted(audit.counted, [name for each in rounds for name in each.drawn]).counts
    risks = frame.measure(drawn, counts, limit, audit.throws.share, voters)
    return {name: risks[name].risk for name in voters}


def _limit(stated: p.Fraction) -> Fraction:
    limit = Fraction(stated.numerator, stated.denominator)
    check_risk_limit(limit)
    return limit


def frame_of(state: ElectionState, audit: AuditRecords) -> Frame:
    """How an audit draws and measures, over the boxes that it committed to. Raises EvidenceError."""
    method, several = audit.body.method, len(audit.parts) > 1
    for mixed in (part.bound.mixed for part in audit.parts if method is AuditMethod.HOT_AUDIT):
        for names in mixed.values():
            raise EvidenceError("hot-mixed", together=", ".join(names))
    found = {}
    for part in audit.parts:
        view = state.contest(part.contest)
        boxes = boxes_of(
            state, view.code, part.basis, size=audit.sheets_below, bound=part.bound, roll=audit.roll
        )
        voters = registered_of(state, view.code, audit.roll)
        found[part.contest] = boxes, outcome_of(view, boxes, registered=voters)
    pool = pool_of(tuple(found.values())) if several else None
    centers = _centers(state, tuple(found), audit.roll) if method is AuditMethod.HOT_AUDIT else {}

    def procedure(boxes: Boxes, outcome: tuple[Assertion, ...]) -> Procedure:
        match method:
            case AuditMethod.PPEB_BETTING:
                return Ppeb(boxes, outcome, audit.bet, pool)
            case AuditMethod.SRS_ALPHA:
                return Srs(boxes, outcome, pool)
            case AuditMethod.BRAVO:
                return Bravo(boxes, outcome, pool)
            case AuditMethod.HOT_AUDIT:
                return Hot(boxes, outcome, centers, seed=audit.seed, bet=audit.bet, pool=pool)

    raised = {
        part.contest: raised_since(state, found[part.contest][0], part.bound, audit.roll, part.newer)
        for part in audit.parts
    }
    return Frame({name: procedure(*each) for name, each in found.items()}, raised)


def pool_of(contests: Sequence[tuple[Boxes, Sequence[Assertion]]]) -> Pool:
    """What is drawn from where these contests are audited together: their boxes and outcomes."""
    return pooled([(boxes, error_bounds(boxes, outcome)) for boxes, outcome in contests])


def _centers(state: ElectionState, contests: Sequence[str], roll: Roll) -> dict[str, list[str]]:
    """The stations of some contests by center, both by code, by a roll."""
    found: dict[str, set[str]] = {}
    for contest in contests:
        for center, stations in centers_of(state, contest, roll).items():
            found.setdefault(center, set()).update(stations)
    return {center: sorted(stations) for center, stations in found.items()}


def _few(every: list[AuditFinding]) -> tuple[AuditFinding, ...]:
    """Each note once, and no more than `MOST_NOTES` of them; each code has its share of these, so that nobody
    hides one kind behind many of another."""
    notes = list(dict.fromkeys(every))
    if len(notes) <= MOST_NOTES:
        return tuple(notes)
    share, seen, shown = MOST_NOTES // len({each.code for each in notes}), Counter[str](), []
    for each in notes:
        seen[each.code] += 1
        if seen[each.code] <= share:
            shown.append(each)
    return (*shown, note("more", count=len(notes) - len(shown)))
