"""From printed sheets to an organisation's own log, from the command line, and what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from escrutinio.core.log.trust import parse_trust
from escrutinio.core.verification.publication import verify_publication
from escrutinio.running.workspace.collection.collection import open_collection
from escrutinio.running.workspace.collection.inputs import of_files
from escrutinio.running.workspace.collection.sheets import Collected
from tests.cli.running import in_process, refused
from tests.paths import ROOT

WORDS = {"ESCRUTINIO_PASSPHRASE": "a passphrase", "SOURCE_DATE_EPOCH": "1935000000"}


@pytest.fixture(scope="module")
def made(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new log, and the sheets of the presidency printed and scanned."""
    root = tmp_path_factory.mktemp("collect")
    for arguments in (
        ("collect", "init", root / "azul", "--definition", miniature, "--organisation", "party/azul",
         "--origin", "azul.example/actas", "--title", "es=Azul", "--title", "en=Blue"),
        ("print", "--all", "--contest", "presidencia", "--basis", "ruled", "--paper", "80mm",
         "--log", miniature, "-o", root / "prints"),
        ("scan", root / "prints", "--out", root / "sheets.jsonl"),
    ):  # fmt: skip
        done = in_process(*arguments, **WORDS)
        assert done.exit_code == 0, done.output
    return root


@pytest.fixture
def azul(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made / "azul", tmp_path / "azul")
    return tmp_path / "azul"


def add(azul: Path, *arguments: object) -> dict[str, object]:
    done = in_process("collect", "add", azul, *arguments, "--json", **WORDS)
    assert done.exit_code == 0, done.output
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_sheets_that_were_printed_and_scanned_become_a_log_that_verifies(azul: Path, made: Path) -> None:
    answer = add(azul, made / "sheets.jsonl")
    assert (answer["added"], answer["known"], answer["refused"]) == (10, 0, [])
    held = answer["held"]
    assert isinstance(held, list)
    assert [one["why"] for one in held] == ["revoked"]  # its key was revoked after it had signed
    station = held[0]["station"]
    confirmed = add(azul, made / "sheets.jsonl", "--confirm", station)
    assert (confirmed["added"], confirmed["held"]) == (1, [])
    assert add(azul, made / "sheets.jsonl", "--confirm", station)["added"] == 0
    trust = azul / "public" / "trust.toml"
    done = in_process("verify", azul / "public", "--trust", trust, "--json")
    assert done.exit_code == 0, done.output


def test_it_agrees_with_the_official_log_where_both_have_a_sheet(
    azul: Path, made: Path, miniature: Path
) -> None:
    add(azul, made / "sheets.jsonl")
    done = in_process("reconcile", miniature, azul / "public")
    assert "alike, 0 different" in done.stdout


def test_status_counts_the_stations_with_a_copy(azul: Path, made: Path) -> None:
    add(azul, made / "sheets.jsonl")
    done = in_process("collect", "status", azul, "--json", **WORDS)
    coverage = {row["contest"]: (row["held"], row["stations"]) for row in json.loads(done.stdout)["coverage"]}
    assert coverage == {
        "presidencia": (10, 12),
        "consejo-norte": (0, 4),
        "alcaldia-centro": (0, 4),
        "senado-sur": (0, 4),
    }


def test_a_zero_report_waits_until_it_is_confirmed(azul: Path, tmp_path: Path) -> None:
    line = {
        "kind": "transcribed", "station": "N1.01", "contest": "presidencia", "counts": [0] * 7,
        "classes": [0, 0], "voters": 40, "image": "ab" * 32, "source": "p.jpg", "typists": ["t1", "t2"],
    }  # fmt: skip
    path = tmp_path / "typed.jsonl"
    path.write_text(json.dumps(line, separators=(",", ":")) + "\n")
    first = add(azul, path)
    assert first["added"] == 0
    assert [one["why"] for one in first["held"]] == ["zero"]  # type: ignore[attr-defined]
    assert add(azul, path, "--confirm", "N1.01")["added"] == 1
    assert json.loads(in_process("collect", "status", azul, "--json", **WORDS).stdout)["not_taken"] == []


@pytest.mark.parametrize("name", ["azul", "machine/0001", "party/"])
def test_a_name_that_is_no_organisation_is_refused(miniature: Path, tmp_path: Path, name: str) -> None:
    refused(
        "collect", "init", tmp_path / "x", "--definition", miniature, "--organisation", name,
        "--origin", "azul.example/actas", **WORDS,
    )  # fmt: skip
    assert not (tmp_path / "x").exists()


def test_a_directory_without_a_collection_is_refused(tmp_path: Path, made: Path) -> None:
    assert "is no workspace" in refused("collect", "status", tmp_path)
    assert "is no workspace" in refused("collect", "add", tmp_path, made / "sheets.jsonl", **WORDS)


def test_a_file_that_is_no_sheets_is_refused(azul: Path, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("station,votes\n1,2\n")
    assert "line 1" in refused("collect", "add", azul, tmp_path / "x.jsonl", **WORDS)


def test_transcription_needs_sessions_of_two_people(miniature: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    out = tmp_path / "typed"
    words = ["transcribe", tmp_path / "photos", "--log", miniature, "--out", out]
    assert "--people" in refused(*words)
    with socket.create_server(("127.0.0.1", 0)) as other:  # the command ends once it has handed out keys
        taken = [*words, "--port", other.getsockname()[1]]
        done = in_process(*taken, "--people", "2")
        assert "already in use" in done.stderr
        assert [line[:4] for line in done.stdout.splitlines()[:2]] == ["t1  ", "t2  "]
        assert "no session in force" in refused("desk", "revoke", out, "t3")
        admitted = json.loads(in_process("desk", "sessions", out, "--json").stdout)["sessions"]
        assert [(one["label"], one["for"]) for one in admitted] == [("t1", "typist"), ("t2", "typist")]
        assert in_process("desk", "revoke", out, "t2").exit_code == 0
        assert "--people" in refused(*taken)
        again = in_process(*taken, "--people", "2").stdout.splitlines()
        assert [line[:4] for line in again] == ["t2  ", "Pict"]


# --- halfway, and at once ---


def test_a_run_with_nothing_new_mends_pages_that_are_behind_the_log(azul: Path, made: Path) -> None:
    collection = open_collection(azul)
    keyring = collection.keyring(WORDS["ESCRUTINIO_PASSPHRASE"])
    state = collection.open().state
    read = of_files([made / "sheets.jsonl"], state, collection.known_keys(), collection.qr2024())
    sheets = [one for one in read if isinstance(one, Collected)]
    collection.append(sheets, keyring, 1_935_000_000)  # and here the run was stopped
    assert live_size(azul) < collection.open().size
    said = json.loads(in_process("collect", "status", azul, "--json", **WORDS).stdout)
    assert said["pages_current"] is False
    assert "behind the log" in in_process("collect", "status", azul, **WORDS).stdout
    assert add(azul, made / "sheets.jsonl")["added"] == 0
    assert (live_size(azul), verified(azul)) == (collection.open().size, [])
    assert (
        json.loads(in_process("collect", "status", azul, "--json", **WORDS).stdout)["pages_current"] is True
    )
    before = (azul / "public" / "site.json").stat().st_mtime_ns
    add(azul, made / "sheets.jsonl")
    assert (azul / "public" / "site.json").stat().st_mtime_ns == before  # there was nothing to mend


def live_size(azul: Path) -> int:
    """The size of the log of which the pages speak."""
    return int(json.loads((azul / "public" / "live.json").read_text())["size"])


def verified(azul: Path) -> list[object]:
    """The checks of a collection's publication that do not hold."""
    trust = parse_trust((azul / "public" / "trust.toml").read_bytes())
    found = verify_publication(azul / "public", trust=trust)
    return [answer.check for answer in found.asked if answer.failures or answer.unjudged]


KILLED = """
import os, shutil, sys
from pathlib import Path
from escrutinio.cli import main
from tests.cli.test_collect import verified
from tests.running.workspace.killing import done, killed_at
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core, so no worker processes
fresh, azul, sheets = map(Path, sys.argv[1:])
def add():
    main(["collect", "add", str(azul), str(sheets), "-q"], standalone_mode=False)
step, killed = 1, True
while killed:
    shutil.rmtree(azul, ignore_errors=True)
    shutil.copytree(fresh, azul)
    killed = killed_at(step, add)
    done(add)
    assert verified(azul) == [], step
    rests = [path.name for path in (azul / "public").rglob("*") if path.name.endswith((".tmp", ".new"))]
    assert [name for name in rests if "log" not in name] == [], (step, rests)
    step += max(2, step)
print(step)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
def test_after_a_kill_at_any_step_the_same_command_leaves_all_of_it(made: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, made / "azul", tmp_path / "azul", made / "sheets.jsonl"]
    environment = {**os.environ, **WORDS, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, env=environment, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) > 100


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_private_is_its_owners_and_public_is_for_all_whatever_the_mask(made: Path, azul: Path) -> None:
    for mask in (0o000, 0o077):
        before = os.umask(mask)
        try:
            add(azul, made / "sheets.jsonl")
        finally:
            os.umask(before)
        for path in (azul / "private", *(azul / "private").rglob("*")):
            wanted = 0o700 if path.is_dir() else 0o600
            assert (path.name, stat.S_IMODE(path.stat().st_mode)) == (path.name, wanted)
        for path in (azul / "public", *(azul / "public").rglob("*")):
            wanted = 0o755 if path.is_dir() else 0o644
            assert (path.name, stat.S_IMODE(path.stat().st_mode)) == (path.name, wanted)


def test_one_run_at_a_time_works_in_a_collection(azul: Path, made: Path) -> None:
    with open_collection(azul).workspace.alone():
        said = refused("collect", "add", azul, made / "sheets.jsonl", **WORDS)
    assert "Another run is at work" in said
    assert add(azul, made / "sheets.jsonl")["added"] == 10
