"""A station's outbox over a real hub: cut off, killed, lied to; each record once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import DEVNULL
from threading import Thread
from time import monotonic

import msgspec
import pytest

from escrutinio.base.errors import InputError, LogError, RecordError
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Attachment
from escrutinio.core.records.receipt import receipt_code
from escrutinio.core.records.types import Promise, Visit
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.delivery import Delivery, check_promise
from escrutinio.running.exchange.entries import BatchItem
from escrutinio.running.exchange.hub_client import HubAwayError, HubClient, pause_before
from escrutinio.running.exchange.outbox import Outbox
from tests.cli.running import escrutinio
from tests.running.hub.boxes import NOWHERE, box, closing_all, one_round, settings
from tests.running.hub.night import CLOCK, WHO, Night, Running, published


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with closing_all():
        yield


def test_a_record_goes_by_the_second_address_and_is_proved(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    outbox = box(night, tmp_path / "box", NOWHERE, receiver.address)
    (raw,) = night.complaints(1, first=3_000)
    assert outbox.add([raw], {}, Channel.NETWORK, CLOCK) == 1
    assert outbox.add([raw], {}, Channel.NETWORK, CLOCK) == 0
    assert outbox.held()[0].code is None
    one_round(outbox)
    (held,) = outbox.held()
    assert (held.hub, held.public, held.code) == (receiver.address, None, receipt_code(held.digest))
    assert held.promise is not None
    assert held.by == check_promise(held.promise, raw, night.election, outbox.settings.receivers)
    assert outbox.last_try is not None
    assert outbox.last_try.why is not None
    assert outbox.last_try.why.code == "hub-unreached"
    published(night)
    one_round(outbox)
    (held,) = outbox.held()
    assert held.public is not None
    assert held.proof is not None
    one_round(outbox)
    assert outbox.held() == [held]


def test_a_sheet_is_signed_once(night: Night, tmp_path: Path) -> None:
    outbox = box(night, tmp_path / "box", NOWHERE)
    first, second = night.sheets(2)
    outbox.add([first], {}, Channel.NETWORK, CLOCK)
    with pytest.raises(InputError) as refused:
        outbox.add([second], {}, Channel.NETWORK, CLOCK)
    assert refused.value.code == "outbox-second"
    with pytest.raises(InputError):
        outbox.add(night.sheets(2, version=5), {}, Channel.NETWORK, CLOCK)
    assert outbox.add([second], {}, Channel.NETWORK, CLOCK, second=True) == 1


def test_records_of_another_election_do_not_come_in(night: Night, tmp_path: Path) -> None:
    outbox = box(night, tmp_path / "box", NOWHERE)
    other = seal(
        Promise(bytes(32), CLOCK), key=night.keys["receiver/1"], signer="receiver/1", subject="election",
        election=bytes(32), issued_at=CLOCK,
    )  # fmt: skip
    for raw, code in ((other, "outbox-other-election"), (b"\xd2nothing", "outbox-no-record")):
        with pytest.raises(InputError) as refused:
            outbox.add([*night.complaints(1), raw], {}, Channel.NETWORK, CLOCK)
        assert refused.value.code == code
    assert outbox.held() == []
    with pytest.raises(InputError) as refused:
        outbox.configure(settings(night, NOWHERE, election=bytes(32)))
    assert refused.value.code == "outbox-election"


def test_two_at_once_are_one(night: Night, tmp_path: Path) -> None:
    outbox = box(night, tmp_path / "box", NOWHERE)
    delivery = Delivery(outbox)
    with pytest.raises(LogError) as refused:
        Delivery(box(night, tmp_path / "box", NOWHERE))
    assert refused.value.code == "outbox-busy"
    delivery.close()
    Delivery(outbox).close()


def test_a_damaged_outbox_says_so(night: Night, tmp_path: Path) -> None:
    outbox = box(night, tmp_path / "box", NOWHERE)
    (raw,) = night.complaints(1)
    outbox.add([raw], {}, Channel.NETWORK, CLOCK)
    outbox._db.execute("UPDATE record SET raw = ?", (raw[:-1] + bytes([raw[-1] ^ 1]),))
    with pytest.raises(LogError) as refused:
        outbox.held()
    assert refused.value.code == "outbox-damaged"


def test_no_outbox_is_made_by_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Outbox(tmp_path / "none")
    assert not (tmp_path / "none").exists()


# --- what is believed ---


def promised(night: Night, raw: bytes, **other: object) -> bytes:
    body = Promise(sha256(raw).digest(), CLOCK + 600)
    said = {
        "key": night.keys["receiver/1"], "signer": "receiver/1", "subject": "election",
        "election": night.election, "issued_at": CLOCK, "body": body, **other,
    }  # fmt: skip
    return seal(said.pop("body"), **said)  # type: ignore[arg-type]


def test_a_promise_is_of_this_record_by_a_known_receiver(night: Night) -> None:
    raw, other = night.complaints(2)
    known = settings(night).receivers
    assert check_promise(promised(night, raw), raw, night.election, known) == CLOCK + 600
    good = promised(night, raw)
    for promise in (
        good[:-1] + bytes([good[-1] ^ 1]),
        promised(night, other),
        promised(night, raw, election=bytes(32)),
        promised(night, raw, signer="receiver/2"),
        promised(night, raw, key=SigningKey.generate()),
        other,
        b"",
    ):
        with pytest.raises(RecordError):
            check_promise(promise, raw, night.election, known)


@contextmanager
def answering(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server of this machine, and its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def liar(promise: bytes, proof: bytes) -> Iterator[str]:
    """A hub that answers with this promise, whatever it gets, and with this proof."""

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
            self.answer(200, proof)

        def log_message(self, *_: object) -> None:
            pass

    with answering(Handler) as address:
        yield address


def test_who_answers_wrongly_is_told_and_not_believed(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    raw, other = night.complaints(2, first=3_100)
    hub = HubClient(receiver.address)
    hub.send([other], {})
    published(night)
    proof = hub.proof(other, night.workspace.policy(night.signer))
    assert proof is not None
    with liar(promised(night, other), proof) as address:
        outbox = box(night, tmp_path / "box", address)
        outbox.add([raw], {}, Channel.NETWORK, CLOCK)
        one_round(outbox)
        (held,) = outbox.held()
        assert (held.sent, held.promise, held.public, held.code) == (None, None, None, None)
        assert outbox.last_try is not None
        assert outbox.last_try.why is not None
        assert outbox.last_try.why.code == "outbox-promise"
        outbox.configure(settings(night, address, receiver.address))
        one_round(outbox)  # the other hub has it all the same
        (held,) = outbox.held()
        assert (held.hub, held.public) == (receiver.address, None)
    with liar(b"", proof) as address:
        outbox = box(night, tmp_path / "two", address)
        outbox.add([raw], {}, Channel.NETWORK, CLOCK)
        one_round(outbox)
        assert outbox.held()[0].proof is None
        assert outbox.last_try is not None
        assert outbox.last_try.why is not None
        assert outbox.last_try.why.code == "outbox-proof"


def test_a_receiver_that_nobody_told_of_is_not_believed_and_its_proof_is(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    outbox = box(night, tmp_path / "box", receiver.address)
    outbox.configure(msgspec.structs.replace(outbox.settings, receivers=()))
    outbox.add(night.complaints(1, first=3_600), {}, Channel.NETWORK, CLOCK)
    one_round(outbox)
    assert outbox.held()[0].sent is None
    published(night)
    one_round(outbox)
    (held,) = outbox.held()
    assert held.public is not None
    assert held.promise is None


def test_a_promise_whose_time_is_over_is_sent_to_every_address(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    outbox = box(night, tmp_path / "box", NOWHERE, receiver.address)
    (raw,) = night.complaints(1, first=3_200)
    outbox.add([raw], {}, Channel.NETWORK, CLOCK)
    outbox.received(sha256(raw).digest(), NOWHERE, b"", 5, 1)
    assert outbox.held()[0].overdue(6)
    one_round(outbox)
    published(night)
    one_round(outbox)
    assert outbox.held()[0].public is not None


def test_a_key_that_is_enrolled_later_waits_and_what_is_forged_ends_it(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    where = tmp_path / "box"
    outbox = box(night, where, receiver.address)
    enrolment = night.enrolment("observer/later")
    (raw,) = night.complaints(1, first=3_300, by="observer/later")
    outbox.add([raw], {}, Channel.QR, CLOCK)
    one_round(outbox)
    (held,) = outbox.held()
    assert held.refused is not None
    assert (held.refused.code, held.tries, held.sent) == ("key-not-enrolled", 1, None)
    HubClient(receiver.address).send([enrolment], {})
    one_round(outbox)
    (held,) = outbox.held()
    assert (held.refused, held.sent is None) == (None, False)
    published(night)
    forged = raw[:-1] + bytes([raw[-1] ^ 1])
    outbox.add([forged], {}, Channel.NETWORK, CLOCK)
    done = escrutinio("outbox", "send", where)
    assert done.returncode == 1
    assert "signature" in done.stdout
    assert [each.public is not None for each in outbox.held()] == [True, False]


@pytest.mark.parametrize(
    ("status", "header", "least", "most"),
    [
        (429, "7", 7, 7),
        (503, "", 0, 0),
        (503, "soon", 0, 0),
        (503, "Fri, 31 Dec 2100 23:59:59 GMT", 3_600, 10**10),
        (502, "Mon, 01 Jan 2001 00:00:00 GMT", 0, 0),
    ],
)
def test_retry_after_is_read(status: int, header: str, least: float, most: float) -> None:
    class Busy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Retry-After", header)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with answering(Busy) as address, pytest.raises(HubAwayError) as refused:
        HubClient(address).proof(b"x", None)
    assert least <= refused.value.after <= most


def test_who_asks_to_be_left_alone_is_and_delays_nobody_else(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    asked = list[str]()

    class Busy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(503)
            self.send_header("Retry-After", "500")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    first, second = night.complaints(2, first=3_400)
    with answering(Busy) as address:
        outbox = box(night, tmp_path / "box", address, receiver.address)
        delivery = Delivery(outbox)
        for raw in (first, second):
            outbox.add([raw], {}, Channel.NETWORK, CLOCK)
            done = delivery.round(again=True)
            assert (done.taken, done.rest < 60) == (1, True)
        delivery.close()
        assert len(asked) == 1
        alone = Delivery(box(night, tmp_path / "two", address))
        alone._outbox.add([first], {}, Channel.NETWORK, CLOCK)
        assert 490 < alone.round().rest <= 500
        alone.close()


def test_a_file_that_is_gone_holds_back_its_own_record_alone(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    content = b"a picture"
    visit = seal(
        Visit(CLOCK, None, (Attachment(digest_of(content), len(content), "text/plain"),)),
        key=night.keys["observer/faro"], signer="observer/faro", subject="C1.01", election=night.election,
        issued_at=CLOCK,
    )  # fmt: skip
    (raw,) = night.complaints(1, first=3_500)
    outbox = box(night, tmp_path / "box", receiver.address)
    outbox.add([visit, raw], {digest_of(content): content}, Channel.NETWORK, CLOCK)
    assert [each.raw for each in outbox.whole(outbox.held())[0]] == [visit, raw]
    (tmp_path / "box" / "attachments" / digest_of(content).hex()).unlink()
    one_round(outbox)
    assert [each.sent is not None for each in outbox.held()] == [False, True]


def test_pauses_grow_by_chance_and_keep_what_a_hub_asks() -> None:
    random.seed(7)
    assert all(0 <= pause_before(tries) <= min(0.5 * 2 ** (tries - 1), 30) for tries in range(1, 200))
    assert len({pause_before(9) for _ in range(20)}) == 20
    assert min(pause_before(1, after=7) for _ in range(20)) >= 7
    assert pause_before(1, after=10**9) == 3600


# --- killed ---


def test_killed_at_any_moment_it_loses_nothing_and_repeats_nothing(
    night: Night, receiver: Running, tmp_path: Path
) -> None:
    """SIGKILL while it sends, again and again: in the end each record is in the log, once, as sealed."""
    outbox = box(night, tmp_path / "box", receiver.address)
    records = night.complaints(150, first=4_000)
    outbox.add(records, {}, Channel.SATELLITE, CLOCK)
    send = [sys.executable, "-m", "escrutinio", "outbox", "send", str(tmp_path / "box")]
    for known in (0, 30, 60):
        with subprocess.Popen(send, env=WHO, stdout=DEVNULL, stderr=DEVNULL) as process:
            until = monotonic() + 30
            while monotonic() < until and sum(each.sent is not None for each in outbox.held()) <= known:
                os.sched_yield()
            process.kill()
    assert sum(each.sent is None for each in outbox.held()) > 0  # it was killed in the midst of it
    one_round(outbox)
    published(night)
    one_round(outbox)
    assert [each.raw for each in outbox.held()] == records
    assert all(each.public is not None for each in outbox.held())
    log = open_verified(str(night.directory / "public"))
    entries = list(log.pinned.all_entries())
    assert [entries.count(raw) for raw in records] == [1] * len(records)
    assert escrutinio("outbox", "send", tmp_path / "box").returncode == 0
