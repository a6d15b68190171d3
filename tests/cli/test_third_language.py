"""A third language is one catalogue file for the commands as well: their help, answers and refusals."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.publication.pseudo import LANGUAGE, OPEN, outside, write

_NAMES = re.compile(r"\[[^\]]*\]|\{[^}]*\}|--?[a-z][a-z-]*|[A-Z]{2,}|\S*[0-9_/.:]\S*")
"""Options, choices, what stands for a value, and codes."""


def run(folder: Path, *commands: list[str]) -> list[tuple[str, int, str]]:
    """Each command, its exit code, and what it said; of all commands their help where none is named."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.in_language", folder],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "ESCRUTINIO_LANG": LANGUAGE, "NO_COLOR": "1"},
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return [(words, code, output + errors) for words, code, output, errors in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("locale")
    write(made)
    return made


def bare(text: str) -> set[str]:
    """The words outside the marks. What a list of commands says is cut to a line, and so loses its mark."""
    left = re.sub(rf"{OPEN}.*", " ", outside(text))
    return set(re.findall(r"[^\W\d_]{3,}", _NAMES.sub(" ", left)))


@pytest.mark.slow
def test_every_command_explains_itself_in_it(folder: Path) -> None:
    helps = run(folder)
    assert len(helps) > 40
    known = {word for words, *_ in helps for name in words.split() for word in re.findall(r"[a-z]+", name)}
    assert {code for _, code, _ in helps} == {0}
    left = {words: found for words, _, said in helps if (found := bare(said) - known - {"main"})}
    assert left == {}


@pytest.mark.slow
def test_answers_and_refusals_are_given_in_it(folder: Path, miniature: Path) -> None:
    where, contest = str(miniature), ["--contest", "presidencia"]
    answers = run(
        folder,
        ["verify", where, "--only-log", "--no-memory", "--trust", f"{where}/trust.toml"],
        ["audit", "plan", where, *contest],
        ["screen", where, *contest],
        ["quickcount", "plan", where, *contest],
        ["trust", "show", f"{where}/trust.toml"],
    )
    assert [code for _, code, _ in answers] == [0, 0, 0, 0, 0]
    codes = {
        "critical",
        "warning",
        "note",
        "html",
        "none",
        "Holm",
        "reported",
        "ruled",
        "copies",
        "party",
        "paper",
    }
    codes |= {"ancla", "concha", "ceiba", "araguaney"}
    for words, _, said in answers:
        assert OPEN in said, words
        # Sources of methods are named as everywhere.
        kept = "\n".join(line for line in said.splitlines() if "(docs/evidence.md)" not in line)
        assert bare(kept) - codes == set(), words
    refused = run(
        folder,
        ["verify", "/nope"],
        ["verify", "--nope"],
        ["check", "nope"],
        ["print", "C2.02", "--log", where, *contest],
    )
    for words, code, said in refused:
        assert code == 2, words
        assert bare(said) - {"main", "verify", "check", "print"} == set(), words


@pytest.mark.slow
def test_what_is_wrong_with_a_publication_is_said_in_it(
    folder: Path, miniature: Path, tmp_path: Path
) -> None:
    harmed = tmp_path / "harmed"
    shutil.copytree(miniature, harmed, ignore=shutil.ignore_patterns("es", "en", "assets"))
    tile = next((harmed / "log/tile/0").glob("000.p/*"))
    tile.write_bytes(bytes(len(tile.read_bytes())))
    for path in ("data/areas.csv", "data/results.xlsx", "verify.html"):
        (harmed / path).write_bytes(b"another")
    next((harmed / "attachments").iterdir()).unlink()
    trust = ["--trust", f"{miniature}/trust.toml"]
    answers = run(
        folder,
        ["verify", str(harmed), "--no-memory", *trust],
        ["verify", str(harmed), "--no-memory"],
        ["mirrors", "check", str(miniature), "--mirror", str(harmed), "--mirror", "/nope", *trust],
    )
    codes = {"critical", "warning", "note", "csv", "html", "xlsx", "parquet"}
    for words, code, said in answers:
        assert code in (1, 4), words
        assert bare(said) - codes == set(), words
