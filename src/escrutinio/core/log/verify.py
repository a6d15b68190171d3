"""Verifying a whole log from its public files alone: numbered checks that say what failed, and where.

The checks do not stop at the first fault. What cannot be read or does not fit is named down to the tile,
the bundle or the entry, and the rest is still checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from time import perf_counter

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import (
    Checkpoint,
    Cosigned,
    SignedCheckpoint,
    find_cosignatures,
    find_log_key,
    parse_checkpoint,
)
from escrutinio.core.log.merkle import HASH_SIZE
from escrutinio.core.log.policy import NO_QUORUM, Policy
from escrutinio.core.log.reader import CHECKPOINT, LogReader
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

MAX_FAILURES = 1000
"""Failures that a check lists at most; it then stops reading, whatever size a hostile checkpoint states."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is wrong: the file or entry where, and a sentence."""

    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: its name, how many things it looked at, how long it took, and what failed."""

    name: str
    count: int
    seconds: float
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class LeafTile:
    """The leaf hashes of one entry bundle as its entries give them; None, and why, when it cannot be read."""

    name: TileName
    hashes: bytes | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class LogVerification:
    """The checks of a log in order; its checkpoint, if readable; the witnesses that cosigned it; and whether
    its origin was authenticated: a trusted key signed it, and the quorum of witnesses saw it."""

    checks: tuple[CheckResult, ...]
    checkpoint: SignedCheckpoint | None
    cosignatures: tuple[Cosigned, ...] = ()
    authenticated: bool = False

    @property
    def ok(self) -> bool:
        """Whether no check failed. Without a policy this says consistent, not authentic."""
        return not any(check.failures for check in self.checks)


LeafTiles = Callable[[Checkpoint], Iterable[LeafTile]]
"""Gives the leaf tiles of all bundles of a checkpoint's tree, in order; may compute them in parallel."""


@dataclass(slots=True)
class _Running:
    """A check while it runs."""

    name: str
    started: float = field(default_factory=perf_counter)
    count: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.failures) >= MAX_FAILURES

    def fail(self, place: str, sentence: object) -> None:
        if not self.full:
            self.failures.append(Failure(place, str(sentence)))

    def done(self) -> CheckResult:
        return CheckResult(self.name, self.count, perf_counter() - self.started, tuple(self.failures))


def leaf_tile(reader: LogReader, name: TileName) -> LeafTile:
    """Read one entry bundle and hash its entries; a fault is told in the result, not raised."""
    try:
        return LeafTile(name, hash_bundle(reader.tile(name), name.width, name.path))
    except LogError as error:
        return LeafTile(name, None, str(error))


def verify_log(
    reader: LogReader, policy: Policy | None, leaf_tiles: LeafTiles | None = None
) -> LogVerification:
    """Check a log from its files: checkpoint, signatures, every bundle, every leaf, every tile.

    `policy` says which log keys, witnesses and quorum are trusted; without one, the log is shown to be
    consistent with its own checkpoint, and `authenticated` stays False. `leaf_tiles` may compute the leaf
    hashes elsewhere, e.g. in a process pool that verifies the records in the same pass.
    """
    form = _Running("checkpoint")
    try:
        signed = parse_checkpoint(reader.checkpoint())
    except LogError as error:
        form.fail(CHECKPOINT, error)
        return LogVerification((form.done(),), None)
    form.count = 1
    checks = [form.done()]
    cosignatures: tuple[Cosigned, ...] = ()
    if policy is not None:
        signatures, cosignatures = _check_signatures(signed, policy)
        checks += signatures
    authenticated = policy is not None and not any(check.failures for check in checks)

    checkpoint = signed.checkpoint
    if leaf_tiles is None:
        leaf_tiles = _sequential(reader)
    bundles, leaves = _check_bundles(checkpoint, leaf_tiles)
    checks += [bundles, *_check_tree(reader, checkpoint, leaves)]
    return LogVerification(tuple(checks), signed, cosignatures, authenticated)


def _sequential(reader: LogReader) -> LeafTiles:
    def leaf_tiles(checkpoint: Checkpoint) -> Iterator[LeafTile]:
        return (leaf_tile(reader, name) for name in tile_names(checkpoint.size, ENTRIES))

    return leaf_tiles


def _check_signatures(
    signed: SignedCheckpoint, policy: Policy
) -> tuple[list[CheckResult], tuple[Cosigned, ...]]:
    signature, quorum = _Running("log signature"), _Running("cosignatures")
    try:
        find_log_key(signed, policy)
        signature.count = 1
    except LogError as error:
        signature.fail(CHECKPOINT, error)
    cosignatures: tuple[Cosigned, ...] = ()
    try:
        cosignatures = find_cosignatures(signed, policy)
    except LogError as error:
        quorum.fail(CHECKPOINT, error)
    else:
        quorum.count = len(cosignatures)
        if not policy.satisfied_by({cosigned.witness for cosigned in cosignatures}):
            present = ", ".join(cosigned.witness for cosigned in cosignatures) or NO_QUORUM
            sentence = f"The checkpoint lacks the quorum {policy.quorum!r}; cosigned by: {present}."
            quorum.fail(CHECKPOINT, sentence)
    return [signature.done(), quorum.done()], cosignatures


def _check_bundles(checkpoint: Checkpoint, leaf_tiles: LeafTiles) -> tuple[CheckResult, list[LeafTile]]:
    """All bundles in order, or as many as were read before too many could not be."""
    bundles = _Running("entry bundles")
    leaves: list[LeafTile] = []
    expected = tile_names(checkpoint.size, ENTRIES)
    for leaf in leaf_tiles(checkpoint):
        name = next(expected, None)
        if leaf.name != name or (leaf.hashes is not None and len(leaf.hashes) != name.width * HASH_SIZE):
            raise LogError("The leaf hashes given are not of the bundles of this checkpoint, in their order.")
        leaves.append(leaf)
        if leaf.hashes is None:
            bundles.fail(name.path, leaf.failure)
            if bundles.full:
                break
    bundles.count = len(leaves)
    return bundles.done(), leaves


def _check_tree(reader: LogReader, checkpoint: Checkpoint, leaves: list[LeafTile]) -> list[CheckResult]:
    """Compare the root of all leaves with the checkpoint, and the published tiles with the computed ones."""
    root = _Running("root")
    root.count = sum(len(leaf.hashes) // HASH_SIZE for leaf in leaves if leaf.hashes is not None)
    computed, frontier = _computed_tiles(_hashes_or_stand_in(reader, leaf) for leaf in leaves)
    fits = frontier.size == checkpoint.size and frontier.root == checkpoint.root
    root_done = root.done()

    tiles = _Running("hash tiles")
    published = _read_tiles(reader, checkpoint.size, tiles)
    tiles.count = len(published)
    if fits:
        for name, tile in published.items():
            if tile != computed[name]:
                tiles.fail(name.path, _difference(name, tile, computed[name]))
        return [root_done, tiles.done()]
    doubtful = _check_chain(published, checkpoint, tiles)
    tiles_done = tiles.done()
    _locate(root, checkpoint, leaves, {n: tile for n, tile in published.items() if n not in doubtful})
    return [replace(root_done, failures=tuple(root.failures)), tiles_done]


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


def _read_tiles(reader: LogReader, size: int, check: _Running) -> dict[TileName, bytes]:
    published: dict[TileName, bytes] = {}
    for level in levels(size):
        for name in tile_names(size, level):
            try:
                published[name] = reader.tile(name)
            except LogError as error:
                check.fail(name.path, error)
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


def _difference(name: TileName, tile: bytes, expected: bytes) -> str:
    first = _first_difference(tile, expected)
    number = name.index * TILE_WIDTH + first
    below = f"entry {number}" if name.level == 0 else TileName(name.level - 1, number).path
    return f"{name.path} does not fit the entries: its hash number {first}, of {below}, is another."


def _check_chain(published: dict[TileName, bytes], checkpoint: Checkpoint, check: _Running) -> set[TileName]:
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
            check.fail(name.path, f"{name.path} does not hash to what the tile above it holds for it.")
    partials = [partial_tile(size, level) for level in levels(size)]
    edge = tuple(published.get(name, b"") if name else b"" for name in partials)
    if Frontier(size, edge).root != checkpoint.root:
        check.fail(CHECKPOINT, "The tiles at the right edge do not hash to the root of the checkpoint.")
    return doubtful


def _locate(
    check: _Running, checkpoint: Checkpoint, leaves: list[LeafTile], tiles: dict[TileName, bytes]
) -> None:
    """Name the entries that do not hash to what their level 0 tile says; else, blame the checkpoint."""
    for leaf in leaves:
        tile = tiles.get(_above(leaf))
        if leaf.hashes is None or tile is None or leaf.hashes == tile:
            continue
        pairs = zip(split_hashes(leaf.hashes), split_hashes(tile), strict=True)
        for index, (found, stated) in enumerate(pairs, leaf.name.index * TILE_WIDTH):
            if found != stated:
                sentence = f"Entry {index} in {leaf.name.path} does not hash to what the tree holds for it."
                check.fail(f"entry {index}", sentence)
                if check.full:
                    return
    if not check.failures:
        sentence = f"The {check.count} entries read do not give the root of {checkpoint.size} entries."
        check.fail(CHECKPOINT, sentence)
