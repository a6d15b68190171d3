"""Rows out of XLSX workbooks (through Calamine) and Parquet files (through Polars), both bounded."""

import io
import re
from collections.abc import Iterator

import fastexcel
import polars as pl

from escrutinio.base.errors import InputError
from escrutinio.intake.mapping.files import UNREADABLE, Bounded, open_zip
from escrutinio.intake.mapping.mapping import nearest

MAX_CELL = 10_000
"""Most bytes in one cell."""
MAX_GRID = 30_000_000
"""Most cells in the rectangle a sheet spans: a workbook of a few bytes can span 17 thousand million."""
MAX_ROWS = 20_000_000
MAX_COLUMNS = 4_096

Rows = Iterator[tuple[int, list[str]]]


_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,9})["']""")


def xlsx_rows(data: bytes, place: str, sheet: str | None, max_bytes: int) -> Rows:
    """Return the rows of a sheet, numbered as people see them. Raises InputError."""
    _guard_workbook(data, place, max_bytes)
    try:
        book = fastexcel.read_excel(data)
        listed = ", ".join(name[:60] for name in book.sheet_names[:30])
        if sheet is None and len(book.sheet_names) != 1:
            raise InputError(f"{place} holds several sheets, so say which with sheet: {listed}")
        if sheet is not None and sheet not in book.sheet_names:
            raise InputError(f"{place} has no sheet {sheet!r}{nearest(sheet, book.sheet_names)}")
        # skip_rows=0 keeps empty rows at the top, so that the numbers are right.
        loaded = book.load_sheet(sheet or 0, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(f"{place} is not a readable XLSX workbook: {_first_line(error)}") from None
    if loaded.height == 0:
        raise InputError(f"{place} has no values; if its cells are formulas, save it with their values")
    return _frame_rows(loaded, place, 1)


def _guard_workbook(data: bytes, place: str, max_bytes: int) -> None:
    """Refuse what would fill the memory: too many bytes decompressed, or too large a rectangle of cells."""
    archive = open_zip(data, place)
    left = max_bytes
    for info in archive.infolist():
        columns = rows = 0
        tail = b""
        try:
            stream = io.BufferedReader(Bounded(archive.open(info), place, left), 1 << 20)
        except (*UNREADABLE, ValueError) as error:
            raise InputError(f"{place} is not a readable XLSX workbook: {error}") from None
        while block := stream.read(1 << 20):
            left -= len(block)
            for letters, number in _REFERENCE.findall(tail + block):
                columns = max(columns, len(letters) and _column_number(letters))
                rows = max(rows, int(number))
            tail = block[-32:]
        if columns * rows > MAX_GRID:
            raise InputError(
                f"{place}: {info.filename[:60]} spans {rows} rows and {columns} columns; "
                "delete the empty rows and columns around the table"
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def parquet(data: bytes, place: str) -> tuple[tuple[str, ...], Rows]:
    """Return the column names and the rows, numbered from 1. Raises InputError."""
    try:
        frame = pl.scan_parquet(io.BytesIO(data))
        schema = frame.collect_schema()
        height = frame.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InputError(f"{place} is not a readable Parquet file: {_first_line(error)}") from None
    if len(schema) > MAX_COLUMNS or height > MAX_ROWS:
        raise InputError(f"{place} spans {height} rows and {len(schema)} columns, more than can be read")
    # What is no text and no number cannot be a field; it is read as empty.
    texts = [
        pl.lit("").alias(name) if dtype.is_nested() or dtype == pl.Binary else pl.col(name).cast(pl.String)
        for name, dtype in schema.items()
    ]
    return tuple(schema), _parquet_rows(frame.select(texts), height, place)


def _parquet_rows(frame: pl.LazyFrame, height: int, place: str) -> Rows:
    batch = 50_000
    for offset in range(0, height, batch):
        try:
            part = frame.slice(offset, batch).collect()
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise InputError(f"{place} is damaged: {_first_line(error)}") from None
        yield from _frame_rows(part, place, offset + 1)


def _frame_rows(frame: pl.DataFrame, place: str, first: int) -> Rows:
    longest = frame.select(pl.all().str.len_bytes().max())
    for name, length in zip(longest.columns, longest.row(0), strict=True):
        if length is not None and length > MAX_CELL:
            raise InputError(f"{place}: a cell of the column {name[:60]!r} has more than {MAX_CELL} bytes")
    return (
        (line, ["" if cell is None else cell for cell in cells])
        for line, cells in enumerate(frame.iter_rows(), first)
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:200]
