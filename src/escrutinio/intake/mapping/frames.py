"""Rows out of XLSX workbooks (through Calamine) and Parquet files (through Polars), both bounded.

What stands here runs in a child (`base/limited`), which gives the rows in blocks.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO

import fastexcel
import polars as pl

from escrutinio.base.errors import InputError
from escrutinio.intake.mapping.files import UNREADABLE, Bounded, open_zip
from escrutinio.intake.mapping.mapping import first_of, nearest

MAX_CELL = 10_000
"""Most bytes in one cell."""
MAX_GRID = 30_000_000
"""Most cells in the rectangle a sheet spans: a workbook of a few bytes can span 17 thousand million."""
MAX_ROWS = 20_000_000
MAX_COLUMNS = 4_096

Rows = Iterator[tuple[int, list[str]]]
Blocks = Iterator[list[tuple[int, list[str]]]]

_BLOCK = 2_000
"""Rows that a child gives at once."""


_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,9})["']""")


def xlsx_blocks(
    data: bytes, place: str, sheet: str | None, max_bytes: int
) -> Iterator[list[tuple[int, list[str]]]]:
    """The rows of a sheet, numbered as people see them, in blocks. Raises InputError."""
    return _blocks(_xlsx_rows(data, place, sheet, max_bytes))


def xlsx_sheets(data: bytes, place: str, max_bytes: int) -> list[str]:
    """The names of the sheets of a workbook. Raises InputError."""
    try:
        return list(fastexcel.read_excel(_repacked(data, place, max_bytes)).sheet_names)
    except fastexcel.FastExcelError as error:
        raise InputError("xlsx-unreadable", place=place, why=_first_line(error)) from None


def parquet_blocks(data: bytes, place: str) -> Blocks:
    """The column names as row 0, and the rows, numbered from 1, in blocks. Raises InputError."""
    header, rows = _parquet(data, place)
    yield [(0, list(header))]
    yield from _blocks(rows)


def _blocks(rows: Rows) -> Blocks:
    while block := list(islice(rows, _BLOCK)):
        yield block


def _xlsx_rows(data: bytes, place: str, sheet: str | None, max_bytes: int) -> Rows:
    try:
        book = fastexcel.read_excel(_repacked(data, place, max_bytes))
        listed = first_of([name[:60] for name in book.sheet_names], 30)
        if sheet is None and len(book.sheet_names) != 1:
            raise InputError("xlsx-sheet", place=place, listed=listed)
        if sheet is not None and sheet not in book.sheet_names:
            raise InputError(
                "xlsx-sheet-unknown", place=place, sheet=repr(sheet), nearest=nearest(sheet, book.sheet_names)
            )
        # skip_rows=0 keeps empty rows at the top, so that the numbers are right.
        loaded = book.load_sheet(sheet or 0, header_row=None, skip_rows=0, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError("xlsx-unreadable", place=place, why=_first_line(error)) from None
    if loaded.height == 0:
        raise InputError("xlsx-no-values", place=place)
    return _frame_rows(loaded, place, 1)


def _repacked(data: bytes, place: str, max_bytes: int) -> bytes:
    """The workbook as an archive of our own making, with exactly the parts that were looked at.

    An archive can be made so that two programs see two different ones in it: what Calamine reads is what was
    judged here. Refuses what would fill the memory: too many bytes decompressed, or too large a rectangle of
    cells; and a part that stands there twice.
    """
    archive, out = open_zip(data, place), io.BytesIO()
    left, names = max_bytes, set[str]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as clean:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.filename in names:
                raise InputError("xlsx-twice", place=place, name=info.filename[:60])
            names.add(info.filename)
            try:
                stream: IO[bytes] = io.BufferedReader(Bounded(archive.open(info), place, left), 1 << 20)
            except (*UNREADABLE, ValueError) as error:
                raise InputError("xlsx-unreadable", place=place, why=str(error)) from None
            with clean.open(zipfile.ZipInfo(info.filename), "w", force_zip64=True) as part:
                left -= _judged(stream, part, f"{place}: {info.filename[:60]}")
    return out.getvalue()


def _judged(stream: IO[bytes], out: IO[bytes], place: str) -> int:
    """Copy a part of a workbook, and say how many bytes it has. Raises InputError if it spans too much."""
    columns = rows = size = 0
    tail = b""
    while block := stream.read(1 << 20):
        size += len(block)
        out.write(block)
        for letters, number in _REFERENCE.findall(tail + block):
            columns = max(columns, len(letters) and _column_number(letters))
            rows = max(rows, int(number))
        tail = block[-32:]
    if columns * rows > MAX_GRID:
        raise InputError("xlsx-wide", place=place, count=rows, size=columns)
    return size


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _parquet(data: bytes, place: str) -> tuple[Sequence[str], Rows]:
    try:
        frame = pl.scan_parquet(io.BytesIO(data))
        schema = frame.collect_schema()
        height = frame.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InputError("parquet-unreadable", place=place, why=_first_line(error)) from None
    if len(schema) > MAX_COLUMNS or height > MAX_ROWS:
        raise InputError("parquet-wide", place=place, size=len(schema), count=height)
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
            raise InputError("table-damaged", place=place, why=_first_line(error)) from None
        yield from _frame_rows(part, place, offset + 1)


def _frame_rows(frame: pl.DataFrame, place: str, first: int) -> Rows:
    longest = frame.select(pl.all().str.len_bytes().max())
    for name, length in zip(longest.columns, longest.row(0), strict=True):
        if length is not None and length > MAX_CELL:
            raise InputError("cell-long", place=place, column=repr(name[:60]), limit=MAX_CELL)
    return (
        (line, ["" if cell is None else cell for cell in cells])
        for line, cells in enumerate(frame.iter_rows(), first)
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:200]
