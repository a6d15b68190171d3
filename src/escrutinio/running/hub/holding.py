"""Records with results that came before the moment from which results may be public: durable, promised, and
taken into the log in the order in which they came once that moment is there (`election.embargo`).

They wait in the log's store, so that a receiver that was killed goes on where it was, and any other one too.
Their files wait in the private part; where several machines receive, one that lacks a file leaves the record
to the one that has it, for a while. A record that the log refuses when its moment comes (its key was revoked
meanwhile) is kept, marked with the reason and written into the operators' own log: its promise stays with its
sender.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from escrutinio.base.clock import now
from escrutinio.base.dataclass import dataclass
from escrutinio.base.files import write_files
from escrutinio.core.log.accept import Acceptor, Refusal
from escrutinio.core.log.merkle import LeafHash, leaf_hash
from escrutinio.core.log.store import ALL_HELD, Held, Store
from escrutinio.core.records.attachments import digest_of, file_name
from escrutinio.core.records.codes import Channel
from escrutinio.running.exchange.parcel import ATTACHMENTS, named_attachments
from escrutinio.running.hub.diary import note
from escrutinio.running.hub.promising import Promising
from escrutinio.running.hub.wanted import LEFT_AFTER
from escrutinio.running.workspace.workspace import Workspace

HELD = "held"
"""In the private part: attachments whose record is not in the log yet."""

GROUP = 2_000
"""Records that are taken into the log at once when their moment comes."""

LEFT_TO_OTHERS = 60
"""Seconds after its moment for which a record whose file is not here is left to a receiver that has it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that is durable: its index, None where it waits `until` a moment (seconds since 1970) before
    it enters the log; whether it was there before, and the promise, if there is one."""

    index: int | None
    duplicate: bool
    promise: bytes = b""
    until: int = 0


class Holding:
    """Holds records back, in the thread of the keeper whose acceptor and store these are."""

    def __init__(
        self,
        workspace: Workspace,
        acceptor: Acceptor,
        store: Store,
        promises: Promising | None,
        clock: Callable[[], int],
    ) -> None:
        self._workspace, self._acceptor, self._store = workspace, acceptor, store
        self._promises, self._clock = promises, clock
        self.given: dict[bytes, LeafHash] = {}
        """Leaf hashes of the promises that were just given, by digest of their records, for who takes them
        out: a promise is signed once."""
        self._needed: set[str] = set()  # names of files of records that wait

    def moments(self, records: Sequence[bytes]) -> list[int]:
        """Until when each record would wait if it came now; 0 for not at all."""
        if not self._workspace.lets_wait:
            return [0] * len(records)
        at = self._clock()
        return [until if until > at else 0 for until in self._acceptor.later(records)]

    def keep(self, records: Sequence[bytes], came: Mapping[bytes, Channel]) -> dict[bytes, Kept | Refusal]:
        """The answers to those that wait, or would wait and are refused; each that waits is durable. `came`:
        by which channel, where not over the network. Raises LogError."""
        moments = self.moments(records)
        if not any(moments) and not self._store.waits()[0]:
            return {}
        found: dict[bytes, Kept | Refusal] = {}
        fresh: dict[bytes, int] = {}
        for raw, until in zip(records, moments, strict=True):
            digest = sha256(raw).digest()
            held = self._store.held(digest)
            if held is not None and not held.stopped:
                found[raw] = answer_of(held, self._promises)
            elif until and self._store.index_of(digest) is None:
                fresh[raw] = until
        if fresh:
            found |= self._hold(records, fresh, came)
        return found

    def _hold(
        self, records: Sequence[bytes], fresh: Mapping[bytes, int], came: Mapping[bytes, Channel]
    ) -> dict[bytes, Kept | Refusal]:
        verdicts = dict(zip(records, self._acceptor.judge(records), strict=True))
        refused = {raw: why for raw in fresh if (why := verdicts[raw]) is not None}
        at, promises = self._clock(), self._promises
        taken = [
            Held(
                raw,
                at,
                0 if promises is None else promises.due(until),
                until,
                channel=came.get(raw, Channel.NETWORK),
            )
            for raw, until in fresh.items()
            if raw not in refused
        ]
        self._store.hold(taken)
        # Another receiver may have been first: then its promise is the one.
        stands = [self._store.held(sha256(each.record).digest()) or each for each in taken]
        kept = {each.record: answer_of(each, promises, new=True) for each in stands}
        self.given |= {
            sha256(raw).digest(): leaf_hash(each.promise) for raw, each in kept.items() if each.promise
        }
        return refused | kept

    def move(self) -> None:
        """Let everything that waits do so until the moments of today: an extension has come."""
        rows = self._store.held_until(ALL_HELD, ALL_HELD)
        moments = self._acceptor.later([row.record for row in rows])
        self._store.hold_until(
            {
                sha256(row.record).digest(): until
                for row, until in zip(rows, moments, strict=True)
                if until != row.until
            }
        )

    def release(self) -> Counter[str]:
        """Take into the log some of what waited for a moment that has come; how many became what: `accepted`,
        or the code of a refusal. Nothing where nothing is to be taken. Raises LogError."""
        rows = self._store.held_until(self._clock(), GROUP)
        if not rows:
            return Counter()
        moments = self.moments([row.record for row in rows])
        later = {
            sha256(row.record).digest(): until for row, until in zip(rows, moments, strict=True) if until
        }
        self._store.hold_until(later)
        ready = [row for row, until in zip(rows, moments, strict=True) if not until]
        ready = self._with_files(ready)
        answers = self._acceptor.accept([row.record for row in ready])
        became: dict[bytes, str] = {}
        for row, answer in zip(ready, answers, strict=True):
            digest = sha256(row.record).digest()
            became[digest] = answer.code if isinstance(answer, Refusal) else ""
            if isinstance(answer, Refusal):
                note(self._workspace, "held-refused", digest=digest.hex(), why=answer.why.plain())
        if self._promises is not None:
            self._promises.enter(
                [
                    (row, answer.index)
                    for row, answer in zip(ready, answers, strict=True)
                    if not isinstance(answer, Refusal)
                ]
            )
        self._store.let_go(became)
        return Counter(code or "accepted" for code in became.values())

    def clear(self) -> int:
        """Take away files of the private part that came a while ago and that no record that waits, or was
        stopped, names; how many. Raises LogError."""
        old = {path.name for path in self._old_files()} - self._needed
        if not old:
            return 0
        rows = (*self._store.held_until(ALL_HELD, ALL_HELD), *self._store.stopped())
        self._needed = {file_name(digest) for row in rows for digest in named_attachments(row.record)}
        gone = [path for path in self._old_files() if path.name in old - self._needed]
        for path in gone:
            with suppress(OSError):
                path.unlink()
        return len(gone)

    def _old_files(self) -> list[Path]:
        """Files, also half written ones, that nobody wrote or relied on for a while."""
        before = now() - LEFT_AFTER
        try:
            with os.scandir(self._workspace.private / HELD) as found:
                return [Path(each) for each in found if each.stat().st_mtime <= before]
        except OSError:
            return []

    def _with_files(self, rows: Sequence[Held]) -> list[Held]:
        """Those of some rows that are to be taken here now, after what they name stands in the publication:
        of what the log will refuse it does not, and what is not here is left to another receiver first."""
        named = {row.record: digests for row in rows if (digests := named_attachments(row.record))}
        left = self._clock() - LEFT_TO_OTHERS
        ready = []
        fit = {raw for raw, why in zip(named, self._acceptor.judge([*named]), strict=True) if why is None}
        for row in rows:
            lacking = [
                each
                for each in named.get(row.record, ())
                if self._workspace.attachment(each) is None and held_file(self._workspace, each) is None
            ]
            if lacking and row.until > left:
                continue
            if row.record in fit:
                for each in lacking:
                    note(self._workspace, "held-file-missing", name=file_name(each))
                for each in named[row.record]:
                    publish_file(self._workspace, each)
            ready.append(row)
        return ready


def answer_of(held: Held, promises: Promising | None, *, new: bool = False) -> Kept:
    """What the sender of a record that waits is answered, the first time and each time after it."""
    promise = b"" if promises is None or not held.due else promises.of_held(held)
    return Kept(None, not new, promise, held.until)


def held_file(workspace: Workspace, digest: bytes) -> bytes | None:
    """An attachment that waits in the private part; None for none."""
    try:
        content = (workspace.private / HELD / file_name(digest)).read_bytes()
    except OSError:
        return None
    return content if digest_of(content) == digest else None


def touch_file(workspace: Workspace, digest: bytes) -> None:
    """An attachment came, or a record relies on it, now: it is not old, for whoever clears what nothing
    names. By the one clock, which need not be that of the disk."""
    with suppress(OSError):
        os.utime(workspace.private / HELD / file_name(digest), (now(),) * 2)


def publish_file(workspace: Workspace, digest: bytes) -> None:
    """Let an attachment that waits stand in the publication; nothing where it stands there already. Raises
    LogError."""
    content = held_file(workspace, digest)
    if content is None:
        return
    write_files(workspace.public / ATTACHMENTS, [(file_name(digest), content)])
    forget_file(workspace, digest)


def forget_file(workspace: Workspace, digest: bytes) -> None:
    """Let an attachment wait no longer. Where it cannot be taken away it stays, which changes nothing."""
    with suppress(OSError):
        (workspace.private / HELD / file_name(digest)).unlink()
