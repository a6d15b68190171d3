"""Reading the entries of a log once, for its tree and for the state of its election."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from escrutinio.base.errors import DefinitionError, FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch
from escrutinio.base.progress import Progress
from escrutinio.core.election.bulk.ahead import Ahead
from escrutinio.core.election.bulk.known import NOTHING, Known
from escrutinio.core.election.fold import Fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import Checkpoint
from escrutinio.core.log.merkle import HASH_SIZE
from escrutinio.core.log.reader import LogReader
from escrutinio.core.log.tiles import ENTRIES, TILE_WIDTH, TileName, decode_bundle, tile_names
from escrutinio.core.records.attachments import MAX_ATTACHMENT, file_name
from escrutinio.core.verification.checks import MAX_REASONS
from escrutinio.core.verification.tree import LeafTile, leaf_tile

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Reading:
    """The entries of a log and the state that they give.

    `unread` says which bundles could not be read, and why: entries without content stand in their place, so
    that the others keep their index. `unreadable` has the attachments that the state needs and that could not
    be read. `refusal` says why the entries define no election; `state` is None then.
    """

    def __init__(
        self,
        reader: LogReader,
        fetch: Fetch,
        executor: Executor | None,
        progress: Progress,
        ahead: Ahead | None = None,
        known: Known = NOTHING,
    ) -> None:
        self._reader, self._fetch, self._progress = reader, fetch, progress
        self._read = 0
        self._hashes = b""
        self.folding = Fold(
            self._attachment, executor=executor, ahead=ahead, known=known, progress=self._told
        )
        self.size = 0
        self.seconds = 0.0
        self.refusal: DefinitionError | None = None
        self.unread: dict[TileName, LogError] = {}
        self.unreadable: dict[bytes, FileUnreadableError] = {}
        self.first_entries: list[bytes] = []
        self.state: ElectionState | None = None
        self.earlier: ElectionState | None = None
        """The state after the entries that `read` was asked to stop at, where these are fewer."""

    def read(self, size: int, stop: int | None = None) -> None:
        """Fold the log's `size` entries, and give the state after `stop` of them too."""
        started = perf_counter()
        self.size = size
        folding = self.folding
        try:
            for name in tile_names(size, ENTRIES):
                entries = self._bundle(name)
                if len(self.unread) >= MAX_REASONS:  # whatever size a hostile checkpoint states
                    return
                if name.index == 0:
                    self.first_entries = entries[:2]
                if stop is not None and name.start < stop <= name.start + name.width and stop < size:
                    folding.add(entries[: stop - name.start])
                    self.earlier = folding.state()
                    entries = entries[stop - name.start :]
                folding.add(entries)
            self.state = folding.state()
            self._hashes = folding.leaf_hashes()
        except DefinitionError as error:
            self.refusal = error
        self.seconds = perf_counter() - started

    def leaf_tiles(self, checkpoint: Checkpoint) -> Iterator[LeafTile]:
        """The leaf hashes of each bundle, as `check_tree` asks for them."""
        for name in tile_names(checkpoint.size, ENTRIES):
            if name in self.unread:
                yield LeafTile(name, None, self.unread[name])
            elif self.state is None:
                yield leaf_tile(self._reader, name)
            else:
                start = name.start * HASH_SIZE
                yield LeafTile(name, self._hashes[start : start + name.width * HASH_SIZE])

    def was_read(self, index: int) -> bool:
        """Whether the bytes of an entry were read."""
        if not self.unread:
            return True
        number = index // TILE_WIDTH
        width = min(TILE_WIDTH, self.size - number * TILE_WIDTH)
        return TileName(ENTRIES, number, width) not in self.unread

    def _bundle(self, name: TileName) -> list[bytes]:
        try:
            return decode_bundle(self._reader.tile(name), name.width, name.path)
        except LogError as error:
            self.unread[name] = error
            # No two alike, so that none is taken for a repeat of another.
            return [
                f"entry {index} was not read".encode() for index in range(name.start, name.start + name.width)
            ]

    def _attachment(self, digest: bytes) -> bytes | None:
        try:
            return self._fetch(f"attachments/{file_name(digest)}", MAX_ATTACHMENT)
        except FileUnreadableError as error:
            self.unreadable[digest] = error
        except LogError:  # longer than any attachment: it is not the one that the record names
            pass
        return None

    def _told(self, done: int) -> None:
        self._read += done
        self._progress("verify", self._read, self.size)
