"""escrutinio redact: nothing is written before a person has looked."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tests.cli.running import in_process, refused
from tests.intake.scan.made import file, sheet, text_of


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    photo = tmp_path / "photo.png"
    photo.write_bytes(file(sheet(text_of(1))))
    return photo


def test_the_suggested_region_is_kept_and_noted(photo: Path) -> None:
    suggested = in_process("redact", photo, "--suggest").stdout.split()
    out = photo.with_name("sheet.png")
    done = in_process("redact", photo, *suggested, "-o", out, "--checked", "--role", "observer", "--json")
    assert done.exit_code == 0, done.stderr
    note = json.loads(photo.with_name("sheet.redaction.json").read_bytes())
    assert note["original_sha256"] == sha256(photo.read_bytes()).hexdigest()
    assert note["redacted_sha256"] == sha256(out.read_bytes()).hexdigest()
    assert (note["checked_by_role"], note["kept"]) == ("observer", [suggested[1]])


def test_without_a_person_nothing_is_written(photo: Path) -> None:
    before = sorted(photo.parent.iterdir())
    assert "A person has to look" in refused(
        "redact", photo, "--keep", "0,0,9,9", "-o", photo.with_name("o.png")
    )
    assert sorted(photo.parent.iterdir()) == before


def test_the_original_and_other_files_are_not_overwritten(photo: Path) -> None:
    original = photo.read_bytes()
    keep = ("--keep", "0,0,9,9", "--checked")
    assert "never overwritten" in refused("redact", photo, *keep, "-o", photo)
    other = photo.with_name("other.png")
    other.write_bytes(b"mine")
    assert "not overwritten" in refused("redact", photo, *keep, "-o", other)
    assert (photo.read_bytes(), other.read_bytes()) == (original, b"mine")


def test_bad_use_is_one_sentence(photo: Path) -> None:
    out = photo.with_name("o.png")
    for arguments in (
        ("--keep", "0,0,9", "-o", out, "--checked"),
        ("-o", out, "--checked"),
        ("--keep", "0,0,9,9", "-o", out.with_suffix(".jpg"), "--checked"),
        ("--keep", "0,0,9,9", "--checked"),
        ("--keep", "0,0,9,9999", "-o", out, "--checked"),
    ):
        refused("redact", photo, *arguments)
    assert not out.exists()
