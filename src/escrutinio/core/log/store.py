"""The durable memory of a log, as its acceptors and its publisher see it: accepted records, and the
checkpoints signed and made public. `store_sqlite` keeps it in a file.

A record gets its index when it becomes durable. Records leave the store once they are public, since the
log's files hold them; their digests stay, so that a record never enters twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from escrutinio.base.dataclass import dataclass
from escrutinio.core.log.merkle import EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Receipt:
    """A record that is durable: its index in the log, and whether it was there before."""

    index: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A record that is durable and not in the log before a moment: its bytes, when it was received, by when
    it was promised to be public (0: nothing was promised) and until when it waits, in seconds since 1970.

    `stopped`: the code by which the log refused it when its moment came; empty while it waits. `channel`: by
    which it came, as a number that means nothing to the store.
    """

    record: bytes
    received: int
    due: int
    until: int
    stopped: str = ""
    channel: int = 0


ALL_HELD = 2**53 - 1
"""A moment, and a number of records, beyond all that wait."""


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint that the store remembers: size, root, and the signed note."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: bytes = b""


class Store(Protocol):
    """What a store does. Everything raises LogError when the store cannot be used.

    What a method has returned survives a power cut. Any number of processes may `add` at once; only the
    log's one publisher moves the heads.
    """

    @property
    def size(self) -> int:
        """Entries accepted so far, public or not: the index that the next new record gets."""

    def index_of(self, digest: bytes) -> int | None:
        """Index of the record with this SHA-256, or None."""

    def add(self, records: Sequence[bytes], size: int) -> list[Receipt] | None:
        """Make records durable as they follow on `size` entries; None, adding nothing, if there are more.

        A record that is known, or repeated here, keeps its first index.
        """

    def pending(self, start: int, end: int, max_bytes: int) -> list[bytes]:
        """Records `start` … `end` - 1, stopping after `max_bytes`; raises LogError when one is missing."""

    def head(self, kind: str) -> Head:
        """The last checkpoint signed (`signed`) or made public (`public`); size 0 when there is none."""

    def lead(self) -> None:
        """Be the store of the log's one publisher from now on, until it is closed. Raises LogError where
        another publisher has it; so does whatever is called later, once another one has followed."""

    def swap_signed(self, old: Head, new: Head) -> None:
        """Compare-and-swap the signed checkpoint; raises LogError unless it still was `old`."""

    def swap_public(self, old: Head, new: Head, now: int) -> None:
        """Compare-and-swap the public checkpoint, and let go of the records that are public with it. The same
        checkpoint with more cosignatures may follow on itself.

        `now` in seconds since 1970.
        """

    def filled_before(self, moment: int) -> list[tuple[int, int]]:
        """(old size, size) of checkpoints made public up to `moment` (seconds) that filled tiles."""

    def forget_filled(self, moment: int) -> None:
        """Drop what `filled_before` of the same moment gives."""

    def hold(self, records: Sequence[Held]) -> None:
        """Make records durable that wait; one that waits already stays as it is, and one that was stopped
        waits again. None has an index."""

    def held(self, digest: bytes) -> Held | None:
        """The record with this SHA-256 that waits, or was stopped; None for any other."""

    def held_until(self, moment: int, most: int) -> list[Held]:
        """Records that wait until this moment at the latest, in the order in which they came, not those that
        were stopped; so many at most."""

    def hold_until(self, moments: Mapping[bytes, int]) -> None:
        """Let records wait until other moments, by SHA-256."""

    def let_go(self, stopped: Mapping[bytes, str]) -> None:
        """Let go of records that wait, by SHA-256, or keep them as stopped by a code, where it is not
        empty."""

    def waits(self) -> tuple[int, int]:
        """How many records wait, and until when the last of them does; (0, 0) for none."""

    def stopped(self) -> list[Held]:
        """The records that were stopped, in the order in which they came."""

    def close(self) -> None:
        """Let go of what the store holds open."""
