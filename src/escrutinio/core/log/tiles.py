"""Tiles and entry bundles of a log, as C2SP tlog-tiles names and fills them.

A tile is 256 hashes of one level: at level 0 leaf hashes, at level L + 1 the roots of the full tiles
of level L. Tiles at the right edge of the tree are partial. An entry bundle holds the entries of one
level 0 tile, each after its length as a big-endian uint16.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.log.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE, Hash, tree_root

_THE_ENTRY_BUNDLE = Phrase("The entry bundle")


TILE_WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""

MAX_ENTRY = 65_535
"""Bytes of the longest entry: what its uint16 length can say."""

MAX_BUNDLE = TILE_WIDTH * (2 + MAX_ENTRY)
"""Bytes of the longest entry bundle."""

ENTRIES = -1
"""The `level` of an entry bundle in a `TileName`."""


@dataclass(frozen=True, slots=True)
class TileName:
    """Which tile or entry bundle: its level (ENTRIES for a bundle), index in the level, and width 1 … 256.

    Raises LogError for what no log can have.
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not (
            ENTRIES <= self.level <= 63 and 0 <= self.index <= MAX_SIZE and 1 <= self.width <= TILE_WIDTH
        ):
            raise LogError("tile-name", level=self.level, index=self.index, width=self.width)

    @property
    def path(self) -> str:
        """Path below the log, e.g. `tile/0/x001/x234/067` or `tile/entries/000.p/17` (tlog-tiles)."""
        suffix = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return self.full_path + suffix

    @property
    def full_path(self) -> str:
        """Path of the full tile of this level and index."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-len(digits) % 3 + len(digits))
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        level = "entries" if self.level == ENTRIES else str(self.level)
        return "/".join(["tile", level, *(f"x{group}" for group in groups[:-1]), groups[-1]])

    @property
    def start(self) -> int:
        """Index of the first log entry below this tile."""
        return self.index << 8 * (max(self.level, 0) + 1)


def levels(size: int) -> range:
    """The tile levels that a tree of `size` leaves has."""
    count = 0
    while size:
        count, size = count + 1, size // TILE_WIDTH
    return range(count)


def tile_names(size: int, level: int, first: int = 0) -> Iterator[TileName]:
    """Names of the tiles of one level (or ENTRIES) of a tree of `size` leaves, from number `first` on."""
    for index in range(first, size >> 8 * (max(level, 0) + 1)):
        yield TileName(level, index)
    last = partial_tile(size, level)
    if last is not None and last.index >= first:
        yield last


def partial_tile(size: int, level: int) -> TileName | None:
    """The partial tile (or bundle) at the right edge of one level, if the size leaves one."""
    full, width = divmod(size >> 8 * max(level, 0), TILE_WIDTH)
    return TileName(level, full, width) if width else None


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entry bundle of these entries; raises LogError for an empty or overlong entry."""
    parts: list[bytes] = []
    for entry in entries:
        if not 0 < len(entry) <= MAX_ENTRY:
            raise LogError("entry-size", size=len(entry), limit=MAX_ENTRY)
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def _bounds(bundle: bytes, width: int, place: str | Said) -> list[tuple[int, int]]:
    """Start and end of the first `width` entries; raises LogError when they are not all there."""
    bounds: list[tuple[int, int]] = []
    position, length = 0, len(bundle)
    for number in range(width):
        start = position + 2
        if start > length:
            raise LogError("bundle-short", number=number, width=width, path=place)
        position = start + (bundle[position] << 8 | bundle[position + 1])
        if position > length:
            raise LogError("bundle-short", number=number, path=place, width=width)
        if position == start:
            raise LogError("bundle-empty", path=place)
        bounds.append((start, position))
    return bounds


def _exact_bounds(bundle: bytes, width: int, place: str | Said) -> list[tuple[int, int]]:
    bounds = _bounds(bundle, width, place)
    end = bounds[-1][1] if bounds else 0
    if end != len(bundle):
        raise LogError("bundle-long", width=width, path=place)
    return bounds


def decode_bundle(bundle: bytes, width: int, place: str | Said = _THE_ENTRY_BUNDLE) -> list[bytes]:
    """The `width` entries of a bundle; raises LogError, naming `place`, unless it holds exactly these."""
    return [bundle[start:end] for start, end in _exact_bounds(bundle, width, place)]


def bundle_bounds(bundle: bytes, place: str | Said = _THE_ENTRY_BUNDLE) -> list[tuple[int, int]]:
    """Where each entry of a full bundle starts and ends; raises LogError like `decode_bundle`."""
    return _exact_bounds(bundle, TILE_WIDTH, place)


def bundle_prefix(bundle: bytes, width: int, place: str | Said = _THE_ENTRY_BUNDLE) -> bytes:
    """The bundle of the first `width` entries of a full one; raises LogError unless that is whole."""
    return bundle[: _exact_bounds(bundle, TILE_WIDTH, place)[width - 1][1]]


def hash_bundle(bundle: bytes, width: int, place: str | Said = _THE_ENTRY_BUNDLE) -> bytes:
    """The level 0 tile of a bundle: its `width` leaf hashes joined; raises LogError like `decode_bundle`."""
    return b"".join(
        [sha256(b"\x00" + bundle[start:end]).digest() for start, end in _exact_bounds(bundle, width, place)]
    )


def split_hashes(tile: bytes) -> list[Hash]:
    """The hashes of a tile."""
    return [Hash(tile[start : start + HASH_SIZE]) for start in range(0, len(tile), HASH_SIZE)]


def tile_root(tile: bytes) -> Hash:
    """Root of the tree over a tile's hashes."""
    return tree_root(split_hashes(tile))


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: its size and the partial tile of each level (joined hashes, maybe empty).

    It is all one needs to know of a tree to extend it, and to know its root: appending depends on the
    batch, not on the log.
    """

    size: int = 0
    edge: tuple[bytes, ...] = ()

    @property
    def root(self) -> Hash:
        """Root of the whole tree."""
        trailing = Hash(b"")
        for tile in self.edge:
            trailing = tile_root(tile + trailing) if tile or trailing else trailing
        return trailing or EMPTY_ROOT

    @property
    def partial_tiles(self) -> list[tuple[TileName, bytes]]:
        """The partial tiles of the tree, by level."""
        return [
            (TileName(level, self.size >> 8 * (level + 1), len(tile) // HASH_SIZE), tile)
            for level, tile in enumerate(self.edge)
            if tile
        ]

    def extend(self, leaf_hashes: bytes) -> tuple[Frontier, list[tuple[TileName, bytes]]]:
        """The frontier after more leaves (joined leaf hashes), and the tiles that this filled, by level."""
        filled: list[tuple[TileName, bytes]] = []
        edge: list[bytes] = []
        level, rising = 0, leaf_hashes
        while rising or level < len(self.edge):
            row = (self.edge[level] if level < len(self.edge) else b"") + rising
            first = self.size >> 8 * (level + 1)
            full = len(row) // (TILE_WIDTH * HASH_SIZE)
            tiles = [row[n * TILE_WIDTH * HASH_SIZE : (n + 1) * TILE_WIDTH * HASH_SIZE] for n in range(full)]
            filled += [(TileName(level, first + n), tile) for n, tile in enumerate(tiles)]
            edge.append(row[full * TILE_WIDTH * HASH_SIZE :])
            rising = b"".join([tile_root(tile) for tile in tiles])
            level += 1
        return Frontier(self.size + len(leaf_hashes) // HASH_SIZE, tuple(edge)), filled
