"""From records to the files of a larger log: pure, so that it can be repeated after a crash."""

from __future__ import annotations

from collections.abc import Sequence

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.core.log.merkle import leaf_hash
from escrutinio.core.log.reader import LogReader
from escrutinio.core.log.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Frontier,
    TileName,
    decode_bundle,
    encode_bundle,
    hash_bundle,
    levels,
    partial_tile,
)


@dataclass(frozen=True, slots=True)
class LogEdge:
    """The right edge of a log: its hashes, and the entries of its partial bundle."""

    frontier: Frontier
    tail: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """Entries in the log."""
        return self.frontier.size

    def extend(self, records: Sequence[bytes]) -> tuple[LogEdge, list[tuple[str, bytes]]]:
        """The edge after more records, and the files (path, content) that this makes, full and partial."""
        frontier, filled = self.frontier.extend(b"".join([leaf_hash(record) for record in records]))
        entries = [*self.tail, *records]
        first = self.size // TILE_WIDTH
        files: list[tuple[str, bytes]] = []
        for start in range(0, len(entries), TILE_WIDTH):
            chunk = entries[start : start + TILE_WIDTH]
            name = TileName(ENTRIES, first + start // TILE_WIDTH, len(chunk))
            files.append((name.path, encode_bundle(chunk)))
        old_edge = dict(enumerate(self.frontier.edge))
        changed = [(name, tile) for name, tile in frontier.partial_tiles if old_edge.get(name.level) != tile]
        files += [(name.path, tile) for name, tile in filled + changed]
        return LogEdge(frontier, tuple(entries[len(entries) - len(entries) % TILE_WIDTH :])), files


def load_edge(reader: LogReader, size: int, root: bytes) -> LogEdge:
    """Read the right edge of a log of `size` entries; raises LogError unless it gives `root`."""
    edge: list[bytes] = []
    for level in levels(size):
        name = partial_tile(size, level)
        edge.append(reader.tile(name) if name else b"")
    frontier = Frontier(size, tuple(edge))
    if frontier.root != root:
        raise LogError("store-tiles-root", size=size)
    name = partial_tile(size, ENTRIES)
    if name is None:
        return LogEdge(frontier)
    bundle = reader.tile(name)
    if hash_bundle(bundle, name.width, name.path) != frontier.edge[0]:
        raise LogError("tile-differs", path=name.path)
    return LogEdge(frontier, tuple(decode_bundle(bundle, name.width, name.path)))
