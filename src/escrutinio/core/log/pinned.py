"""A log pinned to one checkpoint: whatever is read of it is authenticated before it is handed out.

A tile is taken only if it hashes to what stands above it, up to the root, and an entry only if it hashes to
its leaf. So the bytes that were verified and the bytes that are used are the same, whatever the server
does in between; that the checkpoint itself is the log's is for its signatures to show. The idea is that of
`TileHashReader` in golang.org/x/mod/sumdb/tlog.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint
from escrutinio.core.log.merkle import (
    HASH_SIZE,
    Hash,
    LeafHash,
    Subtree,
    consistency_proof,
    inclusion_proof,
    range_root,
)
from escrutinio.core.log.proofs import LogProof
from escrutinio.core.log.reader import LogReader, check_readable, hash_source
from escrutinio.core.log.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Frontier,
    TileName,
    decode_bundle,
    hash_bundle,
    levels,
    partial_tile,
    split_hashes,
    tile_names,
    tile_root,
)


class OtherFileError(LogError):
    """A file is not the one that its checkpoint speaks of."""

    def __init__(self, path: str, *, verified: bool = True) -> None:
        super().__init__("file-not-verified" if verified else "file-not-of-checkpoint", path=path)


class PinnedLog:
    """The log that `reader` reads, at the size and root of `signed`.

    `tiles` are hash tiles of that tree which were computed from its entries: these are not read again. All
    methods raise OtherFileError for a file that does not fit the root, and LogError for one that is missing
    or malformed.
    """

    def __init__(
        self, reader: LogReader, signed: SignedCheckpoint, tiles: Mapping[TileName, bytes] | None = None
    ) -> None:
        self._reader = reader
        self._tiles: dict[TileName, bytes] = dict(tiles or {})
        self._verified = self._known = tiles is not None
        self._bundle: tuple[int, list[bytes]] = (-1, [])
        self.signed = signed
        self._hashes = hash_source(self.tile, signed.checkpoint.size)

    @property
    def checkpoint(self) -> Checkpoint:
        """What it is pinned to."""
        return self.signed.checkpoint

    @property
    def size(self) -> int:
        """Entries in the log."""
        return self.checkpoint.size

    def read_hashes(self, subtrees: Sequence[Subtree]) -> Sequence[Hash]:
        """See `merkle.ReadHashes`."""
        return self._hashes(subtrees)

    def tile(self, name: TileName) -> bytes:
        """A hash tile of this tree, as wide as the tree has it."""
        if not self._known:
            self._read_edge()
        if name not in self._tiles:
            tile, above = self._reader.tile(name), self._above(name)
            position = name.index % TILE_WIDTH
            if tile_root(tile) != split_hashes(self.tile(above))[position]:
                raise self._other(name)
            self._tiles[name] = tile
        return self._tiles[name]

    def _above(self, name: TileName) -> TileName:
        """The tile that holds the hash of a full one."""
        level, index = name.level + 1, name.index // TILE_WIDTH
        return TileName(level, index, min(TILE_WIDTH, (self.size >> 8 * level) - index * TILE_WIDTH))

    def _read_edge(self) -> None:
        """The partial tiles, which give the root together; what is to the left of them hangs below them."""
        names = [partial_tile(self.size, level) for level in levels(self.size)]
        edge = tuple(self._reader.tile(name) if name else b"" for name in names)
        if Frontier(self.size, edge).root != self.checkpoint.root:
            raise LogError("tiles-root")
        self._tiles.update((name, tile) for name, tile in zip(names, edge, strict=True) if name)
        self._known = True

    def entries(self, number: int) -> list[bytes]:
        """The entries of a bundle by its number; the one asked for last is kept."""
        if self._bundle[0] != number:
            width = min(TILE_WIDTH, self.size - number * TILE_WIDTH)
            name = TileName(ENTRIES, number, width)
            raw = self._reader.tile(name)
            if hash_bundle(raw, width, name.path) != self.tile(TileName(0, number, width)):
                raise self._other(name)
            self._bundle = number, decode_bundle(raw, width, name.path)
        return self._bundle[1]

    def entry(self, index: int) -> bytes:
        """One entry."""
        self._check(index)
        return self.entries(index // TILE_WIDTH)[index % TILE_WIDTH]

    def entries_at(self, indices: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Chosen entries in order, each once; every bundle is read once."""
        for number, group in groupby(sorted(set(indices)), lambda index: index // TILE_WIDTH):
            for index in group:
                self._check(index)
                yield index, self.entries(number)[index % TILE_WIDTH]

    def all_entries(self) -> Iterator[bytes]:
        """Every entry in order."""
        check_readable(self.size)
        for name in tile_names(self.size, ENTRIES):
            yield from self.entries(name.index)

    def _other(self, name: TileName) -> OtherFileError:
        return OtherFileError(f"log/{name.path}", verified=self._verified)

    def _check(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise LogError("proof-index", size=self.size, index=index)

    def grown(self, signed: SignedCheckpoint, leaves: Sequence[LeafHash]) -> PinnedLog:
        """The log after more entries, pinned to a later checkpoint; costs what the entries cost.

        `leaves` are their hashes. Raises LogError unless these entries, and no others, lead to its root: then
        the later log has another history.
        """
        partial = [partial_tile(self.size, level) for level in levels(self.size)]
        edge = Frontier(self.size, tuple(self.tile(name) if name else b"" for name in partial))
        frontier, filled = edge.extend(b"".join(leaves))
        if (frontier.size, frontier.root) != (signed.checkpoint.size, signed.checkpoint.root):
            raise LogError("log-not-prefix", added=len(leaves), size=self.size, stated=signed.checkpoint.size)
        later = PinnedLog(self._reader, signed, {})
        later._tiles = self._tiles  # a tile once authenticated stays what it is; the widths tell them apart
        later._tiles.update((*filled, *frontier.partial_tiles))
        return later

    def find(self, leaf: LeafHash) -> int | None:
        """The index of the first entry with this hash; None where it is not in the log."""
        check_readable(self.size)
        for name in tile_names(self.size, 0):
            tile = self.tile(name)
            at = tile.find(leaf)
            while at >= 0:
                if at % HASH_SIZE == 0:
                    return name.start + at // HASH_SIZE
                at = tile.find(leaf, at + 1)
        return None

    def root_at(self, size: int) -> Hash:
        """The root that the log had at a size (RFC 9162, section 2.1)."""
        if not 0 <= size <= self.size:
            raise LogError("log-never-had", size=self.size, earlier=size)
        return range_root(0, size, self.read_hashes)

    def proof(self, index: int) -> LogProof:
        """The proof that an entry is in the log, with the checkpoint that this is pinned to."""
        return LogProof(index, tuple(inclusion_proof(index, self.size, self.read_hashes)), self.signed)

    def consistency(self, old_size: int) -> list[Hash]:
        """The proof that the log extends what it was at `old_size`."""
        return consistency_proof(old_size, self.size, self.read_hashes)
