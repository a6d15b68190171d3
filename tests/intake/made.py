"""Tables made for the tests: one honest table of tally sheets, in every form."""

import gzip
import io
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from escrutinio.intake.mapping.mapping import ImportMapping, parse_mapping
from escrutinio.intake.mapping.rows import Ballot, Imported, SheetRow
from escrutinio.intake.mapping.tables import read_sheets

CONTESTS = {"mayor": Ballot(("B", "A"), ("null",))}
HEADER = "CENTER,TABLE,A,B,VALID,NULL,ROLL"
LINES = ["7,1,10,20,30,2,100", "12,2,0,5,5,0,"]
TABLE = "\r\n".join([HEADER, *LINES]) + "\r\n"
SHEETS = """
[[sheets]]
file = "t.csv"
contest = "mayor"
station = "{CENTER:03}.{TABLE:02}"
options = { A = "A", B = "B" }
valid = "VALID"
null = "NULL"
registered = "ROLL"
"""
HONEST = (
    SheetRow("t.csv", 2, "007.01", "mayor", (20, 10), (2,), None, None, 100),
    SheetRow("t.csv", 3, "012.02", "mayor", (5, 0), (0,), None, None, None),
)


def mapping(text: str) -> ImportMapping:
    return parse_mapping(tomllib.loads(text))


def read(base: Path, data: bytes | str, more: str = "", text: str = SHEETS) -> Imported[SheetRow]:
    (base / "t.csv").write_bytes(data.encode() if isinstance(data, str) else data)
    return read_sheets(mapping(text + more), base, CONTESTS)


def gz(data: bytes) -> bytes:
    """`data` compressed; the same bytes at any time, since test names are made of them."""
    return gzip.compress(data, mtime=0)


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def workbook(rows: Sequence[Sequence[object]], *sheets: str, top: int = 0) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name in sheets or ("Sheet",):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows, top):
                sheet.write_row(number, 0, row)
    return out.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


CELLS: Sequence[Sequence[object]] = [
    HEADER.split(","),
    [7, 1, 10, 20, 30, 2, 100],
    [12, 2, 0, 5, 5, 0, None],
]
