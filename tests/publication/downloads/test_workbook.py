"""The workbook: what a spreadsheet program reads in it, whatever names and codes are."""

import io
import zipfile

import fastexcel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.publication.downloads import xlsx as module
from escrutinio.publication.downloads.workbook import workbook
from escrutinio.publication.downloads.xlsx import MAX_NAME, Sheet, sheet_names, xlsx
from tests.publication.small import MOMENT, small_state


def cells(book: bytes, sheet: str) -> list[list[str]]:
    """A sheet's rows as text, the header first."""
    reader = fastexcel.read_excel(book)
    loaded = reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return [["" if cell is None else cell for cell in row] for row in loaded.rows()]


def test_the_sheets_of_an_election() -> None:
    book = workbook(small_state(), MOMENT)
    assert fastexcel.read_excel(book).sheet_names == [
        "about",
        "presidente areas",
        "presidente stations",
        "Consejo areas",
        "Consejo stations",
    ]
    about = dict(cells(book, "about"))
    assert about["definition, SHA-256"] == small_state().election.hex()
    assert about["kind"].startswith("simulation: Not real")


def test_names_are_text_and_figures_are_numbers() -> None:
    book = workbook(small_state(), MOMENT)
    rows = cells(book, "presidente areas")
    assert rows[0][:5] == ["area", "parent", "level", "name", "basis"]
    north = next(row for row in rows if row[0] == "N")
    assert north[3] == "=HYPERLINK(1)"
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "<f>" not in sheet
    assert "<c><v>" in sheet


def test_a_row_for_each_counted_sheet() -> None:
    rows = cells(workbook(small_state(), MOMENT), "presidente stations")
    assert rows[0] == ["station", "area", "basis", "index", "a", "null_", "null", "blank", "registered"]
    counted = sum(
        int((places >= 0).sum())
        for (contest, _), places in small_state().counted.items()
        if contest == "presidente"
    )
    assert len(rows) == 1 + counted > 1
    known = {row[0]: row[-1] for row in rows[1:]}
    assert known.get("S.2", "") == ""


def test_the_same_input_gives_the_same_bytes() -> None:
    assert workbook(small_state(), MOMENT) == workbook(small_state(), MOMENT)


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
