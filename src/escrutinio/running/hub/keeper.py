"""What happens to records that came, in groups and in one thread: budget, attachments, admission, and a
promise for what is durable. The log is told how they came by `arrival` records of the receiver's key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from inspect import get_annotations

from escrutinio.base.clock import now
from escrutinio.base.errors import EscrutinioError, InputError, LogError
from escrutinio.base.files import write_files
from escrutinio.core.election.following import kid_of, kind_of
from escrutinio.core.election.state import attachments_of
from escrutinio.core.log.accept import Acceptor, Refusal
from escrutinio.core.log.store import Receipt, Store
from escrutinio.core.records import types as t
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.core.records.codes import Channel, Refused
from escrutinio.core.records.entry import read_record
from escrutinio.core.records.parts import Arrived, RefusedCount
from escrutinio.running.exchange.entries import ATTACHMENT_MISSING, KEY_BUSY
from escrutinio.running.hub.budget import Budgets
from escrutinio.running.hub.committing import Committing
from escrutinio.running.hub.holding import HELD, Holding, Kept, held_file, publish_file, touch_file
from escrutinio.running.hub.promising import Promising, ReceiverKey, promising
from escrutinio.running.hub.public_log import check_store
from escrutinio.running.hub.wanted import Wanted
from escrutinio.running.workspace.workspace import Workspace

MOST_ARRIVALS = 500
"""Entries of which one `arrival` record tells: whoever sends meanwhile waits for it."""

_ATTACHING = frozenset(
    code
    for code, body in t.BY_CODE.items()
    if any("Attachment" in str(kind) for each in body.__mro__ for kind in get_annotations(each).values())
)

_REASONS = {
    "malformed": Refused.MALFORMED,
    "not-enrolled": Refused.UNKNOWN_KEY,
    "bad-signature": Refused.BAD_SIGNATURE,
    "other-election": Refused.OTHER_ELECTION,
    "does-not-fit": Refused.TOO_LONG,
}
"""The refusals that an `arrival` record has a reason for."""


class Keeper:
    """Takes groups of records into a workspace's log; for one thread. `keeper` opens one."""

    def __init__(
        self,
        workspace: Workspace,
        acceptor: Acceptor,
        store: Store,
        budgets: Budgets,
        promises: Promising | None,
        clock: Callable[[], int] = now,
    ) -> None:
        self._workspace, self._acceptor, self._store = workspace, acceptor, store
        self._budgets, self._promises = budgets, promises
        self._holding = Holding(workspace, acceptor, store, promises, clock)
        self._committing = (
            None if promises is None else Committing(acceptor, store, promises, clock, self._holding.given)
        )
        self._wanted = Wanted()
        self._refused: Counter[str] = Counter()

    def keep(
        self, records: Sequence[bytes], channels: Sequence[Channel] | None = None
    ) -> list[Kept | Refusal]:
        """Take records, which came by these channels, or all over the network: each is durable when this
        returns, or refused. Raises LogError, with nothing taken, where the store fails."""
        stopped = [self._stops(raw) for raw in records]
        left = [raw for raw, why in zip(records, stopped, strict=True) if why is None]
        came = dict(zip(reversed(records), reversed(channels or ()), strict=channels is not None))
        back = self._holding.keep(left, came)
        answers = iter(self._acceptor.accept([raw for raw in left if raw not in back]))
        found = [why or back.get(raw) or next(answers) for raw, why in zip(records, stopped, strict=True)]
        self._refused.update(each.code for each in found if isinstance(each, Refusal))
        for raw, each in zip(records, found, strict=True):
            if not isinstance(each, Refusal) and not each.duplicate:
                self._budgets.take(kid_of(raw))
        kept = [(raw, each) for raw, each in zip(records, found, strict=True) if isinstance(each, Receipt)]
        if any(kind_of(raw) == t.Extension.TYPE for raw, _ in kept):
            self._holding.move()
        promises = self._promised(kept, came)
        return [
            Kept(each.index, each.duplicate, promises.get(raw, b"")) if isinstance(each, Receipt) else each
            for raw, each in zip(records, found, strict=True)
        ]

    def release(self) -> Counter[str]:
        """Take into the log some of what waited for a moment that has come; how many became what (`accepted`,
        or the code of a refusal), nothing where nothing is to be taken. Raises LogError."""
        return self._holding.release()

    @property
    def trouble(self) -> LogError | None:
        """Why nothing can be promised at the moment; None where it can, or nobody promises."""
        return None if self._promises is None else self._promises.trouble

    def commit(self) -> bool:
        """Tell the log what waits, where that is new; whether it was told. Raises LogError."""
        return self._committing is not None and self._committing.commit()

    # --- before ---

    def _stops(self, raw: bytes) -> Refusal | None:
        """What keeps a record from being asked about: its key's budget, a file that is not there."""
        kid = kid_of(raw)
        if not self._budgets.has(kid) and not self._has(sha256(raw).digest()):
            why = InputError("hub-key-busy", kid=kid.hex(), seconds=self._budgets.seconds(kid))
            return Refusal(KEY_BUSY, why)
        if kind_of(raw) not in _ATTACHING:
            return None
        try:
            named = attachments_of(read_record(raw).body)
        except EscrutinioError:
            return None  # which the log will say
        lacking = [each for each in named if self._workspace.attachment(each.digest) is None]
        if not lacking or (verdict := self._acceptor.judge([raw])[0]) is not None:
            return None if not lacking else verdict
        missing = [each for each in lacking if held_file(self._workspace, each.digest) is None]
        for each in missing:
            self._wanted.name(kid, each.digest, each.size)
        if missing:  # and what came of them counts on
            why = InputError("hub-attachment-missing", name=file_name(missing[0].digest))
            return Refusal(ATTACHMENT_MISSING, why)
        for each in lacking:
            self._wanted.settle(each.digest)
            touch_file(self._workspace, each.digest)
        if not self._holding.moments([raw])[0]:  # else its files wait with it
            for each in lacking:  # what a record names stands in the publication before the log does
                publish_file(self._workspace, each.digest)
        return None

    def _has(self, digest: bytes) -> bool:
        return self._store.index_of(digest) is not None or self._store.held(digest) is not None

    def wanted(self, digest: bytes) -> int | None:
        """The size of an attachment that a record named which would be admitted; None for any other. Raises
        InputError where the keys that named it have too much here whose record did not come."""
        return self._wanted.size(digest)

    def hold(self, content: bytes) -> None:
        """Hold an attachment that is wanted until its record comes again. Raises InputError as `wanted`,
        LogError."""
        digest = digest_of(content)
        self._wanted.take(digest, len(content))
        write_files(self._workspace.private / HELD, [(file_name(digest), content)], private=True)
        touch_file(self._workspace, digest)

    def clear(self) -> int:
        """Clear what came and whose record never did; how many files. Raises LogError."""
        self._wanted.expire()
        return self._holding.clear()

    # --- after ---

    def _promised(
        self, kept: Sequence[tuple[bytes, Receipt]], came: Mapping[bytes, Channel]
    ) -> dict[bytes, bytes]:
        """Promises by record. One that was there before has the same, or a first one where a crash came
        between it and its promise; what is public needs none."""
        if self._promises is None:
            return {}
        known = {raw: each for raw, each in kept if each.duplicate}
        found = {raw: self._promises.find(sha256(raw).digest()) for raw in known}
        public = self._store.head("public").size if known else 0
        fresh = {
            raw: (each.index, came.get(raw, Channel.NETWORK))
            for raw, each in kept
            if not each.duplicate or (not found[raw] and each.index >= public)
        }
        taken = [(raw, index, channel) for raw, (index, channel) in fresh.items()]
        return found | dict(self._promises.give(taken, now()))

    def tell(self) -> int:
        """Tell the log how entries came, up to the first gap; how many of them. Raises LogError."""
        if self._promises is None or not (rows := self._promises.journal.untold(MOST_ARRIVALS)):
            return 0
        counts: Counter[Refused] = Counter()
        for code, count in self._refused.items():
            if code in _REASONS:
                counts[_REASONS[code]] += count
        body = t.Arrival(
            rows[0].index,
            tuple(Arrived(Channel(row.channel), row.seconds) for row in rows),
            tuple(RefusedCount(reason, min(count, 2**32 - 1)) for reason, count in sorted(counts.items())),
        )
        (answer,) = self._acceptor.accept([self._promises.seal(body, now())])
        if isinstance(answer, Refusal):
            raise LogError("hub-receiver-key", why=answer.why)
        self._refused.clear()
        self._promises.journal.tell(rows, self._store.head("public").size)
        return len(rows)

    def check_key(self) -> None:
        """Raise LogError where the log does not hear the receiver's key."""
        if self._promises is not None:
            probe = self._promises.seal(t.Promise(bytes(32), now()), now())
            (refusal,) = self._acceptor.judge([probe])
            if refusal is not None:
                raise LogError("hub-receiver-key", why=refusal.why)


@contextmanager
def keeper(workspace: Workspace, budgets: Budgets, key: ReceiverKey | None) -> Iterator[Keeper]:
    """What takes records into a workspace's log; any number of processes may have one.

    Raises LogError where the log cannot be read, does not hear the key, or is not that of the store.
    """
    with (
        workspace.acceptor() as acceptor,
        workspace.store() as store,
        promising(workspace, key) as promises,
    ):
        check_store(workspace, store)
        made = Keeper(workspace, acceptor, store, budgets, promises)
        made.check_key()
        made.clear()
        yield made
