"""Derived files and directories: made beside their place and then moved into it, whole or not at all.

What is unfinished has a name of its own beside the place (`unfinished`) and is locked while it is made: a
second run that would make the same thing is refused, and what a crash left there, which nobody holds, is
thrown away by the next one. Nothing is forced to disk unless it is asked for: what is derived can be derived
again. `base.files` is for what cannot.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from escrutinio.base.errors import InputError, PublicationError
from escrutinio.base.files import (
    PRIVATE,
    PUBLIC,
    directory_mode,
    make_directories,
    set_mode,
    sync_directory,
    try_lock,
)
from escrutinio.base.words.say import say

_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)
BUSY = say("another run is writing it at this moment")

_ANY = 0o666
"""What a new file may be at most: for what people make for themselves their own mask decides."""


def unfinished(path: Path) -> Path:
    """Where a file or directory is made before it stands at `path`. Raises OSError for `.`, `..` and `/`."""
    return _beside(path, "new")


def _beside(path: Path, ending: str) -> Path:
    if path.name in ("", ".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return path.with_name(f".{path.name}.{ending}")


def write_new(*files: tuple[Path, bytes], private: bool = False, again: bool = False) -> None:
    """Write files (path, content) that must not be there yet: all of them or none.

    `private`: readable by their owner only. `again`: one that is there already with the very same content is
    as good as written. Raises InputError where one is there already, and PublicationError where one cannot
    be written.
    """
    placed: list[Path] = []
    path = Path()
    with ExitStack() as held:
        begun: list[Path] = []
        try:
            for path, content in files:
                if again and _has(path, content):
                    continue
                _refuse_taken(path, begun)
                file = held.enter_context(_making(path, PRIVATE if private else None))
                begun.append(path)
                file.write(content)
                _written(file)
            for path in begun:
                _place(path)
                placed.append(path)
        except BaseException as error:
            for done in placed:
                with suppress(OSError):
                    done.unlink()
            if isinstance(error, OSError):
                raise refusal(path, error) from None
            raise


def refusal(path: Path, error: OSError) -> InputError | PublicationError:
    """The sentence for a file that could not be written, or that is there already."""
    if isinstance(error, FileExistsError):
        return InputError("file-exists", path=path)
    return PublicationError("file-not-written", path=path, why=error.strerror or str(error))


@contextmanager
def new_file(
    path: Path, *, replace: bool = False, private: bool = False, durable: bool = False
) -> Iterator[BinaryIO]:
    """A file to write, which stands at `path` when the block ends without an error; else nothing changes.

    `durable`: it survives a power cut from then on. Raises OSError: FileExistsError where something stands
    there and is not to be replaced, BlockingIOError where another run makes it.
    """
    if not replace:
        _refuse_taken(path)
    with _making(path, PRIVATE if private else None) as file:
        yield file
        if durable:
            file.flush()
            os.fsync(file.fileno())
        _written(file)
        if replace:
            os.replace(unfinished(path), path)
        else:
            _place(path)
        if durable:
            sync_directory(str(path.parent))


@contextmanager
def new_tree(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A directory to fill, which stands at `path` when the block ends without an error; else nothing changes.

    It and what is above it can be entered by everybody. An empty directory gives way to it, a full one only
    if it is to be replaced. Until then whoever makes the same one is refused. Raises OSError: FileExistsError
    where something else stands there, BlockingIOError where another run makes it.
    """
    make_directories(path.absolute().parent, directory_mode(PUBLIC))
    with _held_directory(unfinished(path)) as around:
        put_back(path)
        if not replace and not _is_free(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        staging = around / path.name
        make_directories(staging, directory_mode(PUBLIC))
        yield staging
        if replace:
            _swap(staging, path, around)
        else:
            if path.exists():
                path.rmdir()
            os.replace(staging, path)


def keep_part(path: Path, part: str) -> None:
    """Let one of its own directories stand in the place of `path`, and remove the rest. Raises OSError."""
    with _held_directory(unfinished(path)) as around:
        os.replace(path / part, around / path.name)
        shutil.rmtree(path)
        os.replace(around / path.name, path)


def put_back(path: Path) -> None:
    """Where a crash came between the two moves of a replacement, put the old directory in its place again."""
    if not path.exists() and _beside(path, "old").is_dir():
        os.replace(_beside(path, "old"), path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Be the only run that works on the file `path`, however long. Raises BlockingIOError, OSError."""
    with _making(path.with_name(f"{path.name}.lock"), PRIVATE):
        yield


def held(path: Path) -> Path:
    """What lies beside the file `path` while a run is `alone` with it."""
    return unfinished(path.with_name(f"{path.name}.lock"))


def _is_free(path: Path) -> bool:
    return not os.path.lexists(path) or (path.is_dir() and not any(path.iterdir()))


def _has(path: Path, content: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _swap(staging: Path, path: Path, around: Path) -> None:
    """Let a directory take another one's place; what stood there goes, with the directory `around`."""
    if path.is_symlink():
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    if not path.exists():
        os.replace(staging, path)
        return
    if _exchange(staging, path):
        return
    # Two moves: whoever comes between them, or after a crash there, finds the old one by its name.
    old = _beside(path, "old")
    if old.exists():
        os.replace(old, around / "older")
    os.replace(path, old)
    try:
        os.replace(staging, path)
    except OSError:
        put_back(path)
        raise
    os.replace(old, around / "old")


_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two directories at once, so that there is no moment without; False where that cannot be."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes  # where it is needed, and not by every command that starts

    rename = getattr(ctypes.CDLL(None), "renameat2", None)  # renameat2(2)
    if rename is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    return bool(rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0)


@contextmanager
def _making(path: Path, mode: int | None) -> Iterator[BinaryIO]:
    """The file beside `path`, made anew and locked; it is gone in the end, unless it was moved.

    `mode`: what it has whatever the mask; None where the mask decides.
    """
    beside = unfinished(path)
    file = open(_claim(beside, mode), "wb")  # noqa: SIM115 (closed in the end, whatever happens)
    try:
        yield file
    finally:
        _give_up(file, beside)


def _written(file: BinaryIO) -> None:
    """All of it is in the file, which may be moved."""
    file.flush()
    if sys.platform == "win32":  # where nothing moves that is open
        file.close()


def _give_up(file: BinaryIO, path: Path) -> None:
    """Remove what we hold and is still there by this name, and let go of it."""
    with suppress(OSError):
        if file.closed or _stands(file.fileno(), path):
            os.unlink(path)
    with suppress(OSError):  # a full disk was said already
        file.close()


@contextmanager
def _held_directory(path: Path) -> Iterator[Path]:
    """A new directory of ours alone, which is gone in the end."""
    descriptor = _claim_directory(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)
        if sys.platform == "win32":  # the lock, which could not go while it was open
            shutil.rmtree(path, ignore_errors=True)


def _claim(path: Path, mode: int | None) -> int:
    """A file that was not there, open and locked: never what a crash left, nor through a link.

    Raises BlockingIOError where another run holds it, and other OSErrors.
    """
    while True:
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY
            descriptor = os.open(path, flags, _ANY if mode is None else mode)
        except FileExistsError:
            _throw_away(path)
            continue
        if mode is not None:
            set_mode(descriptor, mode)
        if _is_held(descriptor, path):
            return descriptor
        os.close(descriptor)


def _claim_directory(path: Path) -> int:
    """As `_claim`, a directory."""
    while True:
        try:
            os.mkdir(path, directory_mode(PRIVATE))
        except FileExistsError:
            _throw_away(path)
            continue
        try:
            descriptor = _open_directory(path)
        except FileNotFoundError:
            continue  # another run took it for what a crash left
        if _is_held(descriptor, path):
            return descriptor
        os.close(descriptor)


def _open_directory(path: Path) -> int:
    if sys.platform == "win32":  # where a directory cannot be locked
        return os.open(path / ".lock", os.O_RDWR | os.O_CREAT)
    return os.open(path, os.O_RDONLY | _NO_LINK)


def _is_held(descriptor: int, path: Path) -> bool:
    """Lock what was just made; whether it is still what stands there."""
    return not _is_taken(descriptor) and (sys.platform == "win32" or _stands(descriptor, path))


def _stands(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _throw_away(path: Path) -> None:
    """Remove what a crash left. Raises BlockingIOError where another run holds it, and other OSErrors."""
    try:
        mode = os.lstat(path).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            os.unlink(path)
            return
        descriptor = _open_directory(path) if stat.S_ISDIR(mode) else os.open(path, os.O_RDWR | _NO_LINK)
    except FileNotFoundError:
        return
    try:
        if _is_taken(descriptor):
            raise BlockingIOError(errno.EWOULDBLOCK, BUSY, str(path))
        if sys.platform != "win32" and _stands(descriptor, path):
            _remove(path, mode)
    finally:
        os.close(descriptor)
    if sys.platform == "win32":
        _remove(path, mode)


def _is_taken(descriptor: int) -> bool:
    try:
        return not try_lock(descriptor)
    except OSError:
        return False  # without locks, the name has to do


def _remove(path: Path, mode: int) -> None:
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(mode):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def _refuse_taken(path: Path, others: Sequence[Path] = ()) -> None:
    if os.path.lexists(path) or path in others:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))


def _place(path: Path) -> None:
    """Move what was made beside `path` there, unless something has come to stand there meanwhile."""
    beside = unfinished(path)
    try:
        os.link(beside, path)  # unlike a rename it never replaces anything
    except FileExistsError:
        _refuse_taken(path)
        raise
    except OSError:  # FAT and its kind have no links: there, looking and moving are two steps
        _refuse_taken(path)
        os.rename(beside, path)
    else:
        beside.unlink()
