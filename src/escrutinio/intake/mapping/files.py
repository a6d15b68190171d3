"""Opening the files a mapping names: inside their directory, hashed as they lie, never more than allowed."""

import gzip
import hashlib
import io
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from escrutinio.base.errors import InputError
from escrutinio.base.toml import read_toml
from escrutinio.intake.mapping.mapping import nearest
from escrutinio.intake.mapping.rows import SourceFile

Buffer = bytearray | memoryview
MAX_TOML = 16 * 1024 * 1024
"""Most bytes of a TOML file beside a configuration."""

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
            raise InputError(f"{self._place} cannot be decompressed: {error}") from None
        self._left -= len(data)
        if self._left < 0:
            raise InputError(
                f"{self._place} holds more than {self._limit} bytes when decompressed; "
                "if that is right, raise max_bytes in [import]"
            )
        buffer[: len(data)] = data
        return len(data)


def load(base_dir: Path, file: str, max_bytes: int) -> tuple[bytes, SourceFile]:
    """Read a file below `base_dir` at once, so that the hash is of the very bytes that are parsed.

    Raises InputError if it lies elsewhere (also by a symbolic link), is missing, no regular file, or larger
    than `max_bytes`.
    """
    try:
        base = base_dir.resolve()
        path = (base / file).resolve()
        if not path.is_relative_to(base):
            raise InputError(f"{file!r} lies outside the directory of the configuration; copy it there")
        if not path.exists():
            near = sorted(item.name for item in path.parent.iterdir()) if path.parent.is_dir() else []
            raise InputError(f"there is no file {file!r}" + (nearest(path.name, near) if near else ""))
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{file!r} is not a regular file")
        if status.st_size > max_bytes:
            raise InputError(
                f"{file!r} has more than {max_bytes} bytes; if that is right, raise max_bytes in [import]"
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"{file!r} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return data, SourceFile(file, hashlib.sha256(data).digest(), len(data))


def open_zip(data: bytes, place: str) -> zipfile.ZipFile:
    """Open a zip archive in memory. Raises InputError if it is none."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (*UNREADABLE, ValueError) as error:
        raise InputError(f"{place} is not a readable zip archive: {error}") from None


def open_plain(data: bytes, place: str, member: str | None, limit: int) -> io.BufferedReader:
    """Open what a plain, gzip or zip file holds, for reading at most `limit` bytes.

    Raises InputError for an archive whose `member` is missing or not said though there are several.
    """
    if data.startswith(b"PK\x03\x04"):
        return _open_member(data, place, member, limit)
    if member is not None:
        raise InputError(f"{place} is no zip archive, so it has no member {member!r}; leave out member")
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
            listed = ", ".join(name[:60] for name in names[:10])
            raise InputError(f"{place} holds {len(names)} files, so say which with member: {listed}")
        member = names[0]
    if member not in names:
        raise InputError(f"{place} has no member {member!r}{nearest(member, names)}")
    try:
        stream = archive.open(member)
    except UNREADABLE as error:
        raise InputError(f"{place}: the member {member!r} cannot be opened: {error}") from None
    return io.BufferedReader(Bounded(stream, place, limit), 1 << 16)


def load_toml(base_dir: Path, file: str) -> dict[str, object]:
    """A TOML file below `base_dir`. Raises InputError naming the file."""
    data, _ = load(base_dir, file, MAX_TOML)
    return read_toml(data, file, error=InputError, max_bytes=MAX_TOML)
