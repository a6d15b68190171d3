"""From printed sheets to an organisation's own log, from the command line, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.running import in_process, refused

WORDS = {"ESCRUTINIO_PASSPHRASE": "a passphrase", "SOURCE_DATE_EPOCH": "1935000000"}


@pytest.fixture(scope="module")
def made(miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new log, and the sheets of the presidency printed and scanned."""
    root = tmp_path_factory.mktemp("collect")
    for arguments in (
        ("collect", "init", root / "azul", "--definition", miniature, "--organisation", "party/azul",
         "--origin", "azul.example/actas", "--title", "es=Azul", "--title", "en=Blue"),
        ("print", "--all", "--contest", "presidencia", "--paper", "80mm", "--log", miniature,
         "-o", root / "prints"),
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
    assert "agree and 0 differ" in done.stdout


def test_status_counts_the_stations_with_a_copy(azul: Path, made: Path) -> None:
    add(azul, made / "sheets.jsonl")
    done = in_process("collect", "status", azul, "--json")
    coverage = {row["contest"]: (row["held"], row["stations"]) for row in json.loads(done.stdout)["coverage"]}
    assert coverage == {"presidencia": (10, 12), "consejo-norte": (0, 4)}


def test_a_zero_report_waits_until_it_is_confirmed(azul: Path, tmp_path: Path) -> None:
    line = {
        "kind": "transcribed", "station": "N1.01", "contest": "presidencia", "counts": [0] * 7, "null": 0,
        "blank": 0, "voters": 40, "image": "ab" * 32, "source": "p.jpg", "typists": ["t1", "t2"],
    }  # fmt: skip
    path = tmp_path / "typed.jsonl"
    path.write_text(json.dumps(line, separators=(",", ":")) + "\n")
    first = add(azul, path)
    assert first["added"] == 0
    assert [one["why"] for one in first["held"]] == ["zero"]  # type: ignore[attr-defined]
    assert add(azul, path, "--confirm", "N1.01")["added"] == 1
    assert json.loads(in_process("collect", "status", azul, "--json").stdout)["not_taken"] == []


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


def test_transcription_asks_for_codes_of_two_people(miniature: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    said = refused("transcribe", tmp_path / "photos", "--log", miniature, "--out", tmp_path / "typed")
    assert "--codes" in said
