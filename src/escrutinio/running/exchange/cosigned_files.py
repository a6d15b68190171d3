"""Cosignatures that came as files: of witnesses that fetch what they cosign, and cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from escrutinio.base.errors import LogError
from escrutinio.base.fetch import read_regular
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.notes import MAX_NOTE, NoteSignature, VerifierKey

COSIGNED = ".cosigned"
"""What the name of such a file ends with: a checkpoint with the log's signature and a witness's."""


class FileWitness:
    """The `Witness` whose cosigned checkpoints are put into `directory`, by whatever way they come."""

    def __init__(self, name: str, keys: Sequence[VerifierKey], directory: Path) -> None:
        self.name, self.keys, self._directory = name, tuple(keys), directory

    def latest(self, origin: str) -> bytes | None:
        """See `Witness`."""
        of_log = [signed for signed, _ in self._found() if signed.checkpoint.origin == origin]
        newest = max(of_log, key=lambda signed: signed.checkpoint.size, default=None)
        return None if newest is None else newest.note.data

    def cosign(self, old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
        """See `Witness`."""
        text = parse_checkpoint(checkpoint).note.text
        for signed, lines in self._found():
            if signed.note.text == text:
                return b"".join(line.line for line in lines)
        raise LogError("witness-no-file", name=self.name, directory=self._directory)

    def _found(self) -> Iterator[tuple[SignedCheckpoint, list[NoteSignature]]]:
        """The checkpoints with lines of this witness that can be read; others are left alone."""
        own = {(key.name, key.key_id) for key in self.keys}
        for path in sorted(self._directory.glob(f"*{COSIGNED}")):
            with suppress(LogError):
                note = read_regular(str(path), path.name, MAX_NOTE)
                signed = parse_checkpoint(note or b"", path.name)
                if lines := [line for line in signed.note.signatures if (line.name, line.key_id) in own]:
                    yield signed, lines
