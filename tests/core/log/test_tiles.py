"""Tile names, tiles and entry bundles as C2SP tlog-tiles has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import LogError
from escrutinio.core.log.merkle import leaf_hash, tree_root
from escrutinio.core.log.tiles import (
    ENTRIES,
    MAX_ENTRY,
    TILE_WIDTH,
    Frontier,
    TileName,
    bundle_prefix,
    decode_bundle,
    encode_bundle,
    hash_bundle,
    levels,
    partial_tile,
    split_hashes,
    tile_names,
    tile_root,
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(0, 0), "tile/0/000"),
        (TileName(0, 999), "tile/0/999"),
        (TileName(0, 1000), "tile/0/x001/000"),
        (TileName(3, 1234067), "tile/3/x001/x234/067"),
        (TileName(ENTRIES, 1234067, 17), "tile/entries/x001/x234/067.p/17"),
    ],
)
def test_paths(name: TileName, path: str) -> None:
    assert name.path == path


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_no_log_has_such_a_tile(level: int, index: int, width: int) -> None:
    with pytest.raises(LogError):
        TileName(level, index, width)


def test_the_example_of_the_specification() -> None:
    # "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of
    # width 112, one full level 1 tile, one partial level 1 tile of width 17, and one partial level 2 tile
    # of width 1"
    assert len(list(tile_names(70_000, 0))) == 274
    assert partial_tile(70_000, 0) == TileName(0, 273, 112)
    assert list(tile_names(70_000, 1)) == [TileName(1, 0), TileName(1, 1, 17)]
    assert list(tile_names(70_000, 2)) == [TileName(2, 0, 1)]
    assert list(levels(70_000)) == [0, 1, 2]
    # "a tree of size 256 will be represented by a full level 0 tile and a partial level 1 tile of width 1"
    assert list(tile_names(256, 0)) == [TileName(0, 0)]
    assert list(tile_names(256, 1)) == [TileName(1, 0, 1)]
    assert list(levels(0)) == []


entries = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=TILE_WIDTH)


@given(entries)
def test_a_bundle_comes_back(values: list[bytes]) -> None:
    bundle = encode_bundle(values)
    assert decode_bundle(bundle, len(values)) == values
    assert split_hashes(hash_bundle(bundle, len(values))) == [leaf_hash(value) for value in values]


@given(entries)
def test_a_full_bundle_stands_for_a_partial_one_only_if_it_is_whole(values: list[bytes]) -> None:
    whole = encode_bundle([*values, *[b"x"] * (TILE_WIDTH - len(values))])
    assert decode_bundle(bundle_prefix(whole, 1), 1) == values[:1]
    for other in (encode_bundle(values) if len(values) < TILE_WIDTH else b"", whole + b"\x00", whole[:-1]):
        with pytest.raises(LogError):
            bundle_prefix(other, 1)


@given(entries, st.data())
def test_only_the_whole_bundle_is_read(values: list[bytes], data: st.DataObject) -> None:
    bundle = encode_bundle(values)
    cut = data.draw(st.integers(0, len(bundle) - 1))
    with pytest.raises(LogError, match="here"):
        decode_bundle(bundle[:cut], len(values), "here")
    with pytest.raises(LogError, match="The entry bundle goes on after its"):
        decode_bundle(bundle + b"\x00", len(values))
    with pytest.raises(LogError):
        decode_bundle(bundle, len(values) + 1)
    with pytest.raises(LogError):
        hash_bundle(bundle[:cut], len(values))


def test_entries_are_1_to_65535_bytes() -> None:
    longest = b"x" * MAX_ENTRY
    assert decode_bundle(encode_bundle([longest]), 1) == [longest]
    for wrong in (b"", longest + b"x"):
        with pytest.raises(LogError, match="does not fit"):
            encode_bundle([wrong])
    with pytest.raises(LogError, match="empty entry"):
        decode_bundle(b"\x00\x01a\x00\x00", 2)


@given(st.lists(st.integers(0, 700), max_size=4))
def test_the_frontier_extends_like_the_whole_tree(batches: list[int]) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(sum(batches))]
    frontier, start = Frontier(), 0
    tiles: dict[TileName, bytes] = {}
    for batch in batches:
        frontier, filled = frontier.extend(b"".join(leaves[start : start + batch]))
        start += batch
        tiles.update(filled)
    assert frontier.root == tree_root(leaves)
    tiles.update(frontier.partial_tiles)
    assert set(tiles) == {name for level in levels(start) for name in tile_names(start, level)}
    for name, tile in tiles.items():
        if name.level == 0:
            assert split_hashes(tile) == leaves[name.start : name.start + name.width]
        else:
            children = [tile_root(tiles[TileName(0, n)]) for n in range(name.width)]
            assert split_hashes(tile) == children
