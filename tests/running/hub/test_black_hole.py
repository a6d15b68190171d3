"""Addresses that say nothing: packets that nobody takes, a connection that is taken and never answered."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from escrutinio.core.records.codes import Channel
from escrutinio.running.exchange import asking, hub_client
from escrutinio.running.exchange import delivery as delivering
from escrutinio.running.exchange.delivery import LONGEST_REST, Delivery
from escrutinio.running.exchange.hub_client import HubAwayError, HubClient
from tests.cli.running import escrutinio
from tests.running.hub.boxes import box, closing_all
from tests.running.hub.night import CLOCK, Night, Running

SHORT = 0.3
"""Seconds that a test waits for such an address."""


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with closing_all():
        yield


@contextmanager
def never_connecting() -> Iterator[str]:
    """An address whose packets nobody takes: its queue of connections is full."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


@contextmanager
def never_answering() -> Iterator[tuple[str, socket.socket]]:
    """An address that takes connections and never says anything, and what listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", listening


def connections(listening: socket.socket) -> int:
    """How many came since the last look."""
    count = 0
    while True:
        try:
            listening.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_a_connection_has_less_time_than_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asking.CONNECTING < hub_client.PATIENCE
    monkeypatch.setattr(asking, "CONNECTING", 0.2)
    with never_connecting() as address, pytest.raises(HubAwayError) as refused:
        HubClient(address).proof(b"x", None)
    assert refused.value.code == "hub-unreached"
    assert "no answer in time" in str(refused.value)
    monkeypatch.setattr(hub_client, "PATIENCE", 0.4)
    with never_answering() as (address, _), pytest.raises(HubAwayError) as refused:
        HubClient(address).proof(b"x", None)
    assert refused.value.code == "hub-slow"


def test_an_outbox_goes_on_and_leaves_alone_who_keeps_it_waiting(
    night: Night, receiver: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "LONG", SHORT / 2)
    monkeypatch.setattr(hub_client, "PATIENCE", SHORT)
    monkeypatch.setattr(asking, "CONNECTING", SHORT)
    first, second = night.complaints(2, first=5_000)
    with never_answering() as (silent, listening), never_connecting() as hole:
        outbox = box(night, tmp_path / "box", silent, hole, receiver.address)
        delivery = Delivery(outbox)
        for raw, asked in ((first, 1), (second, 0)):
            outbox.add([raw], {}, Channel.NETWORK, CLOCK)
            done = delivery.round(again=True)
            assert done.taken == 1
            assert done.rest < LONGEST_REST  # the one that answers is asked again soon
            assert connections(listening) == asked
        assert {each.hub for each in outbox.held()} == {receiver.address}
        delivery._not_before.clear()  # the minute is over
        delivery.round(again=True)
        assert connections(listening) == 1
        delivery.close()
        alone = Delivery(box(night, tmp_path / "alone", silent))
        alone._outbox.add([first], {}, Channel.NETWORK, CLOCK)
        assert alone.round().rest < LONGEST_REST  # where there is no other, it is asked as ever
        assert not alone._not_before
        alone.close()


def test_a_stick_goes_by_the_next_address_before_any_is_waited_for(
    night: Night, receiver: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_client, "PATIENCE", 0.3)
    (raw,) = night.complaints(1, first=5_100)
    outbox = box(night, tmp_path / "box", receiver.address)
    outbox.add([raw], {}, Channel.NETWORK, CLOCK)
    stick = tmp_path / "stick"
    stick.mkdir()
    assert escrutinio("usb", "save", tmp_path / "box", stick).returncode == 0
    (tmp_path / "trust.toml").write_bytes(outbox.settings.trust)
    with never_answering() as (silent, listening):
        to = ("--to", silent, "--to", receiver.address)
        done = escrutinio("usb", "send", stick, *to, "--trust", tmp_path / "trust.toml")
        assert connections(listening) == 1
    assert receiver.address in done.stdout, done.stderr
