"""Turning CSV, XLSX and Parquet into one thing: a header, and rows of text with their place."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from escrutinio.base.errors import InputError
from escrutinio.base.limited import LeftError, Limits, Readers
from escrutinio.intake.mapping.files import open_plain, open_zip
from escrutinio.intake.mapping.mapping import TableMapping, nearest

MAX_ROW = 1 << 20
"""Most characters in one row of a CSV file."""
MAX_COLUMNS = 4_096

Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: where it stands, its column names, and its rows with their lines, to be read once."""

    place: str
    header: tuple[str, ...]
    rows: Rows

    def position(self, columns: tuple[str, ...]) -> dict[str, int]:
        """Return each column's index. Raises InputError for one that is missing or stands twice."""
        for column in columns:
            match self.header.count(column):
                case 0:
                    raise InputError(
                        "column-missing",
                        place=self.place,
                        column=repr(column),
                        nearest=nearest(column, self.header),
                    )
                case 1:
                    pass
                case _:
                    raise InputError("column-twice", place=self.place, column=repr(column))
        return {column: self.header.index(column) for column in columns}


TABLE = Limits(memory=4 << 30, seconds=120, part=1)
"""What a workbook or Parquet file may take; a part is some thousand rows."""


def open_table(data: bytes, mapping: TableMapping, max_bytes: int, readers: Readers) -> Table:
    """Open a file's table by what the file is, whatever its name; what is no text by a child of `readers`.

    Raises InputError, also while the rows are read.
    """
    place = mapping.file
    if mapping.member or mapping.sheet:
        place += f":{mapping.member or mapping.sheet}"
    if not data:
        raise InputError("table-empty", place=place)
    if data.startswith(b"PAR1"):
        if not data.endswith(b"PAR1"):
            raise InputError("parquet-cut", place=place)
        numbered = _of_child(readers.parts(_parquet, data, place), place)
        return _headed(place, numbered, 0)
    if data.startswith(b"PK\x03\x04") and "xl/workbook.xml" in open_zip(data, place).namelist():
        numbered = _of_child(readers.parts(_xlsx, data, place, mapping.sheet, max_bytes), place)
    elif mapping.sheet is not None:
        raise InputError("xlsx-none", place=place)
    else:
        numbered = _csv_rows(lambda: open_plain(data, place, mapping.member, max_bytes), place, mapping)
    return _headed(place, numbered, mapping.header_line)


Blocks = Iterator[list[tuple[int, list[str]]]]


def _parquet(data: bytes, place: str) -> Blocks:
    """In a child, which alone loads Polars."""
    from escrutinio.intake.mapping.frames import parquet_blocks

    return parquet_blocks(data, place)


def _xlsx(data: bytes, place: str, sheet: str | None, max_bytes: int) -> Blocks:
    """In a child."""
    from escrutinio.intake.mapping.frames import xlsx_blocks

    return xlsx_blocks(data, place, sheet, max_bytes)


def _of_child(blocks: Blocks, place: str) -> Rows:
    """The rows that a child gives. Raises InputError, also where it was stopped."""
    try:
        for block in blocks:
            yield from block
    except LeftError as left:
        raise InputError("table-left", place=place, why=left) from None


def _headed(place: str, rows: Rows, header_line: int) -> Table:
    """Take the header off the rows."""
    for line, cells in rows:
        if line < header_line:
            continue
        header = tuple(cell.strip() for cell in cells)
        if len(header) > MAX_COLUMNS:
            raise InputError("columns-many", place=place, limit=MAX_COLUMNS)
        if not any(header):
            raise InputError("header-blank", place=place, line=line)
        return Table(place, header, rows)
    raise InputError("header-missing", place=place, line=header_line)


class _Lines:
    """The physical lines of a text, bounded per row: an unclosed quotation mark would swallow the file."""

    def __init__(self, text: IO[str], place: str) -> None:
        self._text = text
        self._place = place
        self.number = 0
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_ROW + 1):
            self.number += 1
            self.taken += len(line)
            if self.taken > MAX_ROW:
                raise InputError("row-long", place=self._place, line=self.number, limit=MAX_ROW)
            yield line


def _csv_rows(reopen: Callable[[], io.BufferedReader], place: str, mapping: TableMapping) -> Rows:
    raw = reopen()
    try:
        encoding = codecs.lookup(mapping.encoding).name
        if raw.peek(3)[:3] == codecs.BOM_UTF8:
            if encoding not in ("utf-8", "utf-8-sig"):
                raise InputError("encoding-mark", place=place)
            raw.read(3)
        lines = _Lines(io.TextIOWrapper(raw, encoding, newline=""), place)
        yield from _numbered(lines, mapping, place)
    except LookupError:
        raise InputError("encoding-unknown", place=place, encoding=repr(mapping.encoding)) from None
    except UnicodeError:
        line = _undecodable_line(reopen(), encoding)
        raise InputError("encoding-wrong", place=place, line=line, encoding=encoding) from None


def _numbered(lines: _Lines, mapping: TableMapping, place: str) -> Rows:
    text = iter(lines)
    for _ in range(mapping.header_line - 1):
        next(text, None)
        lines.taken = 0
    reader = csv.reader(text, delimiter=mapping.delimiter, strict=True)
    start = lines.number + 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = lines.number + 1
            lines.taken = 0
    except csv.Error as error:
        raise InputError("csv-row", place=place, why=str(error), line=start) from None


def _undecodable_line(raw: io.BufferedReader, encoding: str) -> int:
    """Return the line, counted from 1, of the first bytes that are not in the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    while True:
        data = raw.read(1 << 16)
        try:
            line += decoder.decode(data, final=not data).count("\n")
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding, "ignore")
            return line + before.count("\n")
        if not data:
            return line
