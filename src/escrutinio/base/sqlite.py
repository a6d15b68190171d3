"""An SQLite file whose content survives a power cut: opened, made where it is missing, and written alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from escrutinio.base.errors import LogError

_TRIES = 100


class SqliteFile:
    """The file at `path`, with the statements of `schema` (separated by semicolons) and their `version`.

    With `ahead` it has a write-ahead log, so that readers wait for nobody. Several processes may have one
    file open, each with an object of its own; one object must not be used by two threads at once. Raises
    LogError for a file of another version, and wherever the file cannot be used.
    """

    def __init__(self, path: Path, schema: str, version: int, *, ahead: bool = False) -> None:
        self._path = path
        with self._told():
            self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            if ahead:
                self._log_ahead()
            self._db.execute("PRAGMA synchronous=FULL")
        with self._transaction():
            found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if found not in (0, version):
                raise LogError("store-version", path=path, version=found, known=version)
            for statement in schema.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version={version}")

    def _log_ahead(self) -> None:
        """Turn on the write-ahead log. Only who finds it off turns it on: that needs the file for itself, and
        SQLite waits for nobody there, so whoever opens it at the same moment tries again."""
        for _ in range(_TRIES):
            if self._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            with suppress(sqlite3.OperationalError):
                self._db.execute("PRAGMA journal_mode=WAL")
                continue
            self._db.execute("BEGIN IMMEDIATE")  # waits for the other, as `timeout` says
            self._db.execute("ROLLBACK")
        raise sqlite3.OperationalError("the write-ahead log cannot be turned on")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LogError("store-unusable", path=self._path, why=str(error)) from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise
