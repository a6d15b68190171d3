"""A cable between senders and a hub that can be pulled."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit


class Cable:
    """Carries connections to an address and back. Of the first `pulls` connections each is torn (RST on both
    sides): every other one before the request is whole, the others once the hub has begun to answer.

    Before them, `holes` connections are taken and nothing of them arrives anywhere; and `at_answer` is called
    once, in the midst of an answer."""

    def __init__(self, address: str, pulls: int) -> None:
        self.lead_to(address)
        self._left = pulls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self.pulled = self.swallowed = self.holes = 0
        self.at_answer: Callable[[], object] | None = None

    def lead_to(self, address: str) -> None:
        """Connections from now on go there."""
        where = urlsplit(address)
        self._to = (where.hostname or "", where.port or 0)

    def carry(self) -> None:
        """Until it is closed; every connection is ended then."""
        carrying = []
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                self._open.append(near)
                carrying.append(Thread(target=self._carry_one, args=(near,)))
                carrying[-1].start()
        for end in self._open:  # whoever keeps one has nothing under way
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for each in carrying:
            each.join()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _carry_one(self, near: socket.socket) -> None:
        if self.holes > 0:
            self.holes -= 1
            with near, suppress(OSError):
                while near.recv(65_536):
                    pass
            self.swallowed += 1
            return
        if (strike := self.at_answer) is not None:
            self.at_answer = None
            with near, socket.create_connection(self._to) as far:
                self._pull(near, far, asked=True, strike=strike)
            return
        number = self._left
        self._left -= 1
        with near, suppress(OSError), socket.create_connection(self._to) as far:
            if number > 0:
                self._pull(near, far, asked=not number % 2)
                return
            back = Thread(target=_copy, args=(far, near))
            back.start()
            _copy(near, far)
            back.join()

    def _pull(
        self, near: socket.socket, far: socket.socket, *, asked: bool, strike: Callable[[], object] = int
    ) -> None:
        first = near.recv(65_536)
        far.sendall(first if asked else first[:100])
        if asked:
            while (more := _some(near, far)) is not None:
                far.sendall(more)
            near.sendall(far.recv(20))
            strike()
        self.pulled += 1
        for end in (near, far):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _some(near: socket.socket, far: socket.socket) -> bytes | None:
    """What the sender says next; None as soon as the hub answers."""
    ready, _, _ = select.select([near, far], [], [])
    return None if far in ready else near.recv(65_536) or None


def _copy(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65_536):
            to.sendall(content)
        to.shutdown(socket.SHUT_WR)


@contextmanager
def cable(address: str, pulls: int) -> Iterator[Cable]:
    made = Cable(address, pulls)
    carrying = Thread(target=made.carry)
    carrying.start()
    try:
        yield made
    finally:
        made.close()
        carrying.join()
