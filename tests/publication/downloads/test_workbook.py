"""The workbook of an election: what a spreadsheet program reads in it."""

import io
import zipfile

import fastexcel

from escrutinio.publication.downloads.workbook import workbook
from tests.base.sheets import cells
from tests.publication.small import MOMENT, small_state


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
    assert rows[0] == [
        *("station", "area", "basis", "index", "a", "null_"),
        *("valid", "null", "blank", "ballots", "registered"),
    ]
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
