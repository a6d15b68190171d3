"""The store in a real PostgreSQL: what a store does, several receivers, a database that is restarted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.store import Head, Receipt
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.exchange.entries import BATCH_TYPE
from escrutinio.running.exchange.hub_client import HubClient
from escrutinio.running.hub.safekeeping import move_store
from escrutinio.running.workspace.store_postgres import PostgresStore
from tests.cli.running import escrutinio
from tests.running.hub.night import begun, hub
from tests.running.hub.postgres import Database, database
from tests.running.hub.test_held_files import comes, waiting
from tests.running.hub.test_holding import CALENDAR, FROM, Clock, store_keeps

ORIGIN = "example.org/elections/test"


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    with database() as made:
        yield made


def fresh(server: Database, name: str) -> str:
    """The address of a new database of the server."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}".encode())
    return server.address.replace("dbname=postgres", f"dbname={name}")


def test_it_keeps_what_waits(server: Database) -> None:
    store = PostgresStore(fresh(server, "waits"), ORIGIN)
    store_keeps(store)
    store.close()


def test_it_takes_over_what_waits_and_what_was_refused(server: Database, tmp_path: Path) -> None:
    night, clock = begun(tmp_path, CALENDAR), Clock()
    records = waiting(night, clock)
    digests = [sha256(raw).digest() for raw in records]
    with night.workspace.store() as store:
        held = [store.held(each) for each in digests]
    move_store(night.workspace, fresh(server, "held"))
    (night.workspace.private / "store.moved").unlink()
    with night.workspace.store() as store:
        assert [store.held(each) for each in digests] == held
        assert (store.waits(), [each.record for each in store.stopped()]) == ((2, FROM), [records[2]])
    comes(night, clock, *records[:2])
    with night.workspace.store() as store:
        assert [each.stopped for each in store.stopped()] == ["revoked"]


def test_it_does_what_a_store_does(server: Database) -> None:
    where = fresh(server, "whole")
    store, again = PostgresStore(where, ORIGIN), PostgresStore(where, ORIGIN)
    assert store.add([b"a", b"b", b"a"], 0) == [Receipt(0, False), Receipt(1, False), Receipt(0, True)]
    assert again.add([b"c"], 1) is None
    assert again.add([b"c", b"b"], 2) == [Receipt(2, False), Receipt(1, True)]
    with pytest.raises(LogError, match="has 3 entries, and 4 were read"):
        store.add([b"d"], 4)
    assert store.size == again.size == 3
    assert (store.index_of(sha256(b"b").digest()), store.index_of(bytes(32))) == (1, None)
    assert (store.pending(0, 3, 100), store.pending(0, 3, 2)) == ([b"a", b"b", b"c"], [b"a", b"b"])
    first, other = Head(2, b"\1" * 32, b"one"), Head(2, b"\2" * 32, b"two")
    store.swap_signed(Head(), first)
    for old, new in ((Head(), other), (other, Head(3, bytes(32))), (first, first), (first, Head(1))):
        with pytest.raises(LogError, match="moved by someone else"):
            again.swap_signed(old, new)
    assert again.head("signed") == first
    store.swap_public(Head(), Head(300, first.root, b"far"), 7)
    with pytest.raises(LogError, match="lost entry 0"):
        store.pending(0, 2, 100)
    assert again.filled_before(7) == [(0, 300)]
    again.forget_filled(7)
    assert store.filled_before(7) == []
    for one in (store, again):
        one.close()


def test_a_store_of_another_log_is_refused(server: Database) -> None:
    where = fresh(server, "other")
    PostgresStore(where, ORIGIN).close()
    with pytest.raises(LogError, match="is that of the log"):
        PostgresStore(where, "example.org/elections/another")
    with pytest.raises(LogError, match="cannot be used"):
        PostgresStore(where.replace("dbname=other", "dbname=nowhere"), ORIGIN)


def test_many_who_add_at_once_leave_no_gap(server: Database) -> None:
    where = fresh(server, "many")

    def add(who: int) -> list[int]:
        store, found = PostgresStore(where, ORIGIN), list[int]()
        for number in range(20):
            while (receipts := store.add([b"%d/%d" % (who, number)], store.size)) is None:
                pass
            found += [each.index for each in receipts]
        store.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        indices = sorted(index for each in pool.map(add, range(4)) for index in each)
    assert indices == list(range(80))


def test_one_publishes_and_one_that_was_followed_moves_nothing(server: Database) -> None:
    where = fresh(server, "turns")
    first, second, receiver = (PostgresStore(where, ORIGIN) for _ in range(3))
    first.lead()
    first.lead()  # its own already
    with pytest.raises(LogError, match="Another publisher of this log has the store"):
        second.lead()
    receiver.add([b"a", b"b"], 0)  # whoever receives needs no turn
    one = Head(1, b"\1" * 32, b"one")
    first.swap_signed(Head(), one)
    _cut(server, "turns")
    with pytest.raises(LogError, match="cannot be used"):
        _ = first.size
    assert first.size == 2  # nobody published meanwhile: it goes on, and is the only one
    _cut(server, "turns")
    with pytest.raises(LogError, match="cannot be used"):  # refused before, and cut like all
        second.lead()
    second.lead()
    with pytest.raises(LogError, match="cannot be used"):
        _ = first.size
    two = Head(2, b"\2" * 32, b"two")
    with pytest.raises(LogError, match="took over") as followed:
        first.swap_signed(one, two)
    assert followed.value.code == "store-publisher-followed"
    assert second.head("signed") == one
    second.close()
    with pytest.raises(LogError, match="took over"):  # also where the other one has ended
        first.swap_signed(one, two)
    first.close()
    third = PostgresStore(where, ORIGIN)
    third.lead()  # one that has ended is not waited for
    third.swap_signed(one, two)
    for each in (third, receiver):
        each.close()


def _cut(server: Database, name: str) -> None:
    """Cut all connections to a database of the server."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as db:
        db.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))


@pytest.mark.slow
def test_two_receivers_share_it_and_a_restart_loses_nothing(server: Database, tmp_path: Path) -> None:
    night = begun(tmp_path)
    records = night.complaints(60)
    with night.workspace.acceptor() as acceptor:  # one that is durable and not public moves too
        acceptor.accept(records[:1])
    where = fresh(server, "night")
    assert escrutinio("hub", "move-store", night.directory, where).returncode == 0
    again = escrutinio("hub", "move-store", night.directory, where)
    assert again.returncode == 2
    assert "4" in again.stderr
    many = {"Content-Type": BATCH_TYPE}
    with (
        hub(night, "--key", tmp_path / "receiver.key") as one,
        hub(night) as two,
        hub(night, "--period", 0.1, "--pages", 0, what="publish"),
    ):
        for place, raw in enumerate(records[:40]):
            at = (one, two)[place % 2]
            assert httpx.post(f"{at.address}/entries", content=raw, headers=many).status_code == 202
        server.stop("fast" if os.environ.get("CI") else "immediate")
        down = httpx.post(f"{one.address}/entries", content=records[40], headers=many)
        assert down.status_code == 503
        assert down.headers["retry-after"]
        health = httpx.get(f"{two.address}/health")  # also where nobody has sent anything since
        assert (health.status_code, health.json()["code"]) == (503, "store-unusable")
        server.start()
        for hub_at in (one, two):  # each finds its connection cut once, is patient, and connects again
            sent = HubClient(hub_at.address, 60).send(records, {})
            assert all(each.why is None for each in sent)
        proof = HubClient(two.address, 60).proof(records[-1], night.workspace.policy(night.signer), 60)
        assert proof is not None
    log = open_verified(night.workspace.public)
    assert all(log.find(raw) is not None for raw in records)
