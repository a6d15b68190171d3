"""Single records over HTTP, each durable before its answer, beside SQLite storing as many in groups."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
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
            write_records(night.home / "records", records)
            _accept(night, records, options, promised)
    sizes = (1_000, 10_000) if options.short else (1_000, 1_000_000)
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
    row = Measurement(f"{name} over HTTP", len(records), "records", found["seconds"], floor, peak_rss_mib())
    show(row, options)
    for what in ("p50", "p99"):
        show(
            Measurement(f"{name}: {what} of the answer", 1, "answers", found[what], None, peak_rss_mib()),
            options,
        )


def write_records(path: Path, records: list[bytes]) -> None:
    """Write records for a client, each behind its length."""
    path.write_bytes(b"".join(len(each).to_bytes(2, "big") + each for each in records))


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


@dataclass
class _Sent:
    """What all connections of a client share: records to send, last first, the next no sooner than at `due`
    and then `every` so many seconds, with a header line; and what came of them."""

    records: list[bytes]
    every: float
    line: str
    due: float = 0.0
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    last: float = 0.0


class _Client(asyncio.Protocol):
    """A connection that stays and has one record under way."""

    def __init__(self, sent: _Sent) -> None:
        self._all = sent
        self._data = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def go_on(self) -> None:
        """Send the next record, once it is due."""
        if not self._all.records:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        record, due = self._all.records.pop(), self._all.due
        self._all.due += self._all.every
        if due > (at := time.perf_counter()):
            asyncio.get_running_loop().call_later(due - at, self._post, record)
        else:
            self._post(record)

    def _post(self, record: bytes) -> None:
        self._sent = time.perf_counter()
        self._all.last = time.time()
        head = (
            "POST /entries HTTP/1.1\r\nHost: hub\r\nContent-Type: application/cose\r\n"
            f"{self._all.line}Content-Length: {len(record)}\r\n\r\n"
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
        self._all.statuses[head[9:12].decode()] += 1
        self._all.seconds.append(time.perf_counter() - self._sent)
        self._data = b""
        self.go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed"))


async def send(address: str, path: Path, connections: int, over: float, line: str = "") -> None:
    """Send the records of a file over so many connections, spread over some seconds (0: as fast as they are
    taken), and print what came of them; `line` is one more header."""
    data, at, records = path.read_bytes(), 0, []
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        records.append(data[at + 2 : end])
        at = end
    sent = _Sent(records, over / max(1, len(records)), line)
    where, loop = urlsplit(address), asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Client(sent), where.hostname or "", where.port or 0)
        for _ in range(connections)
    ]
    start = sent.due = time.perf_counter()
    for _, client in made:
        client.go_on()
    await asyncio.gather(*(client.done for _, client in made))
    whole = time.perf_counter() - start
    seconds = sorted(sent.seconds)
    found = {
        "seconds": whole,
        "statuses": sent.statuses,
        "last": sent.last,
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

            while made < size:
                accept(min(size, 50_000))
                publisher.publish()
            measure(
                f"a checkpoint of {CHECKPOINT_BATCH} on a log of {size:,}",
                checkpoint, None, "checkpoints", count=1, options=options, repeat=9,
            )  # fmt: skip
        store.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        asyncio.run(send(sys.argv[2], Path(sys.argv[3]), CONNECTIONS, 0.0))
    else:
        main()
