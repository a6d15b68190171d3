"""Every command that writes, on a disk that fills up: all is whole or absent, and the next run makes it.

The disk is one of a few kilobytes where the tests may mount one, and else a limit on the size of files.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from escrutinio.base.beside import alone
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from tests.cli.running import in_process
from tests.paths import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such disks or limits")

PHRASE = {"ESCRUTINIO_PASSPHRASE": "a passphrase", "SOURCE_DATE_EPOCH": "1935000000"}

COMMANDS = {
    "report": ("report", "{log}", "-o", "r.html", "--pdf", "r.pdf", "-q"),
    "dossier": ("dossier", "N1.01", "--log", "{log}", "-o", "d.zip", "--pdf", "d.pdf", "-q"),
    "extract": ("extract", "N", "--log", "{log}", "-o", "n.zip", "-q"),
    "print": ("print", "--all", "--log", "{log}", "--contest", "presidencia", "-o", "prints", "-q"),
    "screen": ("screen", "{log}", "--contest", "presidencia", "--reps", "399", "--svg", "plots", "-q"),
    "audit": ("audit", "plan", "{log}", "--contest", "presidencia", "--arlo", "arlo", "-q"),
    "reconcile": ("reconcile", "{log}", "{log}#copies:party/ancla", "--contest", "presidencia",
                  "--csv", "a.csv", "--xlsx", "a.xlsx", "--html", "pages", "-q"),
    "keys": ("keys", "new", "party/azul", "-o", "a.key"),
    "quickcount": ("quickcount", "sample", "{log}", "--contest", "presidencia", "--take", "3",
                   "--seed", "31415926535897932384", "-o", "plan", "-q"),
    "scan": ("scan", "{photos}", "--out", "s.jsonl", "--report", "s.csv", "-q", "--workers", "1"),
    "redact": ("redact", "{photos}/scan-a.png", "--keep", "0,0,400,400", "--checked", "-o", "x.png"),
    "collect": ("collect", "init", "azul", "--definition", "{log}", "--organisation", "party/azul",
                "--origin", "azul.example/actas", "-q"),
    "publish": ("publish", "{source}", "-o", "out", "--key", "{key}", "-q"),
}  # fmt: skip

ROOMS = {
    "report": (0, 12), "collect": (0, 300), "publish": (0, 600), "audit": (0, 4), "quickcount": (0, 4),
    "keys": (0,), "scan": (0,),
}  # fmt: skip
"""Kilobytes that are left: none, and so many that the output begins and does not end; by default 8."""


@pytest.fixture(scope="module")
def names(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the commands are given, on a disk with room."""
    root = tmp_path_factory.mktemp("given")
    shutil.copytree(ROOT / "tests/data/photos", root / "photos")
    write_key_file(root / "k.key", "authority/root", SigningKey(bytes(32)), PHRASE["ESCRUTINIO_PASSPHRASE"])
    given = {"log": miniature, "photos": root / "photos", "key": root / "k.key"}
    return {**{name: str(path) for name, path in given.items()}, "source": str(ROOT / "examples/miniature")}


class Disk:
    """A directory that takes so many bytes, until it is given more."""

    def __init__(self, path: Path, mounted: bool) -> None:
        self.path, self.mounted = path, mounted
        self._limit: int | None = None

    def leave(self, kilobytes: int) -> None:
        """Let so much room be left."""
        self._limit = 1024 * kilobytes
        if self.mounted:
            _mount("-o", "remount,size=64m", "tmpfs", self.path)
            _mount("-o", f"remount,size={self._used() + max(4, kilobytes)}k", "tmpfs", self.path)
            with suppress(OSError), (self.path / "filler").open("wb", buffering=0) as file:
                while not kilobytes:
                    file.write(bytes(1024))

    def make_room(self) -> None:
        """Let there be room."""
        self._limit = None
        if self.mounted:
            (self.path / "filler").unlink()
            _mount("-o", "remount,size=64m", "tmpfs", self.path)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run the program in the directory."""
        limit = None if self.mounted else self._limit

        def limited() -> None:
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return subprocess.run(
            [sys.executable, "-m", "escrutinio", *command],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.path,
            env={**os.environ, **PHRASE, "ESCRUTINIO_LANG": "en", "PYTHONPATH": str(ROOT / "src")},
            preexec_fn=limited,
        )

    def files(self) -> set[str]:
        """What is there: files, and links; directories only with what they hold."""
        return {
            path.relative_to(self.path).as_posix()
            for path in self.path.rglob("*")
            if not path.is_dir() and path.name != "filler"
        }

    def _used(self) -> int:
        found = os.statvfs(self.path)
        return (found.f_blocks - found.f_bfree) * found.f_frsize // 1024


def _mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "disk"
    path.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", path)
    except (OSError, subprocess.CalledProcessError):
        yield Disk(path, mounted=False)
        return
    yield Disk(path, mounted=True)
    subprocess.run(["umount", str(path)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_outputs_are_whole_or_absent_and_the_next_run_makes_them(
    names: dict[str, str], disk: Disk, name: str
) -> None:
    command = [part.format(**names) for part in COMMANDS[name]]
    for room in ROOMS.get(name, (0, 8)) if disk.mounted else (0,):
        disk.leave(room)
        done = disk.run(*command)
        assert done.returncode == 2, done
        assert any(why in done.stderr for why in ("No space left", "File too large", "is full")), done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1
        whole = {file for file in disk.files() if name in ("print", "scan")}
        assert (
            disk.files() == whole
        )  # sheets that were printed; a scan's journal, of which the next test speaks
        disk.make_room()
    again = [*command, "--resume"] if "s.jsonl" in whole else command
    done = disk.run(*again)
    assert done.returncode == 0, done.stderr
    first = disk.files()
    assert first
    if name == "print":
        assert disk.run(*command).returncode == 0  # the same sheets again
        (disk.path / min(first)).write_bytes(b"another one")
        assert "exists already" in disk.run(*command).stderr


def test_a_journal_in_which_nothing_stands_does_not_stop_the_next_scan(
    names: dict[str, str], disk: Disk
) -> None:
    command = [part.format(**names) for part in COMMANDS["scan"]]
    disk.leave(0)
    assert disk.run(*command).returncode == 2
    assert disk.files() == set()
    disk.make_room()
    assert disk.run(*command).returncode == 0


def test_two_scans_do_not_write_one_result(names: dict[str, str], tmp_path: Path) -> None:
    with alone(tmp_path / "s.jsonl"):
        done = in_process("scan", names["photos"], "--out", tmp_path / "s.jsonl", "-q")
    assert done.exit_code == 2
    assert "another run is writing it" in done.stderr
    assert list(tmp_path.iterdir()) == []
