"""What waits for its moment, committed to by a root over a receiver's promises: the tree, and the proof that
a promise is in it.

A promise names the digest of a record, which has few possible contents; but it is signed, and nobody without
the receiver's key can make it from a guess. So a root over promises gives nothing away of what waits. Leaves
stand in the order of their hashes: neither the order in which records came nor anything else shows.

A proof is a text of the form of a tlog-proof, ending with the receiver's record (docs/formats.md, "What
waits").
"""

from __future__ import annotations

import base64
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError, RecordError
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    MAX_SIZE,
    Hash,
    LeafHash,
    Subtree,
    inclusion_proof,
    leaf_hash,
    node_hash,
    range_root,
    verify_inclusion,
)
from escrutinio.core.log.notes import decode_base64, decode_decimal
from escrutinio.core.records.entry import Entry, open_record
from escrutinio.core.records.types import Promise, WaitingSet
from escrutinio.core.verification.judge import Answer, Judge, Verdict

FIRST_LINE = "escrutinio/waiting@v1"
MAX_WAITING_PROOF = 8 * 1024
"""Bytes of the longest proof that is read."""

_MAX_HASHES = 63
_THE_PROOF = Phrase("The proof")


class WaitingTree:
    """The RFC 6962 tree over the leaf hashes of promises, in the order of these hashes."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        row = sorted({Hash(leaf) for leaf in leaves})
        self._rows = [row]  # complete subtrees alone, so that a row has half of the one below
        while len(row) > 1:
            row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)]
            self._rows.append(row)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._rows[0])

    @property
    def root(self) -> Hash:
        """The root; that of no leaves is the hash of nothing."""
        return range_root(0, self.size, self._read) if self.size else EMPTY_ROOT

    def path(self, leaf: bytes) -> tuple[int, list[Hash]] | None:
        """The place of a leaf and its inclusion proof; None for one that is not there."""
        row = self._rows[0]
        place = bisect_left(row, leaf)
        if place == len(row) or row[place] != leaf:
            return None
        return place, inclusion_proof(place, len(row), self._read)

    def _read(self, subtrees: Sequence[Subtree]) -> list[Hash]:
        return [self._rows[level][number] for level, number in subtrees]


@dataclass(frozen=True, slots=True)
class WaitingProof:
    """The place of a promise among what waited, its inclusion proof from leaf to root, and the bytes of the
    receiver's record that has the root."""

    index: int
    hashes: tuple[Hash, ...]
    record: bytes


def is_waiting_proof(data: bytes) -> bool:
    """Whether a file is meant as such a proof."""
    return data.startswith(FIRST_LINE.encode())


def format_waiting_proof(proof: WaitingProof) -> bytes:
    """The proof as a file."""
    lines = [FIRST_LINE, f"index {proof.index}", *map(_text, proof.hashes), "", _text(proof.record)]
    return "".join(f"{line}\n" for line in lines).encode()


def parse_waiting_proof(data: bytes, place: str | Said = _THE_PROOF) -> WaitingProof:
    """Read such a file strictly, without verifying it; raises LogError, naming `place`."""
    refusal = LogError("waiting-proof-form", place=place)
    if len(data) > MAX_WAITING_PROOF:
        raise refusal
    try:
        first, index, *hashes, gap, record, end = data.decode("ascii").split("\n")
        found = WaitingProof(
            decode_decimal(index.removeprefix("index "), MAX_SIZE),
            tuple(Hash(decode_base64(each)) for each in hashes),
            decode_base64(record),
        )
    except ValueError:
        raise refusal from None
    plain = (first, gap, end) == (FIRST_LINE, "", "") and index.startswith("index ")
    if not plain or len(hashes) > _MAX_HASHES or any(len(each) != HASH_SIZE for each in found.hashes):
        raise refusal
    return found


def set_of(proof: WaitingProof, place: str | Said = _THE_PROOF) -> tuple[Entry, WaitingSet]:
    """The receiver's record of a proof, opened, and what it says; raises LogError, naming `place`."""
    try:
        entry = open_record(proof.record)
    except RecordError:
        raise LogError("waiting-proof-form", place=place) from None
    if not isinstance(entry.body, WaitingSet):
        raise LogError("waiting-proof-form", place=place)
    return entry, entry.body


def judge_waiting(state: ElectionState, proof: WaitingProof, promise: Entry, index: int | None) -> Answer:
    """Judge a proof that a promise was among what waited, by the receiver's record, which the log has at
    `index`; None where it does not have it.

    A record that is not authentic gets the answer of any such record. Raises LogError for what is no such
    proof, TypeError for a record that is no promise.
    """
    if not isinstance(promise.body, Promise):
        raise TypeError(f"{promise.body.NAME} is no promise")
    entry, said = set_of(proof)
    answer = Judge(state).record(entry, index)
    if answer.verdict not in (Verdict.IN_LOG, Verdict.NOT_IN_LOG):
        return answer
    answer = replace(answer, waited=said.count, as_of=entry.issued_at, due=said.by)
    try:
        check_waiting_proof(proof, promise)
    except LogError as error:
        return replace(answer, verdict=Verdict.PROOF_INVALID, detail=error)
    return answer if index is None else replace(answer, verdict=Verdict.WAITED)


def check_waiting_proof(proof: WaitingProof, promise: Entry) -> None:
    """Raise LogError unless the promise stands among what its own receiver says, whose signatures are not
    looked at."""
    entry, said = set_of(proof)
    if entry.kid != promise.kid:
        raise LogError("waiting-proof-other", kid=entry.kid.hex(), promised=promise.kid.hex())
    leaf: LeafHash = leaf_hash(promise.raw)
    verify_inclusion(leaf, proof.index, said.count, proof.hashes, Hash(said.root))


def check_waiting_proofs(proof: WaitingProof, promises: Iterable[Entry]) -> None:
    """Raise LogError unless one of the promises of a record, of which there is at least one, stands among
    what its receiver says: several were given where a hub was lost and made again."""
    *others, last = promises
    for each in others:
        with suppress(LogError):
            check_waiting_proof(proof, each)
            return
    check_waiting_proof(proof, last)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
