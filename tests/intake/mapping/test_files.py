"""Files that are damaged, hostile or not what their mapping says: rows, or one sentence."""

import io
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.intake.mapping.tables import read_sheets
from tests.intake.made import (
    CELLS,
    CONTESTS,
    HEADER,
    SHEETS,
    TABLE,
    gz,
    mapping,
    parquet,
    read,
    workbook,
    zipped,
)


@given(
    data=st.binary(max_size=400),
    start=st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08", b"A,B\n"]),
)
def test_any_bytes_are_rows_or_one_sentence(
    data: bytes, start: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(EscrutinioError) as caught:
        read(tmp_path_factory.mktemp("any"), start + data)
    assert "\n" not in str(caught.value)


def wide_workbook() -> bytes:
    """A workbook of two cells, one in the last row and column there can be."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "CENTER")
        sheet.write(1_048_575, 16_383, "x")
    return out.getvalue()


def formulas_alone() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write_formula(0, 0, "=1+1", value="")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "more", "sentence"),
    [
        ("", "", "t.csv is empty"),
        ("\n\n", "", "has no line 1 with column names"),
        (",,\n1,2,3\n", "", "no column names stand there"),
        (HEADER + "\n", "", "column names and no rows"),
        (TABLE, "header_line = 9", "has no line 9"),
        (
            TABLE.replace("CENTER", "CENTRE"),
            "",
            "has no column 'CENTER' (did you mean 'CENTRE'?); there are: CENTRE, TABLE",
        ),
        (TABLE.replace("ROLL", "A"), "", "has the column 'A' twice"),
        (TABLE.replace(",", ";"), "", "has no column"),
        (TABLE.encode() + b"7,1,\xe1,20,30,2,100\n", "", "t.csv, line 4: there are bytes that are not utf-8"),
        (TABLE, 'encoding = "klingon"', "no text encoding is called 'klingon'"),
        (TABLE, 'encoding = "hex"', "no text encoding is called 'hex'"),
        (b"\xef\xbb\xbf" + TABLE.encode(), 'encoding = "cp1252"', 'set encoding = "utf-8"'),
        (TABLE + '7,"1,10,20,30,2,100\n', "", "begins on line 4 breaks the rules of CSV"),
        (TABLE + '7,"1"x,10,20,30,2,100\n', "", "begins on line 4 breaks the rules of CSV"),
        (TABLE + '"' + '\n","' * 400_000, "", "a quotation mark not closed"),
        (TABLE + "1" * 2_000_000, "", "more than 1048576 characters"),
        (gz(TABLE.encode())[:-9], "", "cannot be decompressed"),
        (gz(TABLE.encode()) + b"more", "", "cannot be decompressed"),
        (zipped(one_csv=b"", two_csv=b""), "", "holds 2 files, so say which with member: one.csv, two.csv"),
        (zipped(one_csv=b"", two_csv=b""), 'member = "tow.csv"', "did you mean 'two.csv'?"),
        (TABLE, 'member = "one.csv"', "is no zip archive"),
        (TABLE, 'sheet = "One"', "is no XLSX workbook"),
        (zipped(xl=b"x")[:-30], "", "not a readable zip archive"),
        (workbook(CELLS, "One", "Two"), "", "holds several sheets, so say which with sheet: One, Two"),
        (workbook(CELLS, "One", "Two"), 'sheet = "Tow"', "did you mean 'Two'?"),
        (wide_workbook(), "", "spans 1048576 rows and 16384 columns"),
        (formulas_alone(), "", "has no values; if its cells are formulas"),
        (workbook([["CENTER"], ["x" * 10_001]]), "", "has more than 10000 bytes"),
        (parquet(pl.DataFrame({"CENTER": ["x" * 10_001]})), "", "has no column 'TABLE'"),
        (b"PAR1" + b"\xff" * 40 + b"PAR1", "", "not a readable Parquet file"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_one_sentence(
    tmp_path: Path, data: bytes | str, more: str, sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, data, more)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


LONG = (HEADER + "\n" + "7,1,0,0,0,0,\n" * 20_000).encode()


@pytest.mark.parametrize("data", [LONG, gz(LONG), zipped(a_csv=LONG)])
def test_a_file_may_not_hold_more_than_the_limit(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(InputError, match="raise max_bytes"):
        read(tmp_path, data, text="max_bytes = 200000\n" + SHEETS)


def test_a_workbook_may_not_hold_more_than_the_limit(tmp_path: Path) -> None:
    data = workbook([["A"], *([["x" * 9_000]] * 200)])
    with pytest.raises(InputError, match="raise max_bytes"):
        read(tmp_path, data, text=f"max_bytes = {len(data) + 1}\n" + SHEETS)


def refusal(base: Path, data: bytes) -> str:
    """Why the data is refused; nothing where it is read."""
    try:
        read(base, data)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "whole", [workbook(CELLS), parquet(pl.read_csv(TABLE.encode()))], ids=["xlsx", "parquet"]
)
def test_a_damaged_file_is_read_or_one_sentence(tmp_path: Path, whole: bytes) -> None:
    for place in range(0, len(whole), len(whole) // 60):
        data = bytearray(whole)
        data[place] ^= 0x55
        assert "\n" not in refusal(tmp_path, bytes(data))


def test_files_stay_inside_the_configurations_directory(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "out.csv").write_text(TABLE)
    (inside / "link.csv").symlink_to(tmp_path / "out.csv")
    for file in ("../out.csv", str(tmp_path / "out.csv"), "link.csv"):
        with pytest.raises(InputError, match="lies outside the directory"):
            read_sheets(mapping(SHEETS.replace("t.csv", file)), inside, CONTESTS)
    for file, sentence in (
        (".", "not a regular file"),
        ("no.csv", "there is no file"),
        ("a\\u0000b", "cannot be read"),
    ):
        with pytest.raises(InputError, match=sentence):
            read_sheets(mapping(SHEETS.replace("t.csv", file)), inside, CONTESTS)
