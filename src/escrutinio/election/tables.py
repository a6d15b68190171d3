"""The small tables that a definition and a roll carry as attachments: strict CSV (RFC 4180) in UTF-8."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from escrutinio.records.errors import DefinitionError, RecordError

MAX_ROWS = 5_000_000
"""Most rows that one table may have: five times the polling stations of India."""

_CHUNK = 1 << 12


def read_columns(raw: bytes, header: Sequence[str], what: str) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
    """Yield the table in chunks of rows: the line of a chunk's first row, and one tuple per column.

    `header` is the exact first line, `what` the words for the table in a refusal ("the area table").
    Raises DefinitionError for bytes that are not UTF-8, another header, a row of another width, a line
    break inside a field, wrong quoting, or more than `MAX_ROWS` rows.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DefinitionError(f"{what} is not UTF-8 text in line {line}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        found = next(reader, [])
        if found != list(header):
            shown = ",".join(found)[:80]
            raise DefinitionError(f"{what} begins with {shown!r}, where {','.join(header)!r} was expected")
        line = 2
        while rows := list(islice(reader, _CHUNK)):
            yield line, _transpose(rows, len(header), line, what)
            line += len(rows)
            if reader.line_num != line - 1:
                raise DefinitionError(f"{what} has a line break inside a field, before line {reader.line_num}")
            if line - 2 > MAX_ROWS:
                raise DefinitionError(f"{what} has more than {MAX_ROWS:,} rows")
    except csv.Error as error:
        raise DefinitionError(f"{what} cannot be read in line {reader.line_num}: {error}") from None


def _transpose(rows: list[list[str]], width: int, line: int, what: str) -> list[tuple[str, ...]]:
    if set(map(len, rows)) != {width}:
        at = next(i for i, row in enumerate(rows) if len(row) != width)
        raise DefinitionError(f"{what} has {len(rows[at])} fields in line {line + at}, where {width} were expected")
    return list(zip(*rows, strict=True))


def check_distinct(
    column: Iterable[str], known: dict[str, int], place: Callable[[str], int], line: int, what: str
) -> None:
    """Give each value of `column` that `known` has not yet seen its number, `place(value)`.

    A column of a million rows has few distinct centers, areas or roll sizes: each is judged once.
    Raises DefinitionError with the line where `place` raised RecordError or DefinitionError.
    """
    for value in set(column) - known.keys():
        try:
            known[value] = place(value)
        except (RecordError, DefinitionError):
            break
    else:
        return
    # The set has no order, so the refusal names the first fault of the table, not the first one met.
    for at, value in enumerate(column):
        if value not in known:
            try:
                known[value] = place(value)
            except (RecordError, DefinitionError) as error:
                raise DefinitionError(f"{what}, line {line + at}: {error}") from None


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows as the CSV that `read_columns` reads; the same rows give the same bytes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()
