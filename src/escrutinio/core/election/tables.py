"""The small tables that a definition and a roll carry as attachments: strict CSV (RFC 4180) in UTF-8."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.words.say import Phrase
from escrutinio.core.records.text import check_code

MAX_ROWS = 5_000_000
"""Most rows that one table may have: five times the polling stations of India."""

LF = "\n"
_CODES = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,63}\n)+")
_CHUNK = 512  # rows alive at once, fewer than it takes to start Python's garbage collector


def read_columns(
    raw: bytes, header: Sequence[str], what: Phrase
) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
    """Yield the table in chunks of rows: the line of a chunk's first row, and one tuple per column.

    A table has one way of being written, the one of `write_table`, so that every reader takes the same bytes
    for a table. `header` is the exact first line, `what` the words for the table in a refusal ("the area
    table"). Raises DefinitionError for bytes that are not UTF-8, a byte order mark, another header, a row of
    another width, a blank line, lines that end in anything but LF, the last one too, quotes around a field
    that needs none or other wrong quoting, a line break inside a field, or more than `MAX_ROWS` rows.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DefinitionError("table-utf8", line=line, table=what) from None
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        raise DefinitionError("table-carriage-return", line=line, table=what)
    lines = io.StringIO(text, newline="\n")
    expected, found = ",".join(header), lines.readline()
    if found != f"{expected}\n":
        raise DefinitionError(
            "table-header", expected=repr(expected), table=what, found=repr(found.removesuffix(LF)[:80])
        )
    line = 2
    while chunk := list(islice(lines, _CHUNK)):
        yield line, _transpose(_rows(chunk, line, what), len(header), line, what)
        line += len(chunk)
        if line - 2 > MAX_ROWS:
            raise DefinitionError("table-rows", table=what, limit=MAX_ROWS)


def _rows(chunk: list[str], line: int, what: Phrase) -> list[list[str]]:
    """The rows of some lines, of which the first has this number; every line is one row."""
    if not chunk[-1].endswith("\n"):
        raise DefinitionError("table-last-line", line=line + len(chunk) - 1, table=what)
    reader = csv.reader(chunk, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        at = line + reader.line_num - 1
        raise DefinitionError("table-unreadable", why=str(error), table=what, line=at) from None
    if len(rows) != len(chunk):
        raise DefinitionError("table-break", line=line, table=what)
    for at, written in enumerate(chunk):
        if '"' in written and written != ",".join(map(_field, rows[at])) + "\n":
            raise DefinitionError("table-quotes", line=line + at, table=what)
    return rows


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


def _transpose(rows: list[list[str]], width: int, line: int, what: Phrase) -> list[tuple[str, ...]]:
    if set(map(len, rows)) != {width}:
        at = next(i for i, row in enumerate(rows) if len(row) != width)
        raise DefinitionError("table-fields", size=len(rows[at]), line=line + at, width=width, table=what)
    return list(zip(*rows, strict=True))


def check_codes(column: Sequence[str], line: int, what: Phrase) -> None:
    """Check that a column from `read_columns`, whose first row stands in `line`, has nothing but codes.

    Raises DefinitionError with the line of the first that is none (`records.text.check_code`).
    """
    # One match for the whole column; no field has a line break of its own, as `read_columns` saw to.
    if _CODES.fullmatch("\n".join((*column, ""))):
        return
    Judged(lambda code: len(check_code(code))).read(column, line, what)


class Judged(dict[str, int]):
    """Values of a column and the number that `judge` gives each; a value met again is not judged again.

    A column of a million rows has few distinct centers, areas or roll sizes.
    """

    def __init__(self, judge: Callable[[str], int]) -> None:
        self._judge = judge

    def __missing__(self, value: str) -> int:
        number = self[value] = self._judge(value)
        return number

    def read(self, column: Sequence[str], line: int, what: Phrase) -> NDArray[np.int64]:
        """Return int64 [rows], the numbers of a column whose first row stands in `line`.

        Raises DefinitionError with the line where `judge` raised RecordError or DefinitionError.
        """
        try:
            return np.fromiter(map(self.__getitem__, column), np.int64, len(column))
        except (RecordError, DefinitionError) as error:
            at = next(i for i, value in enumerate(column) if value not in self)
            raise DefinitionError("table-line", line=line + at, why=error, table=what) from None


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows as the CSV that `read_columns` reads; the same rows give the same bytes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()
