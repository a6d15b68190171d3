"""What a receiver remembers of a record that it took: when, by when it promised it to be public, and whether
the log was told how it came; and what it last told the log of those that wait. In an SQLite file, durable
before the sender is answered.

Rows go once the log was told and the record is public: then the proof is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from escrutinio.base.dataclass import dataclass
from escrutinio.base.sqlite import SqliteFile

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS received (
    digest BLOB PRIMARY KEY, idx INTEGER NOT NULL, moment INTEGER NOT NULL, due INTEGER NOT NULL,
    seconds INTEGER NOT NULL, channel INTEGER NOT NULL, told INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS in_order ON received (told, idx);
CREATE TABLE IF NOT EXISTS waiting_set (
    kid BLOB NOT NULL, moment INTEGER NOT NULL, record BLOB NOT NULL, leaves BLOB NOT NULL,
    PRIMARY KEY (kid, moment)
);
"""


@dataclass(frozen=True, slots=True)
class Received:
    """A record that was taken: its digest and index, the moment (seconds since 1970), by when it was promised
    to be public, seconds since it was issued, and the code of its channel."""

    digest: bytes
    index: int
    moment: int
    due: int
    seconds: int
    channel: int


class ReceivedJournal(SqliteFile):
    """The journal in the file at `path`, made if missing. One object must not be used by two threads at once;
    raises LogError where the file cannot be used."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _SCHEMA, _VERSION, ahead=True)

    def add(self, rows: Sequence[Received]) -> None:
        """Remember records, durably; one that is there keeps what was promised first."""
        values = [(r.digest, r.index, r.moment, r.due, r.seconds, r.channel) for r in rows]
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO received VALUES (?, ?, ?, ?, ?, ?, 0)", sorted(values)
            )

    def find(self, digest: bytes) -> Received | None:
        """What is remembered of the record with this SHA-256."""
        query = "SELECT digest, idx, moment, due, seconds, channel FROM received WHERE digest = ?"
        with self._told():
            row = self._db.execute(query, (digest,)).fetchone()
        return None if row is None else Received(*row)

    def untold(self, most: int) -> list[Received]:
        """Records of which the log was not told how they came: the first that follow on one another."""
        query = (
            "SELECT digest, idx, moment, due, seconds, channel FROM received WHERE told = 0 "
            "ORDER BY idx LIMIT ?"
        )
        with self._told():
            rows = [Received(*row) for row in self._db.execute(query, (most,))]
        return [row for place, row in enumerate(rows) if row.index == rows[0].index + place]

    def tell(self, rows: Sequence[Received], public: int) -> None:
        """The log was told of these; those below the `public` size that it was told of go."""
        with self._transaction():
            self._db.executemany(
                "UPDATE received SET told = 1 WHERE digest = ?", [(row.digest,) for row in rows]
            )
            self._db.execute("DELETE FROM received WHERE told = 1 AND idx < ?", (public,))

    # --- what waits, by the key of the receiver ---

    def add_set(self, kid: bytes, moment: int, record: bytes, leaves: bytes) -> None:
        """Remember what a receiver told the log of what waits at a moment, with the digest of each record and
        the leaf hash of its promise, one pair after the other. What is older than its last that is not empty
        goes."""
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO waiting_set VALUES (?, ?, ?, ?)", (kid, moment, record, leaves)
            )
            # By the order of saying, since a clock may have been put back meanwhile.
            self._db.execute(
                "DELETE FROM waiting_set WHERE kid = ? AND rowid < "
                "(SELECT max(rowid) FROM waiting_set WHERE kid = ? AND length(leaves) > 0)",
                (kid, kid),
            )

    def last_set(self, kid: bytes) -> bytes:
        """The record by which a receiver last told the log what waits; b"" before the first."""
        return self._of_set("record", kid, 0)

    def kept_set(self, kid: bytes) -> bytes:
        """The last such record of a set that is not empty; b"" for none."""
        return self._of_set("record", kid, 1)

    def kept_leaves(self, kid: bytes) -> bytes:
        """The pairs of that set; b"" for none."""
        return self._of_set("leaves", kid, 1)

    def _of_set(self, column: str, kid: bytes, least: int) -> bytes:
        query = (
            f"SELECT {column} FROM waiting_set WHERE kid = ? AND length(leaves) >= ? "
            "ORDER BY rowid DESC LIMIT 1"
        )
        with self._told():
            row = self._db.execute(query, (kid, least)).fetchone()
        return b"" if row is None else bytes(row[0])
