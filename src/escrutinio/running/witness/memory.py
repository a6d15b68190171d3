"""What a witness remembers: of each log the checkpoint that it cosigned last, in an SQLite file.

What was remembered survives a power cut, and moves forward only: from what was read to what was verified to
follow on it, or not at all.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from escrutinio.base.sqlite import SqliteFile
from escrutinio.core.log.store import Head

_VERSION = 1
_SCHEMA = """CREATE TABLE IF NOT EXISTS seen (
    origin TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, root BLOB NOT NULL,
    note BLOB NOT NULL
) WITHOUT ROWID"""


class WitnessMemory(SqliteFile):
    """The memory in the file at `path`, made if missing. Several processes may have it open at once; one
    object must not be used by two threads at once. Everything raises LogError where the file is unusable."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _SCHEMA, _VERSION)

    def latest(self, origin: str) -> Head:
        """The checkpoint of a log that was cosigned last, with the cosignatures; of size 0 for none."""
        return self._find("origin", origin) or Head()

    def shown(self, digest: str) -> bytes | None:
        """The note of the log whose origin has this SHA-256 in hexadecimal; None where none was cosigned."""
        found = self._find("digest", digest)
        return None if found is None else found.note

    def _find(self, column: str, value: str) -> Head | None:
        query = f"SELECT size, root, note FROM seen WHERE {column} = ?"
        with self._told():
            row = self._db.execute(query, (value,)).fetchone()
        return None if row is None else Head(int(row[0]), bytes(row[1]), bytes(row[2]))

    def swap(self, origin: str, old: Head, new: Head) -> bool:
        """Remember `new` in the place of `old`; False where something else is remembered by now."""
        digest = sha256(origin.encode()).hexdigest()
        with self._told():
            if not old.note:
                done = self._db.execute(
                    "INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?, ?)",
                    (origin, digest, new.size, new.root, new.note),
                )
            else:
                done = self._db.execute(
                    "UPDATE seen SET size = ?, root = ?, note = ? WHERE origin = ? AND note = ?",
                    (new.size, new.root, new.note, origin, old.note),
                )
            return done.rowcount == 1
