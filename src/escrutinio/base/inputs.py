"""Small files that people hand in: read whole, and as the text that they were before programs wrapped it.

PowerShell writes UTF-16, Notepad a mark at the start, Windows and mail CRLF, messengers quote and break
lines. None of that changes what a file says, so it is taken off here, once, and the readers behind stay
strict. What is read from logs and mirrors never comes this way: there every byte counts.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from pathlib import Path

from escrutinio.base.errors import EscrutinioError, InputError

MAX_SMALL = 1 << 20
"""Most bytes of a small file."""

_SIGNATURE = re.compile(rb"^(\xe2\x80\x94 \S+)\n(?=\S+$)", re.MULTILINE)


def read_input(path: Path, limit: int = MAX_SMALL, *, error: type[EscrutinioError] = InputError) -> bytes:
    """The bytes of a regular file of at most `limit`; a pipe or device is not waited for. Raises `error`."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise error("input-not-regular", path=path)
            content = file.read(limit + 1)
    except (OSError, ValueError) as found:
        why = getattr(found, "strerror", None) or str(found)
        raise error("file-unreadable", path=path, why=why) from None
    if len(content) > limit:
        raise error("fetch-long", path=path, limit=limit)
    return content


def as_text(data: bytes, place: str, *, error: type[EscrutinioError] = InputError) -> bytes:
    """Text as UTF-8 without a mark and with LF alone, from UTF-8 or, with its mark, UTF-16.

    Bytes that are no UTF-8 stay as they are, for the reader behind to name. Raises `error` for UTF-16 that
    is cut off or has no mark.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeError:
            raise error("utf16-cut", path=place) from None
    elif data.startswith(codecs.BOM_UTF8):
        data = data.removeprefix(codecs.BOM_UTF8)
    elif b"\0" in data[:4_096]:
        raise error("input-no-text", path=place)
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def as_note(data: bytes, place: str, *, error: type[EscrutinioError] = InputError) -> bytes:
    """A signed note or proof as it was before it was sent: `as_text`, and without what mail does to lines.

    Spaces at the ends of lines, signs of quoting, a signature broken off its name, a lost last line end: no
    line of such a file has them by itself, and the signature is checked of what comes out.
    """
    lines = [line.rstrip(b" \t") for line in as_text(data, place, error=error).split(b"\n")]
    if all(line.startswith(b">") for line in lines if line):
        lines = [line.removeprefix(b">").removeprefix(b" ") for line in lines]
    text = b"\n".join(lines).strip(b"\n") + b"\n"
    return _SIGNATURE.sub(rb"\1 ", text)
