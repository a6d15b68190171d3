"""Files that are damaged, hostile or not what their mapping says: rows, or one sentence."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.base.limited import Limits, Readers
from escrutinio.intake.mapping.mapping import MAX_BYTES, TableMapping
from escrutinio.intake.mapping.sources import TABLE as TABLE_LIMITS
from escrutinio.intake.mapping.sources import open_table
from escrutinio.intake.mapping.tables import read_sheets
from tests.intake.made import (
    CELLS,
    CONTESTS,
    HEADER,
    LINES,
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


def altered(data: bytes, **parts: bytes) -> bytes:
    """A workbook with parts put in, or in the place of others; `_` stands for a slash, `__` for a dot."""
    out = io.BytesIO()
    names = {name.replace("__", ".").replace("_", "/"): content for name, content in parts.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
        for name, content in names.items():
            new.writestr(name, content)
    return out.getvalue()


def wide_workbook() -> bytes:
    """A workbook of two cells, one in the last row and column there can be."""
    made = workbook([["CENTER"], [], ["x"]])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    places = {b"A1:A3": b"A1:XFD1048576", b'r="A3"': b'r="XFD1048576"', b'r="3"': b'r="1048576"'}
    for near, far in places.items():
        assert near in sheet
        sheet = sheet.replace(near, far)
    return altered(made, xl_worksheets_sheet1__xml=sheet)


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
        (",,\n1,2,3\n", "", "No column names stand there"),
        (TABLE, "header_line = 9", "has no line 9"),
        (
            TABLE.replace("CENTER", "CENTRE"),
            "",
            "has no column 'CENTER'; did you mean 'CENTRE'? There are: CENTRE, TABLE",
        ),
        (TABLE.replace("ROLL", "A"), "", "has the column 'A' more than once"),
        (TABLE.replace(",", ";"), "", "has no column"),
        (TABLE.encode() + b"7,1,\xe1,20,30,2,100\n", "", "t.csv, line 4: There are bytes that are not utf-8"),
        (TABLE, 'encoding = "klingon"', "No text encoding is called 'klingon'"),
        (TABLE, 'encoding = "hex"', "No text encoding is called 'hex'"),
        (b"\xef\xbb\xbf" + TABLE.encode(), 'encoding = "cp1252"', 'set encoding = "utf-8"'),
        (TABLE + '7,"1,10,20,30,2,100\n', "", "begins on line 4 breaks the rules of CSV"),
        (TABLE + '7,"1"x,10,20,30,2,100\n', "", "begins on line 4 breaks the rules of CSV"),
        (TABLE + '"' + '\n","' * 400_000, "", "a quotation mark not closed"),
        (TABLE + "1" * 2_000_000, "", "more than 1,048,576 characters"),
        (gz(TABLE.encode())[:-9], "", "cannot be decompressed"),
        (gz(TABLE.encode()) + b"more", "", "cannot be decompressed"),
        (zipped(one_csv=b"", two_csv=b""), "", "holds 2 files, so say which with member: one.csv, two.csv"),
        (zipped(one_csv=b"", two_csv=b""), 'member = "tow.csv"', "did you mean 'two.csv'?"),
        (TABLE, 'member = "one.csv"', "is no zip archive"),
        (TABLE, 'sheet = "One"', "is no XLSX workbook"),
        (zipped(xl=b"x")[:-30], "", "not a readable zip archive"),
        (workbook(CELLS, "One", "Two"), "", "holds several sheets, so say which with sheet: One, Two"),
        (workbook(CELLS, "One", "Two"), 'sheet = "Tow"', "did you mean 'Two'?"),
        (wide_workbook(), "", "spans 1,048,576 rows and 16,384 columns"),
        (formulas_alone(), "", "has no values; if its cells are formulas"),
        (workbook([["CENTER"], ["x" * 10_001]]), "", "has more than 10,000 bytes"),
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


def refusal(data: bytes, readers: Readers) -> str:
    """Why the data is refused; nothing where it is read."""
    try:
        rows = list(open_table(data, TableMapping(file="t.csv"), MAX_BYTES, readers).rows)
    except InputError as error:
        return str(error)
    assert rows
    return ""


@pytest.mark.parametrize(
    "whole", [workbook(CELLS), parquet(pl.read_csv(TABLE.encode()))], ids=["xlsx", "parquet"]
)
def test_a_damaged_file_is_read_or_one_sentence(whole: bytes) -> None:
    with Readers(TABLE_LIMITS) as readers:
        assert refusal(whole, readers) == ""
        for place in range(0, len(whole), len(whole) // 60):
            data = bytearray(whole)
            data[place] ^= 0x55
            assert "\n" not in refusal(bytes(data), readers)


SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHARED = b"<sst " + SPACE + b' count="%d" uniqueCount="%d">%b</sst>'


def many_strings() -> bytes:
    """A workbook of some KB that says that it has four thousand million strings."""
    return altered(
        workbook(CELLS), xl_sharedStrings__xml=SHARED % (2**32 - 1, 2**32 - 1, b"<si><t>a</t></si>")
    )


def one_long_string() -> bytes:
    """A workbook of which every row has the same long text."""
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(1, 3_000)
    )
    sheet = b"<worksheet " + SPACE + b"><sheetData>%b</sheetData></worksheet>"
    return altered(
        workbook(CELLS),
        xl_worksheets_sheet1__xml=sheet % cells,
        xl_sharedStrings__xml=SHARED % (1, 1, b"<si><t>%b</t></si>" % (b"x" * 2_000_000)),
    )


@pytest.mark.parametrize("made", [many_strings, one_long_string])
@pytest.mark.one_in(2)
def test_a_workbook_that_asks_for_all_memory_is_one_sentence(made: Callable[[], bytes]) -> None:
    with Readers(Limits(768 << 20, 30)) as readers:
        assert "more memory than a file may take" in refusal(made(), readers)
        assert refusal(workbook(CELLS), readers) == ""


def test_the_workbook_that_is_read_is_the_one_that_was_judged() -> None:
    """An archive behind another one, as its comment: two programs see two different workbooks."""
    judged, hidden = workbook(CELLS), wide_workbook()
    both = hidden[:-2] + len(judged).to_bytes(2, "little") + judged
    with Readers(TABLE_LIMITS) as readers:
        table = open_table(both, TableMapping(file="t.xlsx"), MAX_BYTES, readers)
        assert [cells for _, cells in table.rows] == [line.split(",") for line in LINES]


def test_a_part_that_stands_twice_is_refused() -> None:
    out = io.BytesIO(workbook(CELLS))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    with Readers(TABLE_LIMITS) as readers:
        assert "sheet1.xml stands twice" in refusal(out.getvalue(), readers)


def test_files_stay_inside_the_configurations_directory(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "out.csv").write_text(TABLE)
    (inside / "link.csv").symlink_to(tmp_path / "out.csv")
    (inside / "circle.csv").symlink_to("circle.csv")
    for file in ("../out.csv", str(tmp_path / "out.csv"), "link.csv"):
        with pytest.raises(InputError, match="lies outside the directory"):
            read_sheets(mapping(SHEETS.replace("t.csv", file)), inside, CONTESTS)
    for file, sentence in (
        (".", "not a regular file"),
        ("no.csv", "There is no file"),
        ("a\\u0000b", "cannot be read"),
        ("circle.csv", "There is no file"),
        ("circle.csv/*.csv", "circle"),
    ):
        with pytest.raises(InputError, match=sentence):
            read_sheets(mapping(SHEETS.replace("t.csv", file)), inside, CONTESTS)
