"""Reading an audit off the log: commitment, digits, samples, hand counts, results, in the log's order.

What does not fit (a seed from before the commitment, a sample out of turn, a signer whom the commitment does
not name) is left out and noted; nothing a stranger writes can change a draw or a risk.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.control import Attachments
from escrutinio.core.election.heads import RootAt, differs_from_log
from escrutinio.core.election.keys import side_of
from escrutinio.core.election.roll import Roll
from escrutinio.core.election.state import ElectionState, Logged, Standing
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import AuditMethod, BoundSource
from escrutinio.evidence.audit.boxes import Bound, read_manifest
from escrutinio.evidence.audit.counts import AGREEING, BoxCounts, Promised, counts_of
from escrutinio.evidence.audit.draw import MAX_DRAWS
from escrutinio.evidence.audit.notes import AuditFinding, note
from escrutinio.evidence.audit.ppeb import BET
from escrutinio.evidence.audit.roll_then import roll_at, roll_changes
from escrutinio.evidence.audit.seeds import Throws

B = TypeVar("B", t.CountCommitment, t.MixedCount)


@dataclass(frozen=True, slots=True)
class StatedSample:
    """A sample as the log has it: the boxes of one round, its log index, and whether whoever began the audit
    says it, who alone may open all the rest of the paper by one."""

    index: int
    boxes: tuple[p.Box, ...]
    own: bool = True


@dataclass(frozen=True, slots=True)
class AuditPart:
    """One contest of an audit: the basis whose sheets are audited, and what bounds its boxes. `newer`: how
    many ballots they hold at most by later manifests of whoever made the one that bounds them, and
    `entries`, where these stand."""

    contest: str
    basis: str
    bound: Bound
    newer: Mapping[str, int] = field(default_factory=dict)
    entries: tuple[int, ...] = ()


@dataclass(eq=False)
class AuditRecords:
    """All that the log has of one audit. `contest`: the one that its records are about; `parts`: all of its
    contests, that one first. `roll`: the one that stood when it was committed to. `throws`: what is known of
    its seed; `results`: each with its index, `stated` the same by organisation and digest; `counted`: the
    hand counts, by contest."""

    contest: str
    logged: Logged[t.AuditCommitment]
    throws: Throws
    parts: tuple[AuditPart, ...]
    roll: Roll
    samples: list[StatedSample] = field(default_factory=list)
    results: list[tuple[int, t.AuditResult]] = field(default_factory=list)
    stated: dict[tuple[str, bytes], int] = field(default_factory=dict)
    counted: dict[str, BoxCounts] = field(default_factory=dict)
    sampled: dict[str, list[int]] = field(default_factory=dict)
    seed: str | None = None
    seed_index: int | None = None
    notes: list[AuditFinding] = field(default_factory=list)

    @property
    def body(self) -> t.AuditCommitment:
        """What the commitment says."""
        return self.logged.body

    @property
    def organisation(self) -> str:
        """Whoever committed to the audit."""
        return side_of(self.logged.entry.signer)

    @property
    def bet(self) -> Fraction:
        """The stake of its betting."""
        stated = self.body.bet
        return BET if stated is None else Fraction(stated.numerator, stated.denominator)

    @property
    def sheets_below(self) -> int:
        """The log size whose sheets are audited: the head's, and never beyond the commitment itself."""
        return min(self.body.head.size, self.logged.index)

    def of(self, contest: str) -> AuditPart:
        """What the audit is of a contest of it. Raises StopIteration for one that is none of it."""
        return next(each for each in self.parts if each.contest == contest)

    def samples_of(self, box: str) -> Sequence[int]:
        """Of single vouchers, the indexes of the samples that name a box, after each of which it is counted;
        none where boxes are counted whole."""
        return self.sampled.get(box, ())

    def names(self, signer: str) -> bool:
        """Whether the commitment names this signer's organisation, or it is the one that committed."""
        return side_of(signer) in {
            self.organisation,
            *map(side_of, (*self.body.counters, *self.body.throwers)),
        }


def read_audit(
    state: ElectionState,
    contest: str,
    commitment: bytes | None = None,
    *,
    root_at: RootAt | None = None,
    attachments: Attachments | None = None,
) -> AuditRecords:
    """Read one audit of a contest: the one whose commitment has this digest, the latest where none is given.

    `root_at`, where given, checks the root that the commitment names; `attachments` gives the manifest of the
    boxes, where the audit has one. Raises EvidenceError where the log has no such commitment, or its manifest
    is not there.
    """
    found = [each for each in audits_of(state, contest) if commitment in (None, each.entry.digest)]
    if not found:
        raise EvidenceError("audit-uncommitted", contest=repr(contest[:80]))
    logged, body = found[-1], found[-1].body
    throwers = tuple(dict.fromkeys(map(side_of, body.throwers)))
    counters = tuple(dict.fromkeys(map(side_of, body.counters)))
    throws = Throws(side_of(logged.entry.signer), throwers, counters, logged.index)
    about = logged.entry.about.contest or ""
    roll = roll_at(state, logged.index, attachments)
    audit = AuditRecords(about, logged, throws, _parts(state, logged, attachments), roll)
    if changes := roll_changes(state, logged.index):
        audit.notes.append(note("roll-changed", logged.index, changes=", ".join(map(str, changes[:20]))))
    _check_head(state, audit, root_at)
    _check_following(state, audit)
    if len(counters) < AGREEING:
        audit.notes.append(note("no-observers", logged.index))
    for each in state.controls:
        said = each.entry.body
        if not isinstance(said, t.DigitsCommitment | t.AuditSeed | t.AuditSample | t.AuditResult):
            continue
        if said.commitment == audit_of(audit) and each.standing is Standing.EFFECTIVE:
            _take(audit, each, said)
    if (seed := throws.seed()) is not None:
        audit.seed, audit.seed_index = seed
    audit.notes += throws.notes
    since = audit.samples[0].index if audit.samples else None
    if body.method is AuditMethod.BRAVO:
        for sample in audit.samples:
            for box in {each.station for each in sample.boxes}:
                audit.sampled.setdefault(box, []).append(sample.index)
    for part in audit.parts:
        for box, names in part.bound.mixed.items():
            audit.notes.append(note("mixed", logged.index, box=box, together=", ".join(names)))
        promised = _promised(state, audit_of(audit), part)
        audit.counted[part.contest] = counts_of(
            state,
            part.contest,
            audit_of(audit),
            body.counters,
            promised,
            audit.notes,
            since=since,
            drawn=audit.sampled,
        )
    return audit


def _promised(state: ElectionState, commitment: bytes, part: AuditPart) -> Promised:
    """What the log has of the counts of a contest for the audit with this commitment."""

    def mine(records: Iterable[Logged[B]]) -> list[Logged[B]]:
        return [each for each in records if each.body.commitment == commitment]

    return Promised(
        mine(state.records(t.CountCommitment, part.contest)),
        mine(state.records(t.MixedCount, part.contest)),
        part.bound.mixed,
    )


def contests_of(logged: Logged[t.AuditCommitment]) -> tuple[str, ...]:
    """The contests of an audit by their codes, the one that its records are about first."""
    return (logged.entry.about.contest or "", *(each.contest for each in logged.body.beside or ()))


def audits_of(state: ElectionState, *contests: str) -> list[Logged[t.AuditCommitment]]:
    """The commitments to audits of any of these contests, in the log's order."""
    wanted = set(contests)
    return [each for each in state.records(t.AuditCommitment) if not wanted.isdisjoint(contests_of(each))]


def _parts(
    state: ElectionState, logged: Logged[t.AuditCommitment], attachments: Attachments | None
) -> tuple[AuditPart, ...]:
    """The contests of an audit with what bounds their boxes. Raises EvidenceError."""
    body, contests = logged.body, contests_of(logged)
    if len(set(contests)) < len(contests):
        raise EvidenceError("audit-contest-twice")
    first = p.AuditedContest(contests[0], body.basis, body.bound, body.most, body.manifest)
    every = (first, *(body.beside or ()))
    return tuple(part_of(state, each, contests, logged.index, attachments) for each in every)


def part_of(
    state: ElectionState,
    asked: p.AuditedContest,
    contests: Sequence[str],
    size: int,
    attachments: Attachments | None,
) -> AuditPart:
    """What is audited of a contest, for a commitment at the index `size` to an audit of these contests, any
    of which may be the one of its manifest. Raises EvidenceError where there is no such contest, or its
    manifest is not there."""
    if asked.contest not in state.tables:
        raise EvidenceError("contest-unknown", contest=repr(asked.contest[:80]))
    bound = bound_of(state, contests, asked.bound, asked.most, asked.manifest, size, attachments)
    newer, entries = _newer_manifests(state, contests, asked.manifest, attachments)
    return AuditPart(asked.contest, asked.basis, bound, newer, entries)


def audit_of(audit: AuditRecords) -> bytes:
    """The digest of an audit's commitment, by which its records name it."""
    return audit.logged.entry.digest


def latest_of(
    state: ElectionState, contests: Sequence[str], organisation: str
) -> Logged[t.AuditCommitment] | None:
    """The last audit of any of these contests that an organisation committed to; None without one."""
    audits = audits_of(state, *contests)
    mine = (each for each in reversed(audits) if side_of(each.entry.signer) == organisation)
    return next(mine, None)


def bound_of(
    state: ElectionState,
    contests: Sequence[str],
    source: BoundSource,
    most: int | None,
    manifest: bytes | None,
    size: int,
    attachments: Attachments | None,
) -> Bound:
    """What bounds the boxes of an audit by its commitment, which stands at the index `size`; `manifest` is
    the digest of a record below it. Raises EvidenceError where its manifest is not there, also where only
    other numbers bound the boxes: it says which of them are mixed, and so what is drawn."""
    for logged in state.records(t.BallotManifest):
        mine = logged.entry.digest == manifest and logged.entry.about.contest in contests
        if mine and logged.index < size:
            raw = None if attachments is None else attachments(logged.body.boxes.digest)
            if raw is None:
                break
            return Bound(source, most, read_manifest(raw))
    if manifest is None and source is not BoundSource.MANIFEST:
        return Bound(source, most)
    raise EvidenceError("manifest-missing", index=size)


def _newer_manifests(
    state: ElectionState, contests: Sequence[str], manifest: bytes | None, attachments: Attachments | None
) -> tuple[dict[str, int], tuple[int, ...]]:
    """How many ballots each station's boxes hold at most by the manifests that the same organisation made
    after this one, as far as their tables are at hand, and where these stand."""
    made = {each.entry.digest: each for each in state.records(t.BallotManifest)}
    named, most, entries = made.get(manifest or b""), dict[str, int](), []
    for logged in made.values():
        if named is None or logged.index <= named.index or logged.entry.about.contest not in contests:
            continue
        if side_of(logged.entry.signer) != side_of(named.entry.signer):
            continue
        entries.append(logged.index)
        raw = None if attachments is None else attachments(logged.body.boxes.digest)
        with suppress(EvidenceError):
            for name, number in read_manifest(raw or b"").most.items():
                most[name] = max(number, most.get(name, 0))
    return most, tuple(entries)


def _check_head(state: ElectionState, audit: AuditRecords, root_at: RootAt | None) -> None:
    head, index = audit.body.head, audit.logged.index
    charter = None if state.charter is None else state.charter.body
    said: dict[str, str | int] = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
    for what in differs_from_log(head, index, charter, root_at):
        audit.notes.append(note("head", index, what=said[what]))


def _check_following(state: ElectionState, audit: AuditRecords) -> None:
    """An audit names the one of the same organisation that went before it."""
    earlier = {
        each.entry.digest: each
        for each in audits_of(state, *(part.contest for part in audit.parts))
        if each.index < audit.logged.index
    }
    mine = [each for each in earlier.values() if side_of(each.entry.signer) == audit.organisation]
    if audit.body.follows is not None and audit.body.follows not in earlier:
        audit.notes.append(note("follows-unknown", audit.logged.index))
    elif mine and audit.body.follows != mine[-1].entry.digest:
        audit.notes.append(note("repeated", audit.logged.index, first=mine[-1].index))


def _take(
    audit: AuditRecords,
    logged: Logged[t.Body],
    said: t.DigitsCommitment | t.AuditSeed | t.AuditSample | t.AuditResult,
) -> None:
    index, signer = logged.index, logged.entry.signer
    if isinstance(said, t.DigitsCommitment):
        audit.throws.commits(index, signer, said)
    elif isinstance(said, t.AuditSeed):
        audit.throws.opens(index, signer, said)
    elif not audit.names(signer):
        audit.notes.append(note("not-named", index, signer=signer))
    elif isinstance(said, t.AuditSample):
        _take_sample(audit, index, signer, said)
    else:
        _take_result(audit, logged, said)


def _take_sample(audit: AuditRecords, index: int, signer: str, said: t.AuditSample) -> None:
    """Samples come round after round, from 1; the same sample said again changes nothing."""
    expected = len(audit.samples) + 1
    if 1 <= said.round < expected and said.boxes == audit.samples[said.round - 1].boxes:
        return
    if said.round != expected or audit.throws.awaited or not said.boxes:
        audit.notes.append(note("sample-order", index, round=said.round, expected=expected))
    elif sum(len(sample.boxes) for sample in audit.samples) + len(said.boxes) > MAX_DRAWS:
        audit.notes.append(note("sample-size", index, stated=len(said.boxes)))
    else:
        audit.samples.append(StatedSample(index, said.boxes, side_of(signer) == audit.organisation))


def _take_result(audit: AuditRecords, logged: Logged[t.Body], said: t.AuditResult) -> None:
    """A result; one that corrects another of the same organisation takes its place."""
    mine = side_of(logged.entry.signer)
    if said.corrects is not None:
        before = audit.stated.get((mine, said.corrects))
        if before is None:
            audit.notes.append(note("corrects-unknown", logged.index))
        else:
            audit.results = [each for each in audit.results if each[0] != before]
            audit.notes.append(note("result-corrected", logged.index, first=before))
    audit.stated[mine, logged.entry.digest] = logged.index
    audit.results.append((logged.index, said))
