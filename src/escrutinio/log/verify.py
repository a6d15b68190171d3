"""Verifying a whole log from its public files alone: numbered checks that say what failed, and where.

The checks do not stop at the first fault. What cannot be read or does not fit is named down to the tile,
the bundle or the entry, and the rest is still checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from time import perf_counter

from escrutinio.log.checkpoint import (
    Checkpoint,
    Cosigned,
    SignedCheckpoint,
    find_cosignatures,
    find_log_key,
    parse_checkpoint,
)
from escrutinio.log.merkle import HASH_SIZE
from escrutinio.log.policy import NO_QUORUM, Policy
from escrutinio.log.reader import CHECKPOINT, LogReader
from escrutinio.log.tiles import (
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
from escrutinio.records.errors import LogError


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

    def fail(self, place: str, sentence: object) -> None:
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


def _check_bundles(
    checkpoint: Checkpoint, leaf_tiles: LeafTiles
) -> tuple[CheckResult, dict[TileName, bytes | None]]:
    bundles = _Running("entry bundles")
    leaves: dict[TileName, bytes | None] = {}
    for leaf in leaf_tiles(checkpoint):
        leaves[leaf.name] = leaf.hashes
        if leaf.hashes is None:
            bundles.fail(leaf.name.path, leaf.failure)
        elif len(leaf.hashes) != leaf.name.width * HASH_SIZE:
            raise LogError(f"{leaf.name.path} was hashed into {len(leaf.hashes)} bytes.")
    if list(leaves) != list(tile_names(checkpoint.size, ENTRIES)):
        raise LogError("The leaf hashes given are not of the bundles of this checkpoint, in their order.")
    bundles.count = len(leaves)
    return bundles.done(), leaves


def _check_tree(
    reader: LogReader, checkpoint: Checkpoint, leaves: dict[TileName, bytes | None]
) -> tuple[CheckResult, CheckResult]:
    """Compare the root of all leaves with the checkpoint, and the published tiles with the computed ones."""
    tiles = _Running("hash tiles")
    published = _read_tiles(reader, checkpoint.size, tiles)
    reading = tiles.done()

    root = _Running("root", count=checkpoint.size)
    # Where a bundle is unreadable its published level 0 tile stands in, so that the others are checked.
    present = [
        leaf if leaf is not None else published.get(TileName(0, name.index, name.width), b"")
        for name, leaf in leaves.items()
    ]
    computed, frontier = _computed_tiles(present)
    fits = frontier.size == checkpoint.size and frontier.root == checkpoint.root
    if not fits:
        _locate(root, checkpoint, leaves, published)
    checked = root.done()

    comparing = _Running("hash tiles", count=len(published), failures=list(reading.failures))
    if fits:
        for name, tile in published.items():
            if tile != computed[name]:
                comparing.fail(name.path, _difference(name, tile, computed[name]))
    else:
        _check_chain(published, checkpoint, comparing)
    result = comparing.done()
    return checked, CheckResult(result.name, result.count, reading.seconds + result.seconds, result.failures)


def _read_tiles(reader: LogReader, size: int, check: _Running) -> dict[TileName, bytes]:
    published: dict[TileName, bytes] = {}
    for level in levels(size):
        for name in tile_names(size, level):
            try:
                published[name] = reader.tile(name)
            except LogError as error:
                check.fail(name.path, error)
    return published


def _computed_tiles(leaves: Iterable[bytes]) -> tuple[dict[TileName, bytes], Frontier]:
    computed: dict[TileName, bytes] = {}
    frontier = Frontier()
    for leaf in leaves:
        frontier, filled = frontier.extend(leaf)
        computed.update(filled)
    computed.update(frontier.partial_tiles)
    return computed, frontier


def _difference(name: TileName, tile: bytes, expected: bytes) -> str:
    pairs = zip(split_hashes(tile), split_hashes(expected), strict=True)
    first = next(position for position, (found, right) in enumerate(pairs) if found != right)
    below = (
        f"entry {name.start + first}"
        if name.level == 0
        else f"tile {name.index * TILE_WIDTH + first} below it"
    )
    return f"{name.path} is not made of the entries it stands for: its hash {first}, of {below}, differs."


def _locate(
    check: _Running,
    checkpoint: Checkpoint,
    leaves: dict[TileName, bytes | None],
    published: dict[TileName, bytes],
) -> None:
    """Name the entries that do not hash to what their level 0 tile says; else, the checkpoint itself."""
    for name, hashes in leaves.items():
        tile = published.get(TileName(0, name.index, name.width))
        if hashes is None or tile is None or hashes == tile:
            continue
        for position, (found, stated) in enumerate(
            zip(split_hashes(hashes), split_hashes(tile), strict=True)
        ):
            if found != stated:
                index = name.index * TILE_WIDTH + position
                sentence = f"Entry {index} in {name.path} does not hash to what the tree holds for it."
                check.fail(f"entry {index}", sentence)
    if not check.failures:
        sentence = f"The {checkpoint.size} entries do not hash to the root that the checkpoint states."
        check.fail(CHECKPOINT, sentence)


def _check_chain(published: dict[TileName, bytes], checkpoint: Checkpoint, check: _Running) -> None:
    """Check the published tiles among themselves: each full tile against its hash one level up, the edge
    against the root. Used when the entries do not give the root, to tell altered entries from altered tiles."""
    size = checkpoint.size
    for name, tile in published.items():
        if name.width < TILE_WIDTH:
            continue
        parent_index, position = divmod(name.index, TILE_WIDTH)
        width = min(TILE_WIDTH, (size >> 8 * (name.level + 1)) - parent_index * TILE_WIDTH)
        parent = published.get(TileName(name.level + 1, parent_index, width))
        if (
            parent is not None
            and tile_root(tile) != parent[position * HASH_SIZE : (position + 1) * HASH_SIZE]
        ):
            check.fail(name.path, f"{name.path} does not hash to what the tile above it holds for it.")
    partials = [partial_tile(size, level) for level in levels(size)]
    edge = [published.get(name, b"") if name else b"" for name in partials]
    if Frontier(size, tuple(edge)).root != checkpoint.root:
        check.fail(
            CHECKPOINT, "The tiles at the right edge do not hash to the root that the checkpoint states."
        )
