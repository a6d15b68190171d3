"""`show` shows what is asked for, and says what of it does not verify."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from escrutinio.core.log.checkpoint import Checkpoint, sign_checkpoint
from escrutinio.core.log.merkle import Hash
from tests.cli.running import in_process
from tests.core.election.build import ORIGIN
from tests.core.verification.lab import LOG, publish, write_log
from tests.core.verification.test_earlier import day_of

AT = 7
"""A sheet's entry in the log of `day_of(1, 2, 3)`."""


@pytest.fixture
def altered(tmp_path: Path) -> Path:
    """A log with an entry whose signature does not hold, under a root that fits it."""
    day = day_of(1, 2, 3)
    publish(tmp_path, day)
    entry = bytearray(day.log[AT])
    entry[-1] ^= 1
    write_log(tmp_path / "log", [*day.log[:AT], bytes(entry), *day.log[AT + 1 :]])
    return tmp_path


def test_an_entry_that_verifies_is_shown_without_a_word(altered: Path) -> None:
    publish(altered, day_of(1, 2, 3))
    done = in_process("show", AT, "--log", altered)
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(in_process("show", AT, "--log", altered, "--json").stdout)[0]["faults"] == []


def test_an_altered_entry_is_shown_with_what_is_wrong(altered: Path) -> None:
    done = in_process("show", AT, "--log", altered)
    assert done.exit_code == 1
    assert f"index        {AT}" in done.stdout
    assert "DOES NOT VERIFY" in done.stdout or "NO SE VERIFICA" in done.stdout
    assert f"entry {AT}" in done.stderr
    plain = in_process("show", AT, "--log", altered, "--json")
    assert plain.exit_code == 1
    assert json.loads(plain.stdout)[0]["faults"]


def test_beside_an_altered_entry_another_is_shown_and_the_log_is_said_not_to_verify(altered: Path) -> None:
    done = in_process("show", AT + 1, "--log", altered)
    assert done.exit_code == 1
    assert "DOES NOT VERIFY" not in done.stdout
    assert f"entry {AT}" in done.stderr


def test_an_entry_that_is_no_record_is_a_sentence(altered: Path) -> None:
    write_log(altered / "log", [*day_of(1, 2, 3).log, b"no record"])
    index = len(day_of(1, 2, 3).log)
    done = in_process("show", index, "--log", altered)
    assert done.exit_code == 1
    assert f"entry {index}" in done.stderr


def test_entries_that_do_not_give_the_root_are_not_shown(altered: Path) -> None:
    size = len(day_of(1, 2, 3).log)
    other = sign_checkpoint(Checkpoint(ORIGIN, size, Hash(bytes(32))), LOG)
    (altered / "log/checkpoint").write_bytes(other.note.data)
    done = in_process("show", AT, "--log", altered)
    assert (done.exit_code, done.stdout) == (1, "")


def test_a_record_alone_is_said_to_be_looked_at_alone(altered: Path) -> None:
    (altered / "record").write_bytes(day_of(1, 2, 3).log[AT])
    done = in_process("show", altered / "record")
    assert done.exit_code == 0
    assert "escrutinio check" in done.stdout


def test_a_number_of_thousands_of_digits_is_a_sentence(altered: Path) -> None:
    assert in_process("show", "1" * 5000, "--log", altered).exit_code in (1, 2)
    trust = altered / "long.toml"
    trust.write_text(f"definition = {'1' * 5000}\n")
    done = in_process("verify", altered, "--trust", trust)
    assert done.exit_code == 2
    assert "digits" in done.stderr or "cifras" in done.stderr
