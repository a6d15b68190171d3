"""A mirror that follows a log served by nginx with the configuration of `deploy/`, and what nginx says of how
long its files are good."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.base import fetch
from escrutinio.base.errors import FileUnreadableError
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.witness.mirror import Mirror
from tests.running.hub.night import CLOCK, WHO, Night, begun, published
from tests.running.hub.web_server import client_of, nginx

NOWHERE = "http://127.0.0.1:9"


def trust_of(night: Night) -> Trust:
    return replace(night.workspace.trust(night.signer, verifier_html=bytes(32)), verifier_html=None)


@contextmanager
def following(home: Path, port: int, copy: Path, trust: Path) -> Iterator[subprocess.Popen[str]]:
    """`escrutinio mirror --every` as a process."""
    env = {**os.environ, **WHO, "SSL_CERT_FILE": str(home / "results.pem")}
    command = [sys.executable, "-u", "-m", "escrutinio", "mirror", f"https://127.0.0.1:{port}/", str(copy)]
    with subprocess.Popen(
        [*command, "--trust", str(trust), "--every", "0.1"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()


def heard(process: subprocess.Popen[str], words: str) -> None:
    """Read what it says until it says these words."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if words in line:
            return
    pytest.fail("".join(said))


def shown(home: Path, where: Path) -> None:
    """nginx serves this directory from now on, from one moment to the next."""
    link = home / "next"
    link.symlink_to(where)
    link.replace(home / "served")


@pytest.mark.slow
def test_a_mirror_follows_nginx_which_goes_and_comes_back(tmp_path: Path) -> None:
    night, home, copy, trust = begun(tmp_path), tmp_path / "nginx", tmp_path / "copy", tmp_path / "trust.toml"
    home.mkdir()
    trust.write_bytes(format_trust(trust_of(night)))
    public = night.workspace.public
    shown(home, public)
    night.workspace.add(night.complaints(300), night.signer, CLOCK)
    with nginx(home, NOWHERE, home / "served") as port, following(home, port, copy, trust) as mirror:
        heard(mirror, "copied up to size 303")
        shutil.copytree(public, tmp_path / "old")
        night.workspace.add(night.complaints(300, 300), night.signer, CLOCK)
        heard(mirror, "copied up to size 603")
        shown(home, tmp_path / "old")  # as a cache does that somebody put before it
        heard(mirror, "603 were verified")
        assert open_verified(copy).size == 603
        night.workspace.add(night.complaints(1, 600), night.signer, CLOCK)
        shown(home, public)
        heard(mirror, "copied up to size 604")
        with_port = port
    with following(home, with_port, copy, trust) as mirror:  # nginx is down
        heard(mirror, "cannot be read")
        night.workspace.add(night.complaints(1, 601), night.signer, CLOCK)
        with nginx(home, NOWHERE, home / "served", port=with_port):
            heard(mirror, "copied up to size 605")
    assert open_verified(copy).checkpoint == night.workspace.open().checkpoint


@pytest.mark.slow
def test_what_nginx_says_of_how_long_files_are_good(tmp_path: Path) -> None:
    night, home = begun(tmp_path), tmp_path / "nginx"
    home.mkdir()
    night.workspace.add(night.complaints(300), night.signer, CLOCK)
    public = night.workspace.public
    with nginx(home, NOWHERE, public) as port, client_of(home, "results", port) as web:
        for tile in ("log/tile/entries/000", "log/tile/entries/001.p/47", "log/tile/0/000"):
            answer = web.get(f"/{tile}", headers={"Accept-Encoding": "identity"})
            assert answer.content == (public / tile).read_bytes()
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert "content-encoding" not in answer.headers
            part = web.get(f"/{tile}", headers={"Range": "bytes=5-9", "Accept-Encoding": "identity"})
            assert (part.status_code, part.content) == (206, answer.content[5:10])
        missing = web.get("/log/tile/entries/002")
        assert missing.status_code == 404
        assert "immutable" not in missing.headers.get("cache-control", "")
        with web.stream("GET", "/log/tile/0/000", headers={"Accept-Encoding": "gzip"}) as packed:
            raw = b"".join(packed.iter_raw())
        assert gzip.decompress(raw) == (public / "log/tile/0/000").read_bytes()
        checkpoint = public / "log" / "checkpoint"
        for name in ("log/checkpoint", "live.json"):
            path = public / name
            if not path.exists():
                path.write_bytes(b'{"size": 303}')
            first = web.get(f"/{name}")
            assert first.headers["cache-control"] == "no-cache"
            known = {"If-Modified-Since": first.headers.get("last-modified", "")}
            if "etag" in first.headers:
                known["If-None-Match"] = first.headers["etag"]
            if path == checkpoint:  # another one of the same second and length
                before, stat = path.read_bytes(), path.stat()
                night.workspace.add(night.complaints(1, 300), night.signer, CLOCK)
                published(night)
                assert len(path.read_bytes()) == len(before)
            else:
                stat = path.stat()
                path.write_bytes(b'{"size": 304}')
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            again = web.get(f"/{name}", headers=known)
            assert (again.status_code, again.content) == (200, path.read_bytes())
            assert again.content != first.content


def test_an_address_that_was_too_slow_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night, hasty = begun(tmp_path), fetch.Patience(grace=0.05)
    monkeypatch.setattr(fetch, "Patience", lambda: hasty)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Mirror(address, tmp_path / "copy", trust_of(night)) as mirror:
            for _ in range(hasty.strikes + 1):
                with pytest.raises(FileUnreadableError) as why:
                    mirror.advance()
                assert why.value.code == "server-slow"
