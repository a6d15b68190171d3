"""The server on this machine alone."""

import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from escrutinio.base.errors import InputError
from escrutinio.base.local_http import HOST, Headers, serve_locally
from tests.loops import in_a_loop
from tests.paths import ROOT


def test_every_answer_gets_the_headers_of_its_path_and_status() -> None:
    headers = Middleware(Headers, headers_of=lambda path, status: {"x-seen": f"{path} {status}"})
    app = Starlette(routes=[Route("/a", lambda _request: Response("a"))], middleware=[headers])

    async def seen(path: str) -> str:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x.example") as client:
            return str((await client.get(path)).headers["x-seen"])

    for path, status in (("/a", 200), ("/b", 404)):
        assert in_a_loop(seen(path)) == f"{path} {status}"


def test_a_taken_port_is_refused_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"Port {port} on 127\.0\.0\.1 cannot be used: .*--port 0"):
            serve_locally(Starlette(), port, lambda _: None)
    with pytest.raises(InputError, match="cannot be used"):
        serve_locally(Starlette(), 0, lambda _: None, "caf\udce9")


def test_it_says_where_it_listens_before_it_serves() -> None:
    class HeardError(Exception):
        pass

    def hear(address: str) -> None:
        raise HeardError(address)

    with pytest.raises(HeardError, match=r"^http://127\.0\.0\.1:[1-9]\d*/$"):
        serve_locally(Starlette(), 0, hear)


def test_it_says_an_address_for_each_name_and_none_that_nobody_can_ask_for() -> None:
    class HeardError(Exception):
        pass

    heard: list[str] = []

    def hear(address: str) -> None:
        heard.append(address.rpartition(":")[0])
        if len(heard) == 2:
            raise HeardError

    with pytest.raises(HeardError):
        serve_locally(Starlette(), 0, hear, "0.0.0.0", names=("desk.lan", "192.0.2.7"))
    assert heard == ["http://desk.lan", "http://192.0.2.7"]


def test_nothing_of_a_server_is_imported_until_one_is_wanted() -> None:
    look = "import escrutinio.base.local_http, sys; print({'starlette', 'uvicorn'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT / "src"
    )
    assert done.stdout == "set()\n"


LONG = 64 * 1024 * 1024
SHORT = f"""
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from escrutinio.base import local_http

local_http.HEAD, local_http.NEXT = 0.5, 1
long = bytes({LONG})
routes = [Route("/", lambda _: Response("a")), Route("/long", lambda _: Response(long))]
local_http.serve_locally(Starlette(routes=routes), 0, lambda said: print(said, flush=True))
"""
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[tuple[str, int], Path]]:
    """A server whose bounds of time are short: where it listens, and the directory of its open files."""
    with subprocess.Popen([sys.executable, "-c", SHORT], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        where = urlsplit(process.stdout.readline().strip())
        yield (where.hostname or "", where.port or 0), Path(f"/proc/{process.pid}/fd")
        process.terminate()


@pytest.fixture
def short(server: tuple[tuple[str, int], Path]) -> tuple[str, int]:
    """Where that server listens."""
    return server[0]


@pytest.mark.parametrize(
    ("first", "drips"),
    [
        (b"", b""),
        (b"GET /", b"a"),
        (ASK, b""),
        (ASK + b"GET /", b"a"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", b"x"),
    ],
    ids=["silent", "head by bytes", "kept", "second head by bytes", "body after its answer"],
)
def test_a_connection_ends_on_which_nobody_asks(short: tuple[str, int], first: bytes, drips: bytes) -> None:
    with socket.create_connection(short) as slow:
        slow.sendall(first)
        slow.settimeout(0.1)
        until = monotonic() + 20
        with suppress(ConnectionError):
            while True:
                assert monotonic() < until
                slow.sendall(drips)
                with suppress(TimeoutError):
                    if not slow.recv(65_536):
                        break


def test_a_reader_who_reads_nothing_is_not_waited_for(server: tuple[tuple[str, int], Path]) -> None:
    where, open_files = server
    with socket.create_connection(where) as lazy:
        lazy.settimeout(20)
        lazy.sendall(ASK.replace(b"/ ", b"/long "))
        read = len(lazy.recv(1))
        during = len(list(open_files.iterdir()))
        until = monotonic() + 20
        while len(list(open_files.iterdir())) >= during:
            assert monotonic() < until
        with suppress(ConnectionError):
            while piece := lazy.recv(1024 * 1024):
                read += len(piece)
    assert read < LONG


@pytest.mark.parametrize(
    "first", [b"GET / HTTP/1.1\r\nX: ", ASK + b"GET /", ASK[:-2] + b"Content-Length: 9\r\n\r\n"]
)
def test_a_head_has_an_end(short: tuple[str, int], first: bytes) -> None:
    with socket.create_connection(short) as endless:
        endless.sendall(first)
        sent = 0
        with suppress(ConnectionError):
            while sent < 64 * 1024 * 1024:
                sent += endless.send(b"a" * 65_536)
    assert sent < 32 * 1024 * 1024  # what this system holds between the two


def test_who_asks_again_in_time_is_answered_on_one_connection(short: tuple[str, int]) -> None:
    body = bytes(300_000)  # longer than a head may be
    kept = HTTPConnection(*short, timeout=20)
    kept.connect()
    number = kept.sock.fileno()
    for _ in range(5):
        for method, status in (("POST", 405), ("GET", 200)):
            kept.request(method, "/", body if method == "POST" else None)
            answer = kept.getresponse()
            assert (answer.status, len(answer.read())) == (status, 18 if status == 405 else 1)
        assert kept.sock.fileno() == number
        select.select([kept.sock], [], [], 0.3)  # longer than the bound in all, each pause shorter
    kept.close()
