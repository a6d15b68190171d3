"""What waits to be taken into the log, and whose turn it is.

What one sender sends must not keep the others waiting, since nobody knows before its turn whether anything of
it is authentic: senders take turns, by their addresses, and who sends a few records goes before who sends
many.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from threading import Condition
from typing import TypeAlias

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import InputError
from escrutinio.core.log.accept import Refusal
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.cose import MAX_RECORD
from escrutinio.running.hub.holding import Kept

MOST_WAITING, MOST_WAITING_BYTES = 20_000, 64 * 1024 * 1024
"""Records, and bytes of them, that wait at most, half of it from one sender; whoever comes then is asked to
come again. A single record may wait always, and a few small ones where only others sent too much: of those
there are no more than connections."""

FEW = 100
"""Records up to which what comes together goes before longer batches."""

GROUP = 2_000
"""Records after which a group takes no more."""

_SHARE = 2

Answers: TypeAlias = "list[Kept | Refusal]"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Records that came together, whose they are and how they came, and who waits for the answers."""

    records: Sequence[bytes]
    sender: str
    channel: Channel
    answer: asyncio.Future[Answers]

    @property
    def size(self) -> int:
        """Bytes of the records."""
        return sum(map(len, self.records))


class Turns:
    """What waits; one thread adds and lets go, another one takes groups of it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._few, self._many = _Line(), _Line()
        self._counts: dict[str, tuple[int, int]] = {}
        self._count = self._bytes = 0
        self._ends = False

    @property
    def count(self) -> int:
        """Records that wait, or are being taken."""
        return self._count

    def add(self, waiting: Waiting) -> None:
        """Let something wait. Raises InputError where too much does."""
        count, size = len(waiting.records), waiting.size
        own_count, own_bytes = self._counts.get(waiting.sender, (0, 0))
        own = own_count and _exceeds(_SHARE * (own_count + count), _SHARE * (own_bytes + size))
        full = self._count and _exceeds(self._count + count, self._bytes + size)
        short = count <= FEW and size <= MAX_RECORD
        if count > 1 and (own or (full and not short)):
            raise InputError("hub-overloaded")
        self._move(waiting, 1)
        with self._changed:
            (self._few if count <= FEW else self._many).add(waiting)
            self._changed.notify()

    def let_go(self, waiting: Waiting) -> None:
        """It was answered, or nobody waits for the answer any more."""
        self._move(waiting, -1)

    def _move(self, waiting: Waiting, sign: int) -> None:
        count, size = sign * len(waiting.records), sign * waiting.size
        own_count, own_bytes = self._counts.pop(waiting.sender, (0, 0))
        if own_count + count > 0:
            self._counts[waiting.sender] = own_count + count, own_bytes + size
        self._count += count
        self._bytes += size

    def end(self) -> None:
        """Nothing comes any more."""
        with self._changed:
            self._ends = True
            self._changed.notify()

    def group(self, patience: float) -> tuple[list[Waiting], bool]:
        """What has its turn now, after so many seconds at most, and whether that is all that ever will."""
        with self._changed:
            self._changed.wait_for(lambda: self._few or self._many or self._ends, patience)
            group, count = list[Waiting](), 0
            for each in self._few.turns():
                group.append(each)
                count += len(each.records)
                if count >= GROUP:
                    break
            for each in self._many.turns():  # at least one, else those who send a few could keep it out
                group.append(each)
                count += len(each.records)
                if count >= GROUP:
                    break
            return group, self._ends and not self._few and not self._many


class _Line:
    """What waits, by sender, in the order of the turns."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, deque[Waiting]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._of)

    def add(self, waiting: Waiting) -> None:
        self._of.setdefault(waiting.sender, deque()).append(waiting)

    def turns(self) -> Iterator[Waiting]:
        """One after the other, taken out; each sender's next comes after those of all others."""
        while self._of:
            sender, own = self._of.popitem(last=False)
            found = own.popleft()
            if own:
                self._of[sender] = own
            yield found


def _exceeds(count: int, size: int) -> bool:
    return count > MOST_WAITING or size > MOST_WAITING_BYTES
