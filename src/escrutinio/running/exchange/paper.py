"""Records that were read from paper: the texts of their QR codes in a file, one after another, or the rows
that `escrutinio scan` writes. The bytes are those that the code was made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError, RecordError
from escrutinio.base.inputs import as_text, read_input
from escrutinio.core.records.qr import NOT_REAL, REAL, read_qr_text, typed_text
from escrutinio.running.exchange.problem import NO_JSON

MAX_TEXTS = 256 * 1024 * 1024
"""Bytes of the longest file of texts that is read."""

_STARTS = (REAL, NOT_REAL)


class _Row(msgspec.Struct, frozen=True):
    kind: str
    text: str = ""


def is_paper(path: Path) -> bool:
    """Whether a file is of texts of QR codes, or a scan's rows. Raises InputError where it cannot be read."""
    return not path.is_dir() and _lines(read_input(path, MAX_TEXTS)) is not None


def records_on_paper(data: bytes, path: Path) -> list[bytes] | None:
    """The records in a file of texts or rows, as they stand there; None where it is no such file.

    Raises InputError where a text is none of a record, with the number of its line.
    """
    lines = _lines(data)
    if lines is None:
        return None
    found = []
    for number, text in _rows(lines, path) if lines[0].startswith("{") else _texts(lines):
        try:
            found.append(read_qr_text(text)[0])
        except RecordError as error:
            raise InputError("paper-line", path=path, line=number, why=error) from None
    return list(dict.fromkeys(found))


def _lines(data: bytes) -> list[str] | None:
    if data[:1] == b"\xd2":  # a record, or a sequence of them
        return None
    try:
        text = as_text(data, "the file").decode("utf-8", "replace")
    except InputError:
        return None
    start = text.lstrip("\"'> \n")
    if not start.startswith((*_STARTS, '{"')):
        return None
    return text.lstrip("\n").split("\n")


def _rows(lines: Iterable[str], path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=_Row)
        except NO_JSON as error:
            raise InputError("paper-line", path=path, line=number, why=str(error)) from None
        if row.kind == "record":
            yield number, row.text


def _texts(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Each text with the number of its first line: it goes on where a line does not begin as one does."""
    begun, first = list[str](), 1
    for number, line in enumerate(lines, 1):
        if line.lstrip("\"'> ").startswith(_STARTS):
            if begun:
                yield first, _whole(begun)
            begun, first = [], number
        begun.append(line)
    yield first, _whole(begun)


def _whole(lines: list[str]) -> str:
    return typed_text("\n".join(lines).encode()) or ""
