"""The miniature's day said by its own actors, command by command: the same log as the published one, but for
keys and proofs (examples/many_hands)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from escrutinio.core.election.control import acts_in
from escrutinio.core.records.entry import body_to_plain, open_record
from escrutinio.core.verification.publication import open_verified
from escrutinio.core.verification.verified import VerifiedLog
from examples.many_hands.play import Play
from tests.cli.running import escrutinio

pytestmark = pytest.mark.slow


def run(words: Sequence[str], environment: Mapping[str, str]) -> str:
    done = escrutinio(*words, **environment)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Play:
    play = Play(tmp_path_factory.mktemp("day"), run)
    play.play()
    return play


@pytest.fixture(scope="module")
def by_hands(played: Play) -> VerifiedLog:
    return open_verified(played.log)


@pytest.fixture(scope="module")
def published(miniature: Path) -> VerifiedLog:
    return open_verified(miniature)


def said(log: VerifiedLog) -> list[Any]:
    """Every entry as it reads: entries by number, keys by holder, heads of the log by size."""
    entries = [open_record(log.entry(index)) for index in range(log.size)]
    numbers = {entry.digest.hex(): f"@{index}" for index, entry in enumerate(entries)}
    names = {held.kid.hex(): held.key.name for held in log.state.keys}

    def read(value: Any) -> Any:
        if isinstance(value, dict):
            own = {"public_key", "proof", "root_key", "root"}
            return {name: read(item) for name, item in value.items() if name not in own}
        if isinstance(value, list):
            return [read(item) for item in value]
        return numbers.get(value, names.get(value, value)) if isinstance(value, str) else value

    return [
        (entry.body.NAME, entry.subject, entry.signer, read(body_to_plain(entry.body))) for entry in entries
    ]


def test_every_entry_is_that_of_the_published_miniature(
    by_hands: VerifiedLog, published: VerifiedLog
) -> None:
    ours, theirs = said(by_hands), said(published)
    assert len(ours) == len(theirs) == 156
    for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        assert mine == other, index
    moments = [
        [open_record(log.entry(index)).issued_at for index in range(2, log.size)]
        for log in (by_hands, published)
    ]
    assert moments[0] == moments[1]


def test_findings_and_tables_are_the_same(
    played: Play, by_hands: VerifiedLog, published: VerifiedLog, miniature: Path
) -> None:
    assert [(f.code, f.entries) for f in by_hands.state.findings] == [
        (f.code, f.entries) for f in published.state.findings
    ]
    for state in (by_hands.state, published.state):
        assert not acts_in(state).awaiting()
    tables = sorted(path.relative_to(miniature) for path in (miniature / "data").rglob("*.csv"))
    assert len(tables) > 20
    for table in tables:
        assert (played.log / table).read_bytes() == (miniature / table).read_bytes(), table
    files = {path.relative_to(miniature) for path in (miniature / "data").rglob("*") if path.is_file()}
    assert files == {
        path.relative_to(played.log) for path in (played.log / "data").rglob("*") if path.is_file()
    }


def test_nobody_signed_with_anothers_key(played: Play, by_hands: VerifiedLog) -> None:
    """Each directory has one key, all keys differ, and the authority's has the log's alone."""
    kept = [path for path in played.directory.rglob("*.key") if path.parent.name != "keeper"]
    assert {path.name for path in (played.workspace / "private").glob("*.key")} == {"log.key"}
    holders = {held.key.name.replace("/", "-") for held in by_hands.state.keys} | {"root"}
    own = [path.parent.name for path in kept if path.name == "own.key"]
    assert sorted(own) == sorted(holders)
    assert len({held.key.public_key for held in by_hands.state.keys}) == len(holders) - 1


def test_two_of_three_witnesses_cosigned_what_is_public(played: Play) -> None:
    """The first fell silent at the end; the one that fetches made the quorum."""
    done = escrutinio("verify", played.log, "--trust", played.trust, "--no-memory")
    assert done.returncode == 0, done.stdout
    assert "authenticated" in done.stdout
    note = (played.log / "log" / "checkpoint").read_text()
    assert sorted(re.findall(r"— (\w+)\.example/cofirmante", note)) == ["sol", "univ"]
