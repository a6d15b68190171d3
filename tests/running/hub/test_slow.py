"""Hundreds who send too slowly, before a real hub and before nginx: others are served, they are ended."""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from hashlib import sha256
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import httpx
import pytest

from escrutinio.running.exchange.entries import BATCH_TYPE, RECORD_TYPE
from tests.running.hub.night import Night, Running, begun, hub
from tests.running.hub.slow import SlowSenders, half_of
from tests.running.hub.web_server import client_of, nginx

pytestmark = pytest.mark.slow

ONE = {"Content-Type": RECORD_TYPE}
OWN = 20_000
"""Records of slow senders, from this number on."""
BOUND = 150.0
"""Seconds in which all are surely ended, also on a busy machine; their bounds are 10 and 20 s."""
MEBIBYTE = 1024 * 1024


def most_memory(running: Running) -> int:
    """Bytes that the hub's process held at most until now."""
    said = Path(f"/proc/{running.process.pid}/status").read_text(encoding="ascii")
    return 1024 * int(next(line for line in said.splitlines() if line.startswith("VmHWM")).split()[1])


def served_meanwhile(night: Night, senders: SlowSenders, web: httpx.Client, kinds: set[str]) -> int:
    """Move the slow ones until all of these kinds are ended; one record after another is taken meanwhile.
    How many were."""
    until, records = monotonic() + BOUND, iter(night.complaints(2_000))
    taken = 0
    while any(each.kind in kinds for each in senders.left):
        assert monotonic() < until, Counter(each.kind for each in senders.left)
        senders.move()
        answer = web.post("/entries", content=next(records), headers=ONE)
        assert answer.status_code == 202, answer.text
        taken += 1
    return taken


def ended(senders: SlowSenders, kind: str) -> list[float]:
    """After how many seconds those of a kind were ended, ascending."""
    return sorted(each.ended for each in senders.all if each.kind == kind and each.ended is not None)


def nothing_half(night: Night, web: httpx.Client, many: int) -> None:
    """None of the records of which half came is known."""
    for raw in night.complaints(many, first=OWN)[::25]:
        assert web.get(f"/entries/{sha256(raw).hexdigest()}").status_code == 404


def test_slow_senders_are_ended_and_keep_nobody_out(tmp_path: Path) -> None:
    night = begun(tmp_path)
    halves = night.complaints(150, first=OWN)
    large = (
        f"POST /entries HTTP/1.1\r\nHost: hub\r\nContent-Type: {BATCH_TYPE}\r\nContent-Length: {4 * MEBIBYTE}"
    )
    with hub(night, "--key", tmp_path / "receiver.key") as running:
        where = urlsplit(running.address)

        def connect() -> socket.socket:
            return socket.create_connection((where.hostname or "", where.port or 0), 30)

        with (
            httpx.Client(base_url=running.address, timeout=30) as web,
            SlowSenders(connect) as senders,
        ):
            assert web.get("/metrics").status_code == 200
            before = most_memory(running)
            senders.add(150, "head that stops", lambda _: b"POST /ent")
            senders.add(150, "head by bytes", lambda _: b"POST /", b"a")
            senders.add(150, "body that stops", lambda number: half_of(halves[number]))
            senders.add(150, "body by bytes", lambda _: f"{large}\r\n\r\n".encode(), b"\0")
            kinds = {each.kind for each in senders.all}
            taken = served_meanwhile(night, senders, web, kinds)
            for kind in ("body that stops", "body by bytes"):
                assert {line[9:12] for line in senders.answers(kind)} <= {b"408", b""}
                assert b"HTTP/1.1 408 Request Timeout" in senders.answers(kind)
            for kind in ("head that stops", "head by bytes"):
                assert set(senders.answers(kind)) == {b""}
            assert ended(senders, "head by bytes")[-1] < ended(senders, "body by bytes")[0]
            assert taken > 40  # at every beat, at least
            nothing_half(night, web, 150)
            assert most_memory(running) - before < 64 * MEBIBYTE


def test_nginx_ends_slow_senders_and_the_hub_never_hears_of_them(tmp_path: Path) -> None:
    night = begun(tmp_path)
    halves = night.complaints(150, first=OWN)
    home = tmp_path / "nginx"
    home.mkdir()
    with (
        hub(night, "--key", tmp_path / "receiver.key") as running,
        nginx(home, running.address, night.workspace.public, connections=4096) as port,
    ):
        trusted = ssl.create_default_context(cafile=str(home / "hub.pem"))

        def connect() -> socket.socket:
            plain = socket.create_connection(("127.0.0.1", port), 30)
            return trusted.wrap_socket(plain, server_hostname="hub.example")

        with client_of(home, "hub", port) as web, SlowSenders(connect) as senders:
            senders.add(150, "head that stops", lambda _: b"POST /ent")
            senders.add(150, "head by bytes", lambda _: b"POST /", b"a")
            senders.add(150, "body that stops", lambda number: half_of(halves[number]))
            senders.add(50, "body by bytes", lambda number: half_of(halves[number] * 9), b"\0")
            taken = served_meanwhile(
                night, senders, web, {"head that stops", "head by bytes", "body that stops"}
            )
            assert taken > 40
            assert {line[9:12] for line in senders.answers("body that stops")} <= {b"408", b""}
            assert ended(senders, "head by bytes")[-1] < ended(senders, "body that stops")[0]
            nothing_half(night, web, 150)
            with httpx.Client(base_url=running.address, timeout=30) as behind:
                said = behind.get("/metrics").text
            answered = [
                line for line in said.splitlines() if line.startswith("escrutinio_answer_seconds_count")
            ]
            assert [line.partition("{")[2].partition("}")[0] for line in answered] == ['status="202"']
