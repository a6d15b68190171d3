"""A key file kept under another passphrase: the same key, the old words no more."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from escrutinio.cli import main
from escrutinio.core.records.keyfiles import read_key_file, write_key_file
from escrutinio.core.records.keys import SigningKey
from tests.cli.running import in_process

OLD, NEW = "old words of a fictional country", "new words of a fictional country"
BOTH = {"ESCRUTINIO_PASSPHRASE": OLD, "ESCRUTINIO_NEW_PASSPHRASE": NEW}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "azul.key"
    write_key_file(path, "party/azul", SigningKey.generate(), OLD)
    return path


def test_the_key_stays_and_the_old_passphrase_opens_it_no_more(kept: Path) -> None:
    name, key = read_key_file(kept, OLD)
    done = in_process("keys", "passphrase", kept, **BOTH)
    assert (done.exit_code, key.kid.hex() in done.stderr) == (0, True)
    found, same = read_key_file(kept, NEW)
    assert (found, same.seed()) == (name, key.seed())
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    refused = in_process("keys", "public", kept, **BOTH)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_it_is_asked_for_twice(kept: Path) -> None:
    answers = f"{NEW}\nother\n{NEW}\n{NEW}\n"
    environment = {"ESCRUTINIO_LANG": "en", "ESCRUTINIO_PASSPHRASE": OLD}
    done = CliRunner().invoke(main, ["keys", "passphrase", str(kept)], input=answers, env=environment)
    assert done.exit_code == 0
    assert read_key_file(kept, NEW)[0] == "party/azul"


@pytest.mark.parametrize("change", [{"ESCRUTINIO_PASSPHRASE": NEW}, {"ESCRUTINIO_NEW_PASSPHRASE": ""}])
def test_a_wrong_or_an_empty_one_changes_nothing(kept: Path, change: dict[str, str]) -> None:
    before = kept.read_bytes()
    done = in_process("keys", "passphrase", kept, **BOTH | change)
    assert done.exit_code != 0
    assert "Traceback" not in done.stderr
    assert kept.read_bytes() == before


def test_a_link_to_a_key_stays_a_link(kept: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.key"
    link.symlink_to(kept)
    assert in_process("keys", "passphrase", link, **BOTH).exit_code == 0
    assert link.is_symlink()
    assert read_key_file(kept, NEW)[0] == "party/azul"
