"""The miniature's day over real sockets: cables pulled, a receiver killed, the database restarted, a pause,
and a machine lost with what it had promised."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import cycle, groupby
from pathlib import Path
from time import monotonic

import msgspec
import pytest

from escrutinio.cli.counting import countings
from escrutinio.core.election.following import kind_of
from escrutinio.core.election.state import ElectionState
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.reader import CHECKPOINT
from escrutinio.core.log.trust import format_trust
from escrutinio.core.records.codes import LogRole, Role
from escrutinio.core.records.entry import Entry, open_record
from escrutinio.core.records.keyfiles import write_key_file
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.types import Promise
from escrutinio.core.verification.judge import Verdict
from escrutinio.core.verification.promises import find_digest, judge_promise
from escrutinio.core.verification.publication import open_verified
from escrutinio.intake.authoring.compose import compose, read_tables
from escrutinio.intake.authoring.config import read_config
from escrutinio.intake.authoring.keyring import ROOT, Keyring
from escrutinio.running.exchange import hub_client
from escrutinio.running.exchange.hub_client import HubAwayError, HubClient
from escrutinio.running.exchange.parcel import named_attachments
from escrutinio.running.witness.home import WitnessHome
from escrutinio.running.witness.mirror import Mirror
from escrutinio.running.workspace.log_keys import log_key_name
from escrutinio.running.workspace.witnesses import GroupTable, WitnessesTable, WitnessTable
from escrutinio.running.workspace.workspace import SETTINGS, Beginning, begin
from tests.cli.running import escrutinio
from tests.running.hub.cable import Cable, cable
from tests.running.hub.night import CLOCK, EXAMPLE, WORDS, Night, hub
from tests.running.hub.postgres import Database, database
from tests.running.witness.witnesses import at, made, running

pytestmark = pytest.mark.slow

FIRST = 3
"""Definition, charter, and the first keys: what the ceremony signs."""

SENDERS = 3
SECRET = {"ESCRUTINIO_PASSPHRASE": WORDS}
LATE = "observer/perdida"


@dataclass(frozen=True)
class Miniature:
    """The miniature's log as it begins, and what comes on its day, in order."""

    night: Night
    records: Sequence[bytes]
    attachments: Mapping[bytes, bytes]

    def groups(self) -> Iterator[list[bytes]]:
        """Records of one type that follow one another: several may send them at once."""
        for _, group in groupby(self.records, kind_of):
            yield list(group)


def _begun(home: Path) -> Miniature:
    config = read_config((EXAMPLE / "election.toml").read_bytes())
    keyring = Keyring(SigningKey(sha256(b"key of a test").digest()), config.log.origin)
    composer = compose(
        config, read_tables(config, EXAMPLE), keyring, base_dir=EXAMPLE, clock=CLOCK, progress=lambda *_: None
    )
    log_key, receiver = SigningKey.generate(), SigningKey.generate()
    first = composer.records[:FIRST]
    needed = {digest for raw in first for digest in named_attachments(raw)}
    begin(
        home / "authority",
        Beginning(first, {each: composer.attachments[each] for each in needed}),
        role=LogRole.OFFICIAL,
        operator=config.code,
        origin=config.log.origin,
        titles={},
        keyring=NoteSigner(config.log.origin, KeyType.ED25519, log_key.seed()),
        clock=CLOCK,
        key_file=lambda path: write_key_file(
            path.with_name("log.key"), log_key_name(config.log.origin), log_key, WORDS
        ),
    )
    night = Night(home, {"authority/root": keyring.key(ROOT), "receiver/1": receiver})
    more = [night.enrolment("receiver/1", Role.RECEIVER), night.enrolment(LATE)]
    write_key_file(home / "receiver.key", "receiver/1", night.keys["receiver/1"], WORDS)
    night.workspace.add(more, night.signer, CLOCK)
    return Miniature(night, composer.records[FIRST:], composer.attachments)


def _appoint(night: Night, homes: Mapping[str, tuple[WitnessHome, str]]) -> None:
    """From now on the log is public only with two of these witnesses."""
    table = WitnessesTable(
        witness=tuple(
            WitnessTable(name=name, vkey=str(home.signers(WORDS)[0].verifier), url=address)
            for name, (home, address) in homes.items()
        ),
        group=(GroupTable(name="public", threshold=2, members=tuple(homes)),),
        quorum="public",
    )
    settings = msgspec.structs.replace(night.workspace.settings, witnesses=table)
    (night.directory / SETTINGS).write_bytes(msgspec.json.encode(settings))


def _lost(night: Night) -> tuple[bytes, bytes]:
    """A machine takes a record, promises it within a second, and is gone; record and promise."""
    elsewhere = replace(night, home=night.home / "elsewhere")
    shutil.copytree(night.directory, elsewhere.directory)
    (raw,) = night.complaints(1, by=LATE)
    with hub(elsewhere, "--key", night.home / "receiver.key", "--promise", 1) as machine:
        (sent,) = HubClient(machine.address, 60).send([raw], {})
        machine.kill()
    shutil.rmtree(elsewhere.home)
    assert sent.promise
    return raw, sent.promise


def _deliver(day: Miniature, records: Sequence[bytes], addresses: Sequence[str]) -> list[bytes]:
    """What a station's outbox does: one hub after another, until each record is durable; the promises."""
    left, promises, end = list(records), list[bytes](), monotonic() + 60
    for address in cycle(addresses):
        if not left:
            break
        assert monotonic() < end, left
        try:
            sent = HubClient(address).send(left, day.attachments)
        except HubAwayError:
            continue
        assert all(each.why is None or each.again for each in sent), [each.why for each in sent]
        promises += [each.promise for each in sent if each.promise]
        left = [raw for raw, each in zip(left, sent, strict=True) if each.why is not None]
    return promises


class _Sending:
    """Several senders at two hubs, each behind a cable of its own."""

    def __init__(self, day: Miniature, cables: Sequence[Cable], pool: ThreadPoolExecutor) -> None:
        self._day, self._cables, self._pool = day, cables, pool
        self.promises: list[bytes] = []

    def send(self, group: Sequence[bytes]) -> None:
        """Send records that may come in any order, and wait until each is durable."""
        addresses = [each.address for each in self._cables]
        parts = [group[who::SENDERS] for who in range(SENDERS)]
        doing = [
            self._pool.submit(_deliver, self._day, part, addresses[who % 2 :] + addresses[: who % 2])
            for who, part in enumerate(parts)
            if part
        ]
        for each in doing:
            self.promises += each.result()


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    with database() as made_here:
        yield made_here


def test_the_day_of_the_miniature_over_sockets(
    server: Database, miniature: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_client, "PATIENCE", 2.0)
    day = _begun(tmp_path)
    night, public, origin = day.night, day.night.workspace.public, day.night.workspace.settings.origin
    trust_file = tmp_path / "trust.toml"
    trust = replace(night.workspace.trust(night.signer, verifier_html=bytes(32)), verifier_html=None)
    trust_file.write_bytes(format_trust(trust))
    lost, broken = _lost(night)
    homes = {name: made(tmp_path, name) for name in ("sol", "azul", "univ")}
    pace = ("--period", 0.1, "--pages", 0)
    with ExitStack() as open_:
        watching = {
            name: (home, open_.enter_context(running(home, trust_file))) for name, home in homes.items()
        }
        _appoint(night, watching)
        moved = escrutinio("hub", "move-store", night.directory, server.address)
        assert moved.returncode == 0, moved.stderr
        trust = replace(night.workspace.trust(night.signer, verifier_html=bytes(32)), verifier_html=None)
        trust_file.write_bytes(format_trust(trust))
        mirror = open_.enter_context(Mirror(str(public), tmp_path / "mirror", trust))
        with ExitStack() as hubs, ExitStack() as ways:
            one = hubs.enter_context(hub(night, "--key", tmp_path / "receiver.key", "--promise", 3600))
            two = hubs.enter_context(hub(night))
            publisher = hubs.enter_context(hub(night, *pace, what="publish"))
            to_one, to_two = (ways.enter_context(cable(each.address, 4)) for each in (one, two))
            to_one.holes = 1
            sending = _Sending(day, (to_one, to_two), ways.enter_context(ThreadPoolExecutor(SENDERS)))
            groups = list(day.groups())
            largest = max(range(len(groups)), key=lambda each: len(groups[each]))
            paused, restarted = len(groups) // 3, 2 * len(groups) // 3
            assert len({largest, paused, restarted}) == 3
            for place, group in enumerate(groups):
                if place == largest:
                    to_two.at_answer = two.process.kill
                    sending.send(group)
                    assert two.process.wait(30) == -9
                    to_two.lead_to(hubs.enter_context(hub(night)).address)
                elif place == paused:
                    why = ("--why", "a test", night.directory)
                    assert escrutinio("hub", "pause", *why, **SECRET).returncode == 0
                    sending.send(group)
                    assert escrutinio("hub", "resume", *why, **SECRET).returncode == 0
                elif place == restarted:
                    server.stop()
                    with ThreadPoolExecutor(1) as beside:
                        sent = beside.submit(sending.send, group)
                        server.start()
                        sent.result()
                else:
                    sending.send(group)
            policy = night.workspace.policy(night.signer)
            assert HubClient(one.address, 60).proof(day.records[-1], policy, 60) is not None
            mirror.advance()
            assert publisher.process.poll() is None
            assert (to_one.swallowed, to_one.pulled, to_two.pulled) == (1, 4, 5)
        shown = escrutinio("workspace", "publish", night.directory, "-q", **SECRET)
        assert shown.returncode == 0, shown.stderr
        mirror.advance()
        head = parse_checkpoint((public / "log" / CHECKPOINT).read_bytes()).checkpoint
        notes = [at(address, home).latest(origin) for home, address in watching.values()]
        heads = [parse_checkpoint(each).checkpoint for each in notes if each is not None]
        assert heads.count(head) >= 2
    log, copy, published = (open_verified(each) for each in (public, tmp_path / "mirror", miniature))
    assert copy.checkpoint == log.checkpoint
    entries = [log.entry(index) for index in range(log.size)]
    assert all(entries.count(raw) == 1 for raw in day.records)
    assert _totals(log.state) == _totals(published.state)
    verdicts = {
        judge_promise(log.state, promise, None, find_digest(entries, _promised(promise)), None).verdict
        for promise in map(open_record, sending.promises)
    }
    assert verdicts == {Verdict.PROMISE_KEPT}
    assert log.find(lost) is None
    (tmp_path / "broken.cose").write_bytes(broken)
    checked = escrutinio("check", tmp_path / "broken.cose", "--log", public, "--trust", trust_file, "--json")
    assert checked.returncode == 1
    assert "broken" in json.dumps(json.loads(checked.stdout))
    verified = escrutinio("verify", public, "--trust", trust_file, "--no-memory")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _promised(entry: Entry) -> bytes:
    assert isinstance(entry.body, Promise)
    return entry.body.record


def _totals(state: ElectionState) -> list[dict[str, object]]:
    return [each.as_plain() for each in countings(state)]
