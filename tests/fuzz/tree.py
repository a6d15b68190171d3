"""Merkle trees: inclusion and consistency proofs up to the largest sizes, entry bundles, proofs in files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from random import Random
from typing import NamedTuple

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import Checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import (
    MAX_SIZE,
    Hash,
    LeafHash,
    Subtree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_root,
    verify_consistency,
    verify_inclusion,
)
from escrutinio.core.log.proofs import parse_proof
from escrutinio.core.log.tiles import decode_bundle
from tests.core.log.builders import ORIGIN
from tests.fuzz.notes import ROOT, SIZES, base64, damaged_text, logs, respelled
from tests.fuzz.odd import damaged
from tests.fuzz.subject import REFUSED, Mirrored, Subject, Tried, compared, described

_LEAVES = 600
_LARGE = (2**31 - 1, 2**31, 2**32, 2**32 + 1, 2**52, MAX_SIZE - 1, MAX_SIZE)
_LENGTHS = (0, 1, 2, 30, 31, 32, 33, 51, 52, 53, 54, 63, 64)


@cache
def leaf(number: int) -> LeafHash:
    return leaf_hash(b"leaf %d" % number)


@cache
def _hash_at(level: int, number: int) -> Hash:
    """The hash of a complete subtree of a tree whose leaves never end."""
    if level == 0:
        return leaf(number)
    return node_hash(_hash_at(level - 1, 2 * number), _hash_at(level - 1, 2 * number + 1))


def read(subtrees: Sequence[Subtree]) -> list[Hash]:
    return [_hash_at(level, number) for level, number in subtrees]


class Claimed(NamedTuple):
    """What a proof is said to show. Of an inclusion `first` is the leaf and `old` its index; of a
    consistency `first` is the old root, and `old` the old size."""

    kind: str
    old: int
    first: bytes
    size: int
    root: bytes
    proof: tuple[bytes, ...]
    holds: bool | None = None


class TreeProofs(Subject[Claimed]):
    """Proofs, honest and altered, through both verifiers."""

    name = "tree-proofs"
    about = "inclusion and consistency proofs to sizes of 2^53 - 1, Python and JavaScript"
    count = 40_000
    batch = 1_000

    def make(self, random: Random) -> Claimed:
        kind = random.choice(("inclusion", "consistency"))
        return _large(random, kind) if random.random() < 0.2 else _small(random, kind)

    def judge(self, inputs: Sequence[Claimed]) -> Iterator[Tried]:
        answers = {
            kind: iter(self.place.node.ask(kind, [_question(each) for each in inputs if each.kind == kind]))
            for kind in ("inclusion", "consistency")
        }
        for given in inputs:
            kept = repr(given).encode()
            try:
                mine = self._python(given)
            except Exception as error:
                yield Tried("crash in Python", described(error), kept)
                continue
            answer = next(answers[given.kind])
            label, wrong = compared(mine, answer)
            if not wrong and given.holds is not None and given.holds is not bool(mine):
                label, wrong = "both are wrong", f"an honest or altered proof is judged {mine}"
            yield Tried(f"{given.kind}: {label}", wrong, kept, answer.seconds)

    @staticmethod
    def _python(given: Claimed) -> bool | None:
        hashes = [Hash(each) for each in given.proof]
        try:
            if given.kind == "inclusion":
                first = LeafHash(Hash(given.first))
                verify_inclusion(first, given.old, given.size, hashes, Hash(given.root))
            else:
                verify_consistency(given.old, Hash(given.first), given.size, Hash(given.root), hashes)
        except LogError:
            return REFUSED
        return True


def _question(given: Claimed) -> Mapping[str, object]:
    first, root, proof = given.first.hex(), given.root.hex(), [each.hex() for each in given.proof]
    if given.kind == "inclusion":
        return {"leaf": first, "index": given.old, "size": given.size, "proof": proof, "root": root}
    return {"oldSize": given.old, "oldRoot": first, "size": given.size, "root": root, "proof": proof}


def _small(random: Random, kind: str) -> Claimed:
    size = random.randrange(1, _LEAVES)
    root = range_root(0, size, read)
    if kind == "inclusion":
        old = random.randrange(size)
        first, proof = bytes(leaf(old)), tuple(inclusion_proof(old, size, read))
    else:
        old = random.randrange(size + 1)
        first, proof = bytes(range_root(0, old, read)), tuple(consistency_proof(old, size, read))
    honest = Claimed(kind, old, first, size, root, proof, True)
    return honest if random.random() < 0.35 else _altered(random, honest)


def _altered(random: Random, honest: Claimed) -> Claimed:
    """A claim with one thing changed; what has to be said of it is known where nothing can make it true."""
    proof = list(honest.proof)
    other = bytes(leaf(random.randrange(_LEAVES)))
    match random.randrange(9):
        case 0 if proof:
            proof[random.randrange(len(proof))] = bytes(32)
        case 1 if proof:
            del proof[random.randrange(len(proof))]
        case 2:
            proof.insert(random.randrange(len(proof) + 1), other)
        case 3:
            proof += [other] * random.choice((1, 2, 60))
        case 4:
            random.shuffle(proof)
            return honest._replace(proof=tuple(proof), holds=None)
        case 5:
            return honest._replace(
                old=random.choice((0, honest.size - 1, honest.size, honest.size + 1)), holds=None
            )
        case 6:
            # Nothing is said of the new root where the old tree is empty.
            empty = honest.kind == "consistency" and honest.old == 0
            return honest._replace(root=other, holds=None if empty else False)
        case 7:
            return honest._replace(first=bytes(32), holds=False)
        case _:
            size = max(0, honest.size + random.choice((-1, 1, 2, 2**32)))
            return honest._replace(size=size, holds=None)
    return honest._replace(proof=tuple(proof), holds=False)


def _large(random: Random, kind: str) -> Claimed:
    """A claim about a tree that nobody has: its proof is made to lead to its root, or is any."""
    size = random.choice(_LARGE)
    old = random.choice((0, 1, 2, size - 1, size // 2, size, 2**31, 2**32))
    proof = [bytes(leaf(random.randrange(_LEAVES))) for _ in range(random.choice(_LENGTHS))]
    first, root = bytes(leaf(0)), bytes(leaf(1))
    if kind == "inclusion" and old < size and random.random() < 0.6:
        proof, root = _way(random, old, size, first)
    return Claimed(kind, old, first, size, root, tuple(proof))


def _way(random: Random, index: int, size: int, first: bytes) -> tuple[list[bytes], bytes]:
    """A path of any hashes from a leaf of a tree of this size, and the root that it leads to."""
    sides: list[bool] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        left = index >= middle
        sides.append(left)
        start, end = (middle, end) if left else (start, middle)
    path = [bytes(leaf(random.randrange(_LEAVES))) for _ in sides]
    root = Hash(first)
    for left, sibling in zip(reversed(sides), path, strict=True):
        root = node_hash(Hash(sibling), root) if left else node_hash(root, Hash(sibling))
    return path, root


class ProofFiles(Mirrored[bytes]):
    """`.tlog-proof` files through both readers."""

    name = "proofs"
    about = "tlog-proof files, Python and JavaScript"
    count = 17_500
    command = "proof"

    def make(self, random: Random) -> bytes:
        lines = ["c2sp.org/tlog-proof@v1", "index 3"]
        if random.random() < 0.3:
            lines[1] = "index " + random.choice(SIZES)
        if random.random() < 0.2:
            extra = random.choice(
                ("AAAA", "", "A", "AAA=", "AAB=", "A" * 87_380, "A" * 87_384, "A" * 100_000, "é", "AAAA ")
            )
            lines.insert(
                random.choice((1, 1, 1, 2)), random.choice(("extra ", "extra ", "extra", "Extra ")) + extra
            )
        many = random.choice((0, 1, 3, 62, 63, 64, 70)) if random.random() < 0.3 else 3
        lines += [base64(random.randbytes(32)) for _ in range(many)]
        if random.random() < 0.15:
            odd = ("", "x", base64(bytes(31)), base64(bytes(33)), respelled(random, base64(bytes(32))), " ")
            lines.insert(random.randrange(len(lines) + 1), random.choice(odd))
        if random.random() < 0.04:
            lines[0] = random.choice(
                ("c2sp.org/tlog-proof@v2", "", " " + lines[0], lines[0] + " ", lines[0].upper())
            )
        data = ("\n".join(lines) + "\n\n").encode() + _checkpoint()
        return damaged_text(random, data) if random.random() < 0.2 else data

    def question(self, given: bytes) -> Mapping[str, object]:
        return {"data": given.hex()}

    def python(self, given: bytes) -> object:
        proof = parse_proof(given)
        hashes = [each.hex() for each in proof.hashes]
        return {"index": proof.index, "hashes": hashes, "size": proof.checkpoint.checkpoint.size}


@cache
def _checkpoint() -> bytes:
    return sign_checkpoint(Checkpoint(ORIGIN, 5, Hash(ROOT)), logs()[0]).note.data


class Bundles(Mirrored[tuple[bytes, int]]):
    """Entry bundles, and how many entries each has to hold."""

    name = "bundles"
    about = "entry bundles, Python and JavaScript"
    count = 42_000
    batch = 500
    command = "bundle"

    def make(self, random: Random) -> tuple[bytes, int]:
        entries = [random.randbytes(random.choice((1, 2, 100, 300))) for _ in range(random.randrange(6))]
        data = b"".join(len(each).to_bytes(2, "big") + each for each in entries)
        match random.randrange(8):
            case 0:
                data += random.choice((b"\x00", b"\x00\x00", b"\x00\x01", b"\x00\x01x", b"x" * 300))
            case 1:
                data = data[: random.randrange(len(data) + 1)]
            case 2:
                data = random.choice((b"\x00\x00", b"\x00", b"\xff\xff")) + data
            case 3:
                data = damaged(random, data)
        many = len(entries)
        return data, random.choice((many, many, many, many + 1, max(0, many - 1), 256))

    def question(self, given: tuple[bytes, int]) -> Mapping[str, object]:
        return {"data": given[0].hex(), "width": given[1]}

    def python(self, given: tuple[bytes, int]) -> object:
        return [each.hex() for each in decode_bundle(*given)]

    def kept(self, given: tuple[bytes, int]) -> bytes:
        return given[1].to_bytes(2, "big") + given[0]
