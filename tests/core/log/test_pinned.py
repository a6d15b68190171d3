"""A log pinned to its checkpoint hands out what hashes to the root, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import (
    EMPTY_ROOT,
    Hash,
    Subtree,
    leaf_hash,
    range_root,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from escrutinio.core.log.pinned import OtherFileError, PinnedLog
from escrutinio.core.log.proofs import verify_proof
from escrutinio.core.log.reader import hash_source, open_log
from escrutinio.core.log.tiles import ENTRIES, TileName, levels, tile_names
from escrutinio.core.verification.tree import check_tree
from tests.core.log.builders import ORIGIN, build_log, policy, records, signer

SIZE = 66_000  # three levels of tiles
SMALL = 700

Log = tuple[list[bytes], Path, SignedCheckpoint]


class Altered:
    """A log of which some files are given otherwise, and every reading is counted."""

    def __init__(self, log: Path, changed: dict[TileName, bytes] | None = None) -> None:
        self._reader = open_log(log)
        self.changed = changed or {}
        self.reads: Counter[TileName] = Counter()

    def checkpoint(self) -> bytes:
        raise AssertionError("a pinned log asks for no checkpoint")

    def tile(self, name: TileName) -> bytes:
        self.reads[name] += 1
        return self.changed.get(name) or self._reader.tile(name)


def made(directory: Path, size: int) -> Log:
    entries = records(size)
    home = build_log(directory, entries)
    return entries, home.log, parse_checkpoint(home.checkpoint())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return made(tmp_path_factory.mktemp("large"), SIZE)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Log:
    return made(tmp_path_factory.mktemp("small"), SMALL)


def files(size: int) -> list[TileName]:
    """Every bundle and tile of a log."""
    return [name for level in (ENTRIES, *levels(size)) for name in tile_names(size, level)]


def use(log: PinnedLog, name: TileName) -> bytes:
    """Whatever makes a pinned log read a file."""
    if name.level != ENTRIES:
        return log.tile(name)
    return b"".join(log.entries(name.index))


# --- what is handed out ---


def test_honest_files_are_handed_out(small: Log) -> None:
    entries, path, signed = small
    log = PinnedLog(open_log(path), signed)
    assert (log.size, log.checkpoint, log.signed) == (SMALL, signed.checkpoint, signed)
    assert [log.entry(index) for index in (0, 255, 256, SMALL - 1)] == [
        entries[index] for index in (0, 255, 256, SMALL - 1)
    ]
    assert list(log.all_entries()) == entries
    assert list(log.entries_at([3, 699, 3, 257])) == [(n, entries[n]) for n in (3, 257, 699)]
    for name in files(SMALL):
        if name.level != ENTRIES:
            assert log.tile(name) == open_log(path).tile(name)


@given(data=st.data())
def test_no_altered_bit_of_any_file_is_handed_out(small: Log, data: st.DataObject) -> None:
    _, path, signed = small
    name = data.draw(st.sampled_from(files(SMALL)))
    content = bytearray(open_log(path).tile(name))
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    log = PinnedLog(Altered(path, {name: bytes(content)}), signed)
    with pytest.raises(LogError):
        use(log, name)


@given(data=st.data())
def test_no_altered_bit_of_a_log_of_three_levels_is_handed_out(large: Log, data: st.DataObject) -> None:
    _, path, signed = large
    some = [TileName(2, 0, 1), TileName(1, 0), TileName(1, 1, 1), TileName(0, 0), TileName(0, 256)]
    some += [TileName(0, 257, 208), TileName(ENTRIES, 0), TileName(ENTRIES, 200), TileName(ENTRIES, 257, 208)]
    name = data.draw(st.sampled_from(some))
    content = bytearray(open_log(path).tile(name))
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    log = PinnedLog(Altered(path, {name: bytes(content)}), signed)
    with pytest.raises(LogError):
        use(log, name)


def test_another_file_of_the_same_log_is_no_substitute(large: Log) -> None:
    _, path, signed = large
    reader = open_log(path)
    for name, other in (
        (TileName(0, 3), TileName(0, 4)),
        (TileName(ENTRIES, 3), TileName(ENTRIES, 4)),
        (TileName(1, 0), TileName(0, 0)),
    ):
        log = PinnedLog(Altered(path, {name: reader.tile(other)}), signed)
        with pytest.raises(OtherFileError, match=rf"log/{name.path} does not follow from the checkpoint"):
            use(log, name)


def test_a_file_changed_after_it_was_verified_is_named(small: Log) -> None:
    _, path, signed = small
    tiles = check_tree(open_log(path), signed.checkpoint).tiles
    assert tiles is not None
    name = TileName(ENTRIES, 1)
    content = bytearray(open_log(path).tile(name))
    content[-1] ^= 1
    log = PinnedLog(Altered(path, {name: bytes(content)}), signed, tiles)
    with pytest.raises(OtherFileError, match=r"tile/entries/001 is not the one that was verified"):
        log.entry(256)
    assert log.entry(255)


def test_verified_tiles_are_not_read_again(small: Log) -> None:
    entries, path, signed = small
    tiles = check_tree(open_log(path), signed.checkpoint).tiles
    reader = Altered(path)
    log = PinnedLog(reader, signed, tiles)
    verify_proof(log.proof(3), entries[3], policy())
    assert log.find(leaf_hash(entries[600])) == 600
    assert log.root_at(SMALL) == signed.checkpoint.root
    assert not reader.reads


# --- what is computed ---


@given(st.integers(0, SIZE))
def test_roots_of_every_size_are_those_of_the_entries(large: Log, size: int) -> None:
    log = large_log(large)
    assert log.root_at(size) == range_root(0, size, hash_source(large_tiles(large), SIZE))
    assert log.root_at(size) == tree_root(large_leaves(large)[:size])


KEPT: dict[Path, PinnedLog] = {}
LEAVES: dict[Path, list[Hash]] = {}


def large_log(large: Log) -> PinnedLog:
    """One pinned log for all examples: what it read it keeps."""
    return KEPT.setdefault(large[1], PinnedLog(open_log(large[1]), large[2]))


def large_leaves(large: Log) -> list[Hash]:
    """The hashes of its entries, made once."""
    if large[1] not in LEAVES:
        LEAVES[large[1]] = [leaf_hash(entry) for entry in large[0]]
    return LEAVES[large[1]]


def large_tiles(large: Log) -> Callable[[TileName], bytes]:
    return open_log(large[1]).tile


@given(st.integers(0, SIZE - 1))
def test_proofs_lead_from_the_entry_to_the_root(large: Log, index: int) -> None:
    entries, _, signed = large
    proof = large_log(large).proof(index)
    verify_inclusion(leaf_hash(entries[index]), index, SIZE, proof.hashes, signed.checkpoint.root)
    verify_proof(proof, entries[index], policy())


@given(st.integers(0, SIZE))
def test_a_log_extends_what_it_was(large: Log, size: int) -> None:
    signed = large[2]
    before = tree_root(large_leaves(large)[:size])
    proof = large_log(large).consistency(size)
    verify_consistency(size, before, SIZE, signed.checkpoint.root, proof)


@given(st.integers(0, SIZE - 1))
def test_an_entry_is_found_by_its_hash(large: Log, index: int) -> None:
    assert large_log(large).find(leaf_hash(large[0][index])) == index


def test_what_is_not_there_is_said(small: Log) -> None:
    _, path, signed = small
    log = PinnedLog(open_log(path), signed)
    assert log.find(leaf_hash(b"another")) is None
    for index in (-1, SMALL):
        with pytest.raises(LogError, match="700 entries"):
            log.entry(index)
        with pytest.raises(LogError, match="700 entries"):
            log.proof(index)
    with pytest.raises(LogError, match="never had 701"):
        log.root_at(SMALL + 1)


def test_a_log_without_entries(tmp_path: Path) -> None:
    log = PinnedLog(open_log(tmp_path), sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), signer()))
    assert list(log.all_entries()) == []
    assert log.root_at(0) == EMPTY_ROOT
    assert log.find(leaf_hash(b"x")) is None


# --- what is read ---


class Counting(PinnedLog):
    """A pinned log that counts how often hashes are asked for."""

    asked = 0

    def read_hashes(self, subtrees: Sequence[Subtree]) -> Sequence[Hash]:
        self.asked += 1
        return super().read_hashes(subtrees)


@pytest.mark.parametrize("index", [0, 12_345, 65_535, SIZE - 1])
def test_a_proof_reads_each_tile_once_and_asks_once(large: Log, index: int) -> None:
    _, path, signed = large
    reader = Altered(path)
    log = Counting(reader, signed)
    log.proof(index)
    assert log.asked == 1
    assert set(reader.reads.values()) == {1}
    # The tiles of the right edge give the root, and those above the entry lead to it.
    assert len(reader.reads) <= 2 * len(levels(SIZE))
    again = dict(reader.reads)
    log.proof(index)
    assert reader.reads == again


def test_chosen_entries_read_each_bundle_once(small: Log) -> None:
    _, path, signed = small
    reader = Altered(path)
    log = PinnedLog(reader, signed)
    assert len(list(log.entries_at([5, 300, 6, 301, 7]))) == 5
    assert {name: count for name, count in reader.reads.items() if name.level == ENTRIES} == {
        TileName(ENTRIES, 0): 1,
        TileName(ENTRIES, 1): 1,
    }
