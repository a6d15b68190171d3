"""A cable that is pulled between senders and a hub, in the midst of requests and of answers."""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.hub_client import HubClient
from tests.running.hub.night import begun, hub

pytestmark = pytest.mark.slow


class Cable:
    """Carries connections to an address and back. Of the first `pulls` connections each is torn (RST on both
    sides): every other one before the request is whole, the others once the hub has begun to answer."""

    def __init__(self, address: str, pulls: int) -> None:
        where = urlsplit(address)
        self._to = (where.hostname or "", where.port or 0)
        self._left = pulls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.pulled = 0

    def carry(self) -> None:
        """Until it is closed; every connection has ended then."""
        carrying = []
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                carrying.append(Thread(target=self._carry_one, args=(near,)))
                carrying[-1].start()
        for each in carrying:
            each.join()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _carry_one(self, near: socket.socket) -> None:
        number = self._left
        self._left -= 1
        with near, socket.create_connection(self._to) as far:
            if number > 0:
                self._pull(near, far, asked=not number % 2)
                return
            back = Thread(target=_copy, args=(far, near))
            back.start()
            _copy(near, far)
            back.join()

    def _pull(self, near: socket.socket, far: socket.socket, *, asked: bool) -> None:
        first = near.recv(65_536)
        far.sendall(first if asked else first[:100])
        if asked:
            while (more := _some(near, far)) is not None:
                far.sendall(more)
            near.sendall(far.recv(20))
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


def test_what_is_sent_over_a_cable_that_is_pulled_counts_once(tmp_path: Path) -> None:
    night = begun(tmp_path)
    before = open_verified(night.workspace.public).size
    records = night.complaints(90)
    policy = night.workspace.policy(night.signer)
    with (
        hub(night, "--key", tmp_path / "receiver.key") as running,
        hub(night, "--period", 0.1, "--pages", 0, what="publish"),
        cable(running.address, 9) as carried,
    ):

        def send(who: int) -> list[object]:
            own = records[30 * who : 30 * who + 30]
            return [each.why for each in HubClient(carried.address, 60).send(own, {})]

        with ThreadPoolExecutor(3) as pool:
            assert [why for each in pool.map(send, range(3)) for why in each] == [None] * 90
        assert carried.pulled == 9
        for raw in records[29::30]:
            assert HubClient(carried.address, 60).proof(raw, policy, 60) is not None
    log = open_verified(night.workspace.public)
    places = [log.find(raw) for raw in records]
    assert None not in places
    assert len(set(places)) == len(records)
    assert log.size - before - len(records) <= 10  # what the hub tells of how they came; no record twice
