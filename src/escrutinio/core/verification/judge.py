"""What a sheet, a record or a proof is worth, held against a log that verifies: one verdict and its grounds.

Pure functions of the state that a verified log gives. Nothing is concluded from a difference: the answer
says what was compared with what, and which entries show it.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import EscrutinioError, LogError, RecordError
from escrutinio.base.words.say import Phrase
from escrutinio.core.election.bulk.cursor import NOT_STATED
from escrutinio.core.election.findings.finding import Finding
from escrutinio.core.election.revoking import heard_when_revoked
from escrutinio.core.election.rights import ROOT, Rights, Scopes
from escrutinio.core.election.rows import SheetTable
from escrutinio.core.election.state import OFFICIAL, ContestView, ElectionState, Status
from escrutinio.core.log.checkpoint import verify_checkpoint
from escrutinio.core.log.merkle import LeafHash, Subtree, leaf_hash, verify_inclusion
from escrutinio.core.log.pinned import OtherFileError, PinnedLog
from escrutinio.core.log.policy import Policy
from escrutinio.core.log.proofs import LogProof
from escrutinio.core.records.codes import Kind
from escrutinio.core.records.cose import key_id
from escrutinio.core.records.entry import Entry, verify
from escrutinio.core.records.types import (
    Charter,
    Copy,
    Definition,
    HandCount,
    ManualSheet,
    TallySheet,
    ZeroReport,
)

_THE_CHECKPOINT_OF_THE_PROOF = Phrase("The checkpoint of the proof")


class Verdict(StrEnum):
    """The one clear answer."""

    IN_LOG = "in-log"
    """Authentic, and the log has it."""
    NOT_IN_LOG = "not-in-log"
    """Authentic, and the log does not have it."""
    CONTRADICTED = "contradicted"
    """Authentic, and another sheet in the log, as authentic, says something else of the same station."""
    EQUAL = "equal"
    """Unsigned, and equal to everything that is published of its station."""
    DIFFERS = "differs"
    """Unsigned, and different from something that is published of its station."""
    NOT_PUBLISHED = "not-published"
    """Unsigned, and nothing is published of its station that it could be compared with."""
    ALTERED = "altered"
    """Its signature does not hold for the key that it names."""
    MALFORMED = "malformed"
    """It begins like a record of this system and is none."""
    UNKNOWN_KEY = "unknown-key"
    """The log knows no key of that number and name."""
    NOT_IN_FORCE = "not-in-force"
    """Its signature holds, for a key that was revoked, or not yet enrolled."""
    OUT_OF_SCOPE = "out-of-scope"
    """Its signature holds, for a key that may not say this, or not of this station."""
    MISLABELLED = "mislabelled"
    """Its QR code says that the election is real and the definition says it is not, or the other way."""
    NOT_REAL = "not-real"
    """Its QR code says that it belongs to no real election, and it is not of this log's either."""
    OTHER_ELECTION = "other-election"
    """It belongs to another election than this log."""
    PROOF_HOLDS = "proof-holds"
    """What the proof says is in the log is there."""
    PROOF_INVALID = "proof-invalid"
    """The proof does not hold by itself: of another log, altered, or not signed as the trust file asks."""
    PROOF_AHEAD = "proof-ahead"
    """The proof speaks of a larger log than the one at hand."""
    PROMISE_CONTRADICTED = "promise-contradicted"
    """The proof holds by itself, and the log at hand is not the one that it was given for."""
    PROMISE_KEPT = "promise-kept"
    """A receiver's promise, and the log has what was promised."""
    PROMISE_LATE = "promise-late"
    """A receiver's promise of what the log has by now and did not have when its time had passed."""
    PROMISE_NOT_DUE = "promise-not-due"
    """A receiver's promise of what the log does not have, whose time had not passed when it was cosigned."""
    PROMISE_BROKEN = "promise-broken"
    """A receiver's promise of what the log did not have when its time had passed."""


GOOD = frozenset({Verdict.IN_LOG, Verdict.EQUAL, Verdict.PROOF_HOLDS, Verdict.PROMISE_KEPT})
KEEP = frozenset({Verdict.NOT_IN_LOG, Verdict.CONTRADICTED, Verdict.PROMISE_NOT_DUE, Verdict.PROMISE_BROKEN})
"""Verdicts about an authentic record that is worth keeping where the log does not have it, or not what it
promises."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that differs: an option's code, "null" or "blank"; as the sheet has it, and as published."""

    what: str
    sheet: int
    published: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sheet beside the entry that counts for its station in a basis; equal where nothing differs."""

    basis: str
    entry: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict and what it stands on.

    `real`: whether the election is one, None where nothing says so. `entry` is the log index of the record,
    or what a proof or a promise is for; `status` what became of it there. `others` are the entries that
    contradict it, `findings` those that name its entry. `known_station` is False where the roll does not have
    the station. `authenticated`: for a proof, whether a trust file vouches for its signatures. `due` is the
    time by which something was promised, `seen` when the checkpoint was surely cosigned, in seconds since
    1970-01-01 UTC; where a checkpoint shows whether what was promised was there in time, it is the moment
    of that one, and `in_time` what it shows. `extensions` are the entries by which the officers put results
    off until that time or a later one; they excuse no promise, and nothing here says whether they concern
    this one. `marked`: its signer is a party or an observer whose key was revoked, and what it says enters
    all the same, and counts in no total. `detail` says more of what was refused.
    """

    verdict: Verdict
    real: bool | None = None
    type: str = ""
    signer: str = ""
    station: str | None = None
    contest: str | None = None
    entry: int | None = None
    status: Status | None = None
    others: tuple[int, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    findings: tuple[Finding, ...] = ()
    known_station: bool = True
    authenticated: bool = False
    due: int | None = None
    seen: int | None = None
    in_time: bool | None = None
    extensions: tuple[int, ...] = ()
    marked: bool = False
    detail: str | EscrutinioError = ""

    @property
    def good(self) -> bool:
        """Whether nothing speaks against it."""
        return self.verdict in GOOD

    @property
    def to_keep(self) -> bool:
        """Whether it is evidence that the log at hand lacks, as it lacks that what it has came late."""
        if self.verdict is Verdict.PROMISE_LATE:
            return True
        return (self.verdict in KEEP or self.marked) and self.entry is None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a sheet counts: votes by option, and other ballots by class, as the definition has them (no class
    where they were not read); `valid` ballots where it states them."""

    counts: tuple[int, ...]
    classes: tuple[int, ...]
    valid: int | None = None


@dataclass(frozen=True)
class Judge:
    """Judges what is held against one state."""

    state: ElectionState

    @property
    def real(self) -> bool:
        """Whether the log's election is a real one."""
        return self.state.definition.body.kind is Kind.REAL

    @cached_property
    def _scopes(self) -> Scopes:
        state = self.state
        return Scopes(state.keys, state.areas, state.roll, Rights(state.definition.body))

    def record(self, entry: Entry, index: int | None, labelled_real: bool | None = None) -> Answer:
        """Judge a record. `index` is its place in the log, None where the log does not have it;
        `labelled_real` is what the prefix of its QR code said, None for a bare record."""
        about = entry.about
        answer = Answer(
            Verdict.IN_LOG, self.real, entry.body.NAME, entry.signer, about.station, about.contest, index
        )
        election = entry.election or entry.digest
        if election != self.state.election:
            other = Verdict.NOT_REAL if labelled_real is False else Verdict.OTHER_ELECTION
            return replace(answer, verdict=other, real=labelled_real, detail=election.hex())
        if labelled_real is not None and labelled_real is not self.real:
            return replace(answer, verdict=Verdict.MISLABELLED)
        refused = self._refusal(entry, index)
        if refused is not None:
            verdict, detail = refused
            marked = verdict is Verdict.NOT_IN_FORCE and self._is_heard(entry, index)
            found = self._findings(index)
            return replace(answer, verdict=verdict, detail=detail, findings=found, marked=marked)
        return self._in_the_log(entry, answer)

    def figures(self, station: str, contest: str, figures: Figures) -> Answer:
        """Judge a sheet without a signature: is it what is published of its station, in every basis?"""
        known = station in self.state.roll.index
        compared = self._comparisons(station, contest, figures, None)
        verdict = Verdict.NOT_PUBLISHED
        if compared:
            verdict = Verdict.DIFFERS if any(each.differences for each in compared) else Verdict.EQUAL
        return Answer(
            verdict,
            self.real,
            station=station,
            contest=contest,
            comparisons=compared,
            known_station=known,
        )

    def _refusal(self, entry: Entry, index: int | None) -> tuple[Verdict, str | EscrutinioError] | None:
        """Why the record is not authentic, if it is not."""
        state, kind = self.state, type(entry.body)
        held = state.keys.get(entry.kid)
        root = self._root_key(entry)
        if held is None and root is None:
            return Verdict.UNKNOWN_KEY, entry.kid.hex()
        if held is not None and root is None and held.key.name != entry.signer:
            return Verdict.UNKNOWN_KEY, f"{entry.kid.hex()} = {held.key.name}"
        try:
            verify(entry.raw, root or (held.key.public_key if held else b""))
        except RecordError as error:
            return Verdict.ALTERED, error
        if held is None or root is not None:
            return None
        at = state.size if index is None else index
        if held.enrolled >= at or (held.revoked is not None and at >= held.revoked):
            return Verdict.NOT_IN_FORCE, str(held.enrolled if held.enrolled >= at else held.revoked)
        if not self._scopes.rights.may_sign(held.key.role, kind, held.key.name):
            return Verdict.OUT_OF_SCOPE, held.key.role.name.lower()
        if not self._scopes.covers(held.key, entry.about):
            return Verdict.OUT_OF_SCOPE, ", ".join(held.key.scope[:20])
        return None

    def _is_heard(self, entry: Entry, index: int | None) -> bool:
        """Whether a record by a key that is not in force stands in the log, or would: after a revocation to
        which the officers had to consent, of its rights and in its scope."""
        state, held = self.state, self.state.keys.get(entry.kid)
        if held is None or held.revoked is None or state.charter is None:
            return False
        may = self._scopes.rights.may_sign(held.key.role, type(entry.body), held.key.name)
        if not (may and self._scopes.covers(held.key, entry.about)):
            return False
        at = state.size if index is None else index
        root = state.charter.body.root_key
        return at >= held.revoked and heard_when_revoked(state.definition.body, root, held.key.role)

    def _root_key(self, entry: Entry) -> bytes | None:
        """The root key that the record names, if it is one that root keys sign."""
        if type(entry.body) not in ROOT | {Definition, Charter}:
            return None
        charter = self.state.charter.entry.body if self.state.charter else None
        roots = [self.state.definition.body.root_key]
        roots += [charter.root_key] if isinstance(charter, Charter) else []
        return next((key for key in roots if key_id(key) == entry.kid), None)

    def _in_the_log(self, entry: Entry, answer: Answer) -> Answer:
        """An authentic record beside what else the log says of its station."""
        index, figures = answer.entry, figures_of(entry)
        station, contest = entry.about.station, entry.about.contest
        answer = replace(answer, findings=self._findings(index))
        if index is None:
            answer = replace(answer, verdict=Verdict.NOT_IN_LOG)
        table = self.state.tables.get(contest or "")
        if figures is None or table is None or station is None or contest is None:
            return answer
        if index is not None:
            row = int(np.searchsorted(table.index, index))
            if row < len(table) and table.index[row] == index:
                answer = replace(answer, status=Status(int(table.status[row])))
        compared = self._comparisons(station, contest, figures, index)
        others = self._others(entry, table, figures)
        return replace(
            answer,
            verdict=Verdict.CONTRADICTED if others else answer.verdict,
            others=others,
            comparisons=compared,
            known_station=station in self.state.roll.index,
        )

    def _others(self, entry: Entry, table: SheetTable, figures: Figures) -> tuple[int, ...]:
        """Entries of equal standing that say something else: official sheets against official sheets, copies
        of an organisation against its other copies."""
        state, here = self.state, self._here(entry.about.station or "", table)
        if isinstance(entry.body, TallySheet | ManualSheet):
            mine = np.isin(table.kind, OFFICIAL)
        elif isinstance(entry.body, Copy) and (held := state.keys.get(entry.kid)) is not None:
            who = state.organisation[held.place]
            mine = (table.kind == Copy.TYPE) & (state.organisation[table.signer] == who)
        else:
            return ()
        rows = np.flatnonzero(here & mine & ~np.isin(table.status, (Status.REFUSED, Status.RETRACTED)))
        return tuple(int(table.index[row]) for row in rows if _differences(table, int(row), figures))

    def _comparisons(
        self, station: str, contest: str, figures: Figures, but: int | None
    ) -> tuple[Comparison, ...]:
        """The sheet beside what counts for its station in every basis, the entry `but` left out."""
        state, table = self.state, self.state.tables.get(contest)
        place = state.roll.index.get(station, -1)
        if table is None or place < 0:
            return ()
        names = state.contest(contest)
        found = []
        for basis in state.bases:
            rows = state.counted.get((contest, basis.code))
            row = -1 if rows is None else int(rows[place])
            if row >= 0 and table.index[row] != but:
                differences = _differences(table, row, figures, names)
                found.append(Comparison(basis.code, int(table.index[row]), differences))
        return tuple(found)

    def _here(self, station: str, table: SheetTable) -> NDArray[np.bool_]:
        place = self.state.roll.index.get(station, -2)
        here: NDArray[np.bool_] = table.station == place
        return here

    def _findings(self, index: int | None) -> tuple[Finding, ...]:
        return tuple(f for f in self.state.findings if index is not None and index in f.entries)


def figures_of(entry: Entry) -> Figures | None:
    """What a record counts of ballots; None for one that counts none, a zero report among them."""
    body = entry.body
    if isinstance(body, ZeroReport) or not isinstance(body, TallySheet | ManualSheet | Copy | HandCount):
        return None
    return Figures(body.counts, body.classes, body.valid)


def _differences(
    table: SheetTable, row: int, figures: Figures, contest: ContestView | None = None
) -> tuple[Difference, ...]:
    """What differs between a sheet and a row, by option and class, which go by their number without a
    `contest`; what either does not state is not compared."""
    published, others = table.counts[row].tolist(), table.classes[row].tolist()
    if len(figures.counts) != len(published):  # a record may count as it likes; it then counts nowhere
        return (Difference("options", len(figures.counts), len(published)),)
    said = figures.classes or (NOT_STATED,) * len(others)
    if len(said) != len(others):
        return (Difference("classes", len(said), len(others)),)
    names = [*map(str, range(len(published))), *map(str, range(len(others)))]
    if contest is not None:
        names = [*contest.options, *contest.classes]
    mine = (*figures.counts, *said, NOT_STATED if figures.valid is None else figures.valid)
    theirs = (*published, *others, int(table.valid[row]))
    return tuple(
        Difference(name, one, other)
        for name, one, other in zip((*names, "valid"), mine, theirs, strict=True)
        if NOT_STATED not in (one, other) and one != other
    )


def judge_proof(proof: LogProof, log: PinnedLog, policy: Policy | None, record: bytes | None) -> Answer:
    """Judge a proof against a log.

    With a `policy` its checkpoint must be signed and cosigned as that asks. With the `record` that it was
    given for it is first verified by itself; without, by what the log has at its place.
    """
    promised, checkpoint = proof.checkpoint.checkpoint, log.checkpoint
    answer = Answer(Verdict.PROOF_HOLDS, entry=proof.index, authenticated=policy is not None)
    if promised.origin != checkpoint.origin:
        detail = f"{promised.origin} ≠ {checkpoint.origin}"
        return replace(answer, verdict=Verdict.PROOF_INVALID, detail=detail, authenticated=False)
    try:
        if policy is not None:
            verify_checkpoint(proof.checkpoint, policy, _THE_CHECKPOINT_OF_THE_PROOF)
        if record is not None:
            _included(proof, leaf_hash(record))
        if promised.size > checkpoint.size:
            return replace(answer, verdict=Verdict.PROOF_AHEAD, detail=f"{promised.size} > {checkpoint.size}")
        if log.root_at(promised.size) != promised.root:
            return replace(answer, verdict=Verdict.PROMISE_CONTRADICTED, detail=str(promised.size))
        if proof.index < promised.size:
            (leaf,) = log.read_hashes([Subtree(0, proof.index)])
            _included(proof, LeafHash(leaf))
        else:
            raise LogError("proof-beyond", index=proof.index, size=promised.size)
    except OtherFileError:
        raise
    except LogError as error:
        return replace(answer, verdict=Verdict.PROOF_INVALID, detail=error)
    return answer


def _included(proof: LogProof, leaf: LeafHash) -> None:
    promised = proof.checkpoint.checkpoint
    verify_inclusion(leaf, proof.index, promised.size, proof.hashes, promised.root)
