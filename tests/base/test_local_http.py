"""The server on this machine alone."""

import asyncio
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from escrutinio.base.errors import InputError
from escrutinio.base.local_http import HOST, Headers, serve_locally
from tests.paths import ROOT


def test_every_answer_gets_the_headers_of_its_path_and_status() -> None:
    headers = Middleware(Headers, headers_of=lambda path, status: {"x-seen": f"{path} {status}"})
    app = Starlette(routes=[Route("/a", lambda _request: Response("a"))], middleware=[headers])

    async def seen(path: str) -> str:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x.example") as client:
            return str((await client.get(path)).headers["x-seen"])

    with ThreadPoolExecutor(1) as apart:  # in this thread a browser of other tests may have its loop
        for path, status in (("/a", 200), ("/b", 404)):
            assert apart.submit(asyncio.run, seen(path)).result() == f"{path} {status}"


def test_a_taken_port_is_refused_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"Port {port} on 127\.0\.0\.1 cannot be used: .*--port 0"):
            serve_locally(Starlette(), port, lambda _: None)


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
