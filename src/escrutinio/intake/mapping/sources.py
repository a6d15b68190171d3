"""Turning CSV, XLSX and Parquet into one thing: a header, and rows of text with their place."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import IO

from escrutinio.base.errors import InputError
from escrutinio.base.limited import LeftError, Limits, Readers
from escrutinio.intake.mapping.files import open_plain, open_zip
from escrutinio.intake.mapping.mapping import TableMapping, nearest
from escrutinio.intake.mapping.values import short

MAX_ROW = 1 << 20
"""Most characters in one row of a CSV file."""
MAX_COLUMNS = 4_096

_AFTER_QUOTE = re.compile(r"""(?<=")([;,\t|])""")
_NUMBER = re.compile(r"#([0-9]{1,4})")

Rows = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: where it stands, its column names, and its rows with their lines, to be read once."""

    place: str
    header: tuple[str, ...]
    rows: Rows

    def position(self, columns: tuple[str, ...]) -> dict[str, int]:
        """Return each column's index; `#7` is the seventh unless one is called so.

        Raises InputError for one that is missing or stands twice.
        """
        found = {}
        for column in columns:
            match self.header.count(column):
                case 0:
                    number = _NUMBER.fullmatch(column)
                    if number is None or not 1 <= int(number[1]) <= len(self.header):
                        self._check_parted(column)
                        raise InputError(
                            "column-missing",
                            place=self.place,
                            column=repr(column),
                            nearest=nearest(column, self.header),
                        )
                    found[column] = int(number[1]) - 1
                case 1:
                    found[column] = self.header.index(column)
                case _:
                    raise InputError(
                        "column-twice",
                        place=self.place,
                        column=repr(column),
                        numbers=", ".join(
                            f"#{number}" for number, name in enumerate(self.header, 1) if name == column
                        ),
                    )
        return found

    def spread(self, index: int) -> tuple[int, ...]:
        """The nameless columns right of a named one, over which its name may stand as well."""
        end = index + 1
        while self.header[index] and end < len(self.header) and not self.header[end]:
            end += 1
        return tuple(range(index + 1, end))

    def _check_parted(self, column: str) -> None:
        """Say which delimiter would part a header that is one cell with the wanted column in it."""
        if len(self.header) == 1:
            for delimiter in ",;\t|":
                if column in (name.strip(' "') for name in self.header[0].split(delimiter)):
                    raise InputError(
                        "header-delimiter",
                        place=self.place,
                        column=repr(column),
                        header=short(self.header[0]),
                        delimiter=repr(delimiter),
                    )


TABLE = Limits(memory=4 << 30, seconds=120, part=1)
"""What a workbook or Parquet file may take; a part is some thousand rows."""


Blocks = Iterator[list[tuple[int, list[str]]]]
Keep = Callable[[Callable[[], Blocks]], Blocks]


def open_table(
    data: bytes,
    mapping: TableMapping,
    max_bytes: int,
    readers: Readers,
    keep: Keep = lambda blocks: blocks(),
) -> Table:
    """Open a file's table by what the file is, whatever its name; what is no text by a child of `readers`.

    `keep` may keep what was read of a workbook, and give it again. Raises InputError, also while the rows are
    read.
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
        blocks = keep(lambda: readers.parts(workbook_rows, data, place, mapping.sheet, max_bytes))
        numbered = _of_child(blocks, place)
    elif mapping.sheet is not None:
        raise InputError("xlsx-none", place=place)
    else:
        numbered = _csv_rows(lambda: open_plain(data, place, mapping.member, max_bytes), place, mapping)
    return _headed(place, numbered, *mapping.header)


def _parquet(data: bytes, place: str) -> Blocks:
    """In a child, which alone loads Polars."""
    from escrutinio.intake.mapping.frames import parquet_blocks

    return parquet_blocks(data, place)


def workbook_rows(data: bytes, place: str, sheet: str | None, max_bytes: int) -> Blocks:
    """The rows of a sheet; to be called in a child."""
    from escrutinio.intake.mapping.frames import xlsx_blocks

    return xlsx_blocks(data, place, sheet, max_bytes)


def _of_child(blocks: Blocks, place: str) -> Rows:
    """The rows that a child gives. Raises InputError, also where it was stopped."""
    try:
        for block in blocks:
            yield from block
    except LeftError as left:
        raise InputError("table-left", place=place, why=left) from None


def _headed(place: str, rows: Rows, *lines: int) -> Table:
    """Take the header off the rows: the names on its lowest line, joined with those on the others above."""
    above: list[tuple[str, ...]] = []
    left = list(lines)
    for line, cells in rows:
        if line < left[0]:
            continue
        names = tuple(cell.strip() for cell in cells)
        if len(names) > MAX_COLUMNS:
            raise InputError("columns-many", place=place, limit=MAX_COLUMNS)
        if not any(names):
            raise InputError("header-blank", place=place, line=line)
        above.append(names)
        # A row that began on an earlier line and one that is blank stand for no line of their own.
        left = [number for number in left if number > line]
        if not left:
            # From below: a name stands over those that hold something once theirs are joined.
            return Table(place, reduce(lambda below, names: joined(names, below), reversed(above)), rows)
    raise InputError("header-missing", place=place, line=left[0])


def joined(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """Column names of two lines in one, `Party / Seats`; a name that stands over several columns is each
    one's."""
    width = max(len(above), len(below))
    above, below = [*above, *[""] * (width - len(above))], [*below, *[""] * (width - len(below))]
    names, over = [], ""
    for upper, lower in zip(above, below, strict=True):
        over = upper or (over if lower else "")
        names.append(" / ".join(filter(None, (over if lower else upper, lower))))
    return tuple(names)


class _Lines:
    """The physical lines of a text, bounded per row: an unclosed quotation mark would swallow the file."""

    def __init__(self, text: IO[str], place: str) -> None:
        self._text = text
        self._place = place
        self.number = 0
        self.taken = 0
        self.latest = ""

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_ROW + 1):
            self.number += 1
            self.taken += len(line)
            self.latest = line
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
    for _ in range(mapping.header[0] - 1):
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
        # "',' expected after '"'" is what a quotation mark before another delimiter looks like.
        after = _AFTER_QUOTE.search(lines.latest) if "expected after" in str(error) else None
        if after and after[1] != mapping.delimiter:
            raise InputError("csv-delimiter", place=place, line=start, delimiter=repr(after[1])) from None
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
