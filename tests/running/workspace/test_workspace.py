"""A workspace: begun whole or not at all, for every role; accepted by many, published by one; sealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import InputError, LogError
from escrutinio.core.log.accept import Refusal
from escrutinio.core.log.store import Receipt
from escrutinio.core.records.attachments import TEXT, attachment_of
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.entry import seal
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.parts import Title
from escrutinio.core.records.types import Statement
from escrutinio.core.verification.publication import verify_publication
from escrutinio.intake.authoring.compose import compose, read_tables
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.authoring.config import ElectionConfig, read_config
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.running.workspace.log_keys import keep_key
from escrutinio.running.workspace.workspace import Beginning, Workspace, begin, open_workspace
from tests.paths import ROOT

CLOCK = 1_935_000_000
WORDS = "a passphrase for tests"
FIRST = 6
"""Entries that a workspace of these tests begins with: definition, charter, enrolments and the roll."""


@dataclass(frozen=True)
class Miniature:
    """The miniature as it is composed, with the keys that sign it."""

    config: ElectionConfig
    composer: Composer
    keyring: Keyring
    master: SigningKey


@pytest.fixture(scope="module")
def composed() -> Miniature:
    base = ROOT / "examples" / "miniature"
    config = read_config((base / "election.toml").read_bytes())
    master = SigningKey(sha256(b"key of a test").digest())
    keyring = Keyring(master, config.log.origin)
    tables = read_tables(config, base)
    composer = compose(config, tables, keyring, base_dir=base, clock=CLOCK, progress=lambda *_: None)
    return Miniature(config, composer, keyring, master)


def make(
    composed: Miniature, directory: Path, role: LogRole = LogRole.OFFICIAL, count: int = FIRST
) -> Workspace:
    composer = composed.composer
    return begin(
        directory,
        Beginning(composer.records[:count], composer.attachments),
        role=role,
        operator="authority/cne",
        origin=composed.config.log.origin,
        titles={"en": "The authority"},
        keyring=composed.keyring,
        clock=CLOCK,
        key_file=keep_key("authority/cne", composed.master, WORDS),
    )


@pytest.fixture
def workspace(composed: Miniature, tmp_path: Path) -> Workspace:
    return make(composed, tmp_path / "authority")


@pytest.mark.parametrize("role", LogRole)
def test_every_role_has_the_same_directory(composed: Miniature, tmp_path: Path, role: LogRole) -> None:
    made = make(composed, tmp_path / "home", role)
    assert open_workspace(tmp_path / "home") == made
    assert made.role is role
    assert {path.name for path in made.directory.iterdir()} == {"private", "public", "workspace.json"}
    assert made.private.stat().st_mode & 0o777 == 0o700
    keyring = made.keyring(WORDS)
    trust = made.trust(keyring, verifier_html=sha256(b"").digest())
    found = verify_publication(made.public, trust=trust, only_log=True)
    assert found.log is not None
    assert found.log.authenticated


def test_records_are_added_after_the_beginning(composed: Miniature, workspace: Workspace) -> None:
    records = composed.composer.records
    answers = workspace.add(records[FIRST:], composed.keyring, CLOCK, workspace.open())
    assert [answer.index for answer in answers if isinstance(answer, Receipt)] == list(
        range(FIRST, len(records))
    )
    assert workspace.open().size == len(records)


def test_acceptors_need_no_key_and_no_lock(composed: Miniature, workspace: Workspace) -> None:
    """Two acceptors at once, while a publisher holds the log."""
    more = composed.composer.records[FIRST : FIRST + 4]
    with (
        workspace.publisher(composed.keyring, CLOCK) as publisher,
        workspace.acceptor() as one,
        workspace.acceptor() as other,
    ):
        first = one.accept(more[:2])
        second = other.accept(more)
        publisher.publish()
    assert [answer.duplicate for answer in second if isinstance(answer, Receipt)] == [
        True,
        True,
        False,
        False,
    ]
    assert len(first) == 2
    assert workspace.open().size == FIRST + 4


def strangers(composed: Miniature) -> Iterator[tuple[str, bytes]]:
    """A statement by a key that was never enrolled, and one by an enrolled name with another key."""
    election = composed.composer.election
    body = Statement("a", (Title("en", "A"),), None, attachment_of(b"words", TEXT), "a test", None)
    for name in ("press/nobody", "party/azul"):
        key = SigningKey(sha256(b"a stranger").digest())
        yield (
            name,
            seal(body, key=key, signer=name, subject="election", election=election, issued_at=CLOCK),
        )


def test_what_nobody_enrolled_is_refused_and_counted(composed: Miniature, workspace: Workspace) -> None:
    records = [raw for _, raw in strangers(composed)]
    with workspace.acceptor() as acceptor:
        answers = acceptor.accept(records)
        counted = dict(acceptor.refused)
    assert all(isinstance(answer, Refusal) for answer in answers)
    assert counted == {"not-enrolled": 2}
    workspace.finish(composed.keyring, CLOCK)
    assert workspace.open().size == FIRST


def test_a_beginning_that_is_refused_leaves_nothing(composed: Miniature, tmp_path: Path) -> None:
    stranger = next(iter(strangers(composed)))[1]
    with pytest.raises(LogError, match="not-enrolled"):
        begin(
            tmp_path / "home",
            Beginning([*composed.composer.records[:FIRST], stranger], composed.composer.attachments),
            role=LogRole.OFFICIAL,
            operator="authority/cne",
            origin=composed.config.log.origin,
            titles={},
            keyring=composed.keyring,
            clock=CLOCK,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_holds_something_is_left_alone(composed: Miniature, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        make(composed, tmp_path / "home")
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["letter.txt"]


def test_sealing_keeps_the_publication_alone(composed: Miniature, tmp_path: Path) -> None:
    made = make(composed, tmp_path / "home", count=len(composed.composer.records))
    checkpoint = (made.public / "log" / "checkpoint").read_bytes()
    made.seal()
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert {path.name for path in (tmp_path / "home").iterdir()} == {"attachments", "log"}
    assert (tmp_path / "home" / "log" / "checkpoint").read_bytes() == checkpoint


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"version": 2}, "version 2"),
        ({"role": "king"}, "role 'king'"),
        ({"election": "00"}, "64 hexadecimal"),
        ({"charter": "zz" * 32}, "not what a workspace says"),
        ({"more": 1}, "not what a workspace says"),
    ],
)
def test_a_damaged_workspace_is_refused(workspace: Workspace, change: dict[str, object], why: str) -> None:
    import json

    path = workspace.directory / "workspace.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=why):
        open_workspace(workspace.directory)


def test_no_workspace_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no workspace"):
        open_workspace(tmp_path)
