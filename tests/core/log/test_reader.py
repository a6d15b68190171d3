"""Reading a log from a directory and over HTTP."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.reader import open_log, read_bundles, read_entries
from escrutinio.core.log.tiles import ENTRIES, TileName
from tests.core.log.builders import LogHome, build_log, policy, records
from tests.core.verification.whole import verify_log

RECORDS = records(700)


class QuietHandler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", "/log/checkpoint")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *arguments: object) -> None:
        """A test's server says nothing."""


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up when it has read enough is no error."""


@pytest.fixture
def home(tmp_path: Path) -> LogHome:
    return build_log(tmp_path, RECORDS)


@pytest.fixture
def address(home: LogHome) -> Iterator[str]:
    handler = partial(QuietHandler, directory=str(home.log.parent))
    with QuietServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_entries_come_in_order_from_anywhere(home: LogHome) -> None:
    reader = open_log(home.log)
    assert list(read_entries(reader, 700)) == RECORDS
    for start in (0, 1, 255, 256, 500, 699, 700):
        assert list(read_entries(reader, 700, start)) == RECORDS[start:]
    assert [name.width for name, _ in read_bundles(reader, 700)] == [256, 256, 188]


def test_a_partial_tile_that_is_gone_is_cut_from_the_full_one(home: LogHome) -> None:
    reader = open_log(str(home.log))
    full = reader.tile(TileName(0, 0))
    assert reader.tile(TileName(0, 0, 3)) == full[: 3 * 32]
    assert list(read_entries(reader, 3)) == RECORDS[:3]


def test_the_same_over_http(address: str) -> None:
    reader = open_log(address + "/log/")
    assert list(read_entries(reader, 700)) == RECORDS
    assert reader.tile(TileName(ENTRIES, 1, 2)).endswith(RECORDS[257])
    report = verify_log(reader, policy())
    assert report.authenticated
    with pytest.raises(LogError, match="There is no log here"):
        open_log(address + "/nothing").checkpoint()
    with pytest.raises(LogError, match="status 302"):
        open_log(address + "/moved").checkpoint()


def test_bounds_hold_over_http(address: str, home: LogHome) -> None:
    (home.log / "checkpoint").write_bytes(b"x" * 1024 * 1024)
    with pytest.raises(LogError, match="longer than"):
        open_log(address + "/log").checkpoint()


def test_no_server_and_no_address() -> None:
    with pytest.raises(LogError, match="cannot be read"):
        open_log("http://127.0.0.1:1/log").checkpoint()
    with pytest.raises(LogError):
        open_log("http://[/").checkpoint()


def test_what_is_missing_short_or_long_is_named(home: LogHome) -> None:
    reader = open_log(home.log)
    tile = home.log / "tile/0/001"
    good = tile.read_bytes()
    tile.write_bytes(good[:-1])
    with pytest.raises(LogError, match="tile/0/001 has 8,191 bytes instead of 8,192"):
        reader.tile(TileName(0, 1))
    tile.write_bytes(good + b"x")
    with pytest.raises(LogError, match=r"tile/0/001 is longer"):
        reader.tile(TileName(0, 1))
    tile.unlink()
    with pytest.raises(LogError, match=r"tile/0/001 is missing"):
        reader.tile(TileName(0, 1))
    tile.mkdir()
    with pytest.raises(LogError, match=r"tile/0/001 cannot be read"):
        reader.tile(TileName(0, 1))


def test_no_log_here(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="not a directory"):
        open_log(tmp_path / "nothing")
    with pytest.raises(LogError, match="There is no log here"):
        open_log(tmp_path).checkpoint()
