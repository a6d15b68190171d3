"""Versions of what is published: a small publication of each number gets the answer it should.

`tests/data/publications/T.R.zip` was made by the program whose tables had version T and whose rules R; a new
number adds one (`make_publication.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from escrutinio.core.derived.version import KNOWN, MEMBER, Version, stated
from escrutinio.core.log.trust import Trust, parse_trust
from escrutinio.core.verification.checks import Check, Outcome
from escrutinio.core.verification.publication import (
    NotVerifiedError,
    Verification,
    open_verified,
    verify_publication,
)
from tests.core.election.build import Day, machines
from tests.core.election.make_unknown_types import HIGHEST, LOWEST
from tests.core.verification.lab import publish
from tests.paths import ROOT

MADE = ROOT / "tests" / "data" / "publications"
ACCUSING = ("forged", "false", "fake", "fraud", "manipulated", "attack", "tampered", "altered")


VERSIONS = (Version(1, 1), Version(2, 1), Version(2, 2), Version(3, 3))


def name_of(version: Version) -> str:
    return f"{version.tables}.{version.rules}"


def unpack(version: Version, directory: Path) -> Trust:
    with ZipFile(MADE / f"{name_of(version)}.zip") as archive:
        archive.extractall(directory)
    return parse_trust((directory / "trust.toml").read_bytes())


@pytest.fixture
def present(tmp_path: Path) -> tuple[Path, Trust]:
    """A publication whose tables have the version of this program."""
    return tmp_path, unpack(KNOWN, tmp_path)


def state_version(directory: Path, **member: object) -> None:
    """State another version in the description, as whoever serves the files may."""
    path = directory / "data" / "datapackage.json"
    package = json.loads(path.read_bytes())
    package[MEMBER] = {**package.get(MEMBER, {}), **member}
    path.write_text(json.dumps(package))


def change(directory: Path, path: str, old: bytes, new: bytes) -> None:
    """Change a table, and its digest and size in the description with it."""
    file = directory / "data" / path
    content = file.read_bytes()
    assert old in content
    file.write_bytes(content := content.replace(old, new, 1))
    described = directory / "data" / "datapackage.json"
    package = json.loads(described.read_bytes())
    for resource in package["resources"]:
        if resource["path"] == path:
            resource |= {"bytes": len(content), "hash": f"sha256:{sha256(content).hexdigest()}"}
    described.write_text(json.dumps(package))


def outcomes(found: Verification) -> dict[Check, Outcome]:
    return {answer.check: answer.outcome for answer in found.answers if answer.outcome is not Outcome.HOLDS}


def said(found: Verification) -> str:
    reasons = [r for a in found.answers for r in (*a.failures, *a.unjudged)]
    return " ".join(reason.sentence("en") for reason in reasons)


def test_there_is_a_publication_of_every_number() -> None:
    assert {path.stem for path in MADE.iterdir()} == set(map(name_of, VERSIONS))
    assert VERSIONS[-1] == KNOWN


def test_a_publication_of_this_version_holds(present: tuple[Path, Trust]) -> None:
    directory, trust = present
    found = verify_publication(directory, trust=trust)
    assert outcomes(found) == {}
    assert found.authenticated
    assert stated((directory / "data/datapackage.json").read_bytes()).version == KNOWN


def test_one_changed_word_under_the_same_version_fails(present: tuple[Path, Trust]) -> None:
    directory, trust = present
    change(directory, "findings.csv", b"warning", b"warming")
    found = verify_publication(directory, trust=trust)
    assert outcomes(found) == {Check.TABLES: Outcome.FAILS}


@pytest.mark.parametrize(
    "member", [{"rules": KNOWN.rules + 1}, {"tables": KNOWN.tables + 1}, {"tables": 1}, {"rules": 99}]
)
def test_another_stated_version_opens_nothing(present: tuple[Path, Trust], member: dict[str, object]) -> None:
    """Altered totals are never confirmed, whatever a server says of its own version."""
    directory, trust = present
    row = (directory / "data/presidencia/areas-reported.csv").read_bytes().split(b"\n")[1]
    altered = row.replace(b"1", b"2")
    change(directory, "presidencia/areas-reported.csv", row, altered)
    state_version(directory, **member)
    found = verify_publication(directory, trust=trust)
    assert outcomes(found) == {Check.TABLES: Outcome.OPEN}
    assert not found.authenticated


@pytest.mark.parametrize("size", [True, "12", -1, 2.5, None, [1]])
def test_a_size_that_is_none_is_not_believed(present: tuple[Path, Trust], size: object) -> None:
    directory, trust = present
    state_version(directory, size=size)
    assert stated((directory / "data/datapackage.json").read_bytes()).size is None
    assert verify_publication(directory, trust=trust).authenticated


def test_equal_tables_hold_whatever_is_stated(present: tuple[Path, Trust]) -> None:
    directory, trust = present
    state_version(directory, tables=1, rules=77)
    assert verify_publication(directory, trust=trust).authenticated


def test_tables_of_fewer_entries_are_held_against_these(present: tuple[Path, Trust]) -> None:
    """A size that is stated is a claim: tables that are not of that many entries do not follow from them."""
    directory, trust = present
    state_version(directory, size=60)
    found = verify_publication(directory, trust=trust)
    assert outcomes(found) == {Check.TABLES: Outcome.FAILS, Check.DATA_FILES: Outcome.FAILS}
    assert "of the first 60 of" in str(found.answer(Check.TABLES).note)


def test_tables_of_more_entries_than_were_read_cannot_be_judged(present: tuple[Path, Trust]) -> None:
    directory, trust = present
    state_version(directory, size=10_000)
    found = verify_publication(directory, trust=trust)
    assert outcomes(found) == {Check.TABLES: Outcome.OPEN}
    assert "10,000 entries" in said(found)


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (None, Version(1, 1)),
        (b"", Version(1, 1)),
        (b"[]", Version(1, 1)),
        (b"{", Version(1, 1)),
        (b"[" * 100_000, Version(1, 1)),
        (b'{"escrutinio":5}', Version(1, 1)),
        (b'{"escrutinio":{"tables":"2"}}', Version(1, 1)),
        (b'{"escrutinio":{"tables":3,"rules":4,"size":5}}', Version(3, 4)),
    ],
)
def test_what_is_stated_is_read_strictly(content: bytes | None, version: Version) -> None:
    assert stated(content).version == version


@pytest.mark.parametrize("code", [LOWEST, HIGHEST])
def test_a_type_that_may_change_totals_leaves_every_total_open(code: int, tmp_path: Path) -> None:
    day = machines(Day())
    at = day.say_plain(code, [], "authority/1", "election")
    found = verify_publication(tmp_path, trust=publish(tmp_path, day))
    assert outcomes(found) == {Check.RECORDS: Outcome.OPEN, Check.TABLES: Outcome.OPEN}
    assert f"Entry {at} is of type {code}" in said(found)
    with pytest.raises(NotVerifiedError) as caught:
        open_verified(tmp_path)
    assert not caught.value.failed


@pytest.mark.parametrize("code", [137, 200, 300])
def test_a_type_that_never_changes_totals_is_unread_and_not_bad(code: int, tmp_path: Path) -> None:
    day = machines(Day())
    day.say_plain(code, [], "authority/1", "election")
    found = verify_publication(tmp_path, trust=publish(tmp_path, day))
    assert found.authenticated
    assert "never change a total: 1." in str(found.answer(Check.RECORDS).note)
    assert open_verified(tmp_path).state.unread == ((len(day.log) - 1, code),)


def test_the_numbers_of_the_checks_never_change() -> None:
    """Scripts, papers and the browser name checks by these numbers."""
    assert {check.value: check.code for check in Check} == {
        1: "checkpoint", 2: "log-signature", 3: "cosignatures", 4: "entry-bundles", 5: "root",
        6: "hash-tiles", 7: "trust-file", 8: "definition", 9: "records", 10: "signatures",
        11: "attachments", 12: "tables", 13: "data-files", 14: "offline-verifier",
        15: "earlier",
    }  # fmt: skip


@pytest.mark.parametrize("with_trust", [True, False])
@pytest.mark.parametrize("harm", [lambda _: None, lambda d: (d / "log/checkpoint").unlink()])
def test_the_same_checks_are_made_of_every_publication(
    present: tuple[Path, Trust], harm: Callable[[Path], None], with_trust: bool
) -> None:
    directory, trust = present
    harm(directory)
    for only_log in (True, False):
        found = verify_publication(directory, trust=trust if with_trust else None, only_log=only_log)
        assert [answer.check for answer in found.answers] == list(Check)
