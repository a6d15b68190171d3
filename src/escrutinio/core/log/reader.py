"""Reading a log, from a directory or from a web address, bounded and strict.

A reader gives the checkpoint and tiles of the sizes asked for and nothing else: no path ever comes from
outside. What it gives is well sized but unverified; `verify` and `proofs` check it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import Fetch, open_files
from escrutinio.core.log.merkle import HASH_SIZE, Hash, ReadHashes, Subtree, tree_root
from escrutinio.core.log.notes import MAX_NOTE
from escrutinio.core.log.tiles import (
    ENTRIES,
    MAX_BUNDLE,
    TILE_WIDTH,
    TileName,
    bundle_prefix,
    decode_bundle,
    split_hashes,
    tile_names,
)

CHECKPOINT = "checkpoint"
"""Path of the checkpoint below the log."""

MAX_ENTRIES = 2**27
"""Entries of the largest log that is read whole, a hundred for each of a million stations. A checkpoint may
state any size, and a server may give entries for ever."""


def check_readable(size: int) -> None:
    """Raise LogError for a log that is too large to be read whole."""
    if size > MAX_ENTRIES:
        raise LogError("log-large", size=size, limit=MAX_ENTRIES)


class LogReader(Protocol):
    """Where a log is read from."""

    def checkpoint(self) -> bytes:
        """The signed checkpoint as published; raises LogError when there is none."""

    def tile(self, name: TileName) -> bytes:
        """A hash tile of exactly `name.width` hashes, or an entry bundle of `name.width` entries.

        A partial tile that is gone is cut from its full tile. Raises FileUnreadableError when it is missing,
        LogError when short or long.
        """


class FileReader:
    """A log over any `Fetch`: the part that a directory and a web address have in common."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def checkpoint(self) -> bytes:
        """See `LogReader`."""
        data = self._fetch(CHECKPOINT, MAX_NOTE)
        if data is None:
            raise LogError("source-none")
        return data

    def tile(self, name: TileName) -> bytes:
        """See `LogReader`."""
        data = self._fetch(name.path, _limit(name))
        if data is None and name.width < TILE_WIDTH:
            full = TileName(name.level, name.index)
            data = self._fetch(full.path, _limit(full))
            if data is not None:
                return _cut(_checked(data, full), name)
        if data is None:  # a mirror may be behind, or not whole: that says nothing of the log
            raise FileUnreadableError("fetch-missing", path=name.path)
        return _checked(data, name)


def _limit(name: TileName) -> int:
    return MAX_BUNDLE * name.width // TILE_WIDTH if name.level == ENTRIES else name.width * HASH_SIZE


def _checked(data: bytes, name: TileName) -> bytes:
    if name.level != ENTRIES and len(data) != name.width * HASH_SIZE:
        raise LogError("tile-size", path=name.path, size=len(data), want=name.width * HASH_SIZE)
    return data


def _cut(data: bytes, name: TileName) -> bytes:
    if name.level == ENTRIES:
        return bundle_prefix(data, name.width, name.full_path)
    return data[: name.width * HASH_SIZE]


def open_log(address: str | Path) -> LogReader:
    """The log in a directory, or below an http or https address. Raises LogError when it is neither."""
    return FileReader(open_files(address))


def read_bundles(reader: LogReader, size: int, start: int = 0) -> Iterator[tuple[TileName, bytes]]:
    """The entry bundles of a log of `size` entries in order, raw, from the one that holds entry `start`."""
    check_readable(size)
    for name in tile_names(size, ENTRIES, start // TILE_WIDTH):
        yield name, reader.tile(name)


def read_entries(reader: LogReader, size: int, start: int = 0) -> Iterator[bytes]:
    """The entries start … size - 1 of a log in order, unverified; raises LogError for a bad bundle."""
    for name, bundle in read_bundles(reader, size, start):
        entries = decode_bundle(bundle, name.width, name.path)
        yield from entries[max(0, start - name.index * TILE_WIDTH) :]


def hash_source(read_tile: Callable[[TileName], bytes], size: int) -> ReadHashes:
    """The hashes of a log's tree of `size` leaves, from its tiles; reads each tile once.

    What a call asks for is read before anything is computed: one round of tiles, however long the proof. The
    hashes are as good as the tiles: those of a `PinnedLog` are authenticated, those of a reader are not.
    """
    cache: dict[TileName, list[Hash]] = {}

    def place(subtree: Subtree) -> tuple[TileName, int, int]:
        """The tile that holds a subtree's leaves or hashes, and where in it."""
        level, height = divmod(subtree.level, 8)
        index, first = divmod(subtree.number << height, TILE_WIDTH)
        width = min(TILE_WIDTH, (size >> 8 * level) - index * TILE_WIDTH)
        return TileName(level, index, width), first, first + (1 << height)

    def read(subtrees: Sequence[Subtree]) -> list[Hash]:
        places = [place(subtree) for subtree in subtrees]
        for name in dict.fromkeys(name for name, _, _ in places if name not in cache):
            cache[name] = split_hashes(read_tile(name))
        return [tree_root(cache[name][first:end]) for name, first, end in places]

    return read
