"""Options that many commands share: where questions go, and what a moment is."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from escrutinio.cli import main
from escrutinio.core.records.keyfiles import read_public_key
from tests.cli.running import in_process, refused
from tests.paths import ROOT

PHRASE = "three islands"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "azul.key"
    asked = CliRunner().invoke(
        main, ["keys", "new", "party/azul", "-o", str(file)], input=f"{PHRASE}\n{PHRASE}\n"
    )
    assert (asked.exit_code, asked.stdout) == (0, "")
    return file


def test_the_question_for_a_passphrase_is_no_part_of_what_a_command_prints(key_file: Path) -> None:
    asked = CliRunner().invoke(main, ["keys", "public", str(key_file)], input=f"{PHRASE}\n")
    assert asked.exit_code == 0
    assert "Passphrase" in asked.stderr or "Frase" in asked.stderr
    assert read_public_key(asked.stdout).name == "party/azul"


def test_an_option_or_the_variable_answers_it_and_an_empty_one_does_not(key_file: Path) -> None:
    for extra, environment in ((("--passphrase", PHRASE), {}), ((), {"ESCRUTINIO_PASSPHRASE": PHRASE})):
        done = in_process("keys", "public", key_file, *extra, **environment)
        assert (done.exit_code, done.stderr) == (0, "")
    done = in_process("keys", "public", key_file, ESCRUTINIO_PASSPHRASE="")
    assert done.exit_code == 1  # it asks, and nobody answers
    assert "Passphrase" in done.stderr


def test_a_clock_that_is_none_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    miniature = ROOT / "examples" / "miniature"
    assert "not a moment" in refused("publish", miniature, "-o", tmp_path / "out", "--clock", "noon")
    assert "SOURCE_DATE_EPOCH" in refused(
        "publish", miniature, "-o", tmp_path / "out", SOURCE_DATE_EPOCH="noon"
    )
    assert list(tmp_path.iterdir()) == []
