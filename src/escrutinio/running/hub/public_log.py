"""What of a workspace's log is public, as its files say it: a receiver learns it from there, wherever the
publisher runs. Looked at again only while somebody waits."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from threading import Lock
from time import monotonic

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.merkle import ReadHashes
from escrutinio.core.log.proofs import format_proof, make_proof
from escrutinio.core.log.reader import CHECKPOINT, hash_source, open_log
from escrutinio.core.log.store import Store
from escrutinio.running.workspace.workspace import Workspace

LOOKS_EVERY = 0.05

MOST_WAITING = 1_000
"""Who waits for an entry to be public at most, each with a connection: the others are to bring records."""


class PublicLog:
    """The public files of a log, for proofs; may be used by several threads at once."""

    def __init__(self, workspace: Workspace) -> None:
        directory = workspace.public / "log"
        self._path, self._reader = directory / CHECKPOINT, open_log(directory)
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._signed: SignedCheckpoint | None = None
        self._hashes: ReadHashes | None = None
        self._moved = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._waiting = 0

    @property
    def size(self) -> int:
        """Entries that are public."""
        with self._lock:
            signed = self._latest()
        return 0 if signed is None else signed.checkpoint.size

    def proof(self, index: int) -> bytes | None:
        """The .tlog-proof of an entry; None while it is not public. Raises LogError for a damaged log."""
        with self._lock:
            signed = self._latest()
            if signed is None or index >= signed.checkpoint.size:
                return None
            if self._hashes is None:
                self._hashes = hash_source(self._reader.tile, signed.checkpoint.size)
            return format_proof(make_proof(index, signed, self._hashes))

    def _latest(self) -> SignedCheckpoint | None:
        with suppress(OSError):
            found = self._path.stat()
            if (found.st_ino, found.st_mtime_ns) != self._seen:
                self._signed, self._hashes = parse_checkpoint(self._reader.checkpoint()), None
                self._seen = (found.st_ino, found.st_mtime_ns)
        return self._signed

    async def until_public(self, index: int, seconds: float) -> bool:
        """Wait for an entry to be public, so long at most; whether it is. Where many wait, nobody more does.
        In the thread of the event loop."""
        until = monotonic() + (seconds if self._waiting < MOST_WAITING else 0.0)
        self._waiting += 1
        try:
            while self.size <= index:
                left = until - monotonic()
                if left <= 0:
                    return False
                if self._looking is None:
                    self._looking = asyncio.create_task(self._look())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), left)
            return True
        finally:
            self._waiting -= 1

    async def _look(self) -> None:
        """Look at the files for all who wait, as long as there is somebody."""
        size = self.size
        try:
            while self._waiting:
                await asyncio.sleep(LOOKS_EVERY)
                with suppress(LogError):
                    if self.size != size:
                        size = self.size
                        self._moved.set()
                        self._moved = asyncio.Event()
        finally:
            self._looking = None


def check_store(workspace: Workspace, store: Store) -> None:
    """Raise LogError where a store is not that of a workspace's published log: of another one, or an older
    copy. No publisher would make public what is taken into it, and it would be promised all the same."""
    directory = workspace.public / "log"
    if not (directory / CHECKPOINT).exists():
        return
    published = parse_checkpoint(open_log(directory).checkpoint()).checkpoint
    public = store.head("public")  # after the file, which follows on it
    if published.size > public.size:
        raise LogError("store-behind", published=published.size, size=public.size)
    founding = (workspace.settings.election, workspace.settings.charter)[: published.size]
    places = [store.index_of(bytes.fromhex(each)) for each in founding]
    if places != [*range(len(founding))] or (published.size == public.size and published.root != public.root):
        raise LogError("store-other-history", size=published.size)
