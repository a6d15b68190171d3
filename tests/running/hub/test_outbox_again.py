"""When one hub is not enough: one that lost a record, that promises nothing, or whose time is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import msgspec
import pytest

from escrutinio.core.records.codes import Channel
from escrutinio.core.records.keys import SigningKey
from escrutinio.running.exchange.delivery import Delivery
from escrutinio.running.exchange.entries import BatchItem
from escrutinio.running.exchange.hub_client import HubClient
from tests.running.hub.boxes import box, closing_all
from tests.running.hub.night import CLOCK, Night, Running, published
from tests.running.hub.test_outbox import answering, promised


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with closing_all():
        yield


@contextmanager
def taker(promise: bytes, asked: int, again: bytes = b"") -> Iterator[str]:
    """A hub that takes whatever it gets with this promise, and answers who asks for it with this status and
    that promise."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            item = BatchItem(sha256(body).hexdigest(), 202, 1, promise or None)
            self.answer(202, msgspec.json.encode([item]))

        def do_GET(self) -> None:
            waiting = self.path.endswith("/waiting")
            self.answer(404 if waiting else asked, b"" if waiting or asked == 404 else again)

        def log_message(self, *_: object) -> None:
            pass

    with answering(Handler) as address:
        yield address


def has(receiver: Running, night: Night, raw: bytes) -> bool:
    """Whether a hub has a record."""
    return HubClient(receiver.address).ask(raw, night.workspace.policy(night.signer)).known


def test_what_a_hub_lost_is_sent_again_before_its_promise_is_due(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    """Results may wait for hours: a hub that was made again from a copy has them no more."""
    (raw,) = night.complaints(1, first=7_000)
    promise = promised(night, raw)
    with taker(promise, 404) as address:
        outbox = box(night, tmp_path / "box", address, receiver.address)
        outbox.add([raw], {}, Channel.NETWORK, CLOCK)
        with closing(Delivery(outbox)) as delivery:
            first = delivery.round(again=True)
            assert first.why is not None
            assert first.why.code == "outbox-gone"
            assert outbox.held()[0].promise == promise
            assert not has(receiver, night, raw)
            delivery.round(again=True)
            assert has(receiver, night, raw)
            published(night)
            delivery.round(again=True)
    (held,) = outbox.held()
    assert held.public is not None
    kept = outbox.promises(held.digest)
    assert (kept[0], len(kept)) == (promise, 2)  # evidence of the one, and of the other


def test_a_hub_that_promises_nothing_is_not_alone_for_long(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    (raw,) = night.complaints(1, first=7_100)
    with taker(b"", 202) as address:
        outbox = box(night, tmp_path / "box", address, receiver.address)
        outbox.add([raw], {}, Channel.NETWORK, CLOCK)
        with closing(Delivery(outbox)) as delivery:
            delivery.round(again=True)
            assert outbox.held()[0].sent is not None
            delivery.round(again=True)
            assert not has(receiver, night, raw)
        outbox._db.execute("UPDATE record SET sent = sent - 301")
        with closing(Delivery(outbox)) as delivery:
            delivery.round(again=True)
            assert has(receiver, night, raw)
            assert outbox.promises(sha256(raw).digest()) != []


def test_a_promise_whose_time_is_over_goes_to_the_others_though_its_hub_says_yes(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    (raw,) = night.complaints(1, first=7_200)
    with taker(promised(night, raw), 202) as address:
        outbox = box(night, tmp_path / "box", address, receiver.address)
        outbox.add([raw], {}, Channel.NETWORK, CLOCK)
        with closing(Delivery(outbox)) as delivery:
            delivery.round(again=True)
            assert not has(receiver, night, raw)
            outbox._db.execute("UPDATE record SET by = 5")
            delivery.round(again=True)
    assert has(receiver, night, raw)


def test_a_promise_that_is_repeated_is_kept_where_it_holds_and_is_another(
    night: Night, tmp_path: Path
) -> None:
    (raw,) = night.complaints(1, first=7_300)
    first = promised(night, raw)
    second = promised(night, raw, issued_at=CLOCK + 1)
    forged = promised(night, raw, key=SigningKey.generate())
    for number, (again, kept) in enumerate(((first, [first]), (second, [first, second]), (forged, [first]))):
        with taker(first, 202, again) as address:
            outbox = box(night, tmp_path / f"{number}", address)
            outbox.add([raw], {}, Channel.NETWORK, CLOCK)
            with closing(Delivery(outbox)) as delivery:
                delivery.round(again=True)
            assert outbox.promises(sha256(raw).digest()) == kept
