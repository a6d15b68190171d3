"""Single records over HTTP, each durable before its answer, beside SQLite storing as many in groups."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks.harness import Measurement, Options, measure, parse_options, peak_rss_mib, show
from escrutinio.core.log.accept import Acceptor
from escrutinio.core.log.notes import KeyType, NoteSigner
from escrutinio.core.log.publisher import Publisher
from escrutinio.core.log.reader import open_log
from escrutinio.core.log.store_sqlite import SqliteStore
from tests.core.log.builders import AdmitAll
from tests.running.hub.night import Night, begun, hub

CONNECTIONS = 100
CHECKPOINT_BATCH = 100


def main() -> None:
    options = parse_options(__doc__ or "")
    count = 3_000 if options.short else 30_000
    with TemporaryDirectory() as scratch:
        night = begun(Path(scratch))
        for promised in (True, False):
            records = night.sheets(count, version=int(promised))
            (night.home / "records").write_bytes(b"".join(len(r).to_bytes(2, "big") + r for r in records))
            _accept(night, records, options, promised)
    sizes = (1_000, 10_000) if options.short else (1_000, 100_000)
    for size in sizes:
        _checkpoint(size, options)


# --- records over HTTP ---


def _accept(night: Night, records: list[bytes], options: Options, promised: bool) -> None:
    """A receiver and its clients as processes of their own."""
    key = ("--key", night.home / "receiver.key") if promised else ()
    name = "records with a promise" if promised else "records"
    with hub(night, *key, "--burst", 1_000_000) as running:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.hub", "--client", running.address, night.home / "records"],
            stdout=subprocess.PIPE,
            check=True,
        )
    found = json.loads(done.stdout)
    assert found["statuses"] == {"202": len(records)}, found["statuses"]
    floor = _floor(night.home / f"floor-{promised}.sqlite", records, group=CONNECTIONS)
    for what, seconds in (("", found["seconds"]),):
        row = Measurement(f"{name} over HTTP{what}", len(records), "records", seconds, floor, peak_rss_mib())
        show(row, options)
    for what in ("p50", "p99"):
        show(
            Measurement(f"{name}: {what} of the answer", 1, "answers", found[what], None, peak_rss_mib()),
            options,
        )


def _floor(path: Path, records: list[bytes], group: int) -> float:
    """Seconds in which SQLite makes the records durable, as many in one transaction as are sent at once."""
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE r (d BLOB PRIMARY KEY, b BLOB)"
    )
    start = time.perf_counter()
    for at in range(0, len(records), group):
        database.execute("BEGIN IMMEDIATE")
        rows = [(sha256(r).digest(), r) for r in records[at : at + group]]
        database.executemany("INSERT INTO r VALUES (?, ?)", rows)
        database.execute("COMMIT")
    seconds = time.perf_counter() - start
    database.close()
    return seconds


class _Client(asyncio.Protocol):
    """A connection that stays and has one record under way."""

    def __init__(self, records: list[bytes], seconds: list[float], statuses: dict[str, int]) -> None:
        self._records, self._seconds, self._statuses = records, seconds, statuses
        self._data = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        if not self._records:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        record = self._records.pop()
        self._sent = time.perf_counter()
        head = (
            "POST /entries HTTP/1.1\r\nHost: hub\r\nContent-Type: application/cose\r\n"
            f"Content-Length: {len(record)}\r\n\r\n"
        )
        self._transport.write(head.encode() + record)

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, separator, body = self._data.partition(b"\r\n\r\n")
        if not separator:
            return
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0
        )
        if len(body) < length:
            return
        status = head[9:12].decode()
        self._statuses[status] = self._statuses.get(status, 0) + 1
        self._seconds.append(time.perf_counter() - self._sent)
        self._data = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed"))


async def _send(address: str, path: Path) -> None:
    data, at, records = path.read_bytes(), 0, []
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        records.append(data[at + 2 : end])
        at = end
    seconds: list[float] = []
    statuses: dict[str, int] = {}
    where, loop = urlsplit(address), asyncio.get_running_loop()
    start = time.perf_counter()
    made = [
        await loop.create_connection(
            lambda: _Client(records, seconds, statuses), where.hostname or "", where.port or 0
        )
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(client.done for _, client in made))
    whole = time.perf_counter() - start
    seconds.sort()
    found = {
        "seconds": whole,
        "statuses": statuses,
        "p50": seconds[len(seconds) // 2],
        "p99": seconds[len(seconds) * 99 // 100],
    }
    print(json.dumps(found))


# --- what a checkpoint costs ---


def _checkpoint(size: int, options: Options) -> None:
    with TemporaryDirectory() as scratch:
        directory = Path(scratch)
        (directory / "log").mkdir()
        store = SqliteStore(directory / "store.sqlite")
        signer = NoteSigner("bench.example/log", KeyType.ED25519, sha256(b"bench log key").digest())
        acceptor = Acceptor(store, open_log(directory / "log"), AdmitAll())
        made = 0

        def accept(count: int) -> None:
            nonlocal made
            acceptor.accept([b"%d" % number + bytes(200) for number in range(made, made + count)])
            made += count

        with Publisher(directory / "log", store, signer, clock=lambda: 1_900_000_000) as publisher:

            def checkpoint() -> None:
                accept(CHECKPOINT_BATCH)
                publisher.publish()

            accept(size)
            publisher.publish()
            measure(
                f"a checkpoint of {CHECKPOINT_BATCH} on a log of {size:,}",
                checkpoint, None, "checkpoints", count=1, options=options, repeat=9,
            )  # fmt: skip
        store.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        asyncio.run(_send(sys.argv[2], Path(sys.argv[3])))
    else:
        main()
