"""A real PostgreSQL, started by the tests where it is installed, on a socket in a directory of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.conftest import REQUIRE_ALL

_PLACES = (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/local/bin"))


MISSING = "PostgreSQL is not installed (Debian: apt install postgresql)"


@dataclass(frozen=True)
class Database:
    """A server of its own: where its programs, data and socket are, and who it runs as (None: we do)."""

    programs: Path
    home: Path
    account: str | None

    @property
    def address(self) -> str:
        return f"host={self.home} dbname=postgres user=tests"

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, *arguments],
            user=self.account, cwd=self.home, capture_output=True, text=True, check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + done.stdout

    def start(self) -> None:
        options = f"-k {self.home} -c listen_addresses='' -c shared_buffers=16MB"
        self.run("pg_ctl", "start", "-w", "-D", str(self.home / "data"), "-l", str(self.home / "log"),
                 "-o", options)  # fmt: skip

    def stop(self, how: str = "immediate") -> None:
        self.run("pg_ctl", "stop", "-w", "-D", str(self.home / "data"), "-m", how)


@contextmanager
def database() -> Iterator[Database]:
    """A fresh server; skips the test where there is none, or nobody that may run it."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: the extra `postgres`")
    found = [each for each in _PLACES if (each / "initdb").exists() and (each / "pg_ctl").exists()]
    if not found:
        if REQUIRE_ALL:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    account = "postgres" if os.geteuid() == 0 else None
    with TemporaryDirectory(prefix="pg-", dir="/tmp") as scratch:
        made = Database(found[0], Path(scratch), account)
        if account is not None:
            try:
                shutil.chown(scratch, account)
            except LookupError:
                pytest.skip("PostgreSQL does not run as root, and there is no account `postgres`")
        made.run("initdb", "-D", str(made.home / "data"), "-U", "tests", "-A", "trust", "-N")
        made.start()
        try:
            yield made
        finally:
            made.stop()
