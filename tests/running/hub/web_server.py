"""`deploy/nginx.conf` as it stands, in a real nginx with TLS by a made certificate."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import REQUIRE_ALL
from tests.paths import ROOT

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MIME = "include /etc/nginx/mime.types;\n" if Path("/etc/nginx/mime.types").exists() else ""
MISSING = "nginx is not installed (Debian: apt install nginx)"


def free_port() -> int:
    """One that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def nginx(home: Path, behind: str, public: Path, connections: int = 512, port: int = 0) -> Iterator[int]:
    """nginx with the configuration of `deploy/`, its names and places replaced as its first line asks, and as
    many connections at once; the port that it listens at, a free one for 0. It packs what it may."""
    if PROGRAM is None:
        if REQUIRE_ALL:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    for name in ("results", "hub"):
        if (home / f"{name}.pem").exists():
            continue
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", home / f"{name}.key", "-out", home / f"{name}.pem", "-days", "2",
             "-subj", f"/CN={name}.example", "-addext", f"subjectAltName=DNS:{name}.example,IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip
    port, text = port or free_port(), (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
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
        f"http {{\naccess_log off;\n{MIME}gzip on;\ngzip_types *;\n{places}{text}\n}}\n",
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
