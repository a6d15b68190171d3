"""A workspace with witnesses: one that answers, a silent one, one that fetches; who is silent is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from escrutinio.base.errors import InputError, LogError
from escrutinio.core.log.checkpoint import parse_checkpoint, verify_checkpoint
from escrutinio.core.log.publisher import WAITING
from escrutinio.core.records.codes import LogRole
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.compose import compose, read_tables
from escrutinio.intake.authoring.composer import Composer
from escrutinio.intake.authoring.config import ElectionConfig, read_config
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.publication.browser.bundle import bundle
from escrutinio.publication.site.cosigning import ALL_ANSWER
from escrutinio.running.witness.app import witness_application
from escrutinio.running.witness.cosigner import Cosigner, logs_of
from escrutinio.running.witness.home import WitnessHome
from escrutinio.running.witness.pull import pull
from escrutinio.running.workspace.views import update_publication
from escrutinio.running.workspace.witnesses import (
    SILENCES,
    GroupTable,
    WitnessesTable,
    WitnessTable,
    read_cosigning,
)
from escrutinio.running.workspace.workspace import SETTINGS, Beginning, Workspace, begin, open_workspace
from tests.paths import ROOT
from tests.running.desk.serving import served
from tests.running.witness.witnesses import WORDS, made, silent

CLOCK, FIRST = 1_935_000_000, 6


class Begun:
    """The miniature's log as it begins, with its pages, and what comes next."""

    def __init__(self, directory: Path) -> None:
        base = ROOT / "examples" / "miniature"
        self.config: ElectionConfig = read_config((base / "election.toml").read_bytes())
        self.keyring = Keyring(SigningKey(sha256(b"key of a test").digest()), self.config.log.origin)
        tables = read_tables(self.config, base)
        self.composer: Composer = compose(
            self.config, tables, self.keyring, base_dir=base, clock=CLOCK, progress=lambda *_: None
        )
        self.workspace = begin(
            directory / "authority",
            Beginning(self.composer.records[:FIRST], self.composer.attachments),
            role=LogRole.OFFICIAL,
            operator="authority/cne",
            origin=self.config.log.origin,
            titles={},
            keyring=self.keyring,
            clock=CLOCK,
        )

    def asks(self, table: WitnessesTable) -> None:
        """From now on the log is public only with these witnesses' quorum."""
        directory = self.workspace.directory
        settings = msgspec.structs.replace(self.workspace.settings, witnesses=table)
        (directory / SETTINGS).write_bytes(msgspec.json.encode(settings))
        self.workspace = open_workspace(directory)

    def show(self, clock: int) -> None:
        """Bring pages and tables up to the log."""
        trust = self.workspace.trust(self.keyring, verifier_html=sha256(bundle()).digest())
        update_publication(
            self.workspace.public,
            self.config.shown,
            trust=trust,
            clock=clock,
            progress=lambda *_: None,
            refresh=5,
        )

    def live(self) -> dict[str, object]:
        """What `live.json` says of the witnesses."""
        found = json.loads((self.workspace.public / "live.json").read_bytes())
        return {name: found[name] for name in ("size", "quorum", "silent", "waiting")}


@pytest.fixture
def begun(tmp_path: Path) -> Begun:
    return Begun(tmp_path)


@pytest.fixture
def answering(begun: Begun, tmp_path: Path) -> Iterator[tuple[WitnessHome, str]]:
    """A witness of this log that answers, and its address."""
    home = made(tmp_path, "a")
    with served(witness_application(cosigner(begun.workspace, begun.keyring, home))) as client:
        yield home, str(client.base_url)


def cosigner(workspace: Workspace, keyring: Keyring, home: WitnessHome) -> Cosigner:
    logs = logs_of([workspace.policy(keyring)])
    return Cosigner(home.memory(), home.signers(WORDS), logs, lambda: CLOCK)


def listed(name: str, home: WitnessHome, url: str = "") -> WitnessTable:
    return WitnessTable(name=name, vkey=str(home.signers(WORDS)[0].verifier), url=url)


def test_who_is_silent_is_said_with_name_and_since_when(
    begun: Begun, answering: tuple[WitnessHome, str], tmp_path: Path
) -> None:
    (one, address), fetching = answering, made(tmp_path, "c")
    begun.show(CLOCK)
    assert begun.live() == {"size": FIRST, "quorum": None, "silent": [], "waiting": None}
    names = ("a", "b", "c")
    with silent() as deaf:
        two = GroupTable(name="public", threshold=2, members=names)
        members = (listed("a", one, address), listed("b", made(tmp_path, "b"), deaf), listed("c", fetching))
        begun.asks(WitnessesTable(witness=members, group=(two,), quorum="public", patience=0.5))
        home = begun.workspace
        home.add(begun.composer.records[FIRST : FIRST + 2], begun.keyring, CLOCK + 10)
        assert home.open().size == FIRST  # what is public stays
        waits = {"since": CLOCK + 10, "size": FIRST + 2}
        said = [{"name": "b", "since": CLOCK + 10}, {"name": "c", "since": CLOCK + 10}]
        assert begun.live() == {"size": FIRST, "quorum": None, "silent": said, "waiting": waits}
        home.finish(begun.keyring, CLOCK + 20)
        assert begun.live()["waiting"] == waits  # since when does not move
        why = {each.name: each.why["en"] for each in read_cosigning(home.private).silent}
        assert why["c"].startswith("No cosignature of c for this checkpoint has come into")
        signed = pull(cosigner(home, begun.keyring, fetching), str(home.public))  # fetches what waits
        assert signed.checkpoint.size == FIRST + 2
        (home.directory / "inbox").mkdir()
        (home.directory / "inbox" / "c.cosigned").write_bytes(signed.note.data)
        home.finish(begun.keyring, CLOCK + 30)
    assert home.open().size == FIRST + 2
    assert not (home.public / "log" / WAITING).exists()
    found = verify_checkpoint(
        parse_checkpoint((home.public / "log/checkpoint").read_bytes()), home.policy(begun.keyring)
    )
    assert [each.witness for each in found.cosignatures] == ["a", "c"]
    begun.show(CLOCK + 30)
    still = [{"name": "b", "since": CLOCK + 10}]
    assert begun.live() == {"size": FIRST + 2, "quorum": True, "silent": still, "waiting": None}
    for language, words in (("en", "Witnesses that do not answer:"), ("es", "Cofirmantes que no responden:")):
        page = (home.public / language / "index.html").read_text("utf-8")
        assert f"{words} <bdi>b</bdi> (" in page


def test_all_who_answer_are_forgotten_as_silent(begun: Begun, answering: tuple[WitnessHome, str]) -> None:
    one, address = answering
    home = begun.workspace
    (home.private / SILENCES).write_bytes(
        b'{"waiting":{"since":5,"size":9},"silent":[{"name":"a","since":5}]}'
    )
    begun.asks(WitnessesTable(witness=(listed("a", one, address),), quorum="a"))
    begun.workspace.add(begun.composer.records[FIRST : FIRST + 2], begun.keyring, CLOCK + 10)
    assert read_cosigning(home.private) == ALL_ANSWER


def test_a_key_used_twice_or_by_the_log_itself_is_refused(begun: Begun, tmp_path: Path) -> None:
    one = made(tmp_path, "a")
    begun.asks(WitnessesTable(witness=(listed("a", one), listed("b", one))))
    with pytest.raises(LogError, match="The public key of a is listed twice"):
        begun.workspace.finish(begun.keyring, CLOCK)
    (begun.workspace.private / SILENCES).write_bytes(b"[]")
    with pytest.raises(InputError, match=SILENCES):
        read_cosigning(begun.workspace.private)
