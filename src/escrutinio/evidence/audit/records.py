"""Reading an audit off the log: commitment, seed, samples, hand counts, results, in the log's order.

What does not fit (a seed from before the commitment, a sample out of turn, a signer whom the commitment does
not name) is left out and noted; nothing a stranger writes can change a draw or a risk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from escrutinio.base.errors import EvidenceError
from escrutinio.core.election.keys import organisation_of
from escrutinio.core.election.state import ElectionState, Logged, SheetTable, Standing, Status
from escrutinio.core.election.totals import by_candidate
from escrutinio.core.records import types as t
from escrutinio.evidence.audit.draw import MAX_DRAWS, check_seed
from escrutinio.evidence.audit.notes import AuditFinding, note

RootAt = Callable[[int], bytes]
"""The root hash of the log at a size."""

AGREEING = 2
"""How many named organisations must sign equal hand counts."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A hand count on which two named organisations agree: `votes` per candidate, `other` null and blank
    vouchers, `index` of its first entry."""

    votes: tuple[int, ...]
    other: int
    index: int

    @property
    def vouchers(self) -> int:
        """All vouchers counted."""
        return sum(self.votes) + self.other


@dataclass(frozen=True, slots=True)
class StatedSample:
    """A sample as the log has it: the stations of one round, and its log index."""

    index: int
    stations: tuple[str, ...]


@dataclass(eq=False)
class AuditRecords:
    """All that the log has of one audit. `counts`: per station the hand counts that two organisations agree
    on; `unagreed`: hand counts by station with the first entry; `results` by round."""

    contest: str
    logged: Logged[t.AuditCommitment]
    seed: str | None = None
    seed_index: int | None = None
    samples: list[StatedSample] = field(default_factory=list)
    results: list[tuple[int, t.AuditResult]] = field(default_factory=list)
    counts: dict[str, list[Counted]] = field(default_factory=dict)
    first_entry: dict[str, int] = field(default_factory=dict)
    notes: list[AuditFinding] = field(default_factory=list)

    @property
    def body(self) -> t.AuditCommitment:
        """What the commitment says."""
        return self.logged.body

    @property
    def organisation(self) -> str:
        """Whoever committed to the audit."""
        return organisation_of(self.logged.entry.signer)

    @property
    def sheets_below(self) -> int:
        """The log size whose sheets are audited: the head's, and never beyond the commitment itself."""
        return min(self.body.head.size, self.logged.index)

    def names(self, signer: str) -> bool:
        """Whether the commitment names this signer's organisation, or it is the one that committed."""
        return organisation_of(signer) in {
            self.organisation,
            *map(organisation_of, (*self.body.counters, *self.body.throwers)),
        }


def committed(state: ElectionState, contest: str) -> tuple[bytes, ...]:
    """The digests of the commitments to audits of a contest in log order, the latest of each organisation."""
    latest = {
        organisation_of(logged.entry.signer): logged for logged in state.records(t.AuditCommitment, contest)
    }
    return tuple(each.entry.digest for each in sorted(latest.values(), key=lambda each: each.index))


def read_audit(
    state: ElectionState, contest: str, commitment: bytes | None = None, *, root_at: RootAt | None = None
) -> AuditRecords:
    """Read one audit of a contest: the one whose commitment has this digest, the latest where none is given.

    `root_at`, where given, checks the root that the commitment names. Raises EvidenceError where the log has
    no such commitment.
    """
    found = [
        logged
        for logged in state.records(t.AuditCommitment, contest)
        if commitment in (None, logged.entry.digest)
    ]
    if not found:
        raise EvidenceError("audit-uncommitted", contest=repr(contest[:80]))
    audit = AuditRecords(contest, found[-1])
    _check_head(state, audit, root_at)
    if len(set(map(organisation_of, audit.body.counters))) < AGREEING:
        audit.notes.append(note("no-observers", audit.logged.index))
    for logged in state.controls:
        said = logged.entry.body
        if not isinstance(said, t.AuditSeed | t.AuditSample | t.AuditResult):
            continue
        if said.commitment != audit.logged.entry.digest or logged.standing is not Standing.EFFECTIVE:
            continue
        if not audit.names(logged.entry.signer):
            audit.notes.append(note("not-named", logged.index, signer=logged.entry.signer))
        elif isinstance(said, t.AuditSeed):
            _take_seed(audit, logged.index, said)
        elif isinstance(said, t.AuditSample):
            _take_sample(audit, logged.index, said)
        else:
            audit.results.append((logged.index, said))
    _take_counts(state, audit)
    return audit


def _check_head(state: ElectionState, audit: AuditRecords, root_at: RootAt | None) -> None:
    head, index = audit.body.head, audit.logged.index
    if state.charter is not None and state.charter.body.origin != head.origin:
        audit.notes.append(note("head", index, what=head.origin))
    if not 0 < head.size <= index:
        audit.notes.append(note("head", index, what=head.size))
    elif root_at is not None and root_at(head.size) != head.root:
        audit.notes.append(note("head", index, what=head.root.hex()))


def _take_seed(audit: AuditRecords, index: int, said: t.AuditSeed) -> None:
    """The first well-formed seed after the commitment is the seed of all rounds."""
    try:
        check_seed(said.digits)
    except EvidenceError:
        audit.notes.append(note("seed-form", index))
        return
    if index < audit.logged.index:
        audit.notes.append(note("seed-before", index))
    elif audit.seed is None:
        audit.seed, audit.seed_index = said.digits, index
    elif said.digits != audit.seed:
        audit.notes.append(note("seed-again", index, first=audit.seed_index))


def _take_sample(audit: AuditRecords, index: int, said: t.AuditSample) -> None:
    """Samples come round after round, from 1; the same sample said again changes nothing."""
    expected, stations = len(audit.samples) + 1, tuple(box.station for box in said.boxes)
    if 1 <= said.round < expected and stations == audit.samples[said.round - 1].stations:
        return
    if said.round != expected or audit.seed is None or not stations:
        audit.notes.append(note("sample-order", index, round=said.round, expected=expected))
    elif sum(len(sample.stations) for sample in audit.samples) + len(stations) > MAX_DRAWS:
        audit.notes.append(note("sample-size", index, stated=len(stations)))
    else:
        audit.samples.append(StatedSample(index, stations))


def _take_counts(state: ElectionState, audit: AuditRecords) -> None:
    """Hand counts for this audit, by station and content; those of two named organisations or more agree."""
    table = state.tables[audit.contest]
    named = {organisation_of(name) for name in audit.body.counters}
    who: dict[tuple[str, Counted], set[str]] = {}
    rows = _rows(state, table, audit.logged.entry.digest)
    votes_of = by_candidate(state.contest(audit.contest), table.counts[rows])
    for row, votes in zip(rows, votes_of, strict=True):
        signer, index = state.signers[table.signer[row]], int(table.index[row])
        if organisation_of(signer) not in named:
            audit.notes.append(note("not-named", index, signer=signer))
            continue
        station = state.roll.stations[table.station[row]]
        audit.first_entry.setdefault(station, index)
        other = int(table.others[row])
        # Vouchers that the count states beyond those it tells apart are counted with the null ones.
        other = max(other, int(table.ballots[row]) - int(votes.sum()))
        content = Counted(tuple(votes.tolist()), other, 0)
        who.setdefault((station, content), set()).add(organisation_of(signer))
    for (station, content), signers in who.items():
        if len(signers) >= AGREEING:
            at = audit.first_entry[station]
            audit.counts.setdefault(station, []).append(Counted(content.votes, content.other, at))


def _rows(state: ElectionState, table: SheetTable, commitment: bytes) -> list[int]:
    """The rows that are hand counts for this commitment and stand at a station of the roll."""
    try:
        digest = state.digests.index(commitment)
    except ValueError:
        return []
    mine = (table.kind == t.HandCount.TYPE) & (table.digest == digest)
    mine &= (table.status != Status.REFUSED) & (table.station >= 0)
    rows: list[int] = np.flatnonzero(mine).tolist()
    return rows
