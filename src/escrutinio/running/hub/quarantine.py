"""Records by keys that the log does not have (yet), in memory: bounded for each sender and in all, in number
and in bytes, the oldest dropped. Nobody was promised anything for them: a sender that was told so tries again
by itself.

To hold or drop one costs the same however many are held: what nobody has authenticated must not keep those
waiting who were.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Set
from ipaddress import IPv6Address, ip_address

from escrutinio.core.election.following import kid_of
from escrutinio.core.records.codes import Channel

MOST_OF_ONE, MOST_IN_ALL = 200, 20_000
MOST_BYTES = 64 * 1024 * 1024
"""Bytes of records that are held in all; of one sender a hundredth, which is the share of its number too."""

_SHARE = MOST_IN_ALL // MOST_OF_ONE
_NETWORK = 64


class Quarantine:
    """Holds records by the address that they came from."""

    def __init__(
        self, of_one: int = MOST_OF_ONE, in_all: int = MOST_IN_ALL, most_bytes: int = MOST_BYTES
    ) -> None:
        self._of_one, self._in_all, self._most_bytes = of_one, in_all, most_bytes
        self._held: OrderedDict[bytes, tuple[str, Channel]] = OrderedDict()
        self._of: dict[str, OrderedDict[bytes, None]] = {}
        self._bytes: dict[str, int] = {}
        self._all_bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, sender: str, record: bytes, channel: Channel = Channel.NETWORK) -> None:
        """Hold a record, and the channel that it came by; the oldest of its sender go where that has too
        many, else the oldest of all."""
        if record in self._held:
            return
        whose = network_of(sender)
        self._held[record] = whose, channel
        self._of.setdefault(whose, OrderedDict())[record] = None
        self._bytes[whose] = self._bytes.get(whose, 0) + len(record)
        self._all_bytes += len(record)
        own = self._of[whose]
        while len(own) > 1 and (len(own) > self._of_one or self._bytes[whose] > self._most_bytes // _SHARE):
            self._drop(next(iter(own)))
        while len(self._held) > self._in_all or self._all_bytes > self._most_bytes:
            self._drop(next(iter(self._held)))

    def release(self, kids: Set[bytes]) -> list[tuple[str, bytes, Channel]]:
        """What is held that names one of these keys, with senders and channels, oldest first; it is held no
        longer."""
        found = [
            (sender, record, channel)
            for record, (sender, channel) in self._held.items()
            if kid_of(record) in kids
        ]
        for _, record, _ in found:
            self._drop(record)
        return found

    def _drop(self, record: bytes) -> None:
        sender, _ = self._held.pop(record)
        own = self._of[sender]
        del own[record]
        self._bytes[sender] -= len(record)
        self._all_bytes -= len(record)
        if not own:
            del self._of[sender], self._bytes[sender]


def network_of(sender: str) -> str:
    """Whose an address is: of IPv6 the first 64 bits, which one subscriber has with all that may follow
    (RFC 6177), so that nobody is as many senders as they like; anything else as it stands."""
    try:
        address = ip_address(sender)
    except ValueError:
        return sender
    if not isinstance(address, IPv6Address):
        return sender
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> _NETWORK << _NETWORK)}/{_NETWORK}"
