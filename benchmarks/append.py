"""Append a batch of 1,000 records to a log of 100,000, beside SQLite storing the same batch durably."""

import os
import sqlite3
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness import measure, parse_options
from escrutinio.core.log.accept import Acceptor
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.reader import open_log
from escrutinio.core.log.store_sqlite import SqliteStore
from tests.core.log.builders import AdmitAll

BATCH = 1_000
RECORD_BYTES = 224


def main() -> None:
    options = parse_options(__doc__ or "")
    size = 10_000 if options.short else 100_000
    with TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "log").mkdir()
        store = SqliteStore(directory / "store.sqlite")
        signer = NoteSigner("bench.example/log", KeyType.ED25519, sha256(b"bench log key").digest())
        floor = sqlite3.connect(directory / "floor.sqlite", isolation_level=None)
        floor.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE r (d BLOB PRIMARY KEY, b BLOB)"
        )
        acceptor = Acceptor(store, open_log(directory / "log"), AdmitAll())
        with Publisher(directory / "log", store, signer, clock=lambda: 1_900_000_000) as publisher:

            def append(count: int) -> None:
                acceptor.accept(_records(count))
                publisher.publish()

            append(size)
            measure(
                f"append {BATCH:,} to a log of {size:,}",
                lambda: append(BATCH),
                lambda: _store(floor, _records(BATCH)),
                "records",
                count=BATCH,
                options=options,
                repeat=5,
            )
        store.close()
        floor.close()


def _records(count: int) -> list[bytes]:
    return [os.urandom(RECORD_BYTES) for _ in range(count)]


def _store(database: sqlite3.Connection, records: list[bytes]) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT INTO r VALUES (?, ?)", [(sha256(r).digest(), r) for r in records])
    database.execute("COMMIT")


if __name__ == "__main__":
    main()
