"""Cosigning from where nobody can call: the witness fetches, and hands in what it cosigned."""

from __future__ import annotations

from escrutinio.base.errors import LogError
from escrutinio.base.fetch import Fetch, open_files
from escrutinio.core.log.checkpoint import SignedCheckpoint, parse_checkpoint
from escrutinio.core.log.notes import MAX_NOTE, Note
from escrutinio.core.log.pinned import PinnedLog
from escrutinio.core.log.publisher import WAITING
from escrutinio.core.log.reader import CHECKPOINT, FileReader
from escrutinio.running.exchange.tlog_witness import AddCheckpoint
from escrutinio.running.witness.cosigner import Cosigner


def pull(cosigner: Cosigner, address: str) -> SignedCheckpoint:
    """Cosign the newest checkpoint of the publication at an address or in a directory, as it shows itself to
    follow on what was cosigned before; the checkpoint with the log's signature and the cosignatures.

    A checkpoint that still waits for its quorum comes before the public one. Raises NotCosignedError where it
    is not to be cosigned, LogError where the log cannot be read or is behind what was cosigned.
    """
    fetch = open_files(address)
    signed = _newest(fetch)
    head = signed.checkpoint
    old = cosigner.latest(head.origin)
    if old.size > head.size:
        raise LogError("witness-log-behind", origin=head.origin, size=head.size, cosigned=old.size)
    pinned = PinnedLog(FileReader(lambda path, limit: fetch(f"log/{path}", limit)), signed)
    proof = tuple(pinned.consistency(old.size)) if old.size not in (0, head.size) else ()
    request = AddCheckpoint(old.size, proof, signed.note.data)
    lines = cosigner.add_checkpoint(request)
    others = tuple(line for line in signed.note.signatures if line.name == head.origin)
    return SignedCheckpoint(head, Note(signed.note.text, others + lines))


def _newest(fetch: Fetch) -> SignedCheckpoint:
    found = [
        parse_checkpoint(note)
        for name in (CHECKPOINT, WAITING)
        if (note := fetch(f"log/{name}", MAX_NOTE)) is not None
    ]
    if not found:
        raise LogError("source-none")
    return max(found, key=lambda signed: signed.checkpoint.size)
