"""Derived files and directories: made beside their place and then moved into it, whole or not at all.

What a crash leaves beside the place has a name of its own (`unfinished`) and is thrown away by the next run.
Nothing is forced to disk unless it is asked for: what is derived can be derived again. `base.files` is for
what cannot.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from escrutinio.base.errors import InputError, PublicationError
from escrutinio.base.files import sync_directory
from escrutinio.base.words.say import say


def unfinished(path: Path) -> Path:
    """Where a file or directory is made before it stands at `path`. Raises OSError for `.`, `..` and `/`."""
    return _beside(path, "new")


def _beside(path: Path, ending: str) -> Path:
    if path.name in ("", ".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path))
    return path.with_name(f".{path.name}.{ending}")


def write_new(*files: tuple[Path, bytes], private: bool = False) -> None:
    """Write files (path, content) that must not be there yet: all of them or none.

    `private`: readable by their owner only. Raises InputError where one is there already, and
    PublicationError where one cannot be written.
    """
    begun: list[Path] = []
    placed: list[Path] = []
    path = Path()
    try:
        for path, content in files:
            _refuse_taken(path, begun)
            begun.append(path)
            with _open(path, private) as file:
                file.write(content)
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
    finally:
        for each in begun:
            with suppress(OSError):
                unfinished(each).unlink()


def refusal(path: Path, error: OSError) -> InputError | PublicationError:
    """The sentence for a file that could not be written, or that is there already."""
    if isinstance(error, FileExistsError):
        return InputError(
            say(f"{path} exists already and is not overwritten", f"{path} ya existe y no se sobrescribe")
        )
    return PublicationError(f"{path} cannot be written: {error.strerror or error}")


@contextmanager
def new_file(
    path: Path, *, replace: bool = False, private: bool = False, durable: bool = False
) -> Iterator[BinaryIO]:
    """A file to write, which stands at `path` when the block ends without an error; else nothing changes.

    `durable`: it survives a power cut from then on. Raises OSError; FileExistsError where something stands
    there and is not to be replaced.
    """
    if not replace:
        _refuse_taken(path)
    try:
        with _open(path, private) as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if replace:
            os.replace(unfinished(path), path)
        else:
            _place(path)
        if durable:
            sync_directory(str(path.parent))
    finally:
        with suppress(OSError):
            unfinished(path).unlink()


@contextmanager
def new_tree(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A directory to fill, which stands at `path` when the block ends without an error; else nothing changes.

    An empty directory gives way to it, a full one only if it is to be replaced. Raises OSError;
    FileExistsError where something else stands there.
    """
    put_back(path)
    if not replace and not _is_free(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    staging = unfinished(path)
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        yield staging
        if replace:
            _swap(staging, path)
        else:
            if path.exists():
                path.rmdir()
            os.replace(staging, path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def keep_part(path: Path, part: str) -> None:
    """Let one of its own directories stand in the place of `path`, and remove the rest. Raises OSError."""
    kept = unfinished(path)
    shutil.rmtree(kept, ignore_errors=True)
    os.replace(path / part, kept)
    shutil.rmtree(path)
    os.replace(kept, path)


def put_back(path: Path) -> None:
    """Where a crash came between the two moves of a replacement, put the old directory in its place again."""
    if not path.exists() and _beside(path, "old").is_dir():
        os.replace(_beside(path, "old"), path)


def _is_free(path: Path) -> bool:
    return not os.path.lexists(path) or (path.is_dir() and not any(path.iterdir()))


def _swap(staging: Path, path: Path) -> None:
    old = _beside(path, "old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        os.replace(path, old)
    try:
        os.replace(staging, path)
    except OSError:
        put_back(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _open(path: Path, private: bool) -> BinaryIO:
    """The file beside `path`, made anew: never what a crash left, nor through a link."""
    beside = unfinished(path)
    beside.unlink(missing_ok=True)
    return open(beside, "xb", opener=_open_private if private else None)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


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
