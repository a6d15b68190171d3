"""Records by keys that the log does not have (yet), in memory: bounded for each sender and in all, the oldest
dropped. Nobody was promised anything for them: a sender that was told so tries again by itself."""

from __future__ import annotations

from collections import OrderedDict

from escrutinio.core.records.codes import Channel

MOST_OF_ONE, MOST_IN_ALL = 200, 20_000


class Quarantine:
    """Holds records by the address that they came from."""

    def __init__(self, of_one: int = MOST_OF_ONE, in_all: int = MOST_IN_ALL) -> None:
        self._of_one, self._in_all = of_one, in_all
        self._held: OrderedDict[bytes, tuple[str, Channel]] = OrderedDict()
        self._count: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, sender: str, record: bytes, channel: Channel = Channel.NETWORK) -> None:
        """Hold a record, and the channel that it came by; the oldest of its sender goes where that has too
        many, else the oldest of all."""
        if record in self._held:
            return
        if self._count.get(sender, 0) >= self._of_one:
            self._drop(next(each for each, (who, _) in self._held.items() if who == sender))
        elif len(self._held) >= self._in_all:
            self._drop(next(iter(self._held)))
        self._held[record] = sender, channel
        self._count[sender] = self._count.get(sender, 0) + 1

    def release(self) -> list[tuple[str, bytes, Channel]]:
        """All that is held, with its senders and channels, oldest first; it is empty afterwards."""
        found = [(sender, record, channel) for record, (sender, channel) in self._held.items()]
        self._held.clear()
        self._count.clear()
        return found

    def _drop(self, record: bytes) -> None:
        sender, _ = self._held.pop(record)
        self._count[sender] -= 1
        if not self._count[sender]:
            del self._count[sender]
