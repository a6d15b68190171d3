"""Witnesses as processes of their own on 127.0.0.1, and sockets that are silent or lie."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from escrutinio.core.log.policy import Group, LogIdentity, Policy, WitnessIdentity
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.running.exchange.witness_client import HttpWitness
from escrutinio.running.witness.home import WitnessHome
from tests.core.log.builders import signer

WORDS = "a passphrase for tests"
PATIENCE = 60.0
"""Seconds; nobody waits for them where all goes as it should."""

WHO = {**os.environ, "ESCRUTINIO_PASSPHRASE": WORDS, "ESCRUTINIO_LANG": "en", "NO_COLOR": "1"}


def trust_file(directory: Path) -> Path:
    """A trust file that names the log of these tests."""
    path = directory / "trust.toml"
    path.write_bytes(format_trust(Trust(bytes(32), bytes(32), Policy((LogIdentity(signer().verifier),)))))
    return path


def made(directory: Path, name: str) -> WitnessHome:
    """A witness's directory, with its key."""
    home = WitnessHome(directory / name)
    home.make(name, WORDS)
    return home


def at(address: str, home: WitnessHome, patience: float = PATIENCE) -> HttpWitness:
    """The witness of this directory, as a log that knows its keys asks it at an address."""
    keys = [each.verifier for each in home.signers(WORDS)]
    return HttpWitness(keys[0].name, keys, address, patience)


@contextmanager
def running(home: WitnessHome, trust: Path, *, program: Path | None = None) -> Iterator[str]:
    """A witness as a process, ended with the block; its address. `program`: another one than the command."""
    command = ["-m", "escrutinio", "witness", "run"] if program is None else [str(program)]
    arguments = [str(home.directory), "--trust", str(trust), "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-u", *command, *arguments], stdout=subprocess.PIPE, text=True, env=WHO
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert "http://" in line, line
            yield line[line.index("http://") :].split()[0].rstrip("/")
        finally:
            process.kill()


@contextmanager
def silent() -> Iterator[str]:
    """The address of somebody who takes every connection and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def saying(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """The address of somebody who answers each request with what `answer` makes of its body, status 200."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, connection.makefile("rwb") as stream:
                    length = 0
                    while (line := stream.readline()) not in (b"\r\n", b""):
                        name, _, value = line.partition(b":")
                        length = int(value) if name.lower() == b"content-length" else length
                    body = answer(stream.read(length))
                    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                    stream.write(head.encode() + body)

        thread = Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def policy_of(homes: dict[str, WitnessHome], threshold: int) -> Policy:
    """The log of these tests, with the Ed25519 keys of these witnesses, of which `threshold` must cosign."""
    witnesses = tuple(WitnessIdentity(name, home.signers(WORDS)[0].verifier) for name, home in homes.items())
    group = Group("quorum", threshold, tuple(homes))
    return Policy((LogIdentity(signer().verifier),), witnesses, (group,), "quorum")
