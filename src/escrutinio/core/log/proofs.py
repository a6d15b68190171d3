"""Offline proofs that an entry is in a log, with its cosigned checkpoint (C2SP tlog-proof)."""

from __future__ import annotations

import base64

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.log.checkpoint import (
    SignedCheckpoint,
    VerifiedCheckpoint,
    parse_checkpoint,
    verify_checkpoint,
)
from escrutinio.core.log.merkle import (
    HASH_SIZE,
    MAX_SIZE,
    Hash,
    ReadHashes,
    inclusion_proof,
    leaf_hash,
    verify_inclusion,
)
from escrutinio.core.log.notes import MAX_NOTE, decode_base64, decode_decimal
from escrutinio.core.log.policy import Policy

_THE_PROOF = Phrase("The proof")
_THE_CHECKPOINT_OF_THE_PROOF = Phrase("The checkpoint of the proof")


MAX_EXTRA = 64 * 1024
"""Bytes of the longest extra data that is read."""

MAX_PROOF = MAX_NOTE + 2 * MAX_EXTRA
"""Bytes of the longest proof file that is read."""

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class LogProof:
    """Index of an entry, its inclusion proof from leaf to root, the checkpoint it leads to, and opaque
    `extra` data, which nothing authenticates."""

    index: int
    hashes: tuple[Hash, ...]
    checkpoint: SignedCheckpoint
    extra: bytes | None = None


def parse_proof(data: bytes, place: str | Said = _THE_PROOF) -> LogProof:
    """Read a .tlog-proof file strictly, without verifying it; raises LogError, naming `place`."""
    if len(data) > MAX_PROOF:
        raise LogError("proof-file-long", place=place, limit=MAX_PROOF)
    head, separator, note = data.partition(b"\n\n")
    if not separator:
        raise LogError("proof-form", path=place)
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise LogError("proof-form", path=place) from None
    if lines[0] != _FIRST_LINE:
        raise LogError("proof-form", path=place)
    extra: bytes | None = None
    if len(lines) > 1 and lines[1].startswith("extra "):
        extra = _base64(lines.pop(1).removeprefix("extra "), place)
        if len(extra) > MAX_EXTRA:
            raise LogError("proof-extra", place=place, limit=MAX_EXTRA)
    if len(lines) < 2 or not lines[1].startswith("index "):
        raise LogError("proof-form", path=place)
    try:
        index = decode_decimal(lines[1].removeprefix("index "), MAX_SIZE)
    except ValueError:
        raise LogError("proof-form", path=place) from None
    hashes = tuple(Hash(_base64(line, place)) for line in lines[2 : 3 + _MAX_HASHES])
    if len(hashes) > _MAX_HASHES or any(len(value) != HASH_SIZE for value in hashes):
        raise LogError("proof-form", path=place)
    return LogProof(
        index, hashes, parse_checkpoint(note, Phrase("{place}, in its checkpoint", place=place)), extra
    )


def _base64(text: str, place: str | Said) -> bytes:
    try:
        return decode_base64(text)
    except ValueError:
        raise LogError("proof-form", path=place) from None


def format_proof(proof: LogProof) -> bytes:
    """The proof as a .tlog-proof file."""
    lines = [_FIRST_LINE]
    if proof.extra is not None:
        lines.append("extra " + base64.b64encode(proof.extra).decode())
    lines.append(f"index {proof.index}")
    lines += [base64.b64encode(value).decode() for value in proof.hashes]
    return "".join(line + "\n" for line in lines).encode() + b"\n" + proof.checkpoint.note.data


def make_proof(index: int, checkpoint: SignedCheckpoint, read: ReadHashes) -> LogProof:
    """The proof that entry `index` is in the tree of `checkpoint`; raises LogError when it is beyond it."""
    return LogProof(index, tuple(inclusion_proof(index, checkpoint.checkpoint.size, read)), checkpoint)


def verify_proof(proof: LogProof, entry: bytes, policy: Policy) -> VerifiedCheckpoint:
    """Check that `entry` is in a log that the policy trusts, as this proof says.

    Raises LogError when the checkpoint is not signed and cosigned as the policy asks, or does not contain it.
    """
    verified = verify_checkpoint(proof.checkpoint, policy, _THE_CHECKPOINT_OF_THE_PROOF)
    checkpoint = verified.checkpoint
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return verified
