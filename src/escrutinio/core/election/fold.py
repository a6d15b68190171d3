"""The fold: from the entries of a log, in order, to the state of its election.

Keys must be judged at each entry's index, so definition, charter, enrolments and revocations are read as
they come. Everything else is read in chunks, by an Executor if there is one, and judged when a state is
asked for. However the entries are cut into parts, the state is the same.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.core.election.areas import AreaTree, read_areas
from escrutinio.core.election.assemble import Heard, assemble
from escrutinio.core.election.columns import ChunkColumns, decode_chunk
from escrutinio.core.election.control import ROOT_PLACE, Attachments, Shelf, Spoken
from escrutinio.core.election.definition import check_areas, check_definition
from escrutinio.core.election.keys import KeyTable
from escrutinio.core.election.sheets import Gathering
from escrutinio.core.election.state import ElectionState, Standing
from escrutinio.core.log.merkle import tree_root
from escrutinio.core.records import types as t
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.cose import key_id, payload_start
from escrutinio.core.records.entry import Entry, UnknownTypeError, open_record, verify
from escrutinio.core.records.keys import check_public_key, key_is_acceptable
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from escrutinio.core.records.parts import EnrolledKey
from escrutinio.core.records.quick_keys import open_enrolment

CHUNK = 500
"""Entries that one call of a worker reads: some 50 ms of work, so that neither its start nor the wait for
the last one weighs."""

_AT_ONCE = frozenset({t.Definition.TYPE, t.Charter.TYPE, t.Enrolment.TYPE, t.Revocation.TYPE})
_MOST_WAITING = 16
_NOBODY: tuple[Signer | None, int] = (None, ROOT_PLACE)


@dataclass
class _Chunk:
    entries: list[bytes] = field(default_factory=list)
    index: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    signers: list[Signer | None] = field(default_factory=list)


@dataclass(frozen=True)
class _Election:
    """What entry 0 settles for good."""

    digest: bytes
    entry: Entry
    body: t.Definition
    areas: AreaTree
    shapes: dict[str, int]


class Fold:
    """Folds a log into the state of its election; give it entries with `add`, ask it with `state`.

    `attachments` finds an attachment by its SHA-256. With an `executor` chunks are read in parallel.
    `progress` is told how many entries were read since it was last told.
    """

    def __init__(
        self,
        attachments: Attachments,
        *,
        executor: Executor | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._shelf = Shelf(attachments)
        self._executor = executor
        self._progress = progress
        self._size = 0
        self._election: _Election | None = None
        self._root: Signer | None = None
        self._keys = KeyTable()
        self._live: dict[bytes, tuple[Signer, int]] = {}
        self._chunk = _Chunk()
        self._waiting: deque[tuple[_Chunk, Future[ChunkColumns]]] = deque()
        self._heard = Heard()
        self._gathering = Gathering()
        self._leaves: list[tuple[list[int], bytes]] = []
        if executor is not None:
            # Workers start while the keys are read, and before there is much to copy into them.
            executor.submit(decode_chunk, (), (), b"", {})

    @property
    def size(self) -> int:
        """How many entries were added."""
        return self._size

    def add(self, entries: Iterable[bytes]) -> None:
        """Take the next entries of the log. Raises DefinitionError if entry 0 defines no election."""
        for raw in entries:
            index = self._size
            self._size += 1
            if self._election is None:
                self._election = self._define(raw)
                self._leaves.append(([0], sha256(b"\0" + raw).digest()))
            elif (kind := _kind(raw)) in _AT_ONCE or index == 1:
                self._leaves.append(([index], sha256(b"\0" + raw).digest()))
                self._hear(index, raw)
            else:
                self._collect(index, raw, kind)

    def state(self, root_at: Callable[[int], bytes] | None = None) -> ElectionState:
        """The state after the entries added so far; more can be added afterwards.

        `root_at` gives the log's root hash at a size, to hold announced heads against; without it the
        root is computed from the entries. Raises DefinitionError if no entry was added.
        """
        if self._election is None:
            raise DefinitionError("the log is empty: it does not define an election")
        self._send()
        while self._waiting:
            self._receive()
        known = self._election
        root = root_at or self._roots()
        return assemble(
            known.entry, known.areas, self._size, self._keys, self._heard, self._gathering, self._shelf, root
        )

    def leaf_hashes(self) -> bytes:
        """The RFC 6962 leaf hashes of all entries added before the last call of `state`, 32 bytes each."""
        joined = np.zeros((self._size, 32), np.uint8)
        for index, leaves in self._leaves:
            joined[index] = np.frombuffer(leaves, np.uint8).reshape(-1, 32)
        return joined.tobytes()

    def admit(self, raw: bytes) -> None:
        """Say whether the log may take this record next. Raises RecordError with the reason if not.

        Admitted is what is well formed, for this election, and signed by a key in force; what it says
        is judged by the fold, not here.
        """
        if self._election is None:
            self._define(raw)
            return
        if self._size == 1:
            if _open_charter(raw, self._election)[1] is Standing.REFUSED:
                raise RecordError("the charter of an official log has the root key of the definition")
            return
        entry = open_signed(raw, self._signer(raw, _kind(raw))[0], self._election.digest)
        if isinstance(entry.body, t.Enrolment | t.Revocation):
            if self._root is None or entry.kid != key_id(self._root.public_key):
                raise RecordError(f"a {entry.body.NAME} is signed by the operator's root key alone")
            for key in entry.body.keys if isinstance(entry.body, t.Enrolment) else ():
                check_public_key(key.public_key)

    # --- entry 0, entry 1, and the keys ---

    def _define(self, raw: bytes) -> _Election:
        try:
            entry = open_record(raw)
            if not isinstance(entry.body, t.Definition):
                raise RecordError(f"it is a {entry.body.NAME}")
            if entry.kid != key_id(entry.body.root_key):
                raise RecordError("it is not signed with its own root key")
            verify(raw, check_public_key(entry.body.root_key))
        except RecordError as error:
            raise DefinitionError(f"entry 0 is not the definition of an election: {error}") from None
        check_definition(entry.body)
        table = self._shelf.read(entry.body.areas)
        if table is None:
            raise DefinitionError(
                f"the area table, attachment {entry.body.areas.digest.hex()}, is missing or altered"
            )
        areas = read_areas(table)
        check_areas(entry.body, areas)
        shapes = {contest.code: len(contest.options) for contest in entry.body.contests}
        return _Election(entry.digest, entry, entry.body, areas, shapes)

    def _hear(self, index: int, raw: bytes) -> None:
        """Judge a record that settles keys, or stands in the charter's place, as it comes."""
        assert self._election is not None
        try:
            if index == 1 and _kind(raw) == t.Charter.TYPE:
                entry, standing = _open_charter(raw, self._election)
                assert isinstance(entry.body, t.Charter)
                if standing is Standing.EFFECTIVE:
                    self._root = Signer(entry.body.root_key, "")
                    self._live[key_id(entry.body.root_key)] = (self._root, ROOT_PLACE)
                self._note(index, entry, ROOT_PLACE, standing)
                return
            signer, place = self._signer(raw, _kind(raw))
            entry = open_enrolment(raw, signer, self._election.digest)
        except EntryError as refusal:
            self._heard.faults.append((index, refusal.fault, str(refusal)))
            return
        except UnknownTypeError as unknown:
            self._heard.unknown.append((index, unknown.type))
            return
        standing = Standing.EFFECTIVE if place == ROOT_PLACE else Standing.REFUSED
        if isinstance(entry.body, t.Charter):
            standing = Standing.REFUSED
        self._note(index, entry, place, standing)
        if standing is Standing.EFFECTIVE:
            self._settle(index, entry)

    def _settle(self, index: int, entry: Entry) -> None:
        if isinstance(entry.body, t.Revocation):
            if self._keys.revoke(entry.body.kid, index):
                self._live.pop(entry.body.kid, None)
        elif isinstance(entry.body, t.Enrolment):
            for key in entry.body.keys:
                if not key_is_acceptable(key.public_key):
                    reason = f"signatures of the key enrolled for {key.name} cannot be checked"
                    self._heard.faults.append((index, Fault.UNKNOWN_KEY, reason))
                else:
                    self._enrol(key, index)

    def _enrol(self, key: EnrolledKey, index: int) -> None:
        held = self._keys.enrol(key, index)
        if held is not None:
            # The root's own key stays the root's, whatever an enrolment calls it.
            self._live.setdefault(held.kid, (Signer(key.public_key, key.name), held.place))

    def _note(self, index: int, entry: Entry, place: int, standing: Standing | None) -> None:
        self._heard.spoken.append(Spoken(index, entry, place, standing))

    def _signer(self, raw: bytes, kind: int) -> tuple[Signer | None, int]:
        """The key in force that the next entry names, and its place. The root signs no bulk records."""
        signer, place = self._live.get(raw[12:20] if raw[2:3] == b"\x58" else raw[13:21], _NOBODY)
        return (None, ROOT_PLACE) if place == ROOT_PLACE and kind in t.BULK else (signer, place)

    # --- everything else, in chunks ---

    def _collect(self, index: int, raw: bytes, kind: int) -> None:
        signer, place = self._signer(raw, kind)
        chunk = self._chunk
        chunk.entries.append(raw)
        chunk.index.append(index)
        chunk.place.append(place)
        chunk.signers.append(signer)
        if len(chunk.entries) >= CHUNK:
            self._send()

    def _send(self) -> None:
        chunk, self._chunk = self._chunk, _Chunk()
        if not chunk.entries:
            return
        assert self._election is not None
        work = (chunk.entries, chunk.signers, self._election.digest, self._election.shapes)
        if self._executor is None:
            self._take(chunk, decode_chunk(*work))
            return
        self._waiting.append((chunk, self._executor.submit(decode_chunk, *work)))
        if len(self._waiting) > _MOST_WAITING:
            self._receive()

    def _receive(self) -> None:
        chunk, future = self._waiting.popleft()
        self._take(chunk, future.result())

    def _take(self, chunk: _Chunk, columns: ChunkColumns) -> None:
        index: NDArray[np.int64] = np.array(chunk.index, np.int64)
        self._leaves.append((chunk.index, columns.leaves))
        for place, fault, reason in columns.faults:
            self._heard.faults.append((chunk.index[place], fault, reason))
        for place in columns.controls:
            self._note(chunk.index[place], open_record(chunk.entries[place]), chunk.place[place], None)
        for place in columns.strangers:
            self._heard.strangers.append((chunk.index[place], open_record(chunk.entries[place]).about))
        self._heard.unknown += [(chunk.index[place], code) for place, code in columns.unknown]
        self._gathering.add(columns, index, np.array(chunk.place, np.int32))
        if self._progress is not None:
            self._progress(len(chunk.entries))

    def _roots(self) -> Callable[[int], bytes]:
        """The root hash at a size; the hashes are put in order once, if any is asked for."""

        @cache
        def hashes() -> list[bytes]:
            leaves = self.leaf_hashes()
            return [leaves[at : at + 32] for at in range(0, len(leaves), 32)]

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


def _kind(raw: bytes) -> int:
    """The type that a record has if it is well formed; -1 where it cannot be, or is above 255."""
    try:
        if raw[2] == 0x58 and raw[raw[3] + 5] == 0x58:  # the heads that nearly every record has
            at = raw[3] + 7
        elif (at := payload_start(raw)) < 0:
            return -1
        if raw[at + 1] != t.VERSION:
            return -1
        head = raw[at + 2]
        if head < 0x18:
            return head
        return raw[at + 3] if head == 0x18 else -1
    except IndexError:
        return -1


def _open_charter(raw: bytes, election: _Election) -> tuple[Entry, Standing]:
    """Open entry 1. Raises EntryError; a charter whose root is not the one it must be is REFUSED."""
    try:
        entry = open_record(raw)
        body = entry.body
        if not isinstance(body, t.Charter) or entry.election != election.digest:
            raise RecordError("entry 1 is not the charter of a log of this election")
        if entry.kid != key_id(check_public_key(body.root_key)):
            raise RecordError("the charter is not signed with its own root key")
    except RecordError as error:
        raise EntryError(Fault.MALFORMED, str(error)) from None
    open_signed(raw, Signer(body.root_key, ""), election.digest)
    wrong = body.role is LogRole.OFFICIAL and body.root_key != election.body.root_key
    return entry, Standing.REFUSED if wrong else Standing.EFFECTIVE
