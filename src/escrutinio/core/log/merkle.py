"""The Merkle tree of RFC 6962, section 2.1: hashes, inclusion proofs and consistency proofs.

Everything here is pure: leaf hashes and 32-byte hashes in, hashes out. Proofs are made from a
`HashAt`, a function that gives the hash of any complete subtree, so that a tree of millions of leaves
is never read as a whole. Proofs are verified with the algorithms of RFC 9162, 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from escrutinio.base.errors import LogError

HASH_SIZE = 32
"""Bytes in a hash."""

MAX_SIZE = 2**53 - 1
"""Largest tree size: what every JSON and JavaScript reader holds exactly."""

EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962, 2.1)."""

HashAt = Callable[[int, int], bytes]
"""(level, index) -> hash of the complete subtree of leaves index * 2**level … (index + 1) * 2**level - 1."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry as a leaf: SHA-256(0x00 || entry) (RFC 6962, 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right) (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """Root of the tree over these leaf hashes (or over equal complete subtrees).

    The last hash may also stand for a smaller, incomplete subtree: RFC 6962 splits at the largest power
    of two below the size, so that an odd hash at the end rises unchanged until it finds a left sibling.
    """
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        lefts, rights = row[::2], row[1::2]
        paired = [sha256(b"\x01" + left + right).digest() for left, right in zip(lefts, rights, strict=False)]
        if len(row) % 2:
            paired.append(row[-1])
        row = paired
    return row[0]


def range_root(start: int, end: int, hash_at: HashAt) -> bytes:
    """Root of the tree over leaves start … end - 1.

    `start` must be a multiple of a power of two that is not below end - start.
    All ranges of RFC 6962 proofs are of this kind.
    """
    if start == end:
        return EMPTY_ROOT
    peaks: list[bytes] = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(hash_at(level, start >> level))
        start += 1 << level
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root)
    return root


def _split(size: int) -> int:
    """Largest power of two below `size` (>= 2): leaves in the left subtree."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, hash_at: HashAt) -> list[bytes]:
    """Audit path of leaf `index` in the tree of `size` leaves, from the leaf upwards (RFC 6962, 2.1.1).

    Raises LogError when the index is not below the size.
    """
    if not 0 <= index < size:
        raise LogError(f"Entry {index} has no proof in a log of {size} entries.")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(middle, end, hash_at))
            end = middle
        else:
            path.append(range_root(start, middle, hash_at))
            start = middle
    path.reverse()
    return path


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` (a leaf hash) stands at `index` in the tree of this size and root.

    Raises LogError when it does not (RFC 9162, 2.1.3.2).
    """
    if not 0 <= index < size:
        raise LogError(f"The inclusion proof is for entry {index} of a log of {size} entries.")
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise LogError(f"The inclusion proof of entry {index} is too long for a log of {size} entries.")
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise LogError(f"The inclusion proof of entry {index} is too short for a log of {size} entries.")
    if result != root:
        raise LogError(f"The inclusion proof of entry {index} does not lead to the root of {size} entries.")


def consistency_proof(old_size: int, size: int, hash_at: HashAt) -> list[bytes]:
    """Proof that the tree of `size` leaves extends the tree of `old_size` (RFC 6962, 2.1.2).

    Empty when nothing needs proving: the sizes are equal, or the old tree is empty.
    Raises LogError when the old size is greater.
    """
    if not 0 <= old_size <= size:
        raise LogError(f"A log of {size} entries cannot extend one of {old_size}.")
    if old_size in (0, size):
        return []
    path: list[bytes] = []
    start, end, complete = 0, size, True
    while end > old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(range_root(middle, end, hash_at))
            end = middle
        else:
            path.append(range_root(start, middle, hash_at))
            start, complete = middle, False
    if not complete:
        path.append(range_root(start, end, hash_at))
    path.reverse()
    return path


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `size` and `root` extends the tree of `old_size` and `old_root`.

    Raises LogError when it is not shown to (RFC 9162, 2.1.4.2; equal sizes and an empty old tree need an
    empty proof, as in C2SP tlog-witness).
    """
    what = f"The consistency proof from {old_size} to {size} entries"
    if not 0 <= old_size <= size:
        raise LogError(f"A log of {size} entries cannot extend one of {old_size}.")
    if old_size in (0, size):
        if proof:
            raise LogError(f"{what} must be empty.")
        if old_root != (root if old_size == size else EMPTY_ROOT):
            raise LogError(f"Two different roots are given for a log of {old_size} entries.")
        return
    if not proof:
        raise LogError(f"{what} is empty.")
    hashes = list(proof)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_result = result = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise LogError(f"{what} is too long.")
        if node & 1 or node == last:
            old_result, result = node_hash(sibling, old_result), node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise LogError(f"{what} is too short.")
    if old_result != old_root:
        raise LogError(f"{what} does not lead to the old root: the log is not an extension of what it was.")
    if result != root:
        raise LogError(f"{what} does not lead to the new root.")
