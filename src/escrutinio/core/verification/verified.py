"""The verified log: a publication opened once, at one checkpoint.

Whoever needs entries, proofs, roots or attachments after a verification asks this object, never an address:
all that it hands out is held against the root that was verified, so that verified bytes and used bytes are
the same bytes. What no record vouches for is asked of `unverified`, by that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import LogError
from escrutinio.base.fetch import Fetch
from escrutinio.core.election.fold import Fold
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import Checkpoint, Cosigned, SignedCheckpoint
from escrutinio.core.log.merkle import Hash, leaf_hash
from escrutinio.core.log.pinned import OtherFileError, PinnedLog
from escrutinio.core.log.proofs import LogProof
from escrutinio.core.log.trust import Trust
from escrutinio.core.records.attachments import MAX_ATTACHMENT, file_name

if TYPE_CHECKING:
    from escrutinio.core.derived.files import DerivedFile
    from escrutinio.core.derived.geometry import Geometry


@dataclass(frozen=True)
class VerifiedLog:
    """The log at `address` as it was verified: its state, and its entries at the size of one checkpoint.

    `trust` is the trust file that vouches for it, None where none was given; `cosignatures` the witnesses of
    the checkpoint; `authenticated` whether every check of the log held, those that need the trust file among
    them.
    """

    address: str
    state: ElectionState
    trust: Trust | None
    cosignatures: tuple[Cosigned, ...]
    authenticated: bool
    pinned: PinnedLog
    fetch: Fetch
    folding: Fold
    """The fold that gave `state`: whoever follows the log as it grows goes on with it."""

    @property
    def signed(self) -> SignedCheckpoint:
        """The checkpoint with its signatures."""
        return self.pinned.signed

    @property
    def checkpoint(self) -> Checkpoint:
        """Origin, size and root."""
        return self.pinned.checkpoint

    @property
    def size(self) -> int:
        """Entries in the log."""
        return self.pinned.size

    def entry(self, index: int) -> bytes:
        """An entry. Raises OtherFileError where another one is shown now, LogError where none is."""
        return self.pinned.entry(index)

    def entries_at(self, indices: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Chosen entries with their index, in order. Raises as `entry`."""
        return self.pinned.entries_at(indices)

    def proof(self, index: int) -> LogProof:
        """The proof that an entry is in the log at this checkpoint. Raises LogError beyond the log."""
        return self.pinned.proof(index)

    def find(self, raw: bytes) -> int | None:
        """The index of the first entry with these bytes; None where the log does not have them."""
        return self.pinned.find(leaf_hash(raw))

    def root_at(self, size: int) -> Hash:
        """The root that the log had at a size. Raises LogError beyond the log."""
        return self.pinned.root_at(size)

    def attachment(self, digest: bytes) -> bytes | None:
        """An attachment by its SHA-256; None where it is not published.

        Raises OtherFileError where another file stands in its place.
        """
        path = f"attachments/{file_name(digest)}"
        content = self.fetch(path, MAX_ATTACHMENT)
        if content is not None and sha256(content).digest() != digest:
            raise OtherFileError(path)
        return content

    def tables(self, geometry: Geometry | None = None) -> Iterator[DerivedFile]:
        """The derived tables, computed from the state and never taken from what is published."""
        from escrutinio.core.derived.files import derived_files  # loaded only where tables are asked for

        return derived_files(self.state, geometry)

    @cached_property
    def _read(self) -> dict[str, bytes | None]:
        return {}

    def unverified(self, path: str, limit: int) -> bytes | None:
        """A published file that no record vouches for, read once; None where it is missing.

        Raises LogError where it cannot be read or is longer than `limit` bytes.
        """
        if path not in self._read:
            self._read[path] = self.fetch(path, limit)
        content = self._read[path]
        if content is not None and len(content) > limit:
            raise LogError("fetch-long", path=path, limit=limit)
        return content
