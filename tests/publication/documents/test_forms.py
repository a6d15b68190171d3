"""Blank forms say where they belong and hold no figure, minutes have boxes, thermal paper the same dots."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from escrutinio.core.election.state import ElectionState
from escrutinio.core.records import types as t
from escrutinio.core.records.qr import base45_encode, read_qr_text
from escrutinio.intake.scan.form_code import PREFIX, FormKind, form_place, read_form_code
from escrutinio.publication.documents.sheets.forms import FormPrinter
from escrutinio.publication.documents.sheets.pdf import PAPERS, sheet_pdf
from escrutinio.publication.documents.sheets.printed_sheet import PrintedSheet
from escrutinio.publication.documents.sheets.thermal import HEAD, receipt
from tests.publication.documents.test_sheet_pdf import BODIES, printed, text
from tests.publication.small import small_state


@pytest.fixture(scope="module")
def state() -> ElectionState:
    return small_state()


def form(state: ElectionState, language: str = "en") -> PrintedSheet:
    [sheet] = FormPrinter(state, language).sheets(0, ["presidente"])
    return sheet


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_blank_form_has_the_options_in_order_and_no_figure(
    state: ElectionState, paper: str, language: str
) -> None:
    sheet = form(state, language)
    said = text(sheet_pdf(sheet, paper))
    assert [row.votes for row in sheet.rows] == [None] * len(state.contest("presidente").options)
    places = [said.index(row.card) for row in sheet.rows]
    assert places == sorted(places)
    assert "Formulario en blanco · Blank form" in said
    assert ("Votantes según el cuaderno" if language == "es" else "Voters by the notebook") in said
    assert ("Votantes fuera de la lista" if language == "es" else "Voters beyond the list") in said
    assert "Not a real election." in said
    assert sheet.provenance[0][1] in said
    # The roll's figure is the only one that a form states.
    assert [value for _, value in sheet.summary if value is not None] == [100]


def test_a_contest_that_is_not_voted_on_there_has_no_form(state: ElectionState) -> None:
    codes = [view.code for view in state.contests]
    made = list(FormPrinter(state, "en").sheets(2, codes))
    there = [view.code for view in state.contests if view.stations[2]]
    assert [sheet.contest for sheet in made] == there
    assert len(there) < len(codes)


@pytest.mark.parametrize("kind", [FormKind.OPENING, FormKind.COUNTING, FormKind.CLOSING])
def test_minutes_are_made_by_the_same_template(state: ElectionState, kind: FormKind) -> None:
    sheet = FormPrinter(state, "en").minutes(0, kind)
    said = text(sheet_pdf(sheet, "a4"))
    assert all(value is None and label in said for label, value in sheet.summary)
    assert read_form_code(sheet.qr) == form_place(state.election, kind, "N.1")
    assert "Polling board" in said


def test_the_code_of_a_form_is_read_back_and_is_no_record(state: ElectionState) -> None:
    place = read_form_code(form(state).qr)
    assert place == form_place(state.election, FormKind.SHEET, "N.1", "presidente")
    with pytest.raises(Exception, match="ESC1"):
        read_qr_text(form(state).qr)


@pytest.mark.parametrize(
    "said",
    ["", "x", "0" * 16, "0" * 16 + "/sheet/N.1", "0" * 16 + "/other/N.1/c", "0" * 15 + "/sheet/N.1/c",
     "0" * 16 + "/opening/N.1/c", "0" * 16 + "/sheet/N.1/c/d", "0" * 16 + "/sheet/N 1/c",
     "G" * 16 + "/sheet/N.1/c",
     "0" * 16 + "/sheet/N.1/", "0" * 16 + "/closing/N.1/"],
)  # fmt: skip
def test_other_texts_are_no_code_of_a_form(said: str) -> None:
    assert read_form_code(PREFIX + base45_encode(said.encode())) is None
    assert read_form_code(said) is None


def test_damaged_codes_of_forms_are_none() -> None:
    good = form_place(bytes(32), FormKind.SHEET, "N.1", "c").qr
    assert read_form_code(good) is not None
    assert read_form_code(good[:-1]) is None
    assert read_form_code(good + "A" * 2_000) is None
    assert read_form_code(PREFIX + base45_encode(b"\xff" * 20)) is None


# --- thermal paper ---


def interpreted(content: bytes) -> Image.Image:
    """What a printer makes of the bytes: it knows `ESC @`, raster pictures (`GS v 0`), feeds and the cut."""
    strips, at = [], 0
    while at < len(content):
        if content[at : at + 2] == b"\x1b@":
            at += 2
        elif content[at : at + 4] == b"\x1dv0\x00":
            across, down = (int.from_bytes(content[at + n : at + n + 2], "little") for n in (4, 6))
            size = across * down
            assert across * 8 == HEAD
            strips.append(Image.frombytes("1", (across * 8, down), content[at + 8 : at + 8 + size]))
            at += 8 + size
        elif content[at : at + 2] == b"\x1dV":
            assert content[at:] in (b"\x1dV\x00", b"\x1dVA\x00", b"\x1dVB\x00")
            break
        elif content[at : at + 2] == b"\x1bd":
            at += 3
        else:
            raise AssertionError(content[at : at + 8])
    whole = Image.new("L", (HEAD, sum(strip.height for strip in strips)), 255)
    top = 0
    for strip in strips:
        whole.paste(strip.convert("L").point(lambda dot: 255 - dot), (0, top))  # a set bit is a black dot
        top += strip.height
    return whole


@pytest.mark.parametrize("name", ["tally", "zero"])
def test_a_thermal_printer_gets_the_sheet_with_its_code(name: str) -> None:
    sheet = printed(BODIES[name])
    paper = interpreted(receipt(sheet))
    assert [code.text for code in zxingcpp.read_barcodes(paper)] == [sheet.qr]
    dark = paper.histogram()[0]
    assert 0.02 < dark / (paper.width * paper.height) < 0.5
    buffer = BytesIO()
    paper.save(buffer, "PNG")  # it is a picture like any other
    assert buffer.getvalue().startswith(b"\x89PNG")


def test_a_thermal_printer_gets_forms_too(state: ElectionState) -> None:
    sheet = form(state)
    assert [code.text for code in zxingcpp.read_barcodes(interpreted(receipt(sheet)))] == [sheet.qr]


@pytest.mark.parametrize("body", [t.TallySheet, t.ManualSheet])
def test_notebook_and_supplement_stand_on_a_printed_sheet(body: type[t.TallySheet | t.ManualSheet]) -> None:
    said = text(sheet_pdf(printed(body((311, 20, 0), (4, 2), voters=340, supplement=12, spoilt=3)), "a4"))
    for label, figure in (("Voters, as the sheet states", "340"), ("Voters beyond the list", "12"),
                          ("Spoilt ballots, replaced", "3")):  # fmt: skip
        assert f"{label} {figure}" in said
