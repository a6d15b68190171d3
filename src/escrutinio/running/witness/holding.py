"""A mirror that cosigns what it holds (C2SP tlog-mirror): all of a log up to a checkpoint, verified.

A witness says that a log only grew; a mirror says besides that whoever asks it gets every entry. So its key
is one of its own, never a witness's. How the files come to it is its own matter; here they are there before.
"""

from __future__ import annotations

import os
from pathlib import Path

from escrutinio.base.errors import LogError
from escrutinio.base.files import write_files
from escrutinio.core.log.checkpoint import SignedCheckpoint
from escrutinio.core.log.notes import Note
from escrutinio.core.log.reader import CHECKPOINT
from escrutinio.core.verification.verified import VerifiedLog
from escrutinio.running.exchange.tlog_witness import AddCheckpoint
from escrutinio.running.witness.cosigner import Cosigner


def cosign_held(cosigner: Cosigner, log: VerifiedLog, directory: Path) -> SignedCheckpoint:
    """Cosign the checkpoint of a log as it was verified in `directory`, and write it there, cosigned.

    What was cosigned is remembered before it is shown. Raises NotCosignedError where it does not follow on
    what was cosigned before, LogError where the copy is older than that, or cannot be written.
    """
    signed = log.signed
    head, note = signed.checkpoint, signed.note
    old = cosigner.latest(head.origin)
    if old.size > head.size:
        raise LogError("witness-log-behind", origin=head.origin, size=head.size, cosigned=old.size)
    proof = tuple(log.pinned.consistency(old.size)) if old.size not in (0, head.size) else ()
    if hasattr(os, "sync"):  # the copy, whoever wrote it, before anybody is told that it is held
        os.sync()
    lines = cosigner.add_checkpoint(AddCheckpoint(old.size, proof, note.data))
    own = {(key.name, key.key_id) for key in cosigner.keys}
    others = tuple(line for line in note.signatures if (line.name, line.key_id) not in own)
    held = SignedCheckpoint(head, Note(note.text, others + lines))
    write_files(directory / "log", [(CHECKPOINT, held.note.data)])
    return held
