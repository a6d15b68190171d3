"""Chunks of entries that others work on as well, ahead of the fold: whoever has time takes the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import itemgetter

from escrutinio.core.election.bulk.ahead import Ahead
from escrutinio.core.election.columns import ChunkColumns
from escrutinio.core.records.opening import Signer

_MOST_WAITING = 128
"""Units that are kept for others to go through, some 20 MB of entries: keys are enrolled meanwhile."""

_TOGETHER = 8
"""Chunks that are read as one where they follow each other: each step of reading has its cost for itself."""


@dataclass
class Chunk:
    """Entries that are read together, with their log indices, and the key of each with its place."""

    entries: list[bytes] = field(default_factory=list)
    index: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    signers: list[Signer | None] = field(default_factory=list)

    def __add__(self, other: Chunk) -> Chunk:
        """The entries of both."""
        return Chunk(
            self.entries + other.entries,
            self.index + other.index,
            self.place + other.place,
            self.signers + other.signers,
        )


class Shared:
    """Chunks by the unit of work `ahead` that they are of. Of one that others have gone through it takes
    their claims; for any other it checks the signatures here. `read` reads a chunk with its claims."""

    def __init__(self, ahead: Ahead | None, read: Callable[[Chunk, bytes | None], ChunkColumns]) -> None:
        self._ahead, self._read = ahead, read
        self._taken = 0
        self._waiting: dict[int, list[tuple[int, Chunk]]] = {}
        self._done: dict[int, tuple[Chunk, ChunkColumns]] = {}
        self._own: set[int] = set()

    @property
    def pending(self) -> bool:
        """Whether some chunks are not read yet."""
        return bool(self._waiting)

    def add(self, unit: int, chunk: Chunk) -> None:
        """Take a chunk, to read it later."""
        self._waiting.setdefault(unit, []).append((self._taken, chunk))
        self._taken += 1
        while len(self._waiting) > _MOST_WAITING:
            self._go_on()

    def finish(self) -> Iterator[tuple[Chunk, ChunkColumns]]:
        """All entries since it was last asked, in the order in which they came."""
        while self._waiting:
            self._go_on()
        done, self._done = self._done, {}
        for _, read in sorted(done.items()):
            yield read

    def _go_on(self) -> None:
        """Read what others have gone through; else take a unit that nobody has; else wait for one."""
        ahead = self._ahead
        assert ahead is not None
        ahead.listen()
        if ready := [unit for unit in self._waiting if unit in self._own or ahead.is_done(unit)]:
            self._read_all(ahead, [each for unit in ready for each in self._waiting.pop(unit)])
        elif (mine := ahead.take(max(self._waiting))) is not None:
            self._own.add(mine)
        elif not ahead.listen(wait=True):
            self._own.update(self._waiting)

    def _read_all(self, ahead: Ahead, ready: list[tuple[int, Chunk]]) -> None:
        """Read chunks, each with its number; of what was not gone through nothing is claimed."""
        ready.sort(key=itemgetter(0))
        while ready:
            first = ready[0][0]
            run = [
                chunk for place, (number, chunk) in enumerate(ready[:_TOGETHER]) if number == first + place
            ]
            del ready[: len(run)]
            chunk = reduce(Chunk.__add__, run)
            self._done[first] = chunk, self._read(chunk, _claims(ahead, chunk.index))


def _claims(ahead: Ahead, index: Sequence[int]) -> bytes:
    if index[-1] - index[0] == len(index) - 1:
        return ahead.claims(index[0], index[-1] + 1)
    return b"".join([ahead.claims(each, each + 1) for each in index])
