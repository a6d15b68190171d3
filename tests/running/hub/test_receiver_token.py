"""A receiver whose key is on a token that is pulled out: what came is kept, and promised once it is back."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from time import monotonic

import httpx
import pytest

from escrutinio.core.records.codes import Role
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.possession import enrolled
from escrutinio.core.records.types import Arrival, Enrolment, Promise
from escrutinio.core.verification.publication import open_verified
from escrutinio.intake.authoring.holders import open_key
from escrutinio.running.exchange.entries import RECORD_TYPE
from tests.running.hub.night import CLOCK, Night, begun, hub, published
from tests.tokens import LABEL, PIN, Card

pytestmark = [pytest.mark.token, pytest.mark.slow]

NAME = "receiver/2"
ONE = {"Content-Type": RECORD_TYPE}


def _enrol(night: Night, card: Card) -> None:
    card.make_key(NAME)
    holder = open_key(card.address(NAME), PIN).holder
    body = Enrolment((enrolled(holder, night.election, NAME, Role.RECEIVER),))
    raw = seal(
        body, key=night.keys["authority/root"], signer="authority/root", subject="election",
        election=night.election, issued_at=CLOCK,
    )  # fmt: skip
    assert not [each for each in night.workspace.add([raw], night.signer, CLOCK) if hasattr(each, "why")]


def test_a_token_that_is_gone_promises_nothing_and_loses_nothing(tmp_path: Path, card: Card) -> None:
    night = begun(tmp_path)
    _enrol(night, card)
    first, second, third = night.complaints(3)
    knows = {"ESCRUTINIO_PASSPHRASE": PIN, "SOFTHSM2_CONF": os.environ["SOFTHSM2_CONF"]}
    with (
        hub(night, "--key", card.address(NAME), knows=knows) as running,
        httpx.Client(base_url=running.address, timeout=60) as web,
    ):
        answer = web.post("/entries", content=first, headers=ONE)
        assert answer.status_code == 202
        assert isinstance(open_record(answer.content).body, Promise)
        card.pull_out()
        for raw in (second, third, second):  # it says so to each, and goes on answering
            answer = web.post("/entries", content=raw, headers=ONE)
            assert (answer.status_code, answer.json()["code"]) == (503, "hub-token-gone")
        health = web.get("/health")  # whoever runs it sees it where they look
        assert (health.status_code, health.json()["values"]) == (503, {"token": LABEL})
        assert web.get(f"/entries/{sha256(second).hexdigest()}").status_code == 503
        card.put_back()  # and nobody does more than that
        until = monotonic() + 30
        while web.get("/health").json()["code"] != "hub-no-publisher":  # its own trouble is over
            assert monotonic() < until
        for raw in (second, third):
            answer = web.post("/entries", content=raw, headers=ONE)
            assert answer.status_code == 202
            promise = open_record(answer.content)
            assert isinstance(promise.body, Promise)
            assert (promise.body.record, promise.signer) == (sha256(raw).digest(), NAME)
    published(night)
    log = open_verified(night.workspace.public)
    places = [log.find(raw) for raw in (first, second, third)]
    assert None not in places
    told = sum(len(each.body.arrivals) for each in log.state.records(Arrival))
    assert told == 3  # also what had come without a promise
