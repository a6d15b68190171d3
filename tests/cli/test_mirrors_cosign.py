"""`escrutinio mirrors cosign`: a mirror that cosigns what it holds, and only that."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from escrutinio.core.log.notes import parse_vkey
from escrutinio.core.log.policy import Policy, WitnessIdentity
from escrutinio.core.log.trust import format_trust, parse_trust
from tests.cli.running import escrutinio

KEEPER = {"ESCRUTINIO_PASSPHRASE": "a passphrase for tests"}


@pytest.fixture
def copy(miniature: Path, tmp_path: Path) -> Path:
    """A copy of the log and its attachments, and beside it the directory of the mirror's key."""
    for part in ("log", "attachments"):
        shutil.copytree(miniature / part, tmp_path / "copy" / part)
    shutil.copyfile(miniature / "trust.toml", tmp_path / "trust.toml")
    made = escrutinio("witness", "key", tmp_path / "keeper", "--name", "mirror.example", **KEEPER)
    assert made.returncode == 0, made.stderr
    return tmp_path / "copy"


def cosigns(copy: Path) -> CompletedProcess[str]:
    keeper, trust = copy.parent / "keeper", copy.parent / "trust.toml"
    return escrutinio("mirrors", "cosign", copy, "--with", keeper, "--trust", trust, "-q", **KEEPER)


def test_a_mirror_cosigns_what_it_holds_and_says_so_once(copy: Path) -> None:
    for _ in range(2):
        done = cosigns(copy)
        assert done.returncode == 0, done.stderr
        assert "held and cosigned at 156 entries" in done.stdout
    note = (copy / "log" / "checkpoint").read_text()
    shown = escrutinio("witness", "show", copy.parent / "keeper", **KEEPER).stdout.split()
    assert note.count("— mirror.example ") == len(shown)
    policy = copy.parent / "with-mirror.policy"
    policy.write_bytes(
        escrutinio("trust", "to-policy", copy.parent / "trust.toml")
        .stdout.encode()
        .replace(b"quorum none\n", b"")
        + f"witness mirror {shown[0]}\nquorum mirror\n".encode()
    )
    trust = parse_trust((copy.parent / "trust.toml").read_bytes())
    made = escrutinio("trust", "from-policy", policy, "--definition", trust.definition.hex(), "--charter",
                      trust.charter.hex())  # fmt: skip
    (copy.parent / "mirror.toml").write_text(made.stdout)
    verified = escrutinio(
        "verify", copy, "--only-log", "-q", "--trust", copy.parent / "mirror.toml", "--no-memory"
    )
    assert verified.returncode == 0, verified.stdout


def test_what_is_not_held_whole_is_not_cosigned(copy: Path) -> None:
    before = (copy / "log" / "checkpoint").read_bytes()
    [bundle] = (copy / "log" / "tile" / "entries").rglob("156")
    raw = bundle.read_bytes()
    bundle.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    done = cosigns(copy)
    assert done.returncode == 1
    assert "escrutinio verify" in done.stderr
    assert (copy / "log" / "checkpoint").read_bytes() == before
    bundle.unlink()
    assert cosigns(copy).returncode == 4  # what is missing may still come
    assert (copy / "log" / "checkpoint").read_bytes() == before
    bundle.write_bytes(raw)
    assert cosigns(copy).returncode == 0


def test_a_key_of_a_witness_is_none_of_a_mirror(copy: Path) -> None:
    shown = escrutinio("witness", "show", copy.parent / "keeper", **KEEPER).stdout.split()
    trust = copy.parent / "trust.toml"
    found = parse_trust(trust.read_bytes())
    named = (WitnessIdentity("a", parse_vkey(shown[0])),)
    trust.write_bytes(format_trust(replace(found, policy=Policy(found.policy.logs, named))))
    done = cosigns(copy)
    assert done.returncode == 2
    assert "witness" in done.stderr
