"""The leaf hashes of a log as it is read, and which entries are repeats: an entry counts once.

An entry whose bytes stood at a lower index is a repeat, whatever the first one came to; it is judged no
further (docs/formats.md, "An entry counts once").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

HASH = 32


class Leaves:
    """RFC 6962 leaf hashes, told in any order; `settle` brings them into log order and looks for repeats.

    Hashes are compared by eight bytes, all at once, and by all of them only where those are equal: what comes
    first costs a sort of eight bytes an entry, and what comes later a merge.
    """

    def __init__(self) -> None:
        self._told: list[tuple[Sequence[int], bytes]] = []
        self._hashes = np.zeros((0, HASH), np.uint8)
        self._sorted = np.zeros(0, np.uint64)
        self.repeats: dict[int, int] = {}
        """Of each repeat, the index at which its bytes stood first."""

    def tell(self, index: Sequence[int], hashes: bytes) -> None:
        """Take hashes, 32 bytes each, of the entries at these indices."""
        self._told.append((index, hashes))

    def settle(self) -> dict[int, int]:
        """Put what was told in order, and give the repeats among it with the index of the first.

        Every entry from the last settled one on must have been told.
        """
        told, self._told = self._told, []
        before = len(self._hashes)
        fresh = np.zeros((sum(len(index) for index, _ in told), HASH), np.uint8)
        for index, hashes in told:
            fresh[np.asarray(index, np.int64) - before] = np.frombuffer(hashes, np.uint8).reshape(-1, HASH)
        self._hashes = np.concatenate([self._hashes, fresh])
        short = _short(fresh)
        ordered = np.sort(short)
        twice, before_too = ordered[1:][ordered[1:] == ordered[:-1]], ordered[_among(ordered, self._sorted)]
        suspects = np.sort(np.concatenate([twice, before_too]))
        # Two sorted runs: the stable sort of NumPy merges them.
        self._sorted = np.sort(np.concatenate([self._sorted, ordered]), kind="stable")
        found = self._compare(suspects, before) if len(suspects) else {}
        self.repeats.update(found)
        return found

    def joined(self) -> bytes:
        """The hashes that were settled, in log order."""
        return self._hashes.tobytes()

    def _compare(self, suspects: NDArray[np.uint64], before: int) -> dict[int, int]:
        """The entries from `before` on whose whole hash stood at a lower index."""
        first: dict[bytes, int] = {}
        found: dict[int, int] = {}
        for index in np.flatnonzero(_among(_short(self._hashes), suspects)).tolist():
            at = first.setdefault(self._hashes[index].tobytes(), index)
            if at < index and index >= before:
                found[index] = at
        return found


def _short(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(hashes[:, :8]).view(np.uint64).ravel()


def _among(values: NDArray[np.uint64], ordered: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which values are in an ordered column, bool [values]."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: NDArray[np.bool_] = ordered[at] == values
    return found
