"""Checkpoints: what a log says of itself, signed and cosigned (C2SP tlog-checkpoint, tlog-cosignature)."""

from __future__ import annotations

import base64

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.words.say import Phrase, Said
from escrutinio.core.log.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE, Hash
from escrutinio.core.log.notes import (
    Note,
    NoteSignature,
    NoteSigner,
    VerifierKey,
    decode_base64,
    decode_decimal,
    parse_note,
    verify_note,
)
from escrutinio.core.log.policy import Policy

_THE_CHECKPOINT = Phrase("The checkpoint")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin (the log's name), size in entries, 32-byte root; raises LogError for impossible ones."""

    origin: str
    size: int
    root: Hash

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise LogError("checkpoint-origin-form")
        if not 0 <= self.size <= MAX_SIZE:
            raise LogError("log-size", size=self.size)
        if len(self.root) != HASH_SIZE:
            raise LogError("root-size", size=len(self.root), limit=HASH_SIZE)
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise LogError("checkpoint-empty")

    @property
    def text(self) -> bytes:
        """The note text: three lines, and no extension lines by our profile."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A well-formed checkpoint with its note; its signatures are not verified yet."""

    checkpoint: Checkpoint
    note: Note

    def with_signatures(self, signatures: tuple[NoteSignature, ...]) -> SignedCheckpoint:
        """The same checkpoint with these lines after its own."""
        return SignedCheckpoint(self.checkpoint, Note(self.note.text, self.note.signatures + signatures))


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness (by its name in the policy) and the second since 1970 at which it cosigned."""

    witness: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint that a policy accepts, the key of the log, and all known witnesses that cosigned it."""

    checkpoint: Checkpoint
    log_key: VerifierKey
    cosignatures: tuple[Cosigned, ...]


def parse_checkpoint(data: bytes, place: str | Said = _THE_CHECKPOINT) -> SignedCheckpoint:
    """Read a signed checkpoint strictly, without verifying it; raises LogError, naming `place`."""
    note = parse_note(data, place)
    lines = note.text[:-1].decode().split("\n")
    if len(lines) != 3:
        raise LogError("checkpoint-form", place=place)
    origin, size_text, root_text = lines
    try:
        size = decode_decimal(size_text, MAX_SIZE)
    except ValueError:
        raise LogError("checkpoint-size", place=place) from None
    try:
        root = Hash(decode_base64(root_text))
    except ValueError:
        raise LogError("checkpoint-root", place=place) from None
    try:
        return SignedCheckpoint(Checkpoint(origin, size, root), note)
    except LogError as error:
        raise LogError("malformed", place=place, why=error) from None


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> SignedCheckpoint:
    """The checkpoint signed by its log; raises LogError unless the signer bears the origin's name."""
    if signer.name != checkpoint.origin:
        raise LogError("signer-other-log", name=signer.name, origin=checkpoint.origin)
    return SignedCheckpoint(checkpoint, Note(checkpoint.text, (signer.sign(checkpoint.text),)))


def cosign_checkpoint(signed: SignedCheckpoint, signer: NoteSigner, timestamp: int) -> NoteSignature:
    """A witness's statement that, at `timestamp`, it saw no larger consistent checkpoint of the log.

    The caller has verified the log's signature and the consistency with what it cosigned before.
    """
    return signer.sign(signed.note.text, timestamp)


def find_log_key(
    signed: SignedCheckpoint, policy: Policy, place: str | Said = _THE_CHECKPOINT
) -> VerifierKey:
    """The trusted key, named as the origin, that signed the checkpoint; raises LogError without one."""
    origin = signed.checkpoint.origin
    keys = [log.key for log in policy.logs if log.key.name == origin]
    if not keys:
        raise LogError("checkpoint-origin", place=place, origin=repr(origin[:100]))
    return verify_note(signed.note, keys, place)[0].key


def find_cosignatures(
    signed: SignedCheckpoint, policy: Policy, place: str | Said = _THE_CHECKPOINT
) -> tuple[Cosigned, ...]:
    """The policy's witnesses that cosigned; raises LogError when a known witness's line does not verify.

    A line that cannot be judged here counts as not there (`unjudged_cosigners`).
    """
    names = {witness.key: witness.name for witness in policy.witnesses if witness.key.judged}
    known = {(key.name, key.key_id) for key in names}
    if not any((line.name, line.key_id) in known for line in signed.note.signatures):
        return ()
    verified = verify_note(signed.note, names, place)
    return tuple(Cosigned(names[found.key], found.timestamp or 0) for found in verified)


def unjudged_cosigners(signed: SignedCheckpoint, policy: Policy) -> tuple[str, ...]:
    """The policy's witnesses with a line in the note that cannot be judged here for want of the algorithm."""
    lines = {(line.name, line.key_id) for line in signed.note.signatures}
    return tuple(
        witness.name
        for witness in policy.witnesses
        if not witness.key.judged and (witness.key.name, witness.key.key_id) in lines
    )


def verify_checkpoint(
    signed: SignedCheckpoint, policy: Policy, place: str | Said = _THE_CHECKPOINT
) -> VerifiedCheckpoint:
    """Check a checkpoint against a policy: the log's signature, every known cosignature, the quorum.

    Raises LogError when one of them is wrong or missing.
    """
    log_key = find_log_key(signed, policy, place)
    cosignatures = find_cosignatures(signed, policy, place)
    if not policy.satisfied_by({cosigned.witness for cosigned in cosignatures}):
        present = ", ".join(cosigned.witness for cosigned in cosignatures) or "none"
        raise LogError("checkpoint-quorum", place=place, quorum=repr(policy.quorum), present=present)
    return VerifiedCheckpoint(signed.checkpoint, log_key, cosignatures)
