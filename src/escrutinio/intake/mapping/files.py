"""Opening the files a mapping names: inside their directory, hashed as they lie, never more than allowed."""

import fnmatch
import gzip
import hashlib
import io
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from escrutinio.base.errors import InputError
from escrutinio.base.files import real_path
from escrutinio.base.toml import read_toml
from escrutinio.intake.mapping.mapping import first_of, nearest
from escrutinio.intake.mapping.rows import SourceFile

Buffer = bytearray | memoryview
MAX_TOML = 16 * 1024 * 1024
"""Most bytes of a TOML file beside a configuration."""

_SIGNS = frozenset("*?")

UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""What gzip and zipfile raise on damaged, encrypted or unknown data."""


class Readable(Protocol):
    """Anything bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


class Bounded(io.RawIOBase):
    """A decompressed stream that ends in InputError once it has given more than `limit` bytes.

    Whatever gzip and zip find wrong with the data becomes an InputError as well.
    """

    def __init__(self, stream: Readable, place: str, limit: int) -> None:
        self._stream = stream
        self._place = place
        self._limit = limit
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:  # type: ignore[override]  # typeshed's Buffer has no length
        try:
            data = self._stream.read(len(buffer))
        except UNREADABLE as error:
            raise InputError("file-packed", place=self._place, why=str(error)) from None
        self._left -= len(data)
        if self._left < 0:
            raise InputError("file-unpacked-long", place=self._place, limit=self._limit)
        buffer[: len(data)] = data
        return len(data)


def load(base_dir: Path, file: str, max_bytes: int) -> tuple[bytes, SourceFile]:
    """Read a file below `base_dir` at once, so that the hash is of the very bytes that are parsed.

    Raises InputError if it lies elsewhere (also by a symbolic link), is missing, no regular file, or larger
    than `max_bytes`.
    """
    try:
        base = real_path(base_dir)
        path = real_path(base / file)
        if not path.is_relative_to(base):
            raise InputError("file-outside", file=repr(file))
        if not path.exists():
            near = sorted(item.name for item in path.parent.iterdir()) if path.parent.is_dir() else []
            if near:
                raise InputError("file-none-near", file=repr(file), nearest=nearest(path.name, near))
            raise InputError("file-none", file=repr(file))
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError("file-not-plain", file=repr(file))
        if status.st_size > max_bytes:
            raise InputError("file-long", file=repr(file), limit=max_bytes)
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(
            "file-unreadable", why=getattr(error, "strerror", None) or str(error), path=repr(file)
        ) from None
    return data, SourceFile(file, hashlib.sha256(data).digest(), len(data))


def matching(base_dir: Path, file: str) -> list[str]:
    """The files below `base_dir` that a name with `*` or `?` means, sorted; a name without is itself.

    Raises InputError if there is none.
    """
    if not _SIGNS & set(file):
        return [file]
    folder, _, name = file.rpartition("/")
    if _SIGNS & set(folder):
        raise InputError("file-pattern-folder", file=repr(file))
    base = base_dir / folder
    try:
        real_path(base).relative_to(real_path(base_dir))
        names = [item.name for item in base.iterdir() if item.is_file()] if base.is_dir() else []
    except ValueError:
        raise InputError("file-outside", file=repr(file)) from None
    except OSError as error:
        raise InputError("file-unreadable", why=error.strerror or str(error), path=repr(file)) from None
    found = sorted(fnmatch.filter(names, name.replace("[", "[[]")))
    if not names:
        raise InputError("file-none", file=repr(file))
    if not found:
        raise InputError("file-none-near", file=repr(file), nearest=nearest(name, sorted(names)))
    return [f"{folder}/{each}" if folder else each for each in found]


def members(data: bytes, place: str, member: str | None) -> list[str | None]:
    """The members of a zip archive that a name with `*` or `?` means, sorted; any other name is itself.

    Raises InputError if there is none.
    """
    if member is None or not _SIGNS & set(member) or not data.startswith(b"PK\x03\x04"):
        return [member]
    names = [info.filename for info in open_zip(data, place).infolist() if not info.is_dir()]
    found = sorted(fnmatch.filter(names, member.replace("[", "[[]")))
    if not found:
        known = nearest(member, names)
        raise InputError("zip-member-unknown", place=place, member=repr(member), nearest=known)
    return list(found)


def open_zip(data: bytes, place: str) -> zipfile.ZipFile:
    """Open a zip archive in memory. Raises InputError if it is none."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (*UNREADABLE, ValueError) as error:
        raise InputError("zip-unreadable", place=place, why=str(error)) from None


def open_plain(data: bytes, place: str, member: str | None, limit: int) -> io.BufferedReader:
    """Open what a plain, gzip or zip file holds, for reading at most `limit` bytes.

    Raises InputError for an archive whose `member` is missing or not said though there are several.
    """
    if data.startswith(b"PK\x03\x04"):
        return _open_member(data, place, member, limit)
    if member is not None:
        raise InputError("zip-none", place=place, member=repr(member))
    if data.startswith(b"\x1f\x8b"):
        stream: Readable = gzip.GzipFile(fileobj=io.BytesIO(data))
    else:
        stream = io.BytesIO(data)
    return io.BufferedReader(Bounded(stream, place, limit), 1 << 16)


def _open_member(data: bytes, place: str, member: str | None, limit: int) -> io.BufferedReader:
    archive = open_zip(data, place)
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if member is None:
        if len(names) != 1:
            listed = first_of([name[:60] for name in names], 10)
            raise InputError("zip-member", place=place, size=len(names), listed=listed)
        member = names[0]
    if member not in names:
        raise InputError(
            "zip-member-unknown", place=place, member=repr(member), nearest=nearest(member, names)
        )
    try:
        stream = archive.open(member)
    except UNREADABLE as error:
        raise InputError("zip-member-unreadable", place=place, member=repr(member), why=str(error)) from None
    return io.BufferedReader(Bounded(stream, place, limit), 1 << 16)


def load_toml(base_dir: Path, file: str) -> dict[str, object]:
    """A TOML file below `base_dir`. Raises InputError naming the file."""
    data, _ = load(base_dir, file, MAX_TOML)
    return read_toml(data, file, error=InputError, max_bytes=MAX_TOML)
