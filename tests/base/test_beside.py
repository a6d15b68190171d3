"""Derived files and directories: whole or not at all, whatever happens in between."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from escrutinio.base.beside import alone, held, new_file, new_tree, put_back, unfinished, write_new
from escrutinio.base.errors import InputError, PublicationError
from tests.paths import ROOT

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions or limits")


class InBetweenError(Exception):
    """What comes in between."""


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_files_are_written_together(tmp_path: Path) -> None:
    write_new((tmp_path / "a", b"1"), (tmp_path / "b", b"2"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "b": b"2"}


def test_where_one_is_there_already_none_is_written(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"mine")
    with pytest.raises(InputError, match="b exists already and is not overwritten"):
        write_new((tmp_path / "a", b"1"), (tmp_path / "b", b"2"))
    assert names(tmp_path) == ["b"]
    assert (tmp_path / "b").read_bytes() == b"mine"


def test_two_contents_for_one_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exists already"):
        write_new((tmp_path / "a", b"1"), (tmp_path / "a", b"2"))
    assert names(tmp_path) == []


def test_what_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match="gone/a cannot be written: No such file"):
        write_new((tmp_path / "b", b""), (tmp_path / "gone" / "a", b""))
    assert names(tmp_path) == []


def test_what_a_crash_left_blocks_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a"
    unfinished(target).write_bytes(b"half of a longer content")
    write_new((target, b"1"))
    assert (names(tmp_path), target.read_bytes()) == (["a"], b"1")


def test_a_link_that_lies_beside_is_not_followed(tmp_path: Path) -> None:
    other, target = tmp_path / "other", tmp_path / "a"
    other.write_bytes(b"somebody's")
    unfinished(target).symlink_to(other)
    write_new((target, b"1"))
    assert other.read_bytes() == b"somebody's"
    assert not target.is_symlink()


@POSIX
def test_modes_are_those_of_any_new_file_or_of_the_owner_alone(tmp_path: Path) -> None:
    plain, private = tmp_path / "plain", tmp_path / "private"
    unfinished(private).write_bytes(b"")
    unfinished(private).chmod(0o666)
    write_new((plain, b""))
    write_new((private, b""), private=True)
    (tmp_path / "any").write_bytes(b"")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("any", "plain", "private")]
    assert modes[0] == modes[1]
    assert modes[2] == 0o600


def test_where_there_are_no_links_a_file_is_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)  # as FAT does
    write_new((tmp_path / "a", b"1"))
    assert (tmp_path / "a").read_bytes() == b"1"
    assert names(tmp_path) == ["a"]


WRITE_WITH_NO_ROOM = """
import resource, signal, sys
from pathlib import Path
from escrutinio.base.beside import write_new
from escrutinio.base.errors import PublicationError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
directory = Path(sys.argv[1])
try:
    write_new((directory / "small", b"x"), (directory / "large", b"x" * 5000))
except PublicationError as error:
    print(error)
"""


@POSIX
def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITE_WITH_NO_ROOM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT / "src")
    assert "large cannot be written" in done.stdout
    assert names(tmp_path) == []


def write_half(path: Path, *, replace: bool = False) -> None:
    with new_file(path, replace=replace) as file:
        file.write(b"half")
        raise InBetweenError


def test_a_file_that_is_interrupted_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InBetweenError):
        write_half(tmp_path / "a")
    assert names(tmp_path) == []
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(InBetweenError):
        write_half(tmp_path / "a", replace=True)
    assert (tmp_path / "a").read_bytes() == b"old"
    with new_file(tmp_path / "a", replace=True, durable=True) as file:
        file.write(b"new")
    assert (names(tmp_path), (tmp_path / "a").read_bytes()) == (["a"], b"new")
    with pytest.raises(FileExistsError), new_file(tmp_path / "a"):
        pass


def fill(path: Path, content: str, *, replace: bool = False, fails: bool = False) -> None:
    with new_tree(path, replace=replace) as staging:
        (staging / "x").write_text(content)
        if fails:
            raise InBetweenError


def test_a_directory_is_there_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "above" / "tree"
    with pytest.raises(InBetweenError):
        fill(target, "1", fails=True)
    assert names(tmp_path / "above") == []
    fill(target, "1")
    assert (target / "x").read_text() == "1"
    with pytest.raises(FileExistsError):
        fill(target, "2")
    with pytest.raises(InBetweenError):
        fill(target, "2", replace=True, fails=True)
    assert (target / "x").read_text() == "1"
    fill(target, "2", replace=True)
    assert (target / "x").read_text() == "2"
    assert names(tmp_path / "above") == ["tree"]


def test_an_empty_directory_gives_way_and_rests_are_thrown_away(tmp_path: Path) -> None:
    target = tmp_path / "tree"
    target.mkdir()
    unfinished(target).mkdir()
    (unfinished(target) / "rest").write_text("")
    fill(target, "1")
    assert names(target) == ["x"]
    assert names(tmp_path) == ["tree"]


def test_a_crash_between_the_two_moves_of_a_replacement_loses_nothing(tmp_path: Path) -> None:
    target, old = tmp_path / "tree", tmp_path / ".tree.old"
    fill(old, "old")
    put_back(target)
    assert (target / "x").read_text() == "old"
    target.rename(old)
    with pytest.raises(InBetweenError):
        fill(target, "new", replace=True, fails=True)
    assert (target / "x").read_text() == "old"


def test_there_is_nothing_beside_the_directory_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (Path(), Path(".."), Path("/")):
        with pytest.raises(OSError, match="Invalid argument"):
            fill(place, "1", replace=True)
        with pytest.raises(InputError, match="exists already"):
            write_new((place, b""))
    assert names(tmp_path) == []


# --- two at once, and kills ---


HOLDS = """
import sys
from pathlib import Path
from escrutinio.base.beside import new_file, new_tree
what = new_tree if sys.argv[1] == "tree" else new_file
with what(Path(sys.argv[2]), replace=True):
    print("at it", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_run(kind: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is making `path`, until the block ends or it is killed."""
    command = [sys.executable, "-c", HOLDS, kind, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT / "src"
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at it\n"
        yield process
        process.kill()


@POSIX
def test_who_makes_the_same_at_the_same_time_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", tmp_path / "file"
    with another_run("tree", tree) as process:
        with pytest.raises(BlockingIOError, match="another run is writing it"):
            fill(tree, "mine", replace=True)
        assert process.communicate("\n")[0] == ""
    assert tree.is_dir()
    with another_run("file", file) as process:
        with pytest.raises(PublicationError, match="file cannot be written: another run is writing it"):
            write_new((file, b"mine"))
        process.communicate("\n")
    assert names(tmp_path) == ["file", "tree"]


@POSIX
def test_what_a_killed_run_left_is_thrown_away_by_the_next(tmp_path: Path) -> None:
    tree, file = tmp_path / "tree", tmp_path / "file"
    for kind, path in (("tree", tree), ("file", file)):
        with another_run(kind, path) as process:
            process.kill()
            process.wait()
        assert unfinished(path).exists()
    fill(tree, "1")
    write_new((file, b"1"))
    assert names(tmp_path) == ["file", "tree"]


@POSIX
def test_one_run_is_alone_with_a_file(tmp_path: Path) -> None:
    with alone(tmp_path / "a"), pytest.raises(BlockingIOError), alone(tmp_path / "a"):
        pass
    with alone(tmp_path / "a"):
        assert names(tmp_path) == [held(tmp_path / "a").name]
    assert names(tmp_path) == []


def test_the_same_content_there_already_may_be_as_good_as_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    write_new((tmp_path / "a", b"1"), (tmp_path / "b", b"2"), again=True)
    assert (tmp_path / "b").read_bytes() == b"2"
    with pytest.raises(InputError, match="a exists already"):
        write_new((tmp_path / "c", b"3"), (tmp_path / "a", b"other"), again=True)
    assert names(tmp_path) == ["a", "b"]


KILLED = """
import os, signal, sys
from pathlib import Path
from escrutinio.base.beside import new_tree
steps = int(sys.argv[2])
def count(event, arguments):
    global steps
    if event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "open", "ctypes.call_function"):
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
if sys.argv[3] == "two moves":
    sys.platform = "other"
with new_tree(Path(sys.argv[1]), replace=True) as staging:
    (staging / "x").write_text("new")
    (staging / "y").write_text("new")
"""


@POSIX
@pytest.mark.parametrize("way", ["at once", "two moves"])
def test_a_kill_at_any_step_of_a_replacement_leaves_the_old_or_the_new(tmp_path: Path, way: str) -> None:
    target = tmp_path / "tree"
    for step in range(1, 60):
        fill(target, "old", replace=True)
        (target / "y").write_text("old")
        command = [sys.executable, "-c", KILLED, str(target), str(step), way]
        done = subprocess.run(command, check=False, cwd=ROOT / "src")
        if way == "two moves":
            put_back(target)
        assert (target / "x").read_text() == (target / "y").read_text()
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert (done.returncode, step > 5) == (0, True)
    assert (target / "x").read_text() == "new"
    assert names(tmp_path) == ["tree"]
