"""A cable that is pulled between senders and a hub, in the midst of requests and of answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.hub_client import HubClient
from tests.running.hub.cable import cable
from tests.running.hub.night import begun, hub

pytestmark = pytest.mark.slow


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
