"""A witness (C2SP tlog-witness): cosigns a checkpoint that follows on the one it cosigned before.

The order is fixed: verify, cosign, remember, answer. What is answered was remembered, so that after a crash
no checkpoint of another history is ever cosigned; what was remembered and not answered is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Lock

from escrutinio.base.errors import EscrutinioError, LogError
from escrutinio.core.log.checkpoint import SignedCheckpoint, cosign_checkpoint, parse_checkpoint
from escrutinio.core.log.merkle import Hash, verify_consistency
from escrutinio.core.log.notes import Note, NoteSignature, NoteSigner, VerifierKey, verify_note
from escrutinio.core.log.policy import COSIGNER_TYPES, Policy
from escrutinio.core.log.store import Head
from escrutinio.running.exchange.tlog_witness import AddCheckpoint
from escrutinio.running.witness.memory import WitnessMemory


class NotCosignedError(LogError):
    """A checkpoint is not cosigned: `status` as tlog-witness has it, `size` the last one, for 409."""

    def __init__(self, status: int, why: EscrutinioError, size: int | None = None) -> None:
        super().__init__(why.code, **why.values)
        self.status, self.size = status, size


class Cosigner:
    """Cosigns with `signers` for the logs that `logs` names: their keys by origin. Any thread may use it.

    `clock` gives seconds since 1970. Raises LogError where a key signs no cosignatures, or is a log's.
    """

    def __init__(
        self,
        memory: WitnessMemory,
        signers: Sequence[NoteSigner],
        logs: Mapping[str, Sequence[VerifierKey]],
        clock: Callable[[], int],
    ) -> None:
        self._memory, self._signers, self._logs, self._clock = memory, tuple(signers), dict(logs), clock
        self._alone = Lock()
        of_logs = {key.public_key for keys in logs.values() for key in keys}
        for signer in signers:
            if signer.type not in COSIGNER_TYPES:
                raise LogError("policy-type", name=signer.name)
            if signer.verifier.public_key in of_logs:
                raise LogError("policy-log-key", name=signer.name)

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Its public keys."""
        return tuple(signer.verifier for signer in self._signers)

    @property
    def origins(self) -> tuple[str, ...]:
        """The logs that it cosigns."""
        return tuple(self._logs)

    def add_checkpoint(self, request: AddCheckpoint) -> tuple[NoteSignature, ...]:
        """Cosign what a request asks for. Raises NotCosignedError where it is not to be cosigned, LogError
        where the memory cannot be used."""
        try:
            signed = parse_checkpoint(request.checkpoint)
        except LogError as error:
            raise NotCosignedError(_status(error), error) from None
        stated = signed.checkpoint
        own = self._lines_of_log(signed)
        if request.old_size > stated.size:
            raise NotCosignedError(400, LogError("witness-old-size", old=request.old_size, size=stated.size))
        with self._alone:
            old = self._memory.latest(stated.origin)
            if request.old_size != old.size:
                raise NotCosignedError(409, LogError("witness-not-there", size=old.size), old.size)
            try:
                verify_consistency(old.size, Hash(old.root), stated.size, stated.root, request.proof)
            except LogError as error:
                raise NotCosignedError(422, error) from None
            now = self._clock()
            lines = tuple(cosign_checkpoint(signed, signer, now) for signer in self._signers)
            note = Note(signed.note.text, own + lines).data
            if not self._memory.swap(stated.origin, old, Head(stated.size, stated.root, note)):
                size = self._memory.latest(stated.origin).size  # another process was faster
                raise NotCosignedError(409, LogError("witness-not-there", size=size), size)
        return lines

    def _lines_of_log(self, signed: SignedCheckpoint) -> tuple[NoteSignature, ...]:
        keys = self._logs.get(signed.checkpoint.origin)
        if keys is None:
            raise NotCosignedError(
                404, LogError("witness-origin", origin=repr(signed.checkpoint.origin[:100]))
            )
        try:
            found = {(each.key.name, each.key.key_id) for each in verify_note(signed.note, keys)}
        except LogError as error:
            raise NotCosignedError(403, error) from None
        return tuple(line for line in signed.note.signatures if (line.name, line.key_id) in found)

    def latest(self, origin: str) -> Head:
        """What it cosigned last of a log; of size 0 for nothing."""
        with self._alone:
            return self._memory.latest(origin)

    def shown(self, digest: str) -> bytes | None:
        """The checkpoint for monitors, of the log whose origin has this SHA-256; None for none."""
        with self._alone:
            return self._memory.shown(digest)


def _status(error: LogError) -> int:
    """What a checkpoint that cannot be read is answered with: an empty tree has one root."""
    why = error.values.get("why")
    return 422 if isinstance(why, LogError) and why.code == "checkpoint-empty" else 400


def logs_of(policies: Sequence[Policy]) -> dict[str, list[VerifierKey]]:
    """The logs of some policies: their keys by origin. Raises LogError where they name none."""
    found: dict[str, list[VerifierKey]] = {}
    for policy in policies:
        for log in policy.logs:
            keys = found.setdefault(log.key.name, [])
            if log.key not in keys:
                keys.append(log.key)
    if not found:
        raise LogError("policy-no-log")
    return found
