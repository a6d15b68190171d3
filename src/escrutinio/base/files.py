"""Writing files so that a crash leaves the old content or the new, never half of it; and a lock.

A batch of files is written under temporary names, forced to disk, renamed, and their directories are
forced to disk: when `write_files` returns, all of it survives a power cut.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from escrutinio.base.errors import LogError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

TEMPORARY = ".tmp"
"""Suffix of files being written; a later write of the same file replaces what a crash left."""


def write_files(directory: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files (path below `directory`, content), durably, each atomically; raises LogError.

    Memory: contents are taken from the iterable one by one.
    """
    written: list[str] = []
    changed: dict[str, None] = {}
    root = str(directory)
    path = root
    try:
        for relative, content in files:
            path = f"{root}/{relative}"
            parent = path.rpartition("/")[0]
            if parent not in changed:
                os.makedirs(parent, exist_ok=True)
                # Every directory up to the root: one that an earlier crash left may not be on disk yet.
                changed.update(dict.fromkeys(_ancestors(path, root)))
            written.append(path)
            with open(path + TEMPORARY, "wb", buffering=0) as file:
                _write_all(file.fileno(), content)
                os.fsync(file.fileno())
        for path in written:
            os.replace(path + TEMPORARY, path)
        for path in changed:
            sync_directory(path)
    except OSError as error:
        for left in written:
            with suppress(OSError):
                os.unlink(left + TEMPORARY)
        raise LogError(f"{path} cannot be written: {error.strerror or error}.") from None


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _ancestors(path: str, root: str) -> Iterator[str]:
    while len(path) > len(root):
        path = path.rpartition("/")[0]
        yield path


def sync_directory(path: str) -> None:
    """Force to disk which files a directory has. Raises OSError."""
    if sys.platform == "win32":  # NTFS journals renames; a directory cannot be opened there.
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class DirectoryLock:
    """The right to be the only publisher of a directory, held until `release` or the end of the process.

    Raises LogError when another process, or this one, holds it.
    """

    def __init__(self, directory: Path) -> None:
        busy = f"Another publisher is at work in {directory}; there can only be one."
        try:
            self._descriptor = self._open(directory)
        except OSError as error:
            raise LogError(f"{directory} cannot be locked: {error.strerror or error}.") from None
        try:
            self._lock()
        except OSError:
            os.close(self._descriptor)
            raise LogError(busy) from None

    if sys.platform == "win32":

        @staticmethod
        def _open(directory: Path) -> int:
            return os.open(directory / ".lock", os.O_RDWR | os.O_CREAT)

        def _lock(self) -> None:
            msvcrt.locking(self._descriptor, msvcrt.LK_NBLCK, 1)

    else:

        @staticmethod
        def _open(directory: Path) -> int:
            return os.open(directory, os.O_RDONLY)

        def _lock(self) -> None:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Give the lock up."""
        os.close(self._descriptor)
