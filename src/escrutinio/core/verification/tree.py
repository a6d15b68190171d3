"""Checks 4 to 6: the entries of a log give the root of its checkpoint, and its tiles follow from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.words.say import Phrase
from escrutinio.core.log.checkpoint import Checkpoint
from escrutinio.core.log.merkle import HASH_SIZE
from escrutinio.core.log.reader import LogReader
from escrutinio.core.log.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Frontier,
    TileName,
    hash_bundle,
    levels,
    partial_tile,
    split_hashes,
    tile_names,
    tile_root,
)
from escrutinio.core.verification.checkpoint import PLACE
from escrutinio.core.verification.checks import Answer, Check, Running


@dataclass(frozen=True, slots=True)
class LeafTile:
    """The leaf hashes of one entry bundle as its entries give them; None, and why, when it cannot be read."""

    name: TileName
    hashes: bytes | None
    failure: LogError | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """What the entries of a log come to: answers 4 to 6, and the hash tiles computed from the entries, where
    they give the root."""

    answers: tuple[Answer, ...]
    tiles: dict[TileName, bytes] | None


LeafTiles = Callable[[Checkpoint], Iterable[LeafTile]]
"""Gives the leaf tiles of all bundles of a checkpoint's tree, in order; may compute them in parallel."""


def leaf_tile(reader: LogReader, name: TileName) -> LeafTile:
    """Read one entry bundle and hash its entries; a fault is told in the result, not raised."""
    try:
        return LeafTile(name, hash_bundle(reader.tile(name), name.width, name.path))
    except LogError as error:
        return LeafTile(name, None, error)


def check_tree(reader: LogReader, checkpoint: Checkpoint, leaf_tiles: LeafTiles | None = None) -> Tree:
    """Checks 4 to 6: every bundle is there, the entries give the root, and the published tiles follow.

    `leaf_tiles` may compute the leaf hashes elsewhere, e.g. in a process pool that verifies the records in
    the same pass. Nothing stops at the first fault: what cannot be read or does not fit is named down to the
    tile, the bundle or the entry, and the rest is still checked.
    """
    bundles, leaves = _check_bundles(checkpoint, leaf_tiles or _sequential(reader))
    root, tiles, computed = _check_hashes(reader, checkpoint, leaves)
    return Tree((bundles, root, tiles), computed)


def _sequential(reader: LogReader) -> LeafTiles:
    def leaf_tiles(checkpoint: Checkpoint) -> Iterator[LeafTile]:
        return (leaf_tile(reader, name) for name in tile_names(checkpoint.size, ENTRIES))

    return leaf_tiles


def _check_bundles(checkpoint: Checkpoint, leaf_tiles: LeafTiles) -> tuple[Answer, list[LeafTile]]:
    """All bundles in order, or as many as were read before too many could not be."""
    bundles = Running(Check.ENTRY_BUNDLES)
    leaves: list[LeafTile] = []
    expected = tile_names(checkpoint.size, ENTRIES)
    for leaf in leaf_tiles(checkpoint):
        name = next(expected, None)
        if leaf.name != name or (leaf.hashes is not None and len(leaf.hashes) != name.width * HASH_SIZE):
            raise LogError("leaves-other")
        leaves.append(leaf)
        if leaf.failure is not None:
            _tell(bundles, name, leaf.failure)
            if bundles.full:
                break
    bundles.count = len(leaves)
    return bundles.done(), leaves


def _tell(check: Running, name: TileName, error: LogError) -> None:
    """A file that could not be read, or is not there, leaves the check open; a malformed one fails it."""
    tell = check.leave_open if isinstance(error, FileUnreadableError) else check.fail
    tell(f"log/{name.path}", error)


def _check_hashes(
    reader: LogReader, checkpoint: Checkpoint, leaves: list[LeafTile]
) -> tuple[Answer, Answer, dict[TileName, bytes] | None]:
    """Compare the root of all leaves with the checkpoint, and the published tiles with the computed ones."""
    root = Running(Check.ROOT)
    root.count = sum(len(leaf.hashes) // HASH_SIZE for leaf in leaves if leaf.hashes is not None)
    computed, frontier = _computed_tiles(_hashes_or_stand_in(reader, leaf) for leaf in leaves)
    fits = frontier.size == checkpoint.size and frontier.root == checkpoint.root
    unread = [leaf for leaf in leaves if leaf.hashes is None]
    for leaf in unread:
        root.leave_open(f"log/{leaf.name.path}", not_read(leaf.name))
    root_done = root.done()

    tiles = Running(Check.HASH_TILES)
    published = _read_tiles(reader, checkpoint.size, tiles)
    tiles.count = len(published)
    if fits:
        for name, tile in published.items():
            if tile != computed[name]:
                tiles.fail(f"log/{name.path}", _difference(name, tile, computed[name]))
        return root_done, tiles.done(), None if unread else computed
    doubtful = _check_chain(published, checkpoint, tiles)
    tiles_done = tiles.done()
    _locate(root, checkpoint, leaves, {n: tile for n, tile in published.items() if n not in doubtful})
    return replace(root_done, failures=tuple(root.failures)), tiles_done, None


def _hashes_or_stand_in(reader: LogReader, leaf: LeafTile) -> bytes:
    """A bundle's leaf hashes; where it is unreadable its published tile, so that the others are checked."""
    if leaf.hashes is not None:
        return leaf.hashes
    try:
        return reader.tile(_above(leaf))
    except LogError:
        return b""


def _above(leaf: LeafTile) -> TileName:
    """The level 0 tile of a bundle."""
    return TileName(0, leaf.name.index, leaf.name.width)


def _read_tiles(reader: LogReader, size: int, check: Running) -> dict[TileName, bytes]:
    published: dict[TileName, bytes] = {}
    for level in levels(size):
        for name in tile_names(size, level):
            try:
                published[name] = reader.tile(name)
            except LogError as error:
                _tell(check, name, error)
                if check.full:
                    return published
    return published


def _computed_tiles(leaves: Iterable[bytes]) -> tuple[dict[TileName, bytes], Frontier]:
    computed: dict[TileName, bytes] = {}
    frontier = Frontier()
    for leaf in leaves:
        frontier, filled = frontier.extend(leaf)
        computed.update(filled)
    computed.update(frontier.partial_tiles)
    return computed, frontier


def _first_difference(found: bytes, right: bytes) -> int:
    pairs = zip(split_hashes(found), split_hashes(right), strict=True)
    return next(position for position, (one, other) in enumerate(pairs) if one != other)


def not_read(name: TileName) -> Phrase:
    """What is said of whatever needs the entries of a bundle that could not be read."""
    return Phrase("The entries of {bundle} were not read.", bundle=name.path)


def _difference(name: TileName, tile: bytes, expected: bytes) -> Phrase:
    first = _first_difference(tile, expected)
    number = name.index * TILE_WIDTH + first
    if name.level == 0:
        return Phrase(
            "{tile} does not fit the entries: its hash number {number}, of entry {entry}, is another.",
            tile=name.path,
            number=first,
            entry=number,
        )
    return Phrase(
        "{tile} does not fit the entries: its hash number {number}, of {below}, is another.",
        tile=name.path,
        number=first,
        below=TileName(name.level - 1, number).path,
    )


def _check_chain(published: dict[TileName, bytes], checkpoint: Checkpoint, check: Running) -> set[TileName]:
    """Check the tiles among themselves: full ones against the hash one level up, the edge against the root.

    Used when the entries do not give the root, to tell altered entries from altered tiles. Returns the full
    tiles that do not fit what stands above them.
    """
    size = checkpoint.size
    doubtful: set[TileName] = set()
    for name in [name for name in published if name.width == TILE_WIDTH]:
        parent_index, position = divmod(name.index, TILE_WIDTH)
        width = min(TILE_WIDTH, (size >> 8 * (name.level + 1)) - parent_index * TILE_WIDTH)
        parent = published.get(TileName(name.level + 1, parent_index, width))
        if parent is not None and tile_root(published[name]) != split_hashes(parent)[position]:
            doubtful.add(name)
            check.fail(f"log/{name.path}", LogError("tile-chain", path=name.path))
    partials = [partial_tile(size, level) for level in levels(size)]
    edge = [published.get(name) if name else b"" for name in partials]
    if None not in edge and Frontier(size, tuple(each or b"" for each in edge)).root != checkpoint.root:
        check.fail(PLACE, LogError("tiles-root"))
    return doubtful


def _locate(
    check: Running, checkpoint: Checkpoint, leaves: list[LeafTile], tiles: dict[TileName, bytes]
) -> None:
    """Name the entries that do not hash to what their level 0 tile says; else, blame the checkpoint."""
    for leaf in leaves:
        tile = tiles.get(_above(leaf))
        if leaf.hashes is None or tile is None or leaf.hashes == tile:
            continue
        pairs = zip(split_hashes(leaf.hashes), split_hashes(tile), strict=True)
        for index, (found, stated) in enumerate(pairs, leaf.name.index * TILE_WIDTH):
            if found != stated:
                why = Phrase(
                    "Entry {entry} in {bundle} does not hash to what the tree holds for it.",
                    entry=index,
                    bundle=leaf.name.path,
                )
                check.fail(f"entry {index}", why)
                if check.full:
                    return
    if not check.failures and not check.unjudged:
        check.fail(
            PLACE,
            Phrase(
                "The entries read ({count:,}) do not give the root of the checkpoint, which is of {size:,}.",
                count=check.count,
                size=checkpoint.size,
            ),
        )
