"""Looking at files that nobody has described: which tables they hold, and where the header of each is.

Everything here is a guess for a person to check; nothing that is published rests on it.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import msgspec

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Readers
from escrutinio.intake.mapping.files import load, open_plain, open_zip
from escrutinio.intake.mapping.mapping import MAX_BYTES, TableMapping
from escrutinio.intake.mapping.sources import TABLE, joined, open_table, workbook_rows

HEAD = 1 << 18
"""Most characters by which encoding, delimiter and header are guessed."""
MAX_ROWS = 1_000_000
"""Most rows of a table that are looked at."""
MAX_FILES = 2_000
_TOP = 60
"""Most lines that are looked through for the header."""
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,'’ \u00a0]*%?")
_KINDS = (".csv", ".tsv", ".txt", ".gz", ".zip", ".xlsx", ".xlsm", ".parquet")


@dataclass(frozen=True)
class SeenTable:
    """A table as it seems: how it is opened, its columns, its rows with their lines.

    A column is called by its name; one without a name, or whose name stands twice, by its number (`#7`).
    Columns without a name and without content are none. `notes`: what stands above the header.
    """

    mapping: TableMapping
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def cells(self) -> dict[str, tuple[str, ...]]:
        """The content of each column."""
        values = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.columns)
        return dict(zip(self.columns, values, strict=True))


def tables_of(path: Path) -> list[SeenTable]:
    """The tables of a file or a folder of files, each named relative to the directory of the file, or to the
    folder itself. Raises InputError where there is none."""
    if not path.is_dir():
        return list(_tables(path.parent, path.name))
    names = sorted(
        item.name for item in path.iterdir() if item.is_file() and item.name.lower().endswith(_KINDS)
    )
    if not names:
        raise InputError("sniff-folder", path=path)
    return [table for name in names[:MAX_FILES] for table in _tables(path, name)]


def _tables(base: Path, name: str) -> Iterator[SeenTable]:
    data, _ = load(base, name, MAX_BYTES)
    mappings = [TableMapping(file=name)]
    with Readers(TABLE) as readers:
        if data.startswith(b"PK\x03\x04"):
            inside = [info.filename for info in open_zip(data, name).infolist() if not info.is_dir()]
            if "xl/workbook.xml" in inside:
                sheets = readers.call(_sheets, data, name, MAX_BYTES)
                mappings = [
                    TableMapping(file=name, sheet=sheet if len(sheets) > 1 else None) for sheet in sheets
                ]
            elif len(inside) > 1:
                mappings = [TableMapping(file=name, member=member) for member in sorted(inside)]
        found, failed = 0, None
        for mapping in mappings:
            try:
                yield _table(data, mapping, readers)
                found += 1
            except InputError as error:
                failed = failed or error
        if not found and failed is not None:
            raise failed


def _sheets(data: bytes, place: str, max_bytes: int) -> list[str]:
    """In a child."""
    from escrutinio.intake.mapping.frames import xlsx_sheets

    return xlsx_sheets(data, place, max_bytes)


def _table(data: bytes, mapping: TableMapping, readers: Readers) -> SeenTable:
    if data.startswith(b"PAR1"):
        table = open_table(data, mapping, MAX_BYTES, readers)
        return _seen(mapping, table.header, list(islice(table.rows, MAX_ROWS)), ())
    place = mapping.file + (f":{mapping.member or mapping.sheet}" if mapping.member or mapping.sheet else "")
    if data.startswith(b"PK\x03\x04") and mapping.member is None and _is_workbook(data, mapping.file):
        blocks = readers.parts(workbook_rows, data, place, mapping.sheet, MAX_BYTES)
        rows = [row for block in blocks for row in block][:MAX_ROWS]
    else:
        raw = open_plain(data, place, mapping.member, MAX_BYTES)
        mapping, rows = _text_rows(raw, mapping, place)
    return _headed(mapping, rows, place)


def _is_workbook(data: bytes, place: str) -> bool:
    return "xl/workbook.xml" in open_zip(data, place).namelist()


def _text_rows(
    raw: io.BufferedReader, mapping: TableMapping, place: str
) -> tuple[TableMapping, list[tuple[int, list[str]]]]:
    data = raw.read()
    if not data.strip():
        raise InputError("table-empty", place=place)
    encoding, text = _decode(data, place)
    delimiter = _delimiter(text[:HEAD], place)
    mapping = msgspec.structs.replace(mapping, encoding=encoding, delimiter=delimiter)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, start = [], 1
    try:
        for cells in islice(reader, MAX_ROWS):
            if cells:
                rows.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError("csv-rules", place=place, why=str(error)) from None
    return mapping, rows


def _decode(raw: bytes, place: str) -> tuple[str, str]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return "utf-16", raw.decode("utf-16")
        except UnicodeDecodeError:
            pass
    if b"\0" in raw[:4096]:
        raise InputError("sniff-encoding", place=place)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return encoding.removesuffix("-sig"), raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "latin-1", raw.decode("latin-1")


def _delimiter(head: str, place: str) -> str:
    """The delimiter under which most rows have the same number of cells."""
    best: tuple[int, int, str] = (0, 0, "")
    for delimiter in ",;\t|":
        try:
            widths = Counter(
                len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row
            )
        except csv.Error:
            continue
        usual = [(count, width) for width, count in widths.items() if width > 1]
        if usual:
            best = max(best, (*max(usual), delimiter))
    if not best[2]:
        raise InputError("sniff-no-csv", place=place)
    return best[2]


def _headed(mapping: TableMapping, rows: list[tuple[int, list[str]]], place: str) -> SeenTable:
    """Find the header: the last line of words before the first that has a number and the usual width."""
    rows = [(line, [cell.strip() for cell in cells]) for line, cells in rows]
    if not any(any(cells) for _, cells in rows):
        raise InputError("table-no-rows", place=place)
    widths = Counter(len(cells) for _, cells in rows if sum(map(bool, cells)) > 1)
    width = max(widths, key=lambda each: (widths[each], each), default=0)
    full = [
        at for at, (_, cells) in enumerate(rows[:_TOP]) if len(cells) == width and sum(map(bool, cells)) > 1
    ]
    if not full:
        raise InputError("sniff-no-csv", place=place)
    first = next((at for at in full if any(_NUMBER.fullmatch(cell) for cell in rows[at][1])), None)
    above = [at for at in full if first is None or at < first]
    # Where the names are numbers themselves, or no line is of words alone, the first line has the names.
    top = full[0] if not above else above[-1] if first is not None else above[0]
    if len(above) == 1 and first is not None:
        top = above[0]
    header, lines = rows[top][1], [rows[top][0]]
    # Names of several lines: while the lowest has gaps, the line above it is one of them.
    while above and not all(header):
        up = top - len(lines)
        if up < 0 or len(rows[up][1]) != width or sum(map(bool, rows[up][1])) < 2:
            break
        lines.insert(0, rows[up][0])
        header = list(joined(rows[up][1], header))
    body = [(line, cells) for line, cells in rows[top + 1 :]]
    if not any(any(cells) for _, cells in body):
        raise InputError("table-no-rows", place=place)
    notes = tuple(cell for _, cells in rows[: top - len(lines) + 1] for cell in cells if cell)
    changes: dict[str, object] = {"header_line": lines[0]} if len(lines) == 1 else {"header_lines": lines}
    return _seen(msgspec.structs.replace(mapping, **changes), header, body, notes)


def _seen(
    mapping: TableMapping,
    header: Sequence[str],
    body: Sequence[tuple[int, list[str]]],
    notes: tuple[str, ...],
) -> SeenTable:
    """The table without what stands below it, and without columns that are empty and have no name."""
    width = len(header)
    named = [bool(name) for name in header]
    rows = [(line, [cell.strip() for cell in cells]) for line, cells in body]
    end = len(rows)
    while end and not _is_row(rows[end - 1][1], width):
        end -= 1
    last = len(rows) - end
    rows = [
        (line, (cells + [""] * width)[:width])
        for line, cells in rows[:end]
        if len(cells) >= width and any(cells)
    ]
    if not rows:
        raise InputError("table-no-rows", place=mapping.file)
    used = [at for at in range(width) if named[at] or any(cells[at] for _, cells in rows)]
    names = Counter(header)
    columns = tuple(header[at] if named[at] and names[header[at]] == 1 else f"#{at + 1}" for at in used)
    return SeenTable(
        msgspec.structs.replace(mapping, skip_last=last),
        columns,
        tuple(tuple(cells[at] for at in used) for _, cells in rows),
        tuple(line for line, _ in rows),
        notes,
    )


def _is_row(cells: Sequence[str], width: int) -> bool:
    return len(cells) >= width and sum(map(bool, cells)) > 1
