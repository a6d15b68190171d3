"""The Merkle tree of RFC 6962, section 2.1: hashes, inclusion proofs and consistency proofs.

Everything here is pure: hashes in, hashes out. Proofs are made from a `ReadHashes`, a function that gives
the hashes of complete subtrees, all that a proof needs at once, so that a tree of millions of leaves is never
read as a whole. Proofs are verified with the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple, NewType

from escrutinio.base.errors import LogError

HASH_SIZE = 32
"""Bytes in a hash."""

MAX_SIZE = 2**53 - 1
"""Largest tree size: what every JSON and JavaScript reader holds exactly."""

Hash = NewType("Hash", bytes)
"""The hash of a subtree, 32 bytes; that of a whole tree is its root."""

LeafHash = NewType("LeafHash", Hash)
"""The hash of one entry. No root and no inner node is one, nor are the bytes of the entry."""

EMPTY_ROOT = Hash(sha256(b"").digest())
"""Root of the tree without leaves (RFC 6962, 2.1)."""


class Subtree(NamedTuple):
    """The complete subtree of leaves number * 2**level … (number + 1) * 2**level - 1."""

    level: int
    number: int


ReadHashes = Callable[[Sequence[Subtree]], Sequence[Hash]]
"""Gives the hashes of subtrees in their order; a proof asks once for all it needs. May raise LogError."""


def leaf_hash(entry: bytes) -> LeafHash:
    """Hash of one entry as a leaf: SHA-256(0x00 || entry) (RFC 6962, 2.1)."""
    return LeafHash(Hash(sha256(b"\x00" + entry).digest()))


def node_hash(left: Hash, right: Hash) -> Hash:
    """Hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962, 2.1)."""
    return Hash(sha256(b"\x01" + left + right).digest())


def tree_root(hashes: Sequence[Hash]) -> Hash:
    """Root of the tree over these leaf hashes (or over equal complete subtrees).

    The last hash may also stand for a smaller, incomplete subtree: RFC 6962 splits at the largest power
    of two below the size, so that an odd hash at the end rises unchanged until it finds a left sibling.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        lefts, rights = row[::2], row[1::2]
        paired = [
            Hash(sha256(b"\x01" + left + right).digest()) for left, right in zip(lefts, rights, strict=False)
        ]
        if len(row) % 2:
            paired.append(row[-1])
        row = paired
    return row[0]


Range = tuple[int, int]
"""Leaves start … end - 1, where start is a multiple of a power of two that is not below end - start: all
ranges of RFC 6962 proofs are of this kind."""


def range_root(start: int, end: int, read: ReadHashes) -> Hash:
    """Root of the tree over the leaves of a `Range`."""
    return range_roots([(start, end)], read)[0]


def range_roots(ranges: Sequence[Range], read: ReadHashes) -> list[Hash]:
    """Roots of the trees over each of these ranges, with one reading of all the hashes that they need."""
    peaks = [_peaks(start, end) for start, end in ranges]
    hashes = iter(read([subtree for each in peaks for subtree in each]))
    return [_joined([next(hashes) for _ in each]) for each in peaks]


def _peaks(start: int, end: int) -> list[Subtree]:
    """The complete subtrees that make up a range, from left to right."""
    found: list[Subtree] = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append(Subtree(level, start >> level))
        start += 1 << level
    return found


def _joined(peaks: list[Hash]) -> Hash:
    if not peaks:
        return EMPTY_ROOT
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root)
    return root


def _split(size: int) -> int:
    """Largest power of two below `size` (>= 2): leaves in the left subtree."""
    return 1 << ((size - 1).bit_length() - 1)


class _Way:
    """The way from a node of the bottom row to the root, as both algorithms of RFC 9162, 2.1 climb it."""

    def __init__(self, node: int, last: int, refusal: str) -> None:
        self._node, self._last, self._refusal = node, last, refusal

    def skip_right(self) -> None:
        """Go up while this node is a right one."""
        while self._node & 1:
            self._up()

    def climb(self) -> bool:
        """Take the next sibling; whether it stands to the left. Raises LogError above the root."""
        if self._last == 0:
            raise LogError(self._refusal)
        left = bool(self._node & 1) or self._node == self._last
        if left:
            while not self._node & 1 and self._node:
                self._up()
        self._up()
        return left

    def end(self) -> None:
        """Raise LogError unless the root was reached."""
        if self._last != 0:
            raise LogError(self._refusal)

    def _up(self) -> None:
        self._node, self._last = self._node >> 1, self._last >> 1


def inclusion_proof(index: int, size: int, read: ReadHashes) -> list[Hash]:
    """Audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards (RFC 6962, 2.1.1).

    Raises LogError when the index is not below the size.
    """
    if not 0 <= index < size:
        raise LogError("proof-index", index=index, size=size)
    path: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return range_roots(path[::-1], read)


def verify_inclusion(leaf: LeafHash, index: int, size: int, proof: Sequence[Hash], root: Hash) -> None:
    """Check that `leaf` stands at `index` in the tree of this size and root.

    Raises LogError when it does not (RFC 9162, 2.1.3.2).
    """
    if not 0 <= index < size:
        raise LogError("proof-index", index=index, size=size)
    way = _Way(index, size - 1, "proof-length")
    result: Hash = leaf
    for sibling in proof:
        result = node_hash(sibling, result) if way.climb() else node_hash(result, sibling)
    way.end()
    if result != root:
        raise LogError("proof-root")


def consistency_proof(old_size: int, size: int, read: ReadHashes) -> list[Hash]:
    """Proof that the tree of `size` leaves extends the tree of `old_size` (RFC 6962, 2.1.2).

    Empty when nothing needs proving: the sizes are equal, or the old tree is empty.
    Raises LogError when the old size is greater.
    """
    if not 0 <= old_size <= size:
        raise LogError("consistency-sizes", size=size, old=old_size)
    if old_size in (0, size):
        return []
    path: list[Range] = []
    start, end, complete = 0, size, True
    while end > old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, complete = middle, False
    if not complete:
        path.append((start, end))
    return range_roots(path[::-1], read)


def verify_consistency(old_size: int, old_root: Hash, size: int, root: Hash, proof: Sequence[Hash]) -> None:
    """Check that the tree of `size` and `root` extends the tree of `old_size` and `old_root`.

    Raises LogError when it is not shown to (RFC 9162, 2.1.4.2; equal sizes and an empty old tree need an
    empty proof, as in C2SP tlog-witness).
    """

    if not 0 <= old_size <= size:
        raise LogError("consistency-sizes", size=size, old=old_size)
    if old_size in (0, size):
        if proof:
            raise LogError("consistency-length")
        if old_root != (root if old_size == size else EMPTY_ROOT):
            raise LogError("consistency-roots", old=old_size)
        return
    if not proof:
        raise LogError("consistency-length")
    hashes = list(proof)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    way = _Way(old_size - 1, size - 1, "consistency-length")
    way.skip_right()
    old_result = result = hashes[0]
    for sibling in hashes[1:]:
        if way.climb():
            old_result, result = node_hash(sibling, old_result), node_hash(sibling, result)
        else:
            result = node_hash(result, sibling)
    way.end()
    if old_result != old_root:
        raise LogError("consistency-old")
    if result != root:
        raise LogError("consistency-root")
