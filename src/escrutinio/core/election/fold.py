"""The fold: from the entries of a log, in order, to the state of its election.

Keys must be judged at each entry's index, so definition, charter, enrolments and revocations are read as
they come. Everything else is read in chunks, by an Executor if there is one, and judged when a state is
asked for. However the entries are cut into parts, the state is the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from escrutinio.core.election.admission import Admission
from escrutinio.core.election.assemble import Unjudged, assemble
from escrutinio.core.election.bulk.ahead import Ahead
from escrutinio.core.election.bulk.known import NOTHING, Known
from escrutinio.core.election.columns import ChunkColumns, Shape, decode_chunk
from escrutinio.core.election.control import AttachmentReader, Attachments, SignedControl
from escrutinio.core.election.following import SETTLING, Said, kind_of
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.leaves import Leaves
from escrutinio.core.election.shared import Chunk, Shared
from escrutinio.core.election.sheets import Gathering
from escrutinio.core.election.state import ElectionState, Standing, attachments_of
from escrutinio.core.log.merkle import Hash, tree_root
from escrutinio.core.records import types as t
from escrutinio.core.records.entry import Entry, UnknownTypeError, open_record
from escrutinio.core.records.keys import key_is_acceptable
from escrutinio.core.records.opening import EntryError, Fault
from escrutinio.core.records.possession import possesses

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

CHUNK = 500
"""Entries that one call of a worker reads: some 50 ms of work, so that neither its start nor the wait for
the last one weighs."""

_MOST_WAITING = 16


class Fold:
    """Folds a log into the state of its election; give it entries with `add`, ask it with `state`.

    `attachments` finds an attachment by its SHA-256. With an `executor` chunks are read in parallel. With
    others that work `ahead` on the signatures of the same log, what they found is used, and work is divided
    with them; signatures that are `known` are not checked again. `progress` is told how many entries were
    read since it was last told.
    """

    def __init__(
        self,
        attachments: Attachments,
        *,
        executor: Executor | None = None,
        ahead: Ahead | None = None,
        known: Known = NOTHING,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._attachments = AttachmentReader(attachments)
        self._ahead, self._known = ahead, known
        self._shared = Shared(ahead, self._read)
        self._unit: int | None = None
        self._stop = 0
        self.executor = executor
        """Where chunks are read; None reads them here, as a few are read soonest."""
        self._progress = progress
        self._admission = Admission(attachments)
        self._shapes: dict[str, Shape] = {}
        self._keys = KeyTable()
        self._chunk = Chunk()
        self._waiting: deque[tuple[Chunk, Future[ChunkColumns]]] = deque()
        self._unjudged = Unjudged()
        self._gathering = Gathering()
        self._leaves = Leaves()
        if executor is not None:
            # Workers start while the keys are read, and before there is much to copy into them.
            executor.submit(decode_chunk, (), (), b"", {})

    @property
    def size(self) -> int:
        """How many entries were added."""
        return self._admission.size

    def admission(self) -> Admission:
        """What judges the records that come next; it goes on by itself, apart from this fold."""
        return self._admission.copy()

    def add(self, entries: Iterable[bytes]) -> None:
        """Take the next entries of the log. Raises DefinitionError if entry 0 defines no election."""
        admission = self._admission
        run: list[tuple[bytes, int]] = []
        for raw in entries:
            kind = kind_of(raw)
            index = admission.size + len(run)
            if index > 1 and kind not in SETTLING:
                run.append((raw, kind))
                continue
            self._collect(run)
            run = []
            leaf = sha256(b"\0" + raw).digest()
            self._leaves.tell([index], leaf)
            if index == 0:
                self._define(raw)
            else:
                self._hear(index, raw, leaf)
        self._collect(run)

    def state(self, root_at: Callable[[int], bytes] | None = None) -> ElectionState:
        """The state after the entries added so far; more can be added afterwards.

        `root_at` gives the log's root hash at a size, to hold announced heads against; without it the
        root is computed from the entries. Raises DefinitionError if no entry was added.
        """
        known = self._admission.foundation
        self._send()
        if self._waiting or self._shared.pending:
            # Others are at it meanwhile, and what they find will be held against the roll.
            for roll in self._admission.rolls:
                self._attachments.foresee(roll, known.areas)
        self._finish_shared()
        while self._waiting:
            self._receive()
        if repeats := self._leaves.settle():
            self._unjudged.drop(repeats)
            self._gathering.drop(repeats)
        root = root_at or self._roots()
        return assemble(
            known,
            self._admission.rights,
            self.size,
            self._keys,
            self._unjudged,
            self._gathering,
            self._attachments,
            root,
            self._leaves.repeats,
        )

    def leaf_hashes(self) -> bytes:
        """The RFC 6962 leaf hashes of all entries added before the last call of `state`, 32 bytes each."""
        return self._leaves.joined()

    # --- entry 0, entry 1, and the keys ---

    def _define(self, raw: bytes) -> None:
        self._admission.define(raw)
        known = self._admission.foundation
        self._shapes = {each.code: (len(each.options), len(each.classes)) for each in known.contests}
        for attachment in attachments_of(known.body):
            self._attachments.found[attachment.digest] = True

    def _hear(self, index: int, raw: bytes, leaf: bytes) -> None:
        """Judge a record that settles keys, or stands in the charter's place, as it comes."""
        ahead, election = self._ahead, self._admission.foundation.digest
        try:
            said = self._admission.hear(
                raw, claimed=ahead is not None and ahead.proves(index, leaf, election)
            )
        except EntryError as refusal:
            self._mark(index, raw)
            self._unjudged.faults.append((index, refusal.fault, str(refusal)))
            return
        except UnknownTypeError as unknown:
            self._unjudged.unknown_types.append((index, unknown.type))
            return
        if said is None:
            return
        self._note(index, said.entry, said.place, said.standing)
        if said.standing is Standing.EFFECTIVE:
            self._settle(index, said)
        if said.completes is not None:
            self._keys.revoke(said.completes.kid, index)
            self._unjudged.completed.add(said.completes.at)

    def _settle(self, index: int, said: Said) -> None:
        """Write down from where and until where a key is in force, as the admission has it."""
        body = said.entry.body
        if isinstance(body, t.Revocation):
            self._keys.revoke(body.kid, index)
        elif isinstance(body, t.Enrolment):
            kids = [kid for kid in said.kids if kid is not None]
            if len(kids) == len(body.keys):
                self._keys.enrol(body.keys, kids, index)
                return
            for key, kid in zip(body.keys, said.kids, strict=True):
                if kid is not None:
                    self._keys.enrol([key], [kid], index)
                elif not key_is_acceptable(key.public_key):
                    reason = f"signatures of the key enrolled for {key.name} cannot be checked"
                    self._unjudged.faults.append((index, Fault.UNKNOWN_KEY, reason))
                elif possesses(self._admission.foundation.digest, key):
                    self._unjudged.of_root.append((index, key.name))
                else:
                    reason = f"the key enrolled for {key.name} does not prove that its holder has it"
                    self._unjudged.faults.append((index, Fault.BAD_SIGNATURE, reason))

    def _mark(self, index: int, raw: bytes) -> None:
        """Remember an entry by a revoked key that is heard on; it is no fault, and counts for nothing."""
        if (found := self._admission.after_revocation(raw)) is not None:
            self._unjudged.after_revocation[index] = found[1]

    def _note(self, index: int, entry: Entry, place: int, standing: Standing | None) -> None:
        self._unjudged.controls.append(SignedControl(index, entry, place, standing))

    # --- everything else, in chunks ---

    def _collect(self, run: Sequence[tuple[bytes, int]]) -> None:
        """Take the next entries, each with its type, none of which settles keys."""
        admission, index, taken = self._admission, self._admission.size, 0
        while taken < len(run):
            if index >= self._stop:
                self._send()
                self._unit, self._stop = self._cut(index)
            here = run[taken : taken + self._stop - index]
            chunk = self._chunk
            chunk.entries += [raw for raw, _ in here]
            chunk.index += range(index, index + len(here))
            found = [admission.signer(raw, kind) for raw, kind in here]
            chunk.place += [place for _, place in found]
            chunk.signers += [signer for signer, _ in found]
            for at, ((raw, _), (signer, _)) in enumerate(zip(here, found, strict=True), index):
                if signer is None:
                    self._mark(at, raw)
            index, taken = index + len(here), taken + len(here)
        admission.pass_over(run)

    def _cut(self, index: int) -> tuple[int | None, int]:
        """The unit of an entry, where others work ahead on it, and where its chunk ends."""
        if self._ahead is None or index >= self._ahead.size:
            return None, index + CHUNK
        unit = bisect_right(self._ahead.stops, index)
        return unit, self._ahead.stops[unit]

    def _send(self) -> None:
        chunk, self._chunk = self._chunk, Chunk()
        if not chunk.entries:
            return
        if self._ahead is not None and self._unit is not None:
            self._shared.add(self._unit, chunk)
        elif self.executor is None:
            self._finish_shared()
            self._take(chunk, self._read(chunk))
        else:
            # Bare tuples are sent to a worker, and received there, in a fifth of the time of named ones.
            signers = [None if signer is None else (*signer,) for signer in chunk.signers]
            known = self._admission.foundation.digest, self._shapes
            self._waiting.append((chunk, self.executor.submit(decode_chunk, chunk.entries, signers, *known)))
            if len(self._waiting) > _MOST_WAITING:
                self._receive()

    def _finish_shared(self) -> None:
        for chunk, columns in self._shared.finish():
            self._take(chunk, columns)

    def _receive(self) -> None:
        self._finish_shared()
        chunk, future = self._waiting.popleft()
        self._take(chunk, future.result())
        self._tell(chunk)

    def _read(self, chunk: Chunk, claims: bytes | None = None) -> ChunkColumns:
        known = self._admission.foundation.digest, self._shapes
        columns = decode_chunk(chunk.entries, chunk.signers, *known, claims=claims, known=self._known)
        self._tell(chunk)
        return columns

    def _tell(self, chunk: Chunk) -> None:
        if self._progress is not None:
            self._progress(len(chunk.entries))

    def _take(self, chunk: Chunk, columns: ChunkColumns) -> None:
        index: NDArray[np.int64] = np.array(chunk.index, np.int64)
        self._leaves.tell(chunk.index, columns.leaves)
        for place, fault, reason in columns.faults:
            self._unjudged.faults.append((chunk.index[place], fault, reason))
        for place in columns.controls:
            self._note(chunk.index[place], open_record(chunk.entries[place]), chunk.place[place], None)
        for place in columns.unknown_contest:
            self._unjudged.unknown_contest.append(
                (chunk.index[place], open_record(chunk.entries[place]).about)
            )
        unknown = [(chunk.index[place], code) for place, code in columns.unknown_types]
        self._unjudged.unknown_types += unknown
        self._gathering.add(columns, index, np.array(chunk.place, np.int32))

    def _roots(self) -> Callable[[int], bytes]:
        """The root hash at a size; the hashes are put in order once, if any is asked for."""

        @cache
        def hashes() -> list[Hash]:
            leaves = self.leaf_hashes()
            return [Hash(leaves[at : at + 32]) for at in range(0, len(leaves), 32)]

        return lambda size: tree_root(hashes()[:size])


def fold(
    parts: Iterable[Sequence[bytes]],
    attachments: Attachments,
    *,
    executor: Executor | None = None,
    progress: Callable[[int], None] | None = None,
) -> ElectionState:
    """Fold a whole log, given in parts (entry bundles) in order. Raises DefinitionError as `Fold` does."""
    folding = Fold(attachments, executor=executor, progress=progress)
    for part in parts:
        folding.add(part)
    return folding.state()
