"""What a receiver answers over real sockets: to records, to batches, and to what is neither."""

from __future__ import annotations

import asyncio
import resource
import socket
from contextlib import ExitStack, suppress
from hashlib import sha256
from time import monotonic
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from starlette.requests import Request

from escrutinio.base.local_http import MOST_AHEAD
from escrutinio.core.records.attachments import digest_of
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Attachment
from escrutinio.core.records.types import Arrival, Promise, Visit
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.entries import BATCH_TYPE, MAX_BATCH_RECORDS, RECORD_TYPE, BatchItem
from escrutinio.running.exchange.hub_client import HubClient, check_proof
from escrutinio.running.exchange.problem import PROBLEM_TYPE, ProblemDetails
from escrutinio.running.hub import bodies
from tests.loops import in_a_loop
from tests.running.hub.night import CLOCK, Night, Running, published

ONE, MANY = {"Content-Type": RECORD_TYPE}, {"Content-Type": BATCH_TYPE}


def post(web: httpx.Client, raw: bytes, **headers: str) -> httpx.Response:
    return web.post("/entries", content=raw, headers=ONE | headers)


def test_a_record_is_promised_and_then_proved(night: Night, web: httpx.Client) -> None:
    (raw,) = night.complaints(1)
    answer = post(web, raw)
    assert (answer.status_code, answer.headers["content-type"]) == (202, RECORD_TYPE)
    promise = open_record(answer.content)
    assert isinstance(promise.body, Promise)
    assert (promise.body.record, promise.signer) == (sha256(raw).digest(), "receiver/1")
    assert promise.body.by - promise.issued_at == 600
    again = post(web, raw)
    assert (again.status_code, again.content) == (202, answer.content)
    asked = web.get(answer.headers["location"])
    assert (asked.status_code, asked.content) == (202, answer.content)
    published(night)
    proof = web.get(answer.headers["location"])
    assert proof.status_code == 200
    check_proof(proof.content, raw, night.workspace.policy(night.signer))
    assert post(web, raw).content == proof.content


def test_in_a_batch_each_record_has_its_own_answer(night: Night, web: httpx.Client) -> None:
    good = night.complaints(2, first=100)
    forged = good[0][:-1] + bytes([good[0][-1] ^ 1])
    stranger = seal(
        Promise(bytes(32), CLOCK), key=SigningKey.generate(), signer="receiver/9", subject="election",
        election=night.election, issued_at=CLOCK,
    )  # fmt: skip
    other = seal(
        Promise(bytes(32), CLOCK), key=night.keys["receiver/1"], signer="receiver/1", subject="election",
        election=bytes(31) + b"\1", issued_at=CLOCK,
    )  # fmt: skip
    records = [good[0], forged, stranger, other, good[1], good[0]]
    answer = web.post("/entries", content=b"".join(records), headers=MANY)
    assert answer.status_code == 202
    items = msgspec.json.decode(answer.content, type=list[BatchItem])
    assert [item.status for item in items] == [202, 403, 409, 422, 202, 202]
    assert [item.problem.code for item in items if item.problem] == [
        "signature-bad", "key-not-enrolled", "entry-election",
    ]  # fmt: skip
    assert items[0].promise == items[5].promise
    assert items[0].promise is not None
    assert [item.digest for item in items] == [sha256(raw).hexdigest() for raw in records]


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("POST", "/entries", ONE, b"no record", 400, "frame-start"),
        ("POST", "/entries", ONE, b"", 413, "entry-size"),
        ("POST", "/entries", ONE, bytes(65_536), 413, "hub-body-long"),
        ("POST", "/entries", MANY, bytes(4 * 1024 * 1024 + 1), 413, "hub-body-long"),
        ("POST", "/entries", MANY, b"\xd2\x84\x43", 400, "at-byte"),
        ("POST", "/entries", MANY, b"", 413, "hub-batch"),
        ("POST", "/entries", {}, b"x", 415, "hub-type"),
        ("POST", "/entries", {"Content-Type": "text/plain"}, b"x", 415, "hub-type"),
        ("PUT", "/entries", ONE, b"x", 405, "hub-no-method"),
        ("GET", "/entries/" + "0" * 64, {}, b"", 404, "hub-no-entry"),
        ("GET", "/entries/" + "A" * 64, {}, b"", 404, "hub-no-entry"),
        ("PUT", "/attachments/" + "0" * 64, {}, b"x", 404, "hub-attachment-unnamed"),
        ("GET", "/../private/log.key", {}, b"", 404, "hub-no-address"),
        ("POST", "/entries/", ONE, b"x", 404, "hub-no-address"),  # sends nobody on to an address they chose
        ("GET", "/health/", {"Host": "elsewhere.example"}, b"", 404, "hub-no-address"),
    ],
)
def test_what_is_no_record_gets_a_sentence(
    web: httpx.Client, method: str, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = web.request(method, path, headers=headers, content=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert answer.headers["content-type"] == PROBLEM_TYPE
    assert web.get(problem["type"]).status_code == 200


def test_a_receiver_without_a_publisher_is_not_well_and_counts_what_is_not_public(
    night: Night, web: httpx.Client
) -> None:
    """As two services on one machine: nothing else would say that nothing becomes public any more."""
    (raw,) = night.complaints(1, first=250)
    assert web.post("/entries", content=raw, headers=ONE).status_code == 202
    health = web.get("/health")
    assert (health.status_code, health.json()["code"]) == (503, "hub-no-publisher")
    with night.workspace.alone():  # a publisher has this as long as it runs
        assert web.get("/health").text == "ok\n"

    def behind() -> float:
        (line,) = (
            each for each in web.get("/metrics").text.splitlines()
            if each.startswith("escrutinio_unpublished_entries")
        )  # fmt: skip
        return float(line.split()[1])

    assert behind() > 0
    published(night)
    assert behind() <= 1  # the receiver may have told the log since then how it came


def test_more_records_than_a_batch_may_have_are_none(night: Night, web: httpx.Client) -> None:
    (raw,) = night.complaints(1, first=200)
    answer = web.post("/entries", content=raw * (MAX_BATCH_RECORDS + 1), headers=MANY)
    assert (answer.status_code, answer.json()["code"]) == (413, "hub-batch")
    assert web.get(f"/entries/{sha256(raw).hexdigest()}").status_code == 404


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"POST /entries HTTP/1.1\r\nContent-Type: {RECORD_TYPE}", b"413"),
        ("POST /entries HTTP/1.1\r\nContent-Type: text/plain", b"415"),
        (f"PUT /attachments/{'0' * 64} HTTP/1.1", b"404"),
    ],
)
def test_who_is_refused_can_send_all_of_it_and_reads_why(receiver: Running, head: str, status: bytes) -> None:
    """As a web server before the hub does, which called a connection that is reset a fault of the hub's."""
    where, many = urlsplit(receiver.address), 16 * 1024 * 1024
    with socket.create_connection((where.hostname or "", where.port or 0), 30) as connection:
        connection.sendall(f"{head}\r\nHost: hub\r\nContent-Length: {many}\r\n\r\n".encode() + bytes(many))
        assert connection.recv(4096).split()[1] == status


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"POST /entries HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /entries HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /entries HTTP/1.1\r\nHost: hub\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"FROB /entries HTTP/1.1\r\nHost: hub\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request_get_a_sentence_too(receiver: Running, sent: bytes) -> None:
    where = urlsplit(receiver.address)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=30) as connection:
        connection.sendall(sent)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert PROBLEM_TYPE.encode() in head
    assert msgspec.json.decode(body, type=ProblemDetails).code == "hub-no-http"


def test_who_asks_on_and_on_and_reads_nothing_is_ended(receiver: Running) -> None:
    where = urlsplit(receiver.address)
    asked = b"GET /problems/hub-type HTTP/1.1\r\nHost: hub\r\n\r\n"
    for many, ended in ((MOST_AHEAD, False), (2_000, True)):
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=30) as connection:
            connection.sendall(asked * many)
            answer = b""
            with suppress(ConnectionResetError):
                while answer.count(b"HTTP/1.1 ") < many and (piece := connection.recv(65_536)):
                    answer += piece
            assert (answer.count(b"HTTP/1.1 200") < many) is ended


def test_half_a_body_is_none(night: Night, receiver: Running, web: httpx.Client) -> None:
    (raw,) = night.complaints(1, first=300)
    where = urlsplit(receiver.address)
    with socket.create_connection((where.hostname or "", where.port or 0)) as connection:
        connection.sendall(
            f"POST /entries HTTP/1.1\r\nHost: hub\r\nContent-Type: {RECORD_TYPE}\r\n"
            f"Content-Length: {len(raw)}\r\n\r\n".encode()
            + raw[:-1]
        )
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)  # until the other side has seen the end
    assert web.get(f"/entries/{sha256(raw).hexdigest()}").status_code == 404


def crowd(stack: ExitStack, receiver: Running, many: int, said: bytes = b"") -> None:
    """So many connections that stay open with the block, each having said this much."""
    where = urlsplit(receiver.address)
    for _ in range(many):
        one = stack.enter_context(socket.create_connection((where.hostname or "", where.port or 0)))
        one.sendall(said)


def files_for(many: int) -> None:
    """Let this process open so many sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < many + 200:
        pytest.skip("this system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, many + 200), hard))


def test_thousands_who_say_nothing_keep_nobody_out(receiver: Running) -> None:
    files_for(2_100)
    with ExitStack() as stack:
        crowd(stack, receiver, 2_100)
        assert httpx.get(f"{receiver.address}/metrics", timeout=30).status_code == 200


@pytest.mark.slow
def test_ten_thousand_silent_ones_and_a_thousand_half_bodies_keep_nobody_out(
    night: Night, receiver: Running
) -> None:
    files_for(11_000)
    half = (
        f"POST /entries HTTP/1.1\r\nHost: hub\r\nContent-Type: {RECORD_TYPE}\r\nContent-Length: 900\r\n\r\n"
    )
    (raw,) = night.complaints(1, first=700)
    with ExitStack() as stack:
        crowd(stack, receiver, 1_000, half.encode() + raw[:100])
        crowd(stack, receiver, 5_000)
        crowd(stack, receiver, 5_000, b"POST /ent")
        with httpx.Client(base_url=receiver.address, timeout=30) as web:
            assert post(web, raw).status_code == 202
    assert receiver.process.poll() is None


def test_whoever_sends_too_slowly_or_too_much_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(bodies, "MOST_HELD", 100_000)

    def coming(*pieces: int) -> Request:
        """A request of which pieces of so many bytes come, and then nothing more."""
        left = iter(pieces)

        async def receive() -> dict[str, object]:
            for size in left:
                return {"type": "http.request", "body": bytes(size), "more_body": True}
            await asyncio.Event().wait()
            raise AssertionError

        return Request({"type": "http", "method": "POST", "path": "/entries", "headers": []}, receive)

    async def ask() -> list[int]:
        reader = bodies.Bodies()

        async def refused(request: Request) -> int:
            with pytest.raises(bodies.BadRequestError) as why:
                await reader.read(request, 200_000)
            return why.value.status

        together = [coming(60_000), coming(30_000, 40_000), coming(30_000)]
        answered = await asyncio.gather(*(refused(each) for each in together))
        return [*answered, await refused(coming(100_000))]  # what was given up is held no more

    assert in_a_loop(ask()) == [408, 503, 408, 408]


def held(web: httpx.Client) -> float:
    """How many records wait for a key, as the hub says."""
    said = web.get("/metrics").text
    return float(next(line for line in said.splitlines() if line.startswith("escrutinio_held")).split()[1])


def test_an_unknown_key_waits_for_its_enrolment(night: Night, web: httpx.Client) -> None:
    enrolment, before = night.enrolment("observer/nueva"), held(web)
    (raw,) = night.complaints(1, first=400, by="observer/nueva")
    answer = post(web, raw)
    assert (answer.status_code, answer.json()["code"]) == (409, "key-not-enrolled")
    assert int(answer.headers["retry-after"]) > 0
    assert held(web) == before + 1
    assert web.get(f"/entries/{sha256(raw).hexdigest()}").status_code == 404
    assert post(web, enrolment).status_code == 202
    assert post(web, raw).status_code == 202  # it was taken by itself, or is now
    assert held(web) == before


def test_a_file_that_a_record_names_comes_first(night: Night, web: httpx.Client) -> None:
    content = b"what was seen there (fictional)"
    digest = digest_of(content)
    raw = seal(
        Visit(CLOCK, None, (Attachment(digest, len(content), "text/plain"),)),
        key=night.keys["observer/faro"], signer="observer/faro", subject="C1.01",
        election=night.election, issued_at=CLOCK,
    )  # fmt: skip
    unasked = web.put(f"/attachments/{digest.hex()}", content=content)
    assert unasked.json()["code"] == "hub-attachment-unnamed"
    assert post(web, raw).json()["code"] == "hub-attachment-missing"
    for wrong, status in ((content[:-1] + b"!", 422), (content + b"!", 413)):
        assert web.put(f"/attachments/{digest.hex()}", content=wrong).status_code == status
    assert post(web, raw).status_code == 409
    (sent,) = HubClient(str(web.base_url)).send([raw], {digest: content})
    assert sent.why is None
    assert sent.promise
    assert night.workspace.attachment(digest) == content


def test_a_key_has_a_budget_that_only_it_can_spend(night: Night, web: httpx.Client) -> None:
    records = night.complaints(1_001, first=1_000, by="party/concha")
    forged = [raw[:-1] + bytes([raw[-1] ^ 1]) for raw in records[:1_000]]
    answer = web.post("/entries", content=b"".join(forged), headers=MANY)
    assert {item["status"] for item in answer.json()} == {403}
    answer = web.post("/entries", content=b"".join(records[:1_000]), headers=MANY)
    assert {item["status"] for item in answer.json()} == {202}
    last = post(web, records[1_000])
    assert (last.status_code, last.json()["code"]) == (429, "hub-key-busy")
    assert int(last.headers["retry-after"]) > 0
    assert post(web, records[0]).status_code == 202  # what was taken has its answer all the same


def test_the_log_is_told_how_records_came(night: Night, web: httpx.Client) -> None:
    (raw,) = night.complaints(1, first=500)
    kept = post(web, raw)
    assert kept.status_code == 202
    until, index, told = monotonic() + 20, None, list[tuple[int, int]]()
    while index is None or not any(first <= index < first + count for first, count in told):
        assert monotonic() < until
        published(night)
        log = open_verified(night.workspace.public)
        index = log.find(raw)
        told = [(each.body.first, len(each.body.arrivals)) for each in log.state.records(Arrival)]
