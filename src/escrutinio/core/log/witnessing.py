"""Asking witnesses to cosign a checkpoint, as the log's side of C2SP tlog-witness; no sockets here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from escrutinio.base.errors import LogError
from escrutinio.core.log.checkpoint import SignedCheckpoint
from escrutinio.core.log.merkle import ReadHashes, consistency_proof
from escrutinio.core.log.notes import NoteSignature, VerifierKey, parse_signatures


class WitnessElsewhereError(LogError):
    """A witness last cosigned another size than the request began from (tlog-witness, status 409)."""

    def __init__(self, witness: str, size: int) -> None:
        super().__init__("witness-at", name=witness, size=size)
        self.size = size


class Witness(Protocol):
    """One witness as the writer sees it: a connection to it, or the witness itself in the same process."""

    @property
    def key(self) -> VerifierKey:
        """Its cosignature key."""

    def latest_size(self, origin: str) -> int | None:
        """Size of the log that it cosigned last, 0 for none; None when it cannot be asked now."""

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        """Ask it to cosign `checkpoint`, consistent with its `old_size` by `proof`; returns signature lines.

        Raises WitnessElsewhereError when its last size is another one, LogError when it does not cosign.
        """


class LogAheadError(LogError):
    """A witness cosigned more of the log than its writer knows: the store is old, or the log was forked."""


def check_not_ahead(witness: Witness, origin: str, size: int) -> int:
    """The size the witness is at (0 when unknown); raises LogAheadError when that is more than `size`."""
    latest = witness.latest_size(origin)
    if latest is not None and latest > size:
        raise LogAheadError("witness-ahead", name=witness.key.name, size=size, cosigned=latest)
    return latest or 0


def ask_witness(witness: Witness, signed: SignedCheckpoint, old_size: int, read: ReadHashes) -> NoteSignature:
    """The witness's cosignature, verified; asked from `old_size` and, told another size, once from there.

    Raises LogAheadError when the witness is ahead, LogError when it does not cosign.
    """
    size, name = signed.checkpoint.size, witness.key.name
    try:
        answer = _request(witness, signed, old_size, read)
    except WitnessElsewhereError as elsewhere:
        if elsewhere.size > size:
            raise LogAheadError("witness-elsewhere", name=name, cosigned=elsewhere.size, size=size) from None
        answer = _request(witness, signed, elsewhere.size, read)
    for line in parse_signatures(answer, f"The answer of the witness {name}"):
        if (line.name, line.key_id) == (name, witness.key.key_id):
            try:
                witness.key.accepts(signed.note.text, line.value)
            except ValueError:
                raise LogError("witness-signature", name=name) from None
            return line
    raise LogError("witness-unsigned", name=name)


def _request(witness: Witness, signed: SignedCheckpoint, old_size: int, read: ReadHashes) -> bytes:
    proof = consistency_proof(old_size, signed.checkpoint.size, read)
    return witness.cosign(old_size, proof, signed.note.data)
