"""Writing files so that a crash leaves the old content or the new, never half of it; modes; and locks.

A batch of files is written under temporary names, forced to disk, renamed, and their directories are
forced to disk: when `write_files` returns, all of it survives a power cut. Of a large batch all is forced to
disk together, which takes as long as a few files do one by one.

What is public has the same mode whatever mask the process runs under, so that a web server can read it, and
what is private is its owner's alone.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from escrutinio.base.errors import LogError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

TEMPORARY = ".tmp"
"""Suffix of files being written; a later write of the same file replaces what a crash left."""

PUBLIC, PRIVATE = 0o644, 0o600
"""Modes of files; their directories may also be entered by whoever may read."""

MANY = 64
"""Files of one batch from which on all are forced to disk together."""


def _tells_of_errors() -> bool:
    """Whether `syncfs` says that something was not written, as it does since Linux 5.8."""
    if sys.platform != "linux":
        return False
    found = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return found is not None and (int(found[1]), int(found[2])) >= (5, 8)


_TOGETHER = _tells_of_errors()

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Whoever hands out a stick may have put a link or a pipe where a file is about to be written."""

_HELD = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})
"""What locking says where somebody else has the lock; anything else means that there are no locks here."""


def write_files(directory: Path, files: Iterable[tuple[str, bytes]], *, private: bool = False) -> None:
    """Write files (path below `directory`, content), durably, each atomically; raises LogError.

    `private`: their owner alone may read them. Memory: contents are taken from the iterable one by one.
    """
    mode = PRIVATE if private else PUBLIC
    written: list[str] = []
    changed: dict[str, None] = {}
    root = str(directory)
    path = root
    disk = None
    try:
        for relative, content in files:
            path = f"{root}/{relative}"
            parent = path.rpartition("/")[0]
            if parent not in changed:
                make_directories(parent, directory_mode(mode))
                # Every directory up to the root: one that an earlier crash left may not be on disk yet.
                changed.update(dict.fromkeys(_ancestors(path, root)))
            if len(written) == MANY:
                disk = Disk(root)
            written.append(path)
            with open(path + TEMPORARY, "wb", buffering=0, opener=opener(mode, _NO_LINK)) as file:
                write_all(file.fileno(), content)
                if disk is None:
                    os.fsync(file.fileno())
        if disk is not None and not disk.forced(changed):
            for path in written[MANY:]:
                _sync_file(path + TEMPORARY)
        for path in written:
            os.replace(path + TEMPORARY, path)
        if disk is None or not disk.forced(changed):
            for path in changed:
                sync_directory(path)
    except OSError as error:
        for left in written:
            with suppress(OSError):
                os.unlink(left + TEMPORARY)
        raise LogError("file-not-written", path=path, why=error.strerror or str(error)) from None
    finally:
        if disk is not None:
            disk.close()


def real_path(path: Path) -> Path:
    """Where a path leads, its links followed. Of links that lead in a circle it is one of them, and whoever
    opens that finds it to be no file; `Path.resolve` raises RuntimeError there, in some versions of Python.
    """
    return Path(os.path.realpath(path))


def directory_mode(mode: int) -> int:
    """The mode of a directory whose files have this one: who may read may enter."""
    return mode | (mode & 0o444) >> 2


def opener(mode: int, more: int = 0) -> Callable[[str, int], int]:
    """What `open` opens a file with that it makes: its mode is this one, whatever the mask. `more`: flags."""

    def opened(path: str, flags: int) -> int:
        descriptor = os.open(path, flags | more, mode)
        try:
            set_mode(descriptor, mode)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    return opened


def set_mode(descriptor: int, mode: int) -> None:
    """Give an open file this mode where it has another; nothing where the system knows no modes."""
    if sys.platform != "win32" and stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        os.fchmod(descriptor, mode)


def make_directories(path: str | Path, mode: int) -> None:
    """Make a directory and those above it; the ones that were not there get this mode. Raises OSError."""
    missing = []
    at = os.fspath(path)
    while at and not os.path.isdir(at):
        missing.append(at)
        at = os.path.dirname(at)
    for each in reversed(missing):
        try:
            os.mkdir(each, mode)
            os.chmod(each, mode)
        except FileExistsError:
            if not os.path.isdir(each):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), each) from None


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of it: a disk that is nearly full takes a part and says no more than that. Raises OSError."""
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


def _sync_file(path: str) -> None:
    with open(path, "r+b", buffering=0) as file:
        os.fsync(file.fileno())


class Disk:
    """The file system of a directory, to force to disk all at once what was written since this was made.

    For hundreds of files that is one wait for the disk (`syncfs`, Linux) instead of one for each.
    """

    def __init__(self, directory: str) -> None:
        self._descriptor = os.open(directory, os.O_RDONLY) if _TOGETHER else -1

    def forced(self, directories: Iterable[str]) -> bool:
        """Force it to disk; False where that cannot be, or not all `directories` lie in this file system, and
        each file has to be forced by itself. Raises OSError where something was not written."""
        if not _TOGETHER:
            return False
        import ctypes  # where it is needed, and not by every command that starts

        sync = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)  # syncfs(2)
        here = os.fstat(self._descriptor).st_dev
        if sync is None or any(os.stat(each).st_dev != here for each in directories):
            return False
        if sync(self._descriptor) != 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        return True

    def close(self) -> None:
        """Let go of it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)


_LOCK_EVERY = 0.01
"""Seconds between two tries of who is patient."""


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Lock an open file until it is closed; False where somebody else has it locked.

    `shared`: beside others who share it, where the system knows such locks.

    Raises OSError where the file system has no locks.
    """
    try:
        _lock(descriptor, shared=shared)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


if sys.platform == "win32":

    def _lock(descriptor: int, *, shared: bool) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _open_to_lock(directory: Path) -> int:
        return os.open(directory / ".lock", os.O_RDWR | os.O_CREAT)

else:

    def _lock(descriptor: int, *, shared: bool) -> None:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)

    def _open_to_lock(directory: Path) -> int:
        return os.open(directory, os.O_RDONLY)


class DirectoryLock:
    """The right to be the only one at work in a directory, held until `release` or the end of the process.

    Raises LogError when another process, or this one, holds it for longer than `patience` seconds: with the
    code `busy`, by default that of a publisher.
    """

    def __init__(self, directory: Path, busy: str = "publisher-busy", patience: float = 0.0) -> None:
        until = time.monotonic() + patience
        try:
            self._descriptor = _open_to_lock(directory)
            try:
                while not (taken := try_lock(self._descriptor)) and time.monotonic() < until:
                    time.sleep(_LOCK_EVERY)
            except OSError:
                os.close(self._descriptor)
                raise
        except OSError as error:
            raise LogError(
                "directory-not-locked", directory=directory, why=error.strerror or str(error)
            ) from None
        if not taken:
            os.close(self._descriptor)
            raise LogError(busy, directory=directory) from None

    def release(self) -> None:
        """Give the lock up."""
        os.close(self._descriptor)


def is_locked(directory: Path) -> bool:
    """Whether somebody is at work in a directory by a `DirectoryLock`.

    Any number may ask at once; who wants the lock at that moment has to be patient. Raises LogError.
    """
    try:
        descriptor = _open_to_lock(directory)
        try:
            return not try_lock(descriptor, shared=True)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise LogError(
            "directory-not-locked", directory=directory, why=error.strerror or str(error)
        ) from None
