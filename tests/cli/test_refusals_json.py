"""With --json a refusal is JSON too: its code, values and sentence, and the exit code as without."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from escrutinio.cli import main
from tests.base.refusals import table
from tests.cli.running import PRESIDENCY, in_process, process


def commands(command: click.Command, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command that has --json."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*names, name))
    elif any("--json" in each.opts for each in command.params):
        yield names


WORDS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("show",): ("5", "--log", "nowhere"),
    ("check",): ("nowhere", "--log", "nowhere"),
    ("reconcile",): ("nowhere#reported", "nowhere#ruled"),
    ("mirrors", "check"): ("nowhere", "--trust", "nowhere"),
    ("print",): ("C2.02", "--log", "nowhere"),
    ("dossier",): ("C2.02", "--log", "nowhere", "-o", "nowhere.zip"),
    ("extract",): ("N", "--log", "nowhere", "-o", "nowhere.zip"),
    ("quickcount", "sample"): ("nowhere", *PRESIDENCY, "--seed", "1" * 20, "--take", "3"),
}
"""What those are called with that take more than the address of a log, or of something else."""


def test_every_command_with_json_refuses_in_json(tmp_path: Path) -> None:
    refused: dict[str, str] = {}
    for names in commands(main):
        words = WORDS.get(names, (str(tmp_path / "nowhere"),))
        done, plain = (
            in_process(*names, *words, *more, ESCRUTINIO_PASSPHRASE="x") for more in (("--json",), ())
        )
        if "Usage: " in done.stderr:
            continue
        found = json.loads(done.stdout)
        assert set(found) == {"refusal", "values", "sentence"}, names
        assert done.stderr == plain.stderr == f"Refused: {found['sentence']}\n", names
        assert (done.exit_code, plain.stdout) == (plain.exit_code, ""), names
        refused[" ".join(names)] = found["refusal"]
    assert len(refused) > 18
    assert set(refused.values()) <= set(table("en"))


def test_a_log_with_a_fault_is_refused_with_its_place(miniature: Path, tmp_path: Path) -> None:
    harmed = tmp_path / "harmed"
    shutil.copytree(miniature, harmed, ignore=shutil.ignore_patterns("es", "en", "assets"))
    tile = next((harmed / "log/tile/0").glob("000.p/*"))
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    done = process("claims", harmed, *PRESIDENCY, "--json", lang="es")
    found = json.loads(done.stdout)
    assert (done.returncode, found["refusal"]) == (1, "check-failed")
    assert found["values"]["reason"]["place"].startswith("log/tile/0/")
    assert found["sentence"].startswith("Una comprobación falló: ")
    assert done.stderr.endswith(f"{found['sentence']}\n")


@pytest.mark.parametrize("words", [("verify", "--json"), ("verify", "a", "--json", "--nope")])
def test_how_a_command_is_called_is_no_refusal(words: tuple[str, ...]) -> None:
    done = in_process(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: ")
