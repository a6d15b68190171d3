"""One hub for the tests of this room: a receiver and a publisher, on a free port."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.running.hub.night import Night, Running, begun, hub


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return begun(tmp_path_factory.mktemp("night"))


@pytest.fixture(scope="module")
def receiver(night: Night) -> Iterator[Running]:
    """A receiver alone: nothing is public before a test publishes it."""
    with hub(night, "--key", night.home / "receiver.key", "--rate", "0.01", "--burst", "1000") as running:
        yield running


@pytest.fixture
def web(receiver: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=receiver.address, timeout=30) as client:
        yield client
