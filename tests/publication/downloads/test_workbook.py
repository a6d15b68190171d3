"""The workbook of an election: what a spreadsheet program reads in it."""

import io
import zipfile

import fastexcel

from escrutinio.core.records.codes import Form
from escrutinio.core.records.types import Copy
from escrutinio.publication.downloads.workbook import workbook
from tests.base.sheets import cells
from tests.core.election.build import honest
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


def test_classes_that_no_counted_sheet_states_are_empty() -> None:
    day = honest()
    day.say(Copy((21, 4, 3, 2), (), form=Form.TABLE), "party/azul/1", "n1.01/presidente")
    header, *rows = cells(workbook(day.state(), MOMENT), "presidente areas")
    copies = {row[0]: dict(zip(header, row, strict=True)) for row in rows if row[4] == "copies:party/azul"}
    assert (copies["norte"]["valid"], copies["norte"]["null"], copies["norte"]["ballots"]) == ("30", "", "")
    assert copies["sur"]["ballots"] == "0"


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
