"""Fetching: what a directory or a server does in bad faith ends soon, with a sentence, in bounded memory."""

from __future__ import annotations

import gc
import gzip
import os
import resource
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.base.fetch import Patience, http_fetch, open_files

SHORT = Patience(grace=0.3, rate=10_000, longest=2.0)


# --- a directory ---


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    fetch = open_files(tmp_path)
    assert fetch("a", 5) == b"12345"
    assert fetch("b", 5) is None
    assert fetch("a/b", 5) is None
    with pytest.raises(LogError, match="longer than 4 bytes"):
        fetch("a", 4)


def test_what_is_allocated_is_what_is_there_and_never_the_limit(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"12345")
    reading = (
        "import sys; from pathlib import Path; from escrutinio.base.fetch import open_files;"
        "assert open_files(Path(sys.argv[1]))('small', 2**40) == b'12345'"
    )

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    subprocess.run([sys.executable, "-c", reading, str(tmp_path)], check=True, timeout=60, preexec_fn=little)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        before = Path.cwd()
        os.chdir(path.parent)  # the name of a socket is short
        try:
            server.bind(path.name)
        finally:
            os.chdir(before)


def directory(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def ring(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("make", [pipe, listening, directory, device, ring])
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "there")
    with pytest.raises(FileUnreadableError, match="there cannot be read"):
        open_files(tmp_path)("there", 100)


def test_no_link_leads_out_of_the_publication(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "secret").write_text("a secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/key").write_text("another")
    public = tmp_path / "public"
    (public / "in").write_text("inside")
    (public / "same").symlink_to("in")
    (public / "file").symlink_to("../secret")
    (public / "absolute").symlink_to(tmp_path / "secret")
    (public / "log").symlink_to("../outside")
    (tmp_path / "public-too").mkdir()
    (tmp_path / "public-too/x").write_text("a neighbour whose name begins alike")
    (public / "neighbour").symlink_to("../public-too/x")
    (tmp_path / "current").symlink_to("public")
    for root in (public, tmp_path / "current"):
        fetch = open_files(root)
        assert fetch("same", 100) == b"inside"
        for path in ("file", "absolute", "log/key", "neighbour", "../secret"):
            with pytest.raises(FileUnreadableError, match="a link leads out of the publication"):
                fetch(path, 100)


# --- a server ---

Handler = Callable[[socket.socket], None]


@contextmanager
def answering(handler: Handler) -> Iterator[str]:
    """A server that answers each connection in its own way; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def one(connection: socket.socket) -> None:
            with connection:
                try:
                    connection.recv(65536)
                    handler(connection)
                except OSError:
                    pass  # the reader had enough

        def loop() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                Thread(target=one, args=(connection,), daemon=True).start()

        thread = Thread(target=loop, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode()


def nested_gzip(connection: socket.socket) -> None:
    body = gzip.compress(gzip.compress(gzip.compress(bytes(1 << 24))))
    connection.sendall(head("Content-Encoding: gzip, gzip, gzip", f"Content-Length: {len(body)}") + body)


def redirect(connection: socket.socket) -> None:
    connection.sendall(head("Location: file:///etc/passwd", "Content-Length: 0", status="302 Found"))


def web_page(connection: socket.socket) -> None:
    connection.sendall(head("Content-Type: text/html; charset=utf-8", "Content-Length: 6") + b"<html>")


def cut(connection: socket.socket) -> None:
    connection.sendall(head("Content-Length: 100") + b"half")


def no_http(connection: socket.socket) -> None:
    connection.sendall(b"hello\n" * 100)


@pytest.mark.parametrize(
    ("handler", "sentence"),
    [
        (nested_gzip, "Content-Encoding"),
        (redirect, "HTTP status 302"),
        (web_page, "a web page"),
        (cut, "cannot be read"),
        (no_http, "cannot be read"),
    ],
)
def test_an_answer_that_is_not_the_bytes_of_the_file_is_none(handler: Handler, sentence: str) -> None:
    with answering(handler) as address, pytest.raises(FileUnreadableError, match=sentence):
        http_fetch(address)("log/checkpoint", 1000)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_status_that_is_no_answer_is_none(status: int) -> None:
    def busy(connection: socket.socket) -> None:
        connection.sendall(head("Content-Length: 0", status=f"{status} Busy"))

    with answering(busy) as address, pytest.raises(FileUnreadableError, match=f"HTTP status {status}"):
        http_fetch(address)("log/checkpoint", 1000)


def test_plain_bytes_are_asked_for_and_an_endless_body_ends() -> None:
    asked: list[bytes] = []

    def endless(connection: socket.socket) -> None:
        connection.sendall(head("Transfer-Encoding: chunked"))
        while True:
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")

    def keep(connection: socket.socket) -> None:
        connection.sendall(head("Content-Length: 2") + b"ok")

    with answering(endless) as address, pytest.raises(LogError, match="longer than 1,000 bytes"):
        http_fetch(address)("x", 1000)

    def listen(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            asked.append(connection.recv(65536))
            keep(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=listen, args=(server,))
        thread.start()
        assert http_fetch(f"http://127.0.0.1:{server.getsockname()[1]}/")("x", 1000) == b"ok"
        thread.join()
    assert b"accept-encoding: identity\r\n" in asked[0].lower()


def test_kept_connections_are_closed_with_what_fetched_over_them() -> None:
    seen = Event()

    def keep(connection: socket.socket) -> None:
        connection.sendall(head("Content-Length: 2") + b"ok")
        connection.recv(1)
        seen.set()

    with answering(keep) as address, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fetch = http_fetch(address)
        assert fetch("x", 1000) == b"ok"
        assert not seen.is_set()
        del fetch
        gc.collect()
        assert seen.wait(10)
    assert [str(one.message) for one in said] == []


def drip(body: bytes, piece: bytes) -> Callable[[Event], Handler]:
    """A server that sends `body`, and then a piece every 20 ms, for ever."""

    def made(over: Event) -> Handler:
        def handler(connection: socket.socket) -> None:
            connection.sendall(body)
            while not over.wait(0.02):
                connection.sendall(piece)

        return handler

    return made


@pytest.mark.parametrize(
    "slow",
    [
        drip(head("Content-Length: 500000"), b"a"),
        drip(head("Transfer-Encoding: chunked"), b"1\r\na\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
        drip(b"", b""),
    ],
    ids=["body", "chunks", "head", "nothing"],
)
def test_a_server_that_gives_byte_by_byte_is_left_and_then_not_asked_again(
    slow: Callable[[Event], Handler],
) -> None:
    over = Event()
    with answering(slow(over)) as address:
        fetch = http_fetch(address, SHORT)
        started = monotonic()
        for _ in range(SHORT.strikes):
            with pytest.raises(FileUnreadableError, match="the server is too slow"):
                fetch("log/checkpoint", 1 << 20)
        assert monotonic() - started < 10
        with pytest.raises(FileUnreadableError, match="was not asked for"):
            fetch("log/checkpoint", 1 << 20)
        over.set()
