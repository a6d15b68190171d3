"""The tree against the reference tree of Certificate Transparency, and against RFC 6962's own definitions."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import LogError
from escrutinio.core.log.merkle import (
    EMPTY_ROOT,
    Hash,
    LeafHash,
    ReadHashes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_root,
    tree_root,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves of the reference tree in the CT project's tests, and the roots of its first n leaves.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    Hash(bytes.fromhex(text))
    for text in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
A = Hash(bytes.fromhex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"))
B = Hash(bytes.fromhex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"))
C = Hash(bytes.fromhex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"))
D = Hash(bytes.fromhex("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"))
E = Hash(bytes.fromhex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"))
F = Hash(bytes.fromhex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"))

INCLUSION = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], B, D]),
]
CONSISTENCY = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[4]]), (2, 5, [B, D])]


def source(entries: Sequence[bytes]) -> ReadHashes:
    """All complete subtrees of a small tree, hashed plainly."""
    rows: list[list[Hash]] = [[leaf_hash(entry) for entry in entries]]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append([node_hash(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)])
    return lambda subtrees: [rows[level][number] for level, number in subtrees]


def mth(entries: Sequence[bytes]) -> Hash:
    """MTH of RFC 6962, 2.1, word for word."""
    if not entries:
        return EMPTY_ROOT
    if len(entries) == 1:
        return leaf_hash(entries[0])
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return node_hash(mth(entries[:k]), mth(entries[k:]))


def path(m: int, entries: Sequence[bytes]) -> list[Hash]:
    """PATH of RFC 6962, 2.1.1, word for word."""
    if len(entries) == 1:
        return []
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: Sequence[bytes], complete: bool) -> list[Hash]:
    """SUBPROOF of RFC 6962, 2.1.2, word for word."""
    if m == len(entries):
        return [] if complete else [mth(entries)]
    k = 1
    while k * 2 < len(entries):
        k *= 2
    if m <= k:
        return [*subproof(m, entries[:k], complete), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def test_roots_of_the_reference_tree() -> None:
    for size, root in enumerate(ROOTS):
        assert tree_root([leaf_hash(leaf) for leaf in LEAVES[:size]]) == root
        assert range_root(0, size, source(LEAVES)) == root


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_of_the_reference_tree(index: int, size: int, proof: list[Hash]) -> None:
    assert inclusion_proof(index, size, source(LEAVES)) == proof
    verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, ROOTS[size])


@pytest.mark.parametrize(("old", "size", "proof"), CONSISTENCY)
def test_consistency_proofs_of_the_reference_tree(old: int, size: int, proof: list[Hash]) -> None:
    assert consistency_proof(old, size, source(LEAVES)) == proof
    verify_consistency(old, ROOTS[old], size, ROOTS[size], proof)


sizes = st.integers(1, 70)


@given(sizes, st.data())
def test_inclusion_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    entries = [b"%d" % number for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, source(entries))
    assert proof == path(index, entries)
    verify_inclusion(leaf_hash(entries[index]), index, size, proof, mth(entries))


@given(sizes, st.data())
def test_consistency_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    entries = [b"%d" % number for number in range(size)]
    old = data.draw(st.integers(1, size))
    proof = consistency_proof(old, size, source(entries))
    assert proof == subproof(old, entries, True)
    verify_consistency(old, mth(entries[:old]), size, mth(entries), proof)


def flip(value: Hash, bit: int) -> Hash:
    return Hash((int.from_bytes(value, "big") ^ (1 << bit)).to_bytes(len(value), "big"))


bits = st.integers(0, 255)


@given(st.integers(2, 70), bits, st.data())
def test_one_altered_bit_refutes_inclusion(size: int, bit: int, data: st.DataObject) -> None:
    entries = [b"%d" % number for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof, leaf, root = path(index, entries), leaf_hash(entries[index]), mth(entries)
    where = data.draw(st.integers(0, len(proof) - 1))
    altered = [flip(value, bit) if n == where else value for n, value in enumerate(proof)]
    for wrong in (
        (leaf, index, size, altered, root),
        (leaf, index, size, proof[:-1], root),
        (leaf, index, size, [*proof, root], root),
        (LeafHash(flip(leaf, bit)), index, size, proof, root),
        (leaf, index, size, proof, flip(root, bit)),
        (leaf, (index + 1) % size, size, proof, root),
        (leaf, size, size, proof, root),
        (leaf, -1, size, proof, root),
    ):
        with pytest.raises(LogError):
            verify_inclusion(*wrong)


@given(st.integers(3, 70), bits, st.data())
def test_one_altered_bit_refutes_consistency(size: int, bit: int, data: st.DataObject) -> None:
    entries = [b"%d" % number for number in range(size)]
    old = data.draw(st.integers(1, size - 1))
    proof, old_root, root = subproof(old, entries, True), mth(entries[:old]), mth(entries)
    where = data.draw(st.integers(0, len(proof) - 1))
    altered = [flip(value, bit) if n == where else value for n, value in enumerate(proof)]
    for wrong in (
        (old, old_root, size, root, altered),
        (old, old_root, size, root, proof[:-1]),
        (old, old_root, size, root, [*proof, root]),
        (old, flip(old_root, bit), size, root, proof),
        (old, old_root, size, flip(root, bit), proof),
        (size + 1, old_root, size, root, proof),
    ):
        with pytest.raises(LogError):
            verify_consistency(*wrong)


def test_trivial_consistency_needs_an_empty_proof_and_the_right_root() -> None:
    verify_consistency(0, EMPTY_ROOT, 8, ROOTS[8], [])
    verify_consistency(8, ROOTS[8], 8, ROOTS[8], [])
    for wrong in (
        (0, EMPTY_ROOT, 8, ROOTS[8], [A]),
        (0, ROOTS[1], 8, ROOTS[8], []),
        (8, ROOTS[7], 8, ROOTS[8], []),
        (8, ROOTS[8], 8, ROOTS[8], [A]),
        (2, ROOTS[2], 5, ROOTS[5], []),
    ):
        with pytest.raises(LogError):
            verify_consistency(*wrong)


def test_no_proof_beyond_the_log() -> None:
    with pytest.raises(LogError, match="does not exist in a log of"):
        inclusion_proof(8, 8, source(LEAVES))
    with pytest.raises(LogError, match="cannot extend"):
        consistency_proof(9, 8, source(LEAVES))
