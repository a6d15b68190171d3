"""A log's store in an SQLite file, in WAL mode with synchronous=FULL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from escrutinio.base.errors import LogError
from escrutinio.base.sqlite import SqliteFile
from escrutinio.core.log.merkle import EMPTY_ROOT
from escrutinio.core.log.store import Head, Held, Receipt

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (digest BLOB PRIMARY KEY, idx INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (idx INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS head (
    kind TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS filled (since INTEGER NOT NULL, old_size INTEGER NOT NULL, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS held (
    place INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, record BLOB NOT NULL,
    received INTEGER NOT NULL, due INTEGER NOT NULL, until INTEGER NOT NULL, stopped TEXT NOT NULL,
    channel INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS held_until ON held (stopped, until);
"""

_OF_HELD = ("record", "received", "due", "until", "stopped", "channel")
_AGAIN = ", ".join(f"{each} = excluded.{each}" for each in _OF_HELD)
_HELD = f"SELECT {', '.join(_OF_HELD)} FROM held"


class SqliteStore(SqliteFile):
    """The `Store` in the SQLite file at `path`, made if missing.

    Several processes may have one file open, each with an object of its own; one object must not be used by
    two threads at once.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, _SCHEMA, _VERSION, ahead=True)
        with self._transaction():
            for kind in ("signed", "public"):
                self._db.execute("INSERT OR IGNORE INTO head VALUES (?, 0, ?, x'')", (kind, EMPTY_ROOT))

    @property
    def size(self) -> int:
        """See `Store`."""
        with self._told():
            return self._size()

    def _size(self) -> int:
        last = self._db.execute("SELECT max(idx) FROM pending").fetchone()[0]
        if last is not None:
            return int(last) + 1
        return int(self._db.execute("SELECT size FROM head WHERE kind = 'public'").fetchone()[0])

    def index_of(self, digest: bytes) -> int | None:
        """See `Store`."""
        with self._told():
            row = self._db.execute("SELECT idx FROM entry WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else int(row[0])

    def add(self, records: Sequence[bytes], size: int) -> list[Receipt] | None:
        """See `Store`."""
        receipts: list[Receipt] = []
        fresh: dict[bytes, int] = {}
        with self._transaction():
            find = "SELECT idx FROM entry WHERE digest = ?"
            start = self._size()
            if start > size:
                return None
            if start < size:
                raise LogError("store-moved", path=self._path, read=size, size=start)
            pending: list[tuple[int, bytes]] = []
            for record in records:
                digest = sha256(record).digest()
                known = fresh.get(digest)
                if known is None:
                    row = self._db.execute(find, (digest,)).fetchone()
                    known = None if row is None else int(row[0])
                if known is not None:
                    receipts.append(Receipt(known, True))
                    continue
                index = start + len(fresh)
                fresh[digest] = index
                pending.append((index, record))
                receipts.append(Receipt(index, False))
            self._db.executemany("INSERT INTO entry VALUES (?, ?)", sorted(fresh.items()))
            self._db.executemany("INSERT INTO pending VALUES (?, ?)", pending)
        return receipts

    def pending(self, start: int, end: int, max_bytes: int) -> list[bytes]:
        """See `Store`."""
        records: list[bytes] = []
        total = 0
        query = "SELECT idx, record FROM pending WHERE idx >= ? AND idx < ? ORDER BY idx"
        with self._told():
            for index, record in self._db.execute(query, (start, end)):
                if index != start + len(records):
                    break
                records.append(record)
                total += len(record)
                if total >= max_bytes:
                    return records
        if total < max_bytes and start + len(records) != end:
            raise LogError("store-lost", path=self._path, index=start + len(records))
        return records

    def head(self, kind: str) -> Head:
        """See `Store`."""
        with self._told():
            row = self._db.execute("SELECT size, root, note FROM head WHERE kind = ?", (kind,)).fetchone()
        return Head(*row)

    def _swap(self, kind: str, old: Head, new: Head) -> None:
        cursor = self._db.execute(
            "UPDATE head SET size = ?, root = ?, note = ? WHERE kind = ? AND size = ? AND root = ?",
            (new.size, new.root, new.note, kind, old.size, old.root),
        )
        again = kind == "public" and (new.size, new.root) == (old.size, old.root)  # with more cosignatures
        if cursor.rowcount != 1 or (new.size <= old.size and not again):
            raise LogError("store-checkpoint-moved", kind=kind, path=self._path)

    def lead(self) -> None:
        """See `Store`: the file is on one machine, where the publisher has locked the log's directory."""

    def swap_signed(self, old: Head, new: Head) -> None:
        """See `Store`."""
        with self._transaction():
            self._swap("signed", old, new)

    def swap_public(self, old: Head, new: Head, now: int) -> None:
        """See `Store`."""
        with self._transaction():
            self._swap("public", old, new)
            self._db.execute("DELETE FROM pending WHERE idx < ?", (new.size,))
            if old.size >> 8 != new.size >> 8:
                self._db.execute("INSERT INTO filled VALUES (?, ?, ?)", (now, old.size, new.size))

    def filled_before(self, moment: int) -> list[tuple[int, int]]:
        """See `Store`."""
        query = "SELECT old_size, size FROM filled WHERE since <= ? ORDER BY size"
        with self._told():
            return [(int(old), int(size)) for old, size in self._db.execute(query, (moment,))]

    def forget_filled(self, moment: int) -> None:
        """See `Store`."""
        with self._transaction():
            self._db.execute("DELETE FROM filled WHERE since <= ?", (moment,))

    def hold(self, records: Sequence[Held]) -> None:
        """See `Store`."""
        values = [
            (sha256(each.record).digest(), *(getattr(each, name) for name in _OF_HELD)) for each in records
        ]
        with self._transaction():
            self._db.executemany(
                f"INSERT INTO held (digest, {', '.join(_OF_HELD)}) VALUES (?, ?, ?, ?, ?, ?, ?) "
                f"ON CONFLICT (digest) DO UPDATE SET {_AGAIN} WHERE held.stopped <> ''",
                values,
            )

    def held(self, digest: bytes) -> Held | None:
        """See `Store`."""
        with self._told():
            row = self._db.execute(f"{_HELD} WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else Held(*row)

    def held_until(self, moment: int, most: int) -> list[Held]:
        """See `Store`."""
        query = f"{_HELD} WHERE stopped = '' AND until <= ? ORDER BY place LIMIT ?"
        with self._told():
            return [Held(*row) for row in self._db.execute(query, (moment, most))]

    def stopped(self) -> list[Held]:
        """See `Store`."""
        with self._told():
            return [Held(*row) for row in self._db.execute(f"{_HELD} WHERE stopped <> '' ORDER BY place")]

    def hold_until(self, moments: Mapping[bytes, int]) -> None:
        """See `Store`."""
        with self._transaction():
            values = [(until, digest) for digest, until in moments.items()]
            self._db.executemany("UPDATE held SET until = ? WHERE digest = ?", values)

    def let_go(self, stopped: Mapping[bytes, str]) -> None:
        """See `Store`."""
        with self._transaction():
            marks = [(code, digest) for digest, code in stopped.items() if code]
            self._db.executemany("UPDATE held SET stopped = ? WHERE digest = ?", marks)
            gone = [(digest,) for digest, code in stopped.items() if not code]
            self._db.executemany("DELETE FROM held WHERE digest = ?", gone)

    def waits(self) -> tuple[int, int]:
        """See `Store`."""
        with self._told():
            row = self._db.execute(
                "SELECT count(*), coalesce(max(until), 0) FROM held WHERE stopped = ''"
            ).fetchone()
        return int(row[0]), int(row[1])
