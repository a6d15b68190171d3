"""A publisher that sleeps while another one on another machine takes over: nothing is rolled back."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.log.reader import CHECKPOINT
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.hub_client import HubClient
from tests.cli.running import escrutinio
from tests.running.hub.night import WORDS, Night, begun, hub
from tests.running.hub.postgres import Database, database

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[Database]:
    with database() as made:
        yield made


def _size(night: Night) -> int:
    note = (night.workspace.public / "log" / CHECKPOINT).read_bytes()
    return parse_checkpoint(note).checkpoint.size


def _let_go_of(server: Database, who: int) -> None:
    """What the server does once it notices that a publisher's machine is gone."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as db:
        db.execute("SELECT pg_terminate_backend(%s, 5000)", (who,))


def _who_publishes(server: Database) -> int:
    import psycopg

    query = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    with psycopg.connect(server.address, autocommit=True) as db:
        [(pid,)] = db.execute(query).fetchall()
    assert isinstance(pid, int)
    return pid


def test_one_that_wakes_after_another_took_over_ends(server: Database, tmp_path: Path) -> None:
    night = begun(tmp_path)
    records = night.complaints(60)
    assert escrutinio("hub", "move-store", night.directory, server.address).returncode == 0
    elsewhere = replace(night, home=tmp_path / "elsewhere")
    shutil.copytree(night.directory, elsewhere.directory)
    policy = night.workspace.policy(night.signer)
    pace = ("--period", 0.1, "--pages", 0)
    with hub(night) as one, hub(night, *pace, what="publish") as sleeper:
        assert not [each.why for each in HubClient(one.address, 60).send(records[:20], {}) if each.why]
        assert HubClient(one.address, 60).proof(records[19], policy, 60) is not None
        refused = escrutinio("hub", "publish", elsewhere.directory, ESCRUTINIO_PASSPHRASE=WORDS)
        assert refused.returncode == 2
        assert "Another publisher of this log has the store" in refused.stderr
        asleep = _who_publishes(server)
        sleeper.process.send_signal(signal.SIGSTOP)
        try:
            _let_go_of(server, asleep)
            shutil.copytree(night.workspace.public, elsewhere.workspace.public, dirs_exist_ok=True)
            with hub(elsewhere) as two, hub(elsewhere, *pace, what="publish"):
                assert not [each.why for each in HubClient(two.address, 60).send(records, {}) if each.why]
                assert HubClient(two.address, 60).proof(records[-1], policy, 60) is not None
                before = _size(elsewhere)
                sleeper.process.send_signal(signal.SIGCONT)
                assert sleeper.process.wait(30) == 2
                assert _size(elsewhere) == before
        finally:
            sleeper.process.send_signal(signal.SIGCONT)
    log, older = open_verified(elsewhere.workspace.public), open_verified(night.workspace.public)
    assert all(log.find(raw) is not None for raw in records)
    assert older.size == log.size - 40  # what it had is a beginning of the one history
    assert all(log.find(raw) == older.find(raw) for raw in records[:20])
    assert not list((elsewhere.workspace.public / "log").glob("*.waiting"))


def test_in_one_directory_nobody_follows_one_that_sleeps(server: Database, tmp_path: Path) -> None:
    """The lock of `public/` stands also where the database has let go of the sleeper, which was perhaps
    writing when it fell asleep: nothing of it can replace what a second one wrote."""
    night = begun(tmp_path)
    records = night.complaints(40)
    assert escrutinio("hub", "move-store", night.directory, server.address).returncode == 0
    policy = night.workspace.policy(night.signer)
    with hub(night) as one, hub(night, "--period", 0.1, "--pages", 0, what="publish") as sleeper:
        client = HubClient(one.address, 60)
        assert not [each.why for each in client.send(records[:20], {}) if each.why]
        assert client.proof(records[19], policy, 60) is not None
        asleep, before = _who_publishes(server), _size(night)
        sleeper.process.send_signal(signal.SIGSTOP)
        try:
            _let_go_of(server, asleep)
            assert not [each.why for each in client.send(records, {}) if each.why]
            refused = escrutinio("hub", "publish", night.directory, ESCRUTINIO_PASSPHRASE=WORDS)
            assert (refused.returncode, "Another run is at work" in refused.stderr) == (2, True)
            assert _size(night) == before
        finally:
            sleeper.process.send_signal(signal.SIGCONT)
        assert client.proof(records[-1], policy, 60) is not None  # nobody published meanwhile: it goes on
    log = open_verified(night.workspace.public)
    assert all(log.find(raw) is not None for raw in records)
