"""A log's store in a PostgreSQL database, for several receivers on several machines.

One database is the store of one log. Whoever adds locks one row first, so that records follow on one another
whoever takes them; the publisher's heads are compared and swapped under the same lock. The publisher holds
an advisory lock for as long as its session lives, and a number that grows with each publisher: one that wakes
after another took over finds a greater number and ends. Needs the extra `postgres`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from escrutinio.base.errors import LogError
from escrutinio.base.extras import need
from escrutinio.core.log.merkle import EMPTY_ROOT
from escrutinio.core.log.store import Head, Held, Receipt

if TYPE_CHECKING:
    import psycopg

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS log (version integer NOT NULL, origin text NOT NULL);
CREATE TABLE IF NOT EXISTS entry (digest bytea PRIMARY KEY, idx bigint NOT NULL);
CREATE TABLE IF NOT EXISTS pending (idx bigint PRIMARY KEY, record bytea NOT NULL);
CREATE TABLE IF NOT EXISTS head (
    kind text PRIMARY KEY, size bigint NOT NULL, root bytea NOT NULL, note bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS filled (since bigint NOT NULL, old_size bigint NOT NULL, size bigint NOT NULL);
CREATE TABLE IF NOT EXISTS held (
    place bigserial PRIMARY KEY, digest bytea NOT NULL UNIQUE, record bytea NOT NULL,
    received bigint NOT NULL, due bigint NOT NULL, until bigint NOT NULL, stopped text NOT NULL,
    channel bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS publishing (one boolean PRIMARY KEY, turn bigint NOT NULL);
CREATE INDEX IF NOT EXISTS held_until ON held (stopped, until);
"""
_HELD = "SELECT record, received, due, until, channel, stopped FROM held"
_MAKING = 0x657363727574
"""The advisory lock under which tables are made, so that two who begin at once do not meet."""
_PUBLISHING = _MAKING + 1
"""The advisory lock that the one publisher's session holds."""

_TURN_SECONDS = 2
"""How long a publisher waits for the lock of one that is just ending."""

_NOTICED = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
"""So that the server lets go of the lock of a publisher whose machine is gone, after half a minute."""

_TAKE_TURN = """
INSERT INTO publishing VALUES (true, 1)
ON CONFLICT (one) DO UPDATE SET turn = publishing.turn + 1 RETURNING turn
"""
_SIZE = "SELECT coalesce((SELECT max(idx) + 1 FROM pending), (SELECT size FROM head WHERE kind = 'public'))"
_ADD_ENTRIES = "INSERT INTO entry (digest, idx) SELECT * FROM unnest(%s::bytea[], %s::bigint[])"
_ADD_PENDING = "INSERT INTO pending (record, idx) SELECT * FROM unnest(%s::bytea[], %s::bigint[])"
_PENDING = """
SELECT idx, record FROM (
    SELECT idx, record, sum(octet_length(record)) OVER (ORDER BY idx) - octet_length(record) AS before
    FROM pending WHERE idx >= %s AND idx < %s
) AS reached WHERE before < %s ORDER BY idx
"""


class PostgresStore:
    """The `Store` of the log with this origin, in the database that `address` names (a libpq connection
    string; a password belongs into a password file).

    Any number of processes may have one; several threads too. After a database was away the next call
    connects again; a call that was cut off raises LogError, and what it added may be there.
    """

    def __init__(self, address: str, origin: str) -> None:
        need("postgres")
        self._address, self._origin = address, origin
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._turn = 0
        try:
            self._make()
        except BaseException:
            self.close()
            raise

    def _make(self) -> None:
        with self._transaction() as db:
            db.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
            db.execute(_SCHEMA)
            row = db.execute("SELECT version, origin FROM log").fetchone()
            if row is None:
                db.execute("INSERT INTO log VALUES (%s, %s)", (_VERSION, self._origin))
                row = (_VERSION, self._origin)
            version, found = int(str(row[0])), str(row[1])
            if version != _VERSION:
                raise LogError("store-version", path=self._place, version=version, known=_VERSION)
            if found != self._origin:
                raise LogError("store-other-log", path=self._place, origin=repr(found), wanted=self._origin)
            for kind in ("signed", "public"):
                db.execute(
                    "INSERT INTO head VALUES (%s, 0, %s, '') ON CONFLICT DO NOTHING", (kind, EMPTY_ROOT)
                )

    def close(self) -> None:
        """See `Store`."""
        import psycopg

        if self._connection is None:
            return
        if (
            self._turn and not self._connection.closed
        ):  # at once: whoever follows need not wait for the server
            with suppress(psycopg.Error):
                self._connection.execute("SELECT pg_advisory_unlock_all()")
        self._connection.close()

    def lead(self) -> None:
        """See `Store`. After its connection was cut it goes on only where nobody published meanwhile."""
        with self._transaction() as db:
            if not self._turn:
                if not _locked(db):
                    raise LogError("store-publisher-busy", path=self._place)
                self._turn = _number(db.execute(_TAKE_TURN).fetchone())

    def _lead_again(self, db: psycopg.Connection[tuple[object, ...]]) -> None:
        """Take the lock once more in a new session. Raises LogError."""
        locked = _locked(db)
        if _number(db.execute("SELECT turn FROM publishing").fetchone()) != self._turn:
            raise LogError("store-publisher-followed", path=self._place)
        if not locked:  # most often by the session that was cut, which the server has not noticed
            raise LogError("store-publisher-busy", path=self._place)

    @property
    def _place(self) -> str:
        """The database as sentences name it: never with what may be a password."""
        return "PostgreSQL"

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        import psycopg

        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._connected()
            with self._connection.transaction():
                yield self._connection
        except psycopg.Error as error:
            why = str(error).strip().splitlines()
            raise LogError("store-unusable", path=self._place, why=why[0] if why else "") from None

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        import psycopg

        made = psycopg.connect(self._address, connect_timeout=10, client_encoding="utf8")
        try:
            made.execute("SET synchronous_commit TO on")
            if self._turn:
                self._lead_again(made)
            made.commit()
        except BaseException:
            made.close()
            raise
        return made

    @property
    def size(self) -> int:
        """See `Store`."""
        with self._transaction() as db:
            return _number(db.execute(_SIZE).fetchone())

    def index_of(self, digest: bytes) -> int | None:
        """See `Store`."""
        with self._transaction() as db:
            row = db.execute("SELECT idx FROM entry WHERE digest = %s", (digest,)).fetchone()
        return None if row is None else _number(row)

    def add(self, records: Sequence[bytes], size: int) -> list[Receipt] | None:
        """See `Store`."""
        digests = [sha256(record).digest() for record in records]
        receipts: list[Receipt] = []
        with self._transaction() as db:
            db.execute("SELECT 1 FROM head WHERE kind = 'public' FOR UPDATE")
            start = _number(db.execute(_SIZE).fetchone())
            if start > size:
                return None
            if start < size:
                raise LogError("store-moved", path=self._place, read=size, size=start)
            rows = db.execute("SELECT digest, idx FROM entry WHERE digest = ANY(%s)", (digests,))
            known = {bytes(row[0]): _number(row[1:]) for row in rows if isinstance(row[0], bytes)}
            fresh: dict[bytes, bytes] = {}
            for digest, record in zip(digests, records, strict=True):
                duplicate = digest in known
                if not duplicate:
                    known[digest] = start + len(fresh)
                    fresh[digest] = record
                receipts.append(Receipt(known[digest], duplicate))
            if fresh:
                indices = list(range(start, start + len(fresh)))
                for table, values in (
                    ("entry (digest, idx)", fresh.keys()),
                    ("pending (record, idx)", fresh.values()),
                ):
                    db.execute(
                        f"INSERT INTO {table} SELECT * FROM unnest(%s::bytea[], %s::bigint[])",
                        (list(values), indices),
                    )
        return receipts

    def pending(self, start: int, end: int, max_bytes: int) -> list[bytes]:
        """See `Store`."""
        with self._transaction() as db:
            rows = db.execute(_PENDING, (start, end, max_bytes)).fetchall()
        records = [bytes(row[1]) for row in rows if isinstance(row[1], bytes)]
        indices = [_number(row) for row in rows]
        together = sum(map(len, records))
        if indices != list(range(start, start + len(rows))) or (
            together < max_bytes and start + len(rows) != end
        ):
            at = next((n for n, index in enumerate(indices, start) if n != index), start + len(rows))
            raise LogError("store-lost", path=self._place, index=at)
        return records

    def head(self, kind: str) -> Head:
        """See `Store`."""
        with self._transaction() as db:
            row = db.execute("SELECT size, root, note FROM head WHERE kind = %s", (kind,)).fetchone()
        assert row is not None
        size, root, note = row
        assert isinstance(root, bytes)
        assert isinstance(note, bytes)
        return Head(_number((size,)), root, note)

    def _swap(self, db: psycopg.Connection[tuple[object, ...]], kind: str, old: Head, new: Head) -> None:
        done = db.execute(
            "UPDATE head SET size = %s, root = %s, note = %s WHERE kind = %s AND size = %s AND root = %s",
            (new.size, new.root, new.note, kind, old.size, old.root),
        )
        again = kind == "public" and (new.size, new.root) == (old.size, old.root)  # with more cosignatures
        if done.rowcount != 1 or (new.size <= old.size and not again):
            raise LogError("store-checkpoint-moved", kind=kind, path=self._place)

    def swap_signed(self, old: Head, new: Head) -> None:
        """See `Store`."""
        with self._transaction() as db:
            self._swap(db, "signed", old, new)

    def swap_public(self, old: Head, new: Head, now: int) -> None:
        """See `Store`."""
        with self._transaction() as db:
            self._swap(db, "public", old, new)
            db.execute("DELETE FROM pending WHERE idx < %s", (new.size,))
            if old.size >> 8 != new.size >> 8:
                db.execute("INSERT INTO filled VALUES (%s, %s, %s)", (now, old.size, new.size))

    def filled_before(self, moment: int) -> list[tuple[int, int]]:
        """See `Store`."""
        query = "SELECT old_size, size FROM filled WHERE since <= %s ORDER BY size"
        with self._transaction() as db:
            return [(_number(row), _number(row[1:])) for row in db.execute(query, (moment,))]

    def forget_filled(self, moment: int) -> None:
        """See `Store`."""
        with self._transaction() as db:
            db.execute("DELETE FROM filled WHERE since <= %s", (moment,))

    def hold(self, records: Sequence[Held]) -> None:
        """See `Store`."""
        with self._transaction() as db:
            for each in records:
                digest = sha256(each.record).digest()
                db.execute(
                    "INSERT INTO held (digest, record, received, due, until, channel, stopped) "
                    "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (digest) DO UPDATE SET "
                    "received = excluded.received, due = excluded.due, until = excluded.until, "
                    "channel = excluded.channel, stopped = excluded.stopped WHERE held.stopped <> ''",
                    (digest, each.record, each.received, each.due, each.until, each.channel, each.stopped),
                )

    def held(self, digest: bytes) -> Held | None:
        """See `Store`."""
        with self._transaction() as db:
            row = db.execute(f"{_HELD} WHERE digest = %s", (digest,)).fetchone()
        return None if row is None else _held(row)

    def held_until(self, moment: int, most: int) -> list[Held]:
        """See `Store`."""
        query = f"{_HELD} WHERE stopped = '' AND until <= %s ORDER BY place LIMIT %s"
        with self._transaction() as db:
            return [_held(row) for row in db.execute(query, (moment, most))]

    def stopped(self) -> list[Held]:
        """See `Store`."""
        with self._transaction() as db:
            return [_held(row) for row in db.execute(f"{_HELD} WHERE stopped <> '' ORDER BY place")]

    def hold_until(self, moments: Mapping[bytes, int]) -> None:
        """See `Store`."""
        with self._transaction() as db:
            for digest, until in moments.items():
                db.execute("UPDATE held SET until = %s WHERE digest = %s", (until, digest))

    def let_go(self, stopped: Mapping[bytes, str]) -> None:
        """See `Store`."""
        with self._transaction() as db:
            for digest, code in stopped.items():
                if code:
                    db.execute("UPDATE held SET stopped = %s WHERE digest = %s", (code, digest))
            gone = [digest for digest, code in stopped.items() if not code]
            db.execute("DELETE FROM held WHERE digest = ANY(%s)", (gone,))

    def waits(self) -> tuple[int, int]:
        """See `Store`."""
        query = "SELECT count(*), coalesce(max(until), 0) FROM held WHERE stopped = ''"
        with self._transaction() as db:
            row = db.execute(query).fetchone()
        assert row is not None
        return _number(row), _number(row[1:])


def _held(row: Sequence[object]) -> Held:
    record, *numbers, stopped = row
    assert isinstance(record, bytes)
    received, due, until, channel = (_number((each,)) for each in numbers)
    return Held(record, received, due, until, str(stopped), channel)


def _locked(db: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Whether this session has the publisher's lock now."""
    import psycopg

    for setting in _NOTICED:
        db.execute(f"SET {setting}".encode())
    try:
        with db.transaction():
            db.execute(f"SET LOCAL lock_timeout = '{_TURN_SECONDS}s'".encode())
            db.execute("SELECT pg_advisory_lock(%s)", (_PUBLISHING,))
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _number(row: Sequence[object] | None) -> int:
    assert row is not None
    assert isinstance(row[0], int)
    return row[0]
