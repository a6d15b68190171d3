"""Asking witnesses to cosign a checkpoint, as the log's side of C2SP tlog-witness; no sockets here.

A witness is believed in nothing that it does not show: its cosignatures are verified, and that it is ahead of
the log, or saw another history of it, counts only with a checkpoint that the log's own key signed. Otherwise
one that lies could stop a log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Protocol, TypeVar

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.words.say import Phrase
from escrutinio.core.log.checkpoint import Checkpoint, SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.merkle import ReadHashes, consistency_proof
from escrutinio.core.log.notes import NoteSignature, VerifierKey, parse_signatures, verify_note

T = TypeVar("T")


class WitnessElsewhereError(LogError):
    """A witness last cosigned another size than the request began from (tlog-witness, status 409)."""

    def __init__(self, witness: str, size: int) -> None:
        super().__init__("witness-at", name=witness, size=size)
        self.size = size


class Witness(Protocol):
    """One witness as the writer sees it: a connection to it, or the witness itself in the same process."""

    @property
    def name(self) -> str:
        """What the policy, or who runs the log, calls it."""

    @property
    def keys(self) -> Sequence[VerifierKey]:
        """Its cosignature keys, one for each algorithm."""

    def latest(self, origin: str) -> bytes | None:
        """The checkpoint of a log that it cosigned last, as monitors see it; None where there is none.

        Raises LogError when it cannot be asked now.
        """

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        """Ask it to cosign `checkpoint`, consistent with its `old_size` by `proof`; returns signature lines.

        Raises WitnessElsewhereError when its last size is another one, LogError when it does not cosign.
        """


class LogAheadError(LogError):
    """A witness cosigned more of the log than its writer knows: the store is old, or the log was forked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a witness stands to the checkpoint that was signed last: `why` it has not cosigned it, if so."""

    name: str
    why: LogError | None


def latest_shown(witness: Witness, log: VerifierKey) -> Checkpoint | None:
    """The latest checkpoint that a witness shows with the log's own signature; None where it shows none."""
    with suppress(LogError):
        note = witness.latest(log.name)
        if note is not None:
            signed = parse_checkpoint(note, Phrase("The checkpoint of the witness {name}", name=witness.name))
            verify_note(signed.note, [log])
            return signed.checkpoint if signed.checkpoint.origin == log.name else None
    return None


def check_not_ahead(witness: Witness, shown: Checkpoint | None, size: int) -> None:
    """Raise LogAheadError where a witness shows a checkpoint of this log that is larger than `size`."""
    if shown is not None and shown.size > size:
        raise LogAheadError("witness-ahead", name=witness.name, size=size, cosigned=shown.size)


def ask_witness(
    witness: Witness, signed: SignedCheckpoint, old_size: int, read: ReadHashes, log: VerifierKey
) -> tuple[NoteSignature, ...]:
    """The witness's cosignatures, verified; asked from `old_size` and, told another size, once from there.

    Raises LogAheadError when the witness shows that it is ahead, LogError when it does not cosign.
    """
    size, name = signed.checkpoint.size, witness.name
    try:
        answer = _request(witness, signed, old_size, read)
    except WitnessElsewhereError as elsewhere:
        if elsewhere.size > size:
            check_not_ahead(witness, latest_shown(witness, log), size)
            raise LogError("witness-elsewhere", name=name, cosigned=elsewhere.size, size=size) from None
        answer = _request(witness, signed, elsewhere.size, read)
    known = {(key.name, key.key_id): key for key in witness.keys if key.judged}
    found = []
    for line in parse_signatures(answer, Phrase("The answer of the witness {name}", name=name)):
        if (key := known.get((line.name, line.key_id))) is None:
            continue
        try:
            key.accepts(signed.note.text, line.value)
        except ValueError:
            raise LogError("witness-signature", name=name) from None
        found.append(line)
    if not found:
        raise LogError("witness-unsigned", name=name)
    return tuple(found)


def _request(witness: Witness, signed: SignedCheckpoint, old_size: int, read: ReadHashes) -> bytes:
    proof = consistency_proof(old_size, signed.checkpoint.size, read)
    return witness.cosign(old_size, proof, signed.note.data)


def as_they_come(asks: Sequence[Callable[[], T]], patience: float | None) -> Iterator[tuple[int, T]]:
    """What each of `asks` returns, with its place, in the order in which they return.

    All are asked at once, each by a thread of its own, and waited for `patience` seconds together; what
    returns later is lost here. With None they are asked one after the other, for as long as they take. What
    one of them raises is raised.
    """
    if patience is None:
        yield from ((place, ask()) for place, ask in enumerate(asks))
        return
    answers: SimpleQueue[tuple[int, T | Exception]] = SimpleQueue()

    def run(place: int, ask: Callable[[], T]) -> None:
        try:
            answers.put((place, ask()))
        except Exception as error:  # whatever it is, it is the caller's
            answers.put((place, error))

    for place, ask in enumerate(asks):
        Thread(target=run, args=(place, ask), daemon=True).start()
    end = monotonic() + patience
    for _ in asks:
        try:
            place, answer = answers.get(timeout=max(0.0, end - monotonic()))
        except Empty:
            return
        if isinstance(answer, Exception):
            raise answer
        yield place, answer
