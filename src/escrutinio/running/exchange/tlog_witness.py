"""What C2SP tlog-witness puts on the wire: the request for a cosignature, and where a witness is asked.

POST <prefix>/add-checkpoint             old size, consistency proof, checkpoint
GET  <prefix>/<origin hash>/checkpoint   the latest checkpoint of a log that it cosigned, for monitors
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from hashlib import sha256

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.core.log.merkle import HASH_SIZE, MAX_SIZE, Hash
from escrutinio.core.log.notes import MAX_NOTE, decode_base64, decode_decimal

ADD_CHECKPOINT = "add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
"""Media type of the answer that states the size of what was cosigned last."""

MAX_PROOF = 63
"""Hashes that a request may have."""

MAX_REQUEST = MAX_NOTE + 64 * 46
"""Bytes of the longest request that is read: the old size, the proof, the checkpoint."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: cosign `checkpoint`, which `proof` shows to follow on the first `old_size` entries."""

    old_size: int
    proof: tuple[Hash, ...]
    checkpoint: bytes

    @property
    def data(self) -> bytes:
        """Its body."""
        lines = [f"old {self.old_size}", *(base64.b64encode(each).decode() for each in self.proof), ""]
        return "".join(line + "\n" for line in lines).encode() + self.checkpoint


def add_checkpoint(old_size: int, proof: Sequence[bytes], checkpoint: bytes) -> AddCheckpoint:
    """The request of a log."""
    return AddCheckpoint(old_size, tuple(map(Hash, proof)), checkpoint)


def read_add_checkpoint(data: bytes) -> AddCheckpoint:
    """Read a request strictly; the checkpoint is not looked at. Raises LogError for anything else."""
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        first, *rest = head.decode("ascii").split("\n")
        if not separator or not first.startswith("old ") or len(rest) > MAX_PROOF:
            raise ValueError
        proof = tuple(Hash(decode_base64(line)) for line in rest)
        if any(len(each) != HASH_SIZE for each in proof):
            raise ValueError
        return AddCheckpoint(decode_decimal(first[4:], MAX_SIZE), proof, checkpoint)
    except (ValueError, IndexError, binascii.Error):
        raise LogError("witness-request") from None


def monitored_path(origin: str) -> str:
    """Where a witness shows the latest checkpoint of this log that it cosigned."""
    return f"{sha256(origin.encode()).hexdigest()}/checkpoint"
