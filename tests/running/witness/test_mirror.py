"""A copy that follows a log, and what it refuses."""

from __future__ import annotations

import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import FileUnreadableError, LogError
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.trust import Trust, format_trust
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.witness.mirror import Mirror
from tests.cli.running import escrutinio
from tests.running.hub.night import CLOCK, Night, begun


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return begun(tmp_path)


def trust_of(night: Night) -> Trust:
    return replace(night.workspace.trust(night.signer, verifier_html=bytes(32)), verifier_html=None)


def add(night: Night, count: int, first: int = 0) -> None:
    night.workspace.add(night.complaints(count, first=first), night.signer, CLOCK)


def test_it_follows_and_is_a_log_of_its_own(night: Night, tmp_path: Path) -> None:
    copy, trust = tmp_path / "copy", trust_of(night)
    for first, count in ((0, 300), (300, 1), (301, 600)):
        add(night, count, first)
        with Mirror(str(night.workspace.public), copy, trust) as mirror:
            assert mirror.advance().new == count + (3 if first == 0 else 0)
            assert mirror.advance().new == 0
    ours, theirs = open_verified(copy), night.workspace.open()
    assert (ours.checkpoint, ours.size) == (theirs.checkpoint, 904)
    assert {path.name for path in (copy / "attachments").iterdir()} == {
        path.name for path in (night.workspace.public / "attachments").iterdir()
    }


def test_an_altered_entry_never_becomes_part_of_it(night: Night, tmp_path: Path) -> None:
    copy, trust, served = tmp_path / "copy", trust_of(night), tmp_path / "served"
    add(night, 5)
    with Mirror(str(night.workspace.public), copy, trust) as mirror:
        mirror.advance()
    add(night, 5, 5)
    shutil.copytree(night.workspace.public, served)
    bundle = served / "log" / "tile" / "entries" / "000.p" / "13"
    raw = bundle.read_bytes()
    bundle.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    before = (copy / "log" / "checkpoint").read_bytes()
    with Mirror(str(served), copy, trust) as mirror, pytest.raises(LogError, match="does not go on"):
        mirror.advance()
    assert (copy / "log" / "checkpoint").read_bytes() == before
    with Mirror(str(night.workspace.public), copy, trust) as mirror:  # what was written half is written anew
        assert mirror.advance().new == 5
    assert open_verified(copy).size == 13


def test_what_the_trust_file_does_not_vouch_for_is_refused(night: Night, tmp_path: Path) -> None:
    trust, public = trust_of(night), str(night.workspace.public)
    other = NoteSigner(night.workspace.settings.origin, KeyType.ED25519, bytes(32))
    strangers = {
        "key": replace(night.workspace.trust(other, verifier_html=bytes(32)), verifier_html=None),
        "definition": replace(trust, definition=bytes(32)),
        "charter": replace(trust, charter=bytes(32)),
    }
    for name, wrong in strangers.items():
        with Mirror(public, tmp_path / name, wrong) as mirror, pytest.raises(LogError):
            mirror.advance()
        assert not (tmp_path / name / "log" / "checkpoint").exists()


def test_a_shorter_log_and_a_silent_address_change_nothing(night: Night, tmp_path: Path) -> None:
    copy, trust, old = tmp_path / "copy", trust_of(night), tmp_path / "old"
    add(night, 2)
    shutil.copytree(night.workspace.public, old)
    add(night, 2, 2)
    with Mirror(str(night.workspace.public), copy, trust) as mirror:
        mirror.advance()
        with pytest.raises(LogError, match="Another"):
            Mirror(str(old), copy, trust)
    with Mirror(str(old), copy, trust) as mirror, pytest.raises(LogError, match="7 were verified"):
        mirror.advance()
    with Mirror("http://127.0.0.1:1/", copy, trust) as mirror, pytest.raises(FileUnreadableError):
        mirror.advance()
    assert open_verified(copy).size == 7


def test_a_copy_without_pages_is_enough_to_look_up_records_without_a_network(
    night: Night, tmp_path: Path
) -> None:
    add(night, 3)
    page = b"<!doctype html>"
    (night.workspace.public / "verify.html").write_bytes(page)
    trust = replace(trust_of(night), verifier_html=sha256(page).digest())
    (tmp_path / "trust.toml").write_bytes(format_trust(trust))
    trusted = ("--trust", tmp_path / "trust.toml")
    copied = escrutinio("mirror", night.workspace.public, tmp_path / "copy", *trusted, "-q")
    assert copied.returncode == 0, copied.stderr
    log = ("--log", tmp_path / "copy", *trusted)
    proof = escrutinio("show", 4, *log, "--proof")
    assert proof.returncode == 0, proof.stderr
    (tmp_path / "4.tlog-proof").write_text(proof.stdout)
    assert escrutinio("check", tmp_path / "4.tlog-proof", *log).returncode == 0


def test_the_command_makes_pages_of_the_copy(night: Night, tmp_path: Path) -> None:
    add(night, 3)
    (tmp_path / "trust.toml").write_bytes(format_trust(trust_of(night)))
    given = (night.workspace.public, tmp_path / "copy", "--trust", tmp_path / "trust.toml")
    done = escrutinio("mirror", *given, "--pages", "-q")
    assert done.returncode == 0, done.stderr
    assert "copied up to size 6" in done.stdout
    assert (tmp_path / "copy" / "live.json").exists()
    verified = escrutinio("verify", tmp_path / "copy", "--trust", tmp_path / "trust.toml", "--no-memory")
    assert verified.returncode == 0, verified.stdout
