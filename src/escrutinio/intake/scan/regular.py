"""A file that somebody names, as it was at one moment: a regular file, bounded, through no link."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from escrutinio.intake.scan.problems import Problem, UnreadableError

MAX_FILE = 1 << 28
"""Largest file that is read, in bytes."""


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file as it was read: its bytes, and when it was last changed (nanoseconds since 1970)."""

    data: bytes
    modified: int


def read_regular(path: Path, limit: int = MAX_FILE) -> FileContent:
    """The bytes of a regular file of at most `limit`, as they were at one moment. Raises UnreadableError."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        if path.is_symlink():
            raise UnreadableError(Problem.NOT_A_FILE)
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise UnreadableError(Problem.VANISHED) from None
    except (OSError, ValueError) as error:
        raise UnreadableError(Problem.NOT_READABLE, getattr(error, "strerror", None) or str(error)) from None
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableError(Problem.NOT_A_FILE)
        if before.st_size > limit:
            raise UnreadableError(Problem.TOO_LARGE, f"{before.st_size:,} > {limit:,} bytes")
        with open(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
        after = os.fstat(handle)
    except OSError as error:
        raise UnreadableError(Problem.NOT_READABLE, error.strerror or str(error)) from None
    finally:
        os.close(handle)
    if len(data) != before.st_size or (before.st_size, before.st_mtime_ns) != (
        after.st_size,
        after.st_mtime_ns,
    ):
        raise UnreadableError(Problem.CHANGED)
    return FileContent(data, before.st_mtime_ns)
