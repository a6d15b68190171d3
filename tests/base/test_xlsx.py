"""Workbooks: what another program reads in them, whatever names, texts and formulas are."""

import io
import zipfile
from xml.etree import ElementTree

import fastexcel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base import xlsx as module
from escrutinio.base.xlsx import (
    MAX_NAME,
    Bold,
    Cell,
    Formula,
    Sheet,
    cell_name,
    column_name,
    sheet_names,
    xlsx,
)
from tests.base.sheets import cells


def part(book: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.read(name).decode()


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40), max_size=8))
def test_every_name_and_text_makes_a_workbook_that_can_be_read(texts: list[str]) -> None:
    names = sheet_names(texts)
    assert len({name.casefold() for name in names}) == len(texts)
    assert all(0 < len(name) <= MAX_NAME for name in names)
    if names:
        book = xlsx([Sheet(name, ("text",), [(text,)]) for name, text in zip(names, texts, strict=True)], 0)
        assert fastexcel.read_excel(book).sheet_names == names


@pytest.mark.parametrize("text", ["<&>", "]]>", '"', " kept ", "ñ\u0645", "=1+1", "0012"])
def test_text_comes_back_as_it_was(text: str) -> None:
    assert cells(xlsx([Sheet("x", ("t", "n"), [(text, 7), (None, 0)])], 0), "x")[1] == [text, "7"]


def test_a_sheet_ends_where_it_has_no_more_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 4)
    book = xlsx([Sheet("x", ("n",), ((number,) for number in range(10)))], 0)
    assert [row[0] for row in cells(book, "x")] == ["n", "0", "1", "2"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_is_text_and_never_a_formula(text: str) -> None:
    sheet = part(xlsx([Sheet("x", (text,), [(text, Bold(text))])], 0), "xl/worksheets/sheet1.xml")
    root = ElementTree.fromstring(sheet)
    assert not [each for each in root.iter() if each.tag.endswith("}f")]
    assert {each.get("t") for each in root.iter() if each.tag.endswith("}c")} == {"inlineStr"}


def test_what_xml_has_no_place_for_is_escaped_as_spreadsheets_do() -> None:
    sheet = part(xlsx([Sheet("x", ("t",), [("a\0b _x0041_ _x _y",)])], 0), "xl/worksheets/sheet1.xml")
    assert "a_x0000_b _x005F_x0041_ _x _y" in sheet


def test_a_formula_has_its_value_for_who_does_not_calculate() -> None:
    rows: list[tuple[Cell, ...]] = [(2, 3, Formula("A2*B2", 6)), ("=A2", None, Formula('"a"&"<b"', "a<b"))]
    book = xlsx([Sheet("x", ("a", "b", "c"), rows)], 0)
    assert cells(book, "x") == [["a", "b", "c"], ["2", "3", "6"], ["=A2", "", "a<b"]]
    assert "<f>A2*B2</f><v>6</v>" in part(book, "xl/worksheets/sheet1.xml")


def test_looks_are_written_where_they_are_asked_for_only() -> None:
    plain = xlsx([Sheet("x", ("a",), [("b",)])], 0)
    assert "<cols>" not in part(plain, "xl/worksheets/sheet1.xml")
    assert 'cellXfs count="2"' in part(plain, "xl/styles.xml")
    book = xlsx([Sheet("x", (), [("long text",)], {1: 30, 0: 100}, wrapped=True)], 0)
    sheet = part(book, "xl/worksheets/sheet1.xml")
    first, second = (f'<col min="{n}" max="{n}" width="{width}"' for n, width in ((1, 100), (2, 30)))
    assert sheet.index(first) < sheet.index(second)
    assert '<c s="2" t="inlineStr">' in sheet
    assert 'cellXfs count="3"' in part(book, "xl/styles.xml")
    assert "<pane" not in sheet
    assert cells(book, "x") == [["long text"]]


def test_names_of_ranges_make_a_program_calculate_anew() -> None:
    sheets = [Sheet("x", ("a",), [(1,)])]
    assert "calcPr" not in part(xlsx(sheets, 0), "xl/workbook.xml")
    book = part(xlsx(sheets, 0, {"Weight": "'x'!$A$2"}), "xl/workbook.xml")
    assert "<definedName name=\"Weight\">'x'!$A$2</definedName></definedNames><calcPr" in book


def test_cells_are_called_as_spreadsheets_call_them() -> None:
    assert [column_name(number) for number in (0, 25, 26, 701, 702, 16_383)] == [
        *("A", "Z", "AA", "ZZ", "AAA", "XFD")
    ]
    assert cell_name(1, 2) == "C2"
