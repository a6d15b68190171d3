"""`escrutinio witness`: keys, and cosigning what is fetched; `run` is tried in tests/running/witness."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.notes import KeyType, parse_vkey, verify_note
from escrutinio.core.log.trust import format_trust, parse_trust
from tests.cli.running import escrutinio, said
from tests.core.log.builders import policy

WORDS = {"ESCRUTINIO_PASSPHRASE": "a passphrase for tests"}


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    said("witness", "key", tmp_path / "w", "--name", "azul.example/cofirmante", **WORDS)
    return tmp_path / "w"


def refused(*arguments: object, lang: str = "en", **environment: str) -> str:
    done = escrutinio(*arguments, lang=lang, **(WORDS | environment))
    assert done.returncode != 0
    assert done.stdout == ""
    return done.stderr


def test_a_witness_has_two_keys_under_one_name_and_keeps_them(witness: Path) -> None:
    shown = [parse_vkey(line) for line in said("witness", "show", witness, **WORDS).split()]
    assert [key.type for key in shown] == [KeyType.COSIGNATURE, KeyType.ML_DSA_COSIGNATURE]
    assert {key.name for key in shown} == {"azul.example/cofirmante"}
    plain = json.loads(said("witness", "show", witness, "--json", **WORDS))
    assert plain == {"version": 1, "keys": [str(key) for key in shown]}
    assert (witness / "private").stat().st_mode & 0o777 == 0o700
    assert "exists" in refused("witness", "key", witness, "--name", "other.example/w")
    assert "passphrase" in refused("witness", "show", witness, ESCRUTINIO_PASSPHRASE="wrong")
    assert "no hay ningún cofirmante" in refused("witness", "show", witness.parent, lang="es")


def test_what_is_fetched_is_cosigned_once_it_only_adds(witness: Path, miniature: Path) -> None:
    trust, target = miniature / "trust.toml", witness / "out" / "azul.cosigned"
    pull = ("witness", "pull", witness, miniature, "--trust", trust, "-o", target)
    for _ in range(2):  # the same checkpoint again is no fault
        assert "cosigned at 156 entries" in said(*pull, **WORDS)
    signed = parse_checkpoint(target.read_bytes())
    keys = [parse_vkey(line) for line in said("witness", "show", witness, **WORDS).split()]
    logs = [log.key for log in parse_trust(trust.read_bytes()).policy.logs]
    assert [found.key for found in verify_note(signed.note, [*keys, *logs])] == [*logs, *keys]


def test_what_is_not_cosigned_is_said(witness: Path, miniature: Path, tmp_path: Path) -> None:
    trust, target = miniature / "trust.toml", tmp_path / "w.cosigned"
    other = parse_trust(trust.read_bytes())
    stranger = tmp_path / "other.toml"
    stranger.write_bytes(format_trust(type(other)(other.definition, other.charter, policy())))
    pull = ("witness", "pull", witness)
    assert "does not cosign the log" in refused(*pull, miniature, "--trust", stranger, "-o", target)
    assert "must end with .cosigned" in refused(*pull, miniature, "--trust", trust, "-o", tmp_path / "w.txt")
    assert "Missing option '--trust'" in refused(*pull, miniature, "-o", target)
    altered = tmp_path / "altered"
    shutil.copytree(miniature / "log", altered / "log")
    note = (altered / "log" / "checkpoint").read_bytes()
    (altered / "log" / "checkpoint").write_bytes(note.replace(b"\n156\n", b"\n157\n"))
    assert "does not hold" in refused(*pull, altered, "--trust", trust, "-o", target)
    assert not target.exists()
