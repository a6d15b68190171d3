"""How a command ends: each exit code has one meaning, and a stream that is not there is no error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from escrutinio.cli.counting import countings, nothing_counts
from escrutinio.cli.output import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_USAGE
from tests.cli.running import process
from tests.core.election.build import Day, machines
from tests.serving import serve

VERIFY = (sys.executable, "-m", "escrutinio", "verify")


def english() -> dict[str, str]:
    """The environment of a test, which has a state of its own, in English."""
    return {**os.environ, "ESCRUTINIO_LANG": "en"}


def shell(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a script of the shell, in which `escrutinio` is the command."""
    command = f'escrutinio() {{ "{sys.executable}" -m escrutinio "$@"; }}\n{script}'
    return subprocess.run(
        ["bash", "-c", command, "bash", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=english(),
        check=False,
        timeout=120,
    )


def test_ctrl_c_is_no_failed_check_and_no_traceback(miniature: Path) -> None:
    process: list[subprocess.Popen[str]] = []

    def interrupt(path: str, _count: int) -> None:
        if path.startswith("log/tile"):
            os.killpg(process[0].pid, signal.SIGINT)

    with serve(miniature, interrupt) as site:
        process.append(
            subprocess.Popen(
                [*VERIFY, f"{site.address}/", "-q"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        )
        out, errors = process[0].communicate(timeout=60)
    assert process[0].returncode == EXIT_INTERRUPTED
    assert "Traceback" not in out + errors
    assert len(errors.splitlines()) <= 1


@pytest.mark.parametrize("closed", ["2>&-", "<&-", "2>&- <&-"])
def test_a_stream_that_is_not_there_changes_no_answer(miniature: Path, closed: str) -> None:
    trust = miniature / "trust.toml"
    done = shell(f'escrutinio verify "$1" --trust "$2" {closed}', miniature, trust)
    assert done.returncode == 0, done.stderr
    assert "Every check holds" in done.stdout
    assert "Traceback" not in done.stderr


def test_without_an_output_the_exit_code_is_the_answer(miniature: Path) -> None:
    done = shell('escrutinio verify "$1" --only-log >&-; echo $? >&2', miniature)
    assert done.stderr.split() == ["4"]


def test_a_reader_that_had_enough_changes_no_answer(miniature: Path) -> None:
    script = 'escrutinio verify "$1" --json | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}'
    done = shell(script, miniature)
    assert (done.stdout.split(), done.stderr) == (["4"], "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_is_a_sentence_and_no_failed_check(miniature: Path) -> None:
    done = shell('escrutinio verify "$1" --trust "$1/trust.toml" > /dev/full', miniature)
    assert done.returncode == EXIT_USAGE
    assert "No space left" in done.stderr
    assert "Exception" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("words", ["--version", "--help", "verify none --json"])
def test_a_full_disk_is_no_fault_of_the_program_where_it_tells_of_itself_or_refuses(words: str) -> None:
    done = shell(f"escrutinio {words} > /dev/full")
    assert done.returncode == EXIT_USAGE
    assert done.stderr.startswith("The output cannot be written: No space left")


def test_a_question_that_nobody_answers_is_bad_use(tmp_path: Path) -> None:
    done = shell('cd "$1"; escrutinio keys new key.json <&-', tmp_path)
    assert done.returncode == EXIT_USAGE
    assert "Traceback" not in done.stderr


FAULT = """
import sys
from escrutinio.cli import COMMANDS, main
from escrutinio.cli.ending import run_command
import escrutinio.cli.keys as keys
import click

@click.command()
def broken():
    raise {what}

keys.command = broken
sys.argv = ["escrutinio", "keys"]
sys.exit(run_command(main))
"""


@pytest.mark.parametrize("what", ["KeyError('x')", "MemoryError()", "RecursionError('deep')"])
@pytest.mark.parametrize("asked", [False, True])
def test_an_unexpected_fault_has_a_code_of_its_own(what: str, asked: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAULT.format(what=what)],
        capture_output=True,
        text=True,
        env=english() | ({"ESCRUTINIO_TRACEBACK": "1"} if asked else {}),
        check=False,
        timeout=60,
    )
    assert done.returncode == EXIT_FAULT
    assert ("Traceback" in done.stderr) is asked
    assert asked or len(done.stderr.splitlines()) == 1
    assert asked or len(done.stderr) > 20


def test_bad_use_is_two(tmp_path: Path) -> None:
    assert process("verify").returncode == EXIT_USAGE
    assert process("verify", tmp_path / "nowhere").returncode == EXIT_USAGE
    assert process("no-such-command").returncode == EXIT_USAGE
    assert process("--help").returncode == 0


def test_that_nothing_counts_is_told_from_that_there_is_nothing() -> None:
    day = machines(Day())
    assert not nothing_counts(list(countings(day.state())))
    day.sheet("machine/1", "n9.99", (1, 2, 3, 4))
    assert nothing_counts(list(countings(day.state())))
    day.sheet("machine/1", "n1.01", (1, 2, 3, 4))
    assert not nothing_counts(list(countings(day.state())))


def test_a_refusal_is_one_line_whatever_a_file_is_called(tmp_path: Path) -> None:
    """Line ends and a terminal's commands are shown as what they are; letters of any language stay."""
    done = process("trust", "show", tmp_path / "mesa ñ\x1b[2J\nEvery check holds.\u202e")
    assert (done.returncode, done.stdout) == (EXIT_USAGE, "")
    assert "mesa ñ\\x1b[2J\\nEvery check holds.\\u202e" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("answers", "code"), [("", EXIT_USAGE), ("old\n", EXIT_USAGE), ("\nold\nodd\nold\nold\n", 0)]
)
def test_a_passphrase_comes_through_a_pipe_without_a_word_of_python(
    answers: str, code: int, tmp_path: Path
) -> None:
    """A service has no terminal that could show what is typed."""
    done = subprocess.run(
        [sys.executable, "-m", "escrutinio", "keys", "new", "party/azul", "-o", str(tmp_path / "k")],
        input=answers, text=True, capture_output=True, env=english(), start_new_session=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, (tmp_path / "k").exists()) == (code, "", code == 0)
    assert set(done.stderr.splitlines()[:-1]) == {"New passphrase: "}


@pytest.mark.parametrize(
    "words",
    [
        ("keys", "new", "party/caf\udce9", "-o", "k"),
        ("verify", "http://caf\udce9/"),
        (
            "collect",
            "init",
            "d",
            "--definition",
            "none",
            "--organisation",
            "party/azul",
            "--origin",
            "caf\udce9",
        ),
        ("usb", "send", "stick", "--to", "caf\udce9", "--trust", "none"),
    ],
)
def test_words_that_are_no_text_are_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    """Bytes of another century's encoding on the command line are bad use, and no fault of the program."""
    (tmp_path / "stick").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "escrutinio", *words], env=english() | {"ESCRUTINIO_PASSPHRASE": "x"},
        cwd=tmp_path, text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (EXIT_USAGE, "")
    assert done.stderr.startswith("Refused: ")
