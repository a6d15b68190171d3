"""The stage of an election night: the directories of those who play, the commands that they type, and the
servers that stay on."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def until(holds: Any, otherwise: str, seconds: float = 60) -> None:
    """Look again until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise RuntimeError(otherwise)
        time.sleep(0.2)


@dataclass
class Stage:
    """All directories below one, and what is at work there."""

    home: Path
    wait: int = 240
    began: int = field(default_factory=lambda: int(time.time()))
    ports: dict[str, int] = field(default_factory=dict)
    servers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        return self.home / "authority"

    @property
    def trust(self) -> Path:
        """The trust file that was handed out."""
        return self.home / "trust.toml"

    @property
    def results(self) -> str:
        return f"http://127.0.0.1:{self.port('results')}"

    @property
    def hub(self) -> str:
        return f"http://127.0.0.1:{self.port('hub')}"

    @property
    def public_from(self) -> int:
        return self.began + self.wait

    def port(self, name: str) -> int:
        """The port of a server: one that was free when it was asked for first."""
        if name not in self.ports:
            with socket.socket() as found:
                found.bind(("127.0.0.1", 0))
                self.ports[name] = found.getsockname()[1]
        return self.ports[name]

    def environment(self, who: str) -> dict[str, str]:
        """People are asked for each passphrase; here a variable has it, one for the root and the log."""
        state = {"ESCRUTINIO_STATE": str(self.home / "state" / who)}
        return os.environ | state | {"ESCRUTINIO_PASSPHRASE": f"what only {who} knows"}

    def types(self, who: str, *words: object, ends: Sequence[int] = (0,)) -> str:
        """Let somebody type a command, which is to end with one of these exit codes; what it printed."""
        said = [*map(str, words)]
        print(
            f"[{int(time.time()) - self.began:4} s]", who, "$", shlex.join(["escrutinio", *said]), flush=True
        )
        done = subprocess.run(
            [sys.executable, "-m", "escrutinio", *said], env=self.environment(who), cwd=self.home,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode not in ends:
            raise RuntimeError(f"exit code {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, name: str, who: str, *words: object) -> None:
        """Start what stays on."""
        said = [*map(str, words)]
        print(f"[{int(time.time()) - self.began:4} s]", who, "$", shlex.join(said), "&", flush=True)
        program = said if said[0] == "-m" else ["-m", "escrutinio", *said]
        with (self.home / f"{name}.out").open("ab") as out:
            self.servers[name] = subprocess.Popen(
                [sys.executable, *program], env=self.environment(who), cwd=self.home, stdout=out, stderr=out
            )

    def stop(self, name: str, *, kill: bool = False) -> None:
        with self.servers.pop(name) as server:
            (server.kill if kill else server.terminate)()

    def listens(self, name: str) -> None:
        """Wait until a server takes connections."""
        until(
            lambda: not socket.socket().connect_ex(("127.0.0.1", self.port(name))), f"{name} does not listen"
        )

    def live(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.results}/live.json").json()
        return found
