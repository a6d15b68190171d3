"""The durable memory of a log's writing side."""

import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import LogError
from escrutinio.core.log.store import Head, Receipt
from escrutinio.core.log.store_sqlite import SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "store.db")


def test_a_record_keeps_its_index(store: SqliteStore, tmp_path: Path) -> None:
    assert store.add([b"a", b"b", b"a"], 0) == [Receipt(0, False), Receipt(1, False), Receipt(0, True)]
    again = SqliteStore(tmp_path / "store.db")
    assert again.add([b"c", b"b"], 2) == [Receipt(2, False), Receipt(1, True)]
    assert store.size == again.size == 3
    assert store.index_of(sha256(b"b").digest()) == 1
    assert store.index_of(bytes(32)) is None
    assert store.pending(0, 3, 100) == [b"a", b"b", b"c"]
    assert store.pending(0, 3, 2) == [b"a", b"b"]


def test_records_are_added_only_where_they_were_judged(store: SqliteStore) -> None:
    store.add([b"a", b"b"], 0)
    assert store.add([b"c"], 1) is None
    assert store.add([b"a"], 1) is None
    assert store.size == 2
    with pytest.raises(LogError, match="has 2 entries, and 3 were read"):
        store.add([b"c"], 3)
    assert store.add([b"c"], 2) == [Receipt(2, False)]


def test_public_records_leave_the_store_but_are_not_forgotten(store: SqliteStore) -> None:
    store.add([b"a", b"b"], 0)
    head = Head(2, bytes(32), b"note")
    store.swap_signed(Head(), head)
    store.swap_public(Head(), head, 0)
    assert store.size == 2
    assert store.add([b"a", b"c"], 2) == [Receipt(0, True), Receipt(2, False)]
    with pytest.raises(LogError, match="lost entry 0"):
        store.pending(0, 3, 100)


def test_heads_move_once_and_forward(store: SqliteStore) -> None:
    first, other = Head(5, b"\1" * 32, b"one"), Head(5, b"\2" * 32, b"two")
    store.swap_signed(Head(), first)
    assert store.head("signed") == first
    for old, new in (
        (Head(), other),
        (other, Head(6, bytes(32))),
        (first, first),
        (first, Head(4, bytes(32))),
    ):
        with pytest.raises(LogError, match="moved by someone else"):
            store.swap_signed(old, new)
    assert store.head("signed") == first
    assert store.head("public") == Head()


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_bytes(b"not a database, but long enough to be looked at" * 20)
    with pytest.raises(LogError, match="cannot be used"):
        SqliteStore(tmp_path / "text.db")
    with pytest.raises(LogError, match="cannot be used"):
        SqliteStore(tmp_path / "nowhere" / "store.db")
    newer = sqlite3.connect(tmp_path / "newer.db")
    newer.execute("PRAGMA user_version=99")
    newer.close()
    with pytest.raises(LogError, match="has version 99"):
        SqliteStore(tmp_path / "newer.db")
