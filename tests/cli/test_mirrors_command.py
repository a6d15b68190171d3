"""`escrutinio mirrors check` against copies that this machine serves, and `escrutinio trust show`."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from escrutinio.core.log.fingerprint import fingerprint
from escrutinio.core.log.mirrors import MIRRORS, MirrorList, sign_mirrors
from escrutinio.core.log.trust import Trust, format_trust
from tests.cli.running import in_process, refused
from tests.core.log.builders import NOW, ORIGIN, LogHome, build_log, policy, records, signer

TRUST = Trust(bytes(32), b"\1" * 32, policy())


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A directory with `now`, `early` and `other`, logs of one key, and the address where it is served."""
    directory = tmp_path_factory.mktemp("mirrors")
    log = LogHome(directory / "now")
    with log.publisher() as publisher:
        log.append(publisher, records(20))
        shutil.copytree(log.log, directory / "early" / "log")
        log.append(publisher, records(10, start=20))
    build_log(directory / "other", [b"other"])
    (directory / "trust.toml").write_bytes(format_trust(TRUST))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        listed = MirrorList(ORIGIN, NOW, (f"{address}/now/", f"{address}/early"))
        (directory / "now" / MIRRORS).write_bytes(sign_mirrors(listed, signer()))
        yield directory, address
        server.shutdown()
        thread.join()


def check(home: tuple[Path, str], source: object, *more: object) -> tuple[int, dict[str, str]]:
    """The exit code, and how each mirror stands by the end of its address."""
    done = in_process("mirrors", "check", source, "--trust", home[0] / "trust.toml", *more, "--json")
    found = json.loads(done.stdout)
    return done.exit_code, {one["address"].rpartition("/")[2]: one["standing"] for one in found["mirrors"]}


def test_a_publication_measures_its_mirrors(home: tuple[Path, str]) -> None:
    assert check(home, home[0] / "now") == (0, {"": "same", "early": "behind"})


def test_a_list_alone_is_measured_with_the_longest(home: tuple[Path, str]) -> None:
    assert check(home, home[0] / "now" / MIRRORS) == (0, {"": "same", "early": "behind"})


def test_a_publication_at_an_address(home: tuple[Path, str]) -> None:
    directory, address = home
    assert check(home, f"{address}/early", "--mirror", directory / "now") == (0, {"now": "ahead"})


def test_another_history_fails_and_shows_both_checkpoints(home: tuple[Path, str]) -> None:
    directory, address = home
    assert check(home, directory / "now", "--mirror", f"{address}/other")[0] == 1
    trust = directory / "trust.toml"
    done = in_process("mirrors", "check", directory / "now", "--trust", trust, "--mirror", f"{address}/other")
    assert done.stdout.count(f"\n{ORIGIN}\n") == 2
    assert "ANOTHER HISTORY" in done.stdout or "OTRA HISTORIA" in done.stdout


def test_a_mirror_that_does_not_answer_is_no_failure_and_no_confirmation(home: tuple[Path, str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/gone"
        code, standing = check(home, home[0] / "now", "--mirror", closed)
    assert (code, standing["gone"]) == (4, "unreachable")


def test_what_it_cannot_do_it_says(home: tuple[Path, str], tmp_path: Path) -> None:
    directory, _ = home
    trust = directory / "trust.toml"
    assert "--mirror" in refused("mirrors", "check", directory / "early", "--trust", trust)
    (tmp_path / "note").write_bytes((directory / "now" / MIRRORS).read_bytes().replace(b"early", b"later"))
    note = tmp_path / "note"
    assert "does not hold for this checkpoint" in refused("mirrors", "check", note, "--trust", trust)
    assert "no log here" in refused("mirrors", "check", tmp_path, "--trust", trust)


def test_a_trust_file_is_shown_with_its_fingerprint(home: tuple[Path, str]) -> None:
    shown = in_process("trust", "show", home[0] / "trust.toml")
    assert fingerprint(TRUST) in shown.stdout
    assert "\nquorum       none\n" in shown.stdout or "\nquórum       none\n" in shown.stdout
    plain = json.loads(in_process("trust", "show", home[0] / "trust.toml", "--json").stdout)
    assert plain["fingerprint"] == fingerprint(TRUST)
    assert plain["logs"] == [str(log.key) for log in TRUST.policy.logs]
