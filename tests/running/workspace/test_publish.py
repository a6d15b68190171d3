"""Publishing whole: same bytes, nothing published half, nothing published harmed."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import EscrutinioError, PublicationError
from escrutinio.core.log.trust import format_trust, parse_trust
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.publication.browser.verifier import BESIDE
from escrutinio.running.workspace import publish as publishing
from escrutinio.running.workspace.publish import BadRowsError, publish
from escrutinio.running.workspace.workspace import Workspace, begin
from tests.conftest import publish_example
from tests.intake.imported import CONFIG as IMPORTED
from tests.paths import ROOT

CLOCK = 1_900_000_000
KEY = SigningKey(sha256(b"key of the tests").digest())

CONFIG = (
    IMPORTED
    + """
[[import.areas]]
file = "roll.csv"
levels = [{ level = "country", code = "=X", name = "=X" }]
[[import.roll]]
file = "roll.csv"
station = "station"
center = "station"
area = "=X"
registered = "registered"
[[import.sheets]]
file = "sheets.csv"
contest = "p"
station = "station"
options = { a = "a", b = "b" }
"""
)


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(f.relative_to(directory)): f.read_bytes() for f in sorted(directory.rglob("*")) if f.is_file()
    }


@pytest.fixture
def small(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    (source / "election.toml").write_text(CONFIG)
    (source / "roll.csv").write_text("station,registered\n1,100\n2,\n3,50\n")
    (source / "sheets.csv").write_text("station,a,b\n1,3,4\n2,5,6\n")
    return source


def run(
    source: Path, target: Path, *, key: SigningKey = KEY, skip: bool = False, replacing: bool = False
) -> int:
    made = publish(
        source,
        target,
        master=key,
        clock=CLOCK,
        progress=lambda *_: None,
        skip_bad_rows=skip,
        replace=replacing,
    )
    return made.skipped


def test_the_same_input_key_and_clock_give_the_same_bytes(miniature: Path, tmp_path: Path) -> None:
    again = publish_example("miniature", tmp_path)
    assert contents(again) == contents(miniature)


def test_nothing_is_left_beside_the_publication(small: Path, tmp_path: Path) -> None:
    run(small, tmp_path / "out")
    run(small, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]


def test_a_bad_row_stops_everything_and_is_named(small: Path, tmp_path: Path) -> None:
    (small / "sheets.csv").write_text("station,a,b\n1,3,4\n2,5,-6\n")
    with pytest.raises(BadRowsError, match=r"sheets\.csv, line 3, column b"):
        run(small, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_skipped_rows_stand_in_the_publication(small: Path, tmp_path: Path) -> None:
    (small / "sheets.csv").write_text("station,a,b\n1,3,4\n2,5,-6\n")
    assert run(small, tmp_path / "out", skip=True) == 1
    assert "sheets.csv,3,b" in (tmp_path / "out/data/skipped.csv").read_text()
    assert (tmp_path / "out/data/p/sheets.csv").read_text().count("\n") == 2


def test_two_rows_for_a_station_are_both_kept(small: Path, tmp_path: Path) -> None:
    (small / "sheets.csv").write_text("station,a,b\n1,3,4\n1,3,4\n2,5,6\n2,6,5\n")
    run(small, tmp_path / "out")
    assert (tmp_path / "out/data/p/sheets.csv").read_text().count("\n") == 5
    found = (tmp_path / "out/data/findings.csv").read_text()
    assert "\nduplicate," in found
    assert "\nconflict," in found


def test_more_of_the_same_election_may_take_its_place(small: Path, tmp_path: Path) -> None:
    run(small, tmp_path / "out")
    (small / "sheets.csv").write_text("station,a,b\n1,3,4\n2,5,6\n3,1,1\n")
    run(small, tmp_path / "out")
    assert (tmp_path / "out/data/p/sheets.csv").read_text().count("\n") == 4


EARLIER = b"<!doctype html><title>what an earlier version made</title>"


def name_earlier_verifier(target: Path) -> None:
    """Let the trust file of a publication name a verifier of an earlier version, which stands there."""
    trust = parse_trust((target / "trust.toml").read_bytes())
    named = replace(trust, verifier_html=sha256(EARLIER).digest())
    (target / "trust.toml").write_bytes(format_trust(named))
    (target / "verify.html").write_bytes(EARLIER)


def test_the_verifier_that_was_named_stays_and_the_newer_one_stands_beside_it(
    small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(small, out)
    made, named = (out / "verify.html").read_bytes(), (out / "trust.toml").read_bytes()
    assert parse_trust(named).verifier_html == sha256(made).digest()
    name_earlier_verifier(out)
    named = (out / "trust.toml").read_bytes()
    run(small, out)
    assert (out / "trust.toml").read_bytes() == named
    assert (out / "verify.html").read_bytes() == EARLIER
    assert (out / BESIDE).read_bytes() == made
    assert BESIDE in (out / "es/verify.html").read_text()
    run(small, out, replacing=True)
    assert (out / "verify.html").read_bytes() == made
    assert not (out / BESIDE).exists()


def test_a_named_verifier_that_was_lost_is_not_replaced_unasked(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(small, out)
    name_earlier_verifier(out)
    (out / "verify.html").unlink()
    before = contents(out)
    with pytest.raises(PublicationError, match="put that file back"):
        run(small, out)
    assert contents(out) == before


@pytest.mark.parametrize(
    ("sheets", "key", "reason"),
    [
        ("station,a,b\n1,3,4\n2,5,7\n", KEY, "would change"),
        ("station,a,b\n1,3,4\n", KEY, "would change"),
        ("station,a,b\n1,3,4\n2,5,6\n", SigningKey(bytes(32)), "another election"),
    ],
)
def test_what_stands_there_is_not_replaced_unasked(
    small: Path, tmp_path: Path, sheets: str, key: SigningKey, reason: str
) -> None:
    run(small, tmp_path / "out")
    before = contents(tmp_path / "out")
    (small / "sheets.csv").write_text(sheets)
    with pytest.raises(PublicationError, match=reason):
        run(small, tmp_path / "out", key=key)
    assert contents(tmp_path / "out") == before
    run(small, tmp_path / "out", key=key, replacing=True)
    assert contents(tmp_path / "out") != before


def test_a_directory_with_something_else_is_never_touched(small: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter.txt").write_text("mine")
    for replacing in (False, True):
        with pytest.raises(PublicationError, match="holds no publication"):
            run(small, tmp_path / "out", replacing=replacing)
    assert (tmp_path / "out/letter.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('area = "X"\ncandidate', 'area = "Y"\ncandidate', "Y"),
        ('sheets_by = "importer/one"', 'sheets_by = "importer/two"', "not-enrolled"),
        ("[[import.roll]]", "[[import.rolls]]", "rolls"),
        ('file = "sheets.csv"', 'file = "../sheets.csv"', "outside"),
    ],
)
def test_a_bad_configuration_publishes_nothing(
    small: Path, tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in CONFIG
    (small / "election.toml").write_text(CONFIG.replace(old, new, 1))
    with pytest.raises(EscrutinioError, match=reason):
        run(small, tmp_path / "out")
    assert not (tmp_path / "out").exists()


ENROL = """
[[entry]]
by = "root"
type = "enrolment"
says = { keys = [{ name = "party/uno", role = "party", scope = ["1"] }] }
"""
COPY = """
[[entry]]
by = "party/uno"
type = "copy"
about = "1/p"
says = { counts = [3, 4], classes = [0, 0], form = "table" }
"""
REVOKE = """
[[entry]]
by = "root"
type = "enrolment"
says = { keys = [{ name = "authority/1", role = "authority" }] }
[[entry]]
id = "revocation"
by = "root"
type = "revocation"
says = { kid = "@party/uno", reason = "lost", legal_basis = "art. 1" }
[[entry]]
by = "authority/1"
type = "co-record"
says = { record = "@revocation" }
"""


def scripted(source: Path, *entries: str) -> None:
    text = CONFIG.replace("[script]", '[script]\nfiles = ["day.toml"]')
    (source / "election.toml").write_text(text)
    (source / "day.toml").write_text("".join(entries))


def test_a_copy_by_a_key_in_force_and_in_scope_is_published(small: Path, tmp_path: Path) -> None:
    scripted(small, ENROL, COPY, REVOKE)
    run(small, tmp_path / "out")


@pytest.mark.parametrize(
    ("entries", "refused"),
    [
        ((COPY,), "1 not-enrolled.*is not one that this log enrols"),
        ((COPY, ENROL, COPY.replace("3, 4", "3, 5")), "1 not-enrolled"),
        ((ENROL, REVOKE, COPY), "1 revoked.*was revoked in this log"),
        ((ENROL, COPY.replace("1/p", "2/p")), "1 out-of-scope.*: 2/p is not among"),
        ((ENROL, COPY.replace('"party/uno"', '"root"')), "1 not-entitled"),
        (
            (ENROL, REVOKE, COPY, COPY.replace("3, 4", "3, 5"), COPY.replace("uno", "dos")),
            r"refused 3 of 13 records \(1 not-enrolled, 2 revoked\); of record 10:",
        ),
    ],
)
def test_what_no_log_would_admit_is_never_written(
    small: Path, tmp_path: Path, entries: tuple[str, ...], refused: str
) -> None:
    scripted(small, *entries)
    with pytest.raises(PublicationError, match=refused):
        run(small, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_state_is_what_the_log_says(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what was held in memory: here another log is found in the place of the one just written."""
    scripted(small, ENROL, COPY)
    run(small, tmp_path / "other")

    def begin_and_exchange(*rest: object, **named: object) -> Workspace:
        workspace = begin(*rest, **named)  # type: ignore[arg-type]
        shutil.rmtree(workspace.public / "log")
        shutil.copytree(tmp_path / "other" / "log", workspace.public / "log")
        return workspace

    monkeypatch.setattr(publishing, "begin", begin_and_exchange)
    scripted(small, ENROL, COPY, COPY.replace("3, 4", "3, 5"))
    made = publish(small, tmp_path / "out", master=KEY, clock=CLOCK, progress=lambda *_: None)
    assert made.state.size == made.checkpoint.checkpoint.size == 8


def test_a_record_said_twice_stands_once(small: Path, tmp_path: Path) -> None:
    scripted(small, ENROL, COPY, COPY, COPY.replace("3, 4", "3, 5"))
    made = publish(small, tmp_path / "out", master=KEY, clock=CLOCK, progress=lambda *_: None)
    assert made.state.size == made.checkpoint.checkpoint.size == 9


@pytest.mark.strace
@pytest.mark.parametrize(
    ("call", "after"),
    [
        pytest.param("fsync", 25, marks=pytest.mark.slow),
        pytest.param("mkdir", 6, marks=pytest.mark.slow),
        ("rename", 10),
    ],
)
def test_a_full_disk_harms_nothing_that_is_published(
    small: Path, tmp_path: Path, call: str, after: int
) -> None:
    target = tmp_path / "out"
    run(small, target)
    before = contents(target)
    (small / "sheets.csv").write_text("station,a,b\n1,3,4\n2,5,6\n3,1,1\n")
    key = tmp_path / "k.key"
    write_key_file(key, "importer/one", KEY, "phrase")
    # The later calls of their kind are in the writing of the new directory, wherever exactly.
    command = [
        sys.executable,
        "-m",
        "escrutinio",
        "publish",
        str(small),
        "-o",
        str(target),
        "--key",
        str(key),
        "-q",
    ]
    command += ["--clock", "2030-03-17T17:46:40+00:00"]
    strace = [shutil.which("strace") or "strace", "-f", "-qq", "-o", "/dev/null"]
    strace += ["-e", f"trace={call}", "-e", f"inject={call}:error=ENOSPC:when={after}+"]
    environment = {**os.environ, "ESCRUTINIO_PASSPHRASE": "phrase", "ESCRUTINIO_LANG": "en"}
    done = subprocess.run(
        [*strace, *command],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        check=False,
        timeout=120,
        # One core, so no worker processes: their pipes are no disk and must not fail.
        preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
    )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents(target) == before
    assert {path.name for path in tmp_path.iterdir()} == {"out", "source", "k.key"}
