"""Durable files: their modes, whatever mask the process runs under, and the lock of a directory."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from escrutinio.base.errors import LogError
from escrutinio.base.files import MANY, DirectoryLock, Disk, is_locked, make_directories, write_files
from escrutinio.base.tree import PageWriter
from tests.paths import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions or limits")


@pytest.fixture(params=[0o000, 0o077, 0o777], ids=oct)
def mask(request: pytest.FixtureRequest) -> object:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(directory: Path) -> dict[str, int]:
    return {
        path.relative_to(directory).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in sorted(directory.rglob("*"))
    }


def test_public_files_are_for_all_and_private_ones_for_their_owner(tmp_path: Path, mask: None) -> None:
    write_files(tmp_path, [("a/b/page", b"1")])
    write_files(tmp_path, [("c/key", b"1")], private=True)
    PageWriter(tmp_path).write([("d/page", b"1")])
    assert modes(tmp_path) == {
        "a": 0o755,
        "a/b": 0o755,
        "a/b/page": 0o644,
        "c": 0o700,
        "c/key": 0o600,
        "d": 0o755,
        "d/page": 0o644,
    }


def test_a_file_that_is_replaced_or_left_alone_has_the_mode_of_a_new_one(tmp_path: Path) -> None:
    for name in ("page", "key", "same", "other"):
        (tmp_path / name).write_bytes(b"1")
        (tmp_path / name).chmod(0o666 if name == "key" else 0o600)
    write_files(tmp_path, [("page", b"2")])
    write_files(tmp_path, [("key", b"2")], private=True)
    PageWriter(tmp_path).write([("same", b"1"), ("other", b"2")])
    assert modes(tmp_path) == {"page": 0o644, "key": 0o600, "same": 0o644, "other": 0o644}


def test_directories_that_were_there_keep_their_modes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o700)
    make_directories(tmp_path / "a" / "b", 0o755)
    make_directories(tmp_path / "a" / "b", 0o700)
    assert modes(tmp_path) == {"a": 0o700, "a/b": 0o755}
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        make_directories(tmp_path / "file" / "b", 0o755)


SHORT = """
import resource, signal, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from escrutinio.base.errors import PublicationError
from escrutinio.base.tree import PageWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for fresh in (False, True):
    try:
        PageWriter(Path(sys.argv[1]), fresh=fresh).write([("page", b"x" * 5000)])
    except PublicationError as error:
        print(error)
"""


def test_a_page_that_a_full_disk_cuts_is_refused(tmp_path: Path) -> None:
    """A write that takes a part raises nothing by itself."""
    command = [sys.executable, "-c", SHORT, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert done.stdout.count("page cannot be written: File too large") == 2


def test_a_directory_is_locked_once_and_says_so_in_the_sentence_given(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)
    with pytest.raises(LogError, match="Another publisher is at work"):
        DirectoryLock(tmp_path)
    with pytest.raises(LogError, match="somebody types"):
        DirectoryLock(tmp_path, "somebody types")
    lock.release()
    DirectoryLock(tmp_path).release()


@pytest.mark.parametrize("many", [1, MANY, MANY + 1, 3 * MANY])
def test_of_a_batch_of_any_size_every_file_is_there_and_nothing_else(tmp_path: Path, many: int) -> None:
    files = [(f"{number % 7}/{number}", b"%d" % number) for number in range(many)]
    write_files(tmp_path, files)
    found = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == dict(files)


def test_a_large_batch_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    write_files(tmp_path, [("0", b"before")])
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(LogError):
        write_files(
            tmp_path, [*((str(number), b"after") for number in range(MANY + 1)), ("taken/below", b"")]
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "taken"]
    assert (tmp_path / "0").read_bytes() == b"before"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has another file system everywhere")
def test_only_what_lies_in_one_file_system_is_forced_to_disk_together(tmp_path: Path) -> None:
    disk = Disk(str(tmp_path))
    try:
        assert not disk.forced([str(tmp_path), "/proc"])
    finally:
        disk.close()


def test_who_looks_whether_a_directory_is_locked_keeps_nobody_out(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    stop = Event()

    def look() -> None:
        while not stop.is_set():
            is_locked(tmp_path)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        for _ in range(100):
            lock = DirectoryLock(tmp_path, patience=60)
            assert is_locked(tmp_path)
            with pytest.raises(LogError):
                DirectoryLock(tmp_path)
            lock.release()
        stop.set()
        looking.result()
    assert not is_locked(tmp_path)
    with pytest.raises(LogError):
        is_locked(tmp_path / "missing")
