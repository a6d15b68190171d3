"""`deploy/nginx.conf` as it stands, in a real nginx before a real hub, with TLS by a made certificate."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from escrutinio.base.files import write_files
from escrutinio.core.log.reader import CHECKPOINT
from escrutinio.running.exchange.entries import BATCH_TYPE, RECORD_TYPE
from tests.conftest import REQUIRE_ALL
from tests.paths import ROOT
from tests.running.hub.night import batch, begun, hub, published

pytestmark = pytest.mark.slow

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MISSING = "nginx is not installed (Debian: apt install nginx)"
MEBIBYTE = 1024 * 1024


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def nginx(home: Path, behind: str, public: Path, connections: int = 512) -> Iterator[int]:
    """nginx with the configuration of `deploy/`, its names and places replaced as its first line asks, and as
    many connections at once; the port that it listens at."""
    if PROGRAM is None:
        if REQUIRE_ALL:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    for name in ("results", "hub"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", home / f"{name}.key", "-out", home / f"{name}.pem", "-days", "2",
             "-subj", f"/CN={name}.example", "-addext", f"subjectAltName=DNS:{name}.example"],
            check=True, capture_output=True,
        )  # fmt: skip
    port, text = _free_port(), (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("/etc/ssl/escrutinio", str(home)),
        ("/srv/election/public", str(public)),
        ("http://127.0.0.1:8200", behind),
    ):
        assert old in text
        text = text.replace(old, new)
    places = "".join(
        f"{kind}_temp_path {home}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    account = "user root;\n" if os.geteuid() == 0 else ""  # what the test made is its own
    (home / "nginx.conf").write_text(
        f"{account}daemon off;\npid {home}/pid;\nerror_log {home}/error.log;\n"
        f"events {{ worker_connections {connections}; }}\n"
        f"http {{\naccess_log off;\n{places}{text}\n}}\n",
        encoding="utf-8",
    )
    command = [PROGRAM, "-p", str(home), "-c", str(home / "nginx.conf"), "-e", str(home / "error.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr
    with subprocess.Popen(command) as process:
        try:
            _until_listening(process, port)
            yield port
        finally:
            process.terminate()


def _until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            continue
        return
    pytest.fail(f"nginx ended with {process.returncode}")


def client_of(home: Path, name: str, port: int) -> httpx.Client:
    """One that believes the certificate of this name and no other, and finds it at the port."""
    trusted = ssl.create_default_context(cafile=str(home / f"{name}.pem"))

    def named(request: httpx.Request) -> None:
        request.headers["Host"] = f"{name}.example"
        request.extensions["sni_hostname"] = f"{name}.example"

    return httpx.Client(
        base_url=f"https://127.0.0.1:{port}", verify=trusted, event_hooks={"request": [named]}, timeout=30
    )


def test_a_hub_behind_nginx(tmp_path: Path) -> None:
    night = begun(tmp_path)
    records = night.complaints(500)
    home = tmp_path / "nginx"
    home.mkdir()
    one = {"Content-Type": RECORD_TYPE}
    with (
        hub(night, "--key", tmp_path / "receiver.key") as running,
        nginx(home, running.address, night.workspace.public) as port,
        client_of(home, "hub", port) as sender,
        client_of(home, "results", port) as reader,
    ):
        assert sender.post("/entries", content=records[0], headers=one).status_code == 202
        assert sender.get("/health").status_code == 200
        many = sender.post("/entries", content=batch(records[:100]), headers={"Content-Type": BATCH_TYPE})
        assert many.status_code == 202
        too_large = sender.post("/entries", content=bytes(64 * MEBIBYTE + 1), headers=one)
        assert too_large.status_code == 413
        with ThreadPoolExecutor(8) as pool:  # more at once than one address may send
            sent = pool.map(lambda raw: sender.post("/entries", content=raw, headers=one), records * 2)
            codes = {each.status_code for each in sent}
        assert codes == {202, 429}
        published(night)
        shown = reader.get("/log/checkpoint")
        assert shown.content == (night.workspace.public / "log" / CHECKPOINT).read_bytes()
        assert shown.headers["content-type"].startswith("text/plain")
        assert shown.headers["access-control-allow-origin"] == "*"
        assert "no-cache" in shown.headers["cache-control"]
        write_files(night.workspace.public / "en", [("index.html", b"<!doctype html>")])
        on = reader.get("/en", follow_redirects=False)  # links in the page are relative
        assert (on.status_code, on.headers.get("location")) == (301, "/en/")
        assert reader.get("/en/").status_code == 200
        assert reader.get("/log/").status_code == reader.get("/none").status_code == 404
        for secret in ("/../private/log.key", "/%2e%2e/private/log.key", "/private/log.key"):
            assert reader.get(secret).status_code in {400, 404}
