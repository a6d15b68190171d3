"""Publishing twice, at once, or halfway: nothing good that was published is lost."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from escrutinio.base.errors import PublicationError
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.publisher import PARTIAL_TILE_SECONDS
from escrutinio.core.log.reader import open_log, read_entries
from escrutinio.core.log.trust import parse_trust
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.verification.publication import open_verified, verify_publication
from escrutinio.running.workspace.publish import Published, publish
from tests.core.verification.whole import failures
from tests.paths import ROOT
from tests.running.workspace.test_publish import CLOCK, CONFIG, KEY, contents

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such processes, masks or links")

HOUR = 3600


def sheets(source: Path, count: int, changed: int | None = None, *, stations: int = 700) -> None:
    """A roll, and sheets of its first `count` stations; that of one with another figure."""
    source.mkdir(exist_ok=True)
    (source / "election.toml").write_text(CONFIG)
    roll = "".join(f"{number},{100 + number}\n" for number in range(1, stations + 1))
    (source / "roll.csv").write_text(f"station,registered\n{roll}")
    rows = "".join(f"{number},{3 + (number == changed)},4\n" for number in range(1, count + 1))
    (source / "sheets.csv").write_text(f"station,a,b\n{rows}")


def run(source: Path, target: Path, clock: int = CLOCK, *, replace: bool = False) -> Published:
    return publish(source, target, master=KEY, clock=clock, progress=lambda *_: None, replace=replace)


def moments(target: Path) -> list[int]:
    reader = open_log(target / "log")
    size = parse_checkpoint(reader.checkpoint()).checkpoint.size
    return [open_record(raw).issued_at for raw in read_entries(reader, size)]


def verified(target: Path) -> int:
    """The size of what is published, every check of which holds."""
    trust = parse_trust((target / "trust.toml").read_bytes())
    found = verify_publication(target, trust=trust)
    assert failures(found.answers) == []
    assert found.authenticated
    assert found.log is not None
    return found.log.size


# --- at once ---

HOLD = """
import sys
from pathlib import Path
from escrutinio.base.beside import new_tree
with new_tree(Path(sys.argv[1]), replace=True):
    print("at it", flush=True)
    sys.stdin.readline()
    raise SystemExit(0)
"""


@contextmanager
def another_run(target: Path) -> Iterator[None]:
    """Another process that publishes into the target and comes to nothing."""
    command = [sys.executable, "-c", HOLD, str(target)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT / "src"
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at it\n"
        yield
        process.communicate("\n")


def test_the_second_of_two_runs_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    sheets(tmp_path / "source", 2)
    run(tmp_path / "source", tmp_path / "out")
    before = contents(tmp_path / "out")
    with (
        another_run(tmp_path / "out"),
        pytest.raises(PublicationError, match="out cannot be written: another run is writing it"),
    ):
        run(tmp_path / "source", tmp_path / "out")
    assert contents(tmp_path / "out") == before
    run(tmp_path / "source", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]


def test_of_two_commands_at_once_one_publishes_and_the_other_says_why_not(tmp_path: Path) -> None:
    sheets(tmp_path / "source", 2)
    write_key_file(tmp_path / "k.key", "importer/one", KEY, "phrase")
    run(tmp_path / "source", tmp_path / "out")
    command = [sys.executable, "-m", "escrutinio", "publish", str(tmp_path / "source")]
    command += ["-o", str(tmp_path / "out"), "--key", str(tmp_path / "k.key"), "-q"]
    command += ["--clock", "2030-03-17T17:46:40+00:00"]
    environment = {**os.environ, "ESCRUTINIO_PASSPHRASE": "phrase", "ESCRUTINIO_LANG": "en"}
    environment["PYTHONPATH"] = str(ROOT / "src")
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    ]
    ended = [(process.communicate(timeout=300), process.returncode) for process in both]
    codes = sorted(code for _, code in ended)
    assert codes in ([0, 0], [0, 2]), ended
    if codes == [0, 2]:
        assert any("another run is writing it" in err for (_, err), code in ended if code == 2)
    assert verified(tmp_path / "out") == len(moments(tmp_path / "out"))


# --- halfway ---

KILLED = """
import sys
from pathlib import Path
from tests.running.workspace.killing import done, killed_at
from tests.running.workspace.test_twice import run, sheets, verified
source, target = Path(sys.argv[1]), Path(sys.argv[2])
sheets(source, 2, stations=9)
done(lambda: run(source, target))
first = len(list(target.rglob("*")))
old = verified(target)
sheets(source, 3, stations=9)
step, seen = 1, set()
while killed_at(step, lambda: run(source, target)):
    seen.add(verified(target))  # at every moment, without another run
    step += max(1, step // 3)
assert verified(target) == old + 1
assert seen <= {old, old + 1}, seen
print(step, first)
"""


@pytest.mark.slow
def test_a_kill_at_any_step_of_publishing_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / "source"), str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    step, files = map(int, done.stdout.split())
    assert step > files / 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]


# --- again, later ---


def test_what_stands_keeps_its_moment_and_only_what_is_new_is_issued_now(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for hour, count in enumerate((2, 3, 3, 5)):
        sheets(tmp_path / "source", count)
        run(tmp_path / "source", out, CLOCK + hour * HOUR)
    assert moments(out)[-5:] == [CLOCK, CLOCK, CLOCK + HOUR, CLOCK + 3 * HOUR, CLOCK + 3 * HOUR]
    assert verified(out) == len(moments(out))


def test_a_row_said_again_later_is_still_said_once_more(tmp_path: Path) -> None:
    sheets(tmp_path / "source", 2)
    run(tmp_path / "source", tmp_path / "out")
    with (tmp_path / "source" / "sheets.csv").open("a") as file:
        file.write("2,3,4\n2,9,9\n")
    for hour in (1, 2):
        run(tmp_path / "source", tmp_path / "out", CLOCK + hour * HOUR)
        assert moments(tmp_path / "out")[-2:] == [CLOCK + HOUR + 1, CLOCK + HOUR + 2]


def test_a_change_of_what_stands_is_refused_and_its_replacement_is_a_second_history(tmp_path: Path) -> None:
    sheets(tmp_path / "source", 3)
    run(tmp_path / "source", tmp_path / "out")
    sheets(tmp_path / "source", 3, changed=2)
    with pytest.raises(PublicationError, match=r"A log only grows.*second history"):
        run(tmp_path / "source", tmp_path / "out")
    assert run(tmp_path / "source", tmp_path / "out", replace=True).forked
    assert not run(tmp_path / "source", tmp_path / "out", replace=True).forked
    sheets(tmp_path / "source", 4, changed=2)
    assert not run(tmp_path / "source", tmp_path / "out", replace=True).forked
    other = SigningKey(bytes(32))
    made = publish(
        tmp_path / "source",
        tmp_path / "out",
        master=other,
        clock=CLOCK,
        progress=lambda *_: None,
        replace=True,
    )
    assert not made.forked


def test_one_key_in_two_directories_signs_two_histories_and_mirrors_show_it(tmp_path: Path) -> None:
    """`publish` derives its keys and keeps no store: in another directory it cannot know of the first. A
    workspace has one (`recover` asks mirrors); a reader who has seen both checkpoints has the proof."""
    sheets(tmp_path / "source", 3)
    run(tmp_path / "source", tmp_path / "out")
    sheets(tmp_path / "source", 3, changed=2)
    assert not run(tmp_path / "source", tmp_path / "other").forked
    one, two = (open_verified(tmp_path / name) for name in ("out", "other"))
    assert one.checkpoint.origin == two.checkpoint.origin
    assert one.checkpoint.size == two.checkpoint.size
    assert one.checkpoint.root != two.checkpoint.root
    assert one.state.election == two.state.election


# --- readers of an earlier checkpoint ---


def partial(target: Path) -> set[str]:
    found = (target / "log").rglob("*.p/*")
    return {path.relative_to(target / "log").as_posix() for path in found}


def grown(tmp_path: Path, *counts: int) -> Path:
    for count in counts:
        sheets(tmp_path / "source", count)
        run(tmp_path / "source", tmp_path / "out")
    return tmp_path / "out"


def age(target: Path, seconds: int) -> None:
    for path in (target / "log").rglob("*"):
        before = path.stat().st_mtime - seconds
        os.utime(path, (before, before))


def test_a_reader_of_an_earlier_checkpoint_is_served(tmp_path: Path) -> None:
    out = grown(tmp_path, 260)
    reading = [(out / "log/checkpoint").read_bytes()]
    for count in (270, 300, 520):
        grown(tmp_path, count)
        for note in reading:
            reader = shutil.copytree(out, tmp_path / "reader", dirs_exist_ok=True)
            (reader / "log/checkpoint").write_bytes(note)
            found = verify_publication(reader, only_log=True)
            assert failures(found.answers) == []
            assert found.log is not None
            assert found.log.size == parse_checkpoint(note).checkpoint.size
        reading.append((out / "log/checkpoint").read_bytes())


def test_partial_tiles_go_an_hour_after_their_full_tile_is_public(tmp_path: Path) -> None:
    out = grown(tmp_path, 260)
    width = len(moments(out)) - 256
    earlier = {f"tile/0/001.p/{width}", f"tile/entries/001.p/{width}"}
    assert earlier < partial(out)
    age(out, 2 * PARTIAL_TILE_SECONDS)
    grown(tmp_path, 400)
    assert earlier < partial(out)  # their full tile is not there
    age(out, 2 * PARTIAL_TILE_SECONDS)
    grown(tmp_path, 520)
    assert earlier < partial(out)  # it came just now
    age(out, PARTIAL_TILE_SECONDS - 600)
    grown(tmp_path, 530)
    assert earlier < partial(out)  # and that it was made anew is no new beginning
    age(out, 700)
    grown(tmp_path, 540)
    assert not earlier & partial(out)


def test_partial_tiles_of_another_history_are_not_kept(tmp_path: Path) -> None:
    out = grown(tmp_path, 260)
    before = partial(out)
    sheets(tmp_path / "source", 270, changed=258)
    run(tmp_path / "source", out, replace=True)
    assert not {path for path in before & partial(out) if not re.search(r"tile/1/", path)}


# --- modes ---


def test_a_publication_is_for_all_whatever_the_mask(tmp_path: Path) -> None:
    sheets(tmp_path / "source", 2)
    before = os.umask(0o077)
    try:
        run(tmp_path / "source", tmp_path / "deep" / "out")
        sheets(tmp_path / "source", 3)
        for path in (tmp_path / "deep" / "out").rglob("*.html"):
            path.chmod(0o600)
        run(tmp_path / "source", tmp_path / "deep" / "out")
    finally:
        os.umask(before)
    for path in (tmp_path / "deep", *(tmp_path / "deep").rglob("*")):
        assert (path, stat.S_IMODE(path.stat().st_mode)) == (path, 0o755 if path.is_dir() else 0o644)
