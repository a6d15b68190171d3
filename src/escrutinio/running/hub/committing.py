"""A receiver commits to what waits: each ten minutes in which it changed, a record in the log has the number
and a root over the receiver's promises (`core.verification.waiting`), and who holds one is given its path.

The record is of a round moment and of what came before it, so that processes that share store and key say the
same bytes, of which the log takes one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from escrutinio.base.errors import LogError
from escrutinio.core.log.accept import Acceptor, Refusal
from escrutinio.core.log.merkle import EMPTY_ROOT, HASH_SIZE, Hash, LeafHash, leaf_hash
from escrutinio.core.log.store import HeldPromise, Store
from escrutinio.core.records import types as t
from escrutinio.core.records.entry import open_record
from escrutinio.core.verification.waiting import WaitingProof, WaitingTree, format_waiting_proof
from escrutinio.running.hub.promising import Promising

COMMITS_EVERY = 600
"""Seconds from one round moment to the next."""

ENTERING = 60
"""Seconds before its moment from which on a record is not committed to any more: it may be in the log already
when the commitment comes there, taken in by another receiver."""

_PAIR = 2 * HASH_SIZE


class Committing:
    """Commits to what waits, in the thread of the keeper whose acceptor and store these are. `given`: leaf
    hashes of promises that were given and not committed to, by digest of their records; they are taken out.
    """

    def __init__(
        self,
        acceptor: Acceptor,
        store: Store,
        promises: Promising,
        clock: Callable[[], int],
        given: dict[bytes, LeafHash],
    ) -> None:
        self._acceptor, self._store, self._promises = acceptor, store, promises
        self._clock, self._given = clock, given
        self._looked = -1
        self._leaves: dict[bytes, LeafHash] = {}

    def commit(self) -> bool:
        """Tell the log what waits, where that is not what it was told last; whether it was. Raises
        LogError."""
        at = self._clock()
        moment = at - at % COMMITS_EVERY
        if moment == self._looked:
            return False
        self._looked = moment  # what fails now is told the next time
        last = self._promises.journal.last_set(self._promises.kid)
        before = _body(last) if last else None
        rows = [row for row in self._store.promised() if row.received < moment and row.until > at + ENTERING]
        if not rows and (before is None or self._store.waits()[0]):
            return False  # nothing yet, or what waited is just entering
        body, leaves = self._set(rows, moment)
        says_new = before is None or replace(body, by=body.by if rows else before.by) != before
        if says_new:
            self._tell(body, moment, leaves)
        return says_new

    def _set(self, rows: Sequence[HeldPromise], moment: int) -> tuple[t.WaitingSet, dict[bytes, LeafHash]]:
        stood = self._leaves or _read_leaves(self._promises.journal.kept_leaves(self._promises.kid))
        known = stood | self._given
        leaves = {row.digest: known.get(row.digest) or leaf_hash(self._promises.of_row(row)) for row in rows}
        by = max((max(row.due, self._promises.due(row.until)) for row in rows), default=moment)
        root = WaitingTree(leaves.values()).root if leaves else EMPTY_ROOT
        refused = sum(each.due > 0 for each in self._store.stopped())
        return t.WaitingSet(len(leaves), root, by, refused), leaves

    def _tell(self, body: t.WaitingSet, moment: int, leaves: dict[bytes, LeafHash]) -> None:
        raw = self._promises.seal(body, moment)
        (answer,) = self._acceptor.accept([raw])
        if isinstance(answer, Refusal):
            raise LogError("hub-receiver-key", why=answer.why)
        self._leaves = leaves
        for digest in leaves:
            self._given.pop(digest, None)
        pairs = b"".join(digest + leaf for digest, leaf in leaves.items())
        self._promises.journal.add_set(self._promises.kid, moment, raw, pairs)


class Paths:
    """Finds the paths of promises in the last set that was not empty; for one thread at a time."""

    def __init__(self, promises: Promising) -> None:
        self._promises = promises
        self._record, self._leaves = b"", dict[bytes, LeafHash]()
        self._tree = WaitingTree(())

    def proof(self, digest: bytes) -> bytes | None:
        """The proof (`format_waiting_proof`) for the promise of the record with this SHA-256; None for one
        that is not in the set. Raises LogError."""
        journal, kid = self._promises.journal, self._promises.kid
        if (record := journal.kept_set(kid)) != self._record:
            self._record, self._leaves = record, _read_leaves(journal.kept_leaves(kid))
            self._tree = WaitingTree(self._leaves.values())
        leaf = self._leaves.get(digest)
        found = None if leaf is None else self._tree.path(leaf)
        if found is None:
            return None
        place, hashes = found
        return format_waiting_proof(WaitingProof(place, tuple(hashes), self._record))


def _body(raw: bytes) -> t.WaitingSet:
    body = open_record(raw).body
    assert isinstance(body, t.WaitingSet)
    return body


def _read_leaves(pairs: bytes) -> dict[bytes, LeafHash]:
    return {
        pairs[at : at + HASH_SIZE]: LeafHash(Hash(pairs[at + HASH_SIZE : at + _PAIR]))
        for at in range(0, len(pairs), _PAIR)
    }
