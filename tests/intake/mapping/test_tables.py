"""Tally sheets through their mapping: honest ones in every form, then one thing changed per test."""

import csv
import hashlib
import io
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import EscrutinioError, InputError
from escrutinio.intake.mapping.rows import BadRow
from tests.intake.made import (
    CELLS,
    HEADER,
    HONEST,
    LINES,
    SHEETS,
    TABLE,
    gz,
    parquet,
    read,
    workbook,
    zipped,
)


def test_plain_csv_gives_rows_in_option_order_with_lines_and_the_files_digest(tmp_path: Path) -> None:
    found = read(tmp_path, TABLE)
    assert found.rows == HONEST
    assert found.bad == ()
    (source,) = found.sources
    assert (source.file, source.size) == ("t.csv", len(TABLE))
    assert source.sha256 == hashlib.sha256(TABLE.encode()).digest()


@pytest.mark.parametrize(
    ("data", "more"),
    [
        (gz(TABLE.encode()), ""),
        (gz(HEADER.encode() + b"\n") + gz("\n".join(LINES).encode()), ""),
        (zipped(one_csv=TABLE.encode()), ""),
        (b"\xef\xbb\xbf" + TABLE.encode(), ""),
        (TABLE.encode("utf-16"), 'encoding = "utf-16"'),
        (TABLE.replace(",", ";"), 'delimiter = ";"'),
        (TABLE.replace(",", "\t"), 'delimiter = "\\t"'),
        (TABLE.replace(",", " , "), ""),
        (TABLE.replace("\r\n", "\n").rstrip(), ""),
        (TABLE.replace("\r\n", "\r"), ""),
        (TABLE + ",,,,,,\r\n\r\n", ""),
        (parquet(pl.read_csv(TABLE.encode())), None),
        (workbook(CELLS), ""),
    ],
)
def test_every_form_of_a_file_says_the_same(tmp_path: Path, data: bytes | str, more: str | None) -> None:
    rows = read(tmp_path, data, more or "").rows
    first = 1 if more is None else 2  # a Parquet file has no line for its header
    assert [row.line for row in rows] == [first, first + 1]
    assert [(row.station, row.counts, row.classes, row.registered) for row in rows] == [
        ("007.01", (20, 10), (2,), 100),
        ("012.02", (5, 0), (0,), None),
    ]


def test_a_named_member_and_a_named_sheet_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, zipped(one_csv=TABLE.encode(), two_csv=b"x"), 'member = "one.csv"')
    assert [row.source for row in found.rows] == ["t.csv:one.csv"] * 2
    found = read(tmp_path, workbook(CELLS, "First", "Second"), 'sheet = "Second"')
    assert [row.source for row in found.rows] == ["t.csv:Second"] * 2


def test_rows_above_the_header_are_passed_over_and_still_counted(tmp_path: Path) -> None:
    assert [row.line for row in read(tmp_path, 'Title "of" it,\n\n' + TABLE, "header_line = 3").rows] == [
        4,
        5,
    ]
    found = read(tmp_path, workbook(CELLS, top=4), "header_line = 5")
    assert [row.line for row in found.rows] == [6, 7]


def test_a_line_is_the_physical_one_on_which_the_row_begins(tmp_path: Path) -> None:
    lines = [HEADER + ",NOTE", LINES[0] + ',"two\nlines, ""quoted"""', "", LINES[1] + ",", "x,1,0,0,0,0,,"]
    found = read(tmp_path, "\n".join(lines))
    assert [row.line for row in found.rows] == [2, 5]
    assert [row.line for row in found.bad] == [6]


def test_two_rows_for_one_station_are_both_kept(tmp_path: Path) -> None:
    rows = read(tmp_path, "\n".join([HEADER, LINES[0], LINES[0], "7,1,11,20,31,2,100"])).rows
    assert [row.station for row in rows] == ["007.01"] * 3


def test_where_picks_the_rows_of_one_contest(tmp_path: Path) -> None:
    table = f"{HEADER},KIND\n{LINES[0]}, mayor \n{LINES[1]},council\n"
    assert [row.line for row in read(tmp_path, table, 'where = { KIND = "mayor" }').rows] == [2]


@pytest.mark.parametrize(
    ("old", "new", "column", "value", "reason"),
    [
        ("20", "-20", "B", "'-20'", "never negative"),
        ("20", "+20", "B", "'+20'", "without a sign"),
        ("20", "20.5", "B", "'20.5'", "no fraction"),
        ("20", "20.0", "B", "'20.0'", 'decimals = "zero"'),
        ("20", "1.020", "B", "'1.020'", "say which one with thousands"),
        ("20", '"1,020"', "B", "'1,020'", "thousands separator"),
        ("20", "", "B", "", "empty where a count is needed"),
        ("20", "4294967296", "B", "'4294967296'", "at most 4294967295"),
        ("20", "9" * 5_000, "B", "'" + "9" * 59 + "…'", "at most 4294967295"),
        ("20", "２０", "B", "'２０'", "digits 0 to 9"),
        ("20", "2e1", "B", "'2e1'", "not a count"),
        ("20", "NaN", "B", "'NaN'", "not a count"),
        ("20", "2\x000", "B", "'2\\x000'", "not a count"),
        ("20", "19", "VALID", "'30'", "add up to 29 votes"),
        ("30", "29", "VALID", "'29'", "add up to 30 votes and this says 29"),
        ("7,1,", "A7,1,", "CENTER", "'A7'", "Only digits"),
        ("7,1,", "7000,1,", "CENTER", "'7000'", "more than 3 digits"),
        ("7,1,", ",1,", "CENTER", "", "neighbours"),
        ("7,1,", ",,", "CENTER, TABLE", "", "empty where an identifier"),
        ("7,1,", "\u202e7,1,", "CENTER", "'\\u202e7'", "Only digits"),
        (",100", "", "", "", "6 cells, the header has 7"),
        (",100", ",100,1", "", "", "8 cells, the header has 7"),
    ],
)
def test_one_altered_cell_makes_one_bad_row(
    tmp_path: Path, old: str, new: str, column: str, value: str, reason: str
) -> None:
    assert LINES[0].count(old) >= 1
    found = read(tmp_path, "\n".join([HEADER, LINES[0].replace(old, new, 1), LINES[1]]))
    (bad,) = found.bad
    assert (bad.source, bad.line, bad.column, bad.value) == (
        "t.csv",
        2,
        column,
        value.removeprefix("'").removesuffix("'"),
    )
    assert reason in str(bad.why)
    assert "\n" not in str(bad)
    assert found.rows == HONEST[1:]


@pytest.mark.parametrize(
    ("old", "new", "column", "lost"),
    [
        (",2,", ",x,", "NULL", {"classes": ()}),
        ("100", "many", "ROLL", {"registered": None}),
        (",30,", ",3O,", "VALID", {}),
    ],
)
def test_a_bad_cell_of_an_optional_column_loses_that_cell_alone(
    tmp_path: Path, old: str, new: str, column: str, lost: dict[str, object]
) -> None:
    found = read(tmp_path, "\n".join([HEADER, LINES[0].replace(old, new, 1), LINES[1]]))
    (bad,) = found.bad
    assert (bad.line, bad.column, bad.kept) == (2, column, True)
    assert "this cell alone: This is not a count." in str(bad)
    assert found.rows == (replace(HONEST[0], **lost), HONEST[1])  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["a/b", "a b", "ñ", "a\x07", "\u202ea", ".a", "x" * 65])
def test_an_identifier_is_what_a_record_allows(tmp_path: Path, code: str) -> None:
    text = SHEETS.replace("{CENTER:03}.{TABLE:02}", "CENTER")
    found = read(tmp_path, "\n".join([HEADER, LINES[0].replace("7", code, 1)]), text=text)
    assert [bad.column for bad in found.bad] == ["CENTER"]
    assert found.rows == ()


def test_zero_decimals_are_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    table = f"{HEADER}\n7.0,1.00,10.0,20,30.0,2,100.0\n7,2,1.000,20,21,0,\n"
    found = read(tmp_path, table, 'decimals = "zero"')
    assert found.rows == HONEST[:1]
    assert [(bad.column, bad.value) for bad in found.bad] == [("A", "1.000")]  # a thousand, for many


@given(count=st.text(max_size=12))
def test_no_text_becomes_another_number(count: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.mktemp("count")
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADER.split(","), ["7", "1", count, "0", count, "0", ""]])
    found = read(base, out.getvalue())
    for row in found.rows:
        assert count.strip().isascii()
        assert str(row.counts[1]) == count.strip().lstrip("0") or row.counts[1] == 0
    assert len(found.rows) + len(found.bad) == 1


def test_a_table_of_bad_rows_alone_is_a_wrong_mapping(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"more than 10,000 bad rows.*t\.csv, line 2, column A"):
        read(tmp_path, HEADER + "\n" + "7,1,x,20,30,2,100\n" * 10_001)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"mayor"', '"major"', "a contest 'major' that is not defined; did you mean 'mayor'?"),
        ('B = "B"', 'C = "B"', "an option 'C' that the contest 'mayor' does not have"),
        (', B = "B"', "", "maps no column to B"),
        ('"{CENTER:03}.{TABLE:02}"', '"{CENTER:3}"', "has no column 'CENTER:3'"),
        ('"{CENTER:03}.{TABLE:02}"', '"{CENTER:03:0-1}"', "should read like {COLUMN:09:1-6}"),
        ('"{CENTER:03}.{TABLE:02}"', '"{CENTER:03:3-1}"', "should read like {COLUMN:09:1-6}"),
        ('"{CENTER:03}.{TABLE:02}"', '"{CENTER:099}"', "should read like {COLUMN:09:1-6}"),
        ('"{CENTER:03}.{TABLE:02}"', '"{CENTER"', "has a lone brace"),
        ('"{CENTER:03}.{TABLE:02}"', '" "', "A field of the mapping is empty"),
    ],
)
def test_a_mapping_that_does_not_fit_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert old in SHEETS
    with pytest.raises(EscrutinioError) as caught:
        read(tmp_path, TABLE, text=SHEETS.replace(old, new))
    assert sentence in str(caught.value)


def test_bad_rows_say_where_and_why_in_one_line() -> None:
    why = InputError("count-none")
    assert str(BadRow("t.csv", 2, "A", "x", why)) == "t.csv, line 2, column A ('x'): This is not a count."
    assert str(BadRow("t.csv", 2, "A", "", why)) == "t.csv, line 2, column A: This is not a count."
    row = BadRow("t.csv", 2, "", "", why)
    assert str(row) == "t.csv, line 2: This is not a count."
    assert row.said_in("es") == "t.csv, línea 2: Esto no es una cuenta."
