"""A printed sheet says all that the record says and nothing else, and its QR code survives paper."""

import re
from dataclasses import replace
from hashlib import sha256

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp
from PIL import ImageChops

from benchmarks.qr_legibility import page_image, reads
from escrutinio.base.errors import PublicationError
from escrutinio.base.words.numerals import in_words
from escrutinio.core.records import codes as k
from escrutinio.core.records import types as t
from escrutinio.core.records.qr import read_qr_text
from escrutinio.publication.documents.marks import not_real, transcription
from escrutinio.publication.documents.qr_image import qr_code
from escrutinio.publication.documents.sheets.pdf import PAPERS, sheet_pdf
from escrutinio.publication.documents.sheets.printed_sheet import (
    SCRUTINEERS,
    PrintedSheet,
    printed_sheet,
)
from tests.damage import DAMAGES, worn
from tests.publication.sheets import (
    PLACE,
    SOURCE,
    counts_of,
    definition_of,
    entry_of,
    sheet_of_options,
)

COUNTS = (311, 20, 0)
BODIES: dict[str, t.Body] = {
    "tally": t.TallySheet(COUNTS, (4, 2), ballots=337),
    "manual": t.ManualSheet(COUNTS, (4, 2), voters=340),
    "zero": t.ZeroReport((0, 0, 0), bytes(32)),
    "hand": t.HandCount(COUNTS, (4, 2), vouchers=338),
    "copy": t.Copy(COUNTS, (4, 2), voters=339, registered=421, form=k.Form.QR2024, image=bytes(range(32))),
}


def printed(body: t.Body, language: str = "en", kind: k.Kind = k.Kind.REAL) -> PrintedSheet:
    entry = entry_of(body, "party/uno" if isinstance(body, t.Copy) else "machine/N.1")
    return printed_sheet(entry, definition_of(3, kind), PLACE, SOURCE, language=language, copy=(2, 13))


def pages(pdf: bytes) -> list[str]:
    """The text of each page, blanks and line ends taken as one blank."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [re.sub(r"[\s\x02\ufffe]+", " ", page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_tally_sheet_says_what_its_record_says(paper: str, language: str) -> None:
    sheet = printed(BODIES["tally"], language)
    said = text(sheet_pdf(sheet, paper))
    place = [
        "010203004.01",
        "Escuela Básica (N)",
        "Norte · Puerto",
        "1 de diciembre" if language == "es" else "2030",
    ]
    for expected in (*place, *sheet.heading, SOURCE.fingerprint, "machine/N.1", "x.example/log"):
        assert expected in said, expected
    for number, votes in enumerate(COUNTS):
        assert f"Tarjeta {number}" in said
        assert in_words(votes, language) in said
    for figure in (311, 20, 331, 4, 2, 337, 420):
        assert re.search(rf"\b{figure}\b", said), figure
    assert sha256(sheet.qr.encode()).hexdigest()[:16] in said
    assert ("Ejemplar 2 de 13" if language == "es" else "Copy 2 of 13") in said
    assert not_real(language) not in said
    assert transcription(language)[0] not in said
    assert "?" not in said


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", BODIES)
def test_the_qr_code_on_the_page_is_exactly_the_record(paper: str, name: str) -> None:
    sheet = printed(BODIES[name])
    found = zxingcpp.read_barcodes(page_image(sheet_pdf(sheet, paper)))
    assert [each.text for each in found] == [sheet.qr]
    raw, real = read_qr_text(found[0].text)
    assert (sha256(raw).hexdigest() in text(sheet_pdf(sheet, "a4")), real) == (True, True)
    assert found[0].ec_level == "Q"


@pytest.mark.parametrize("kind", [k.Kind.DRILL, k.Kind.SIMULATION])
@pytest.mark.parametrize("paper", PAPERS)
def test_what_is_not_real_says_so_on_every_page_and_in_the_code(paper: str, kind: k.Kind) -> None:
    sheet = sheet_of_options(120, kind)
    pdf = sheet_pdf(sheet, paper)
    assert sheet.qr.startswith("ESCX:")
    assert (len(pages(pdf)) > 2) is (paper == "a4")
    for number, page in enumerate(pages(pdf), 1):
        assert paper != "a4" or page.strip().endswith(f"{number} / 3")
        assert ("SIMULACRO" if kind is k.Kind.DRILL else "SIMULACIÓN") in page
        assert not_real("en") in page


def test_the_mark_is_there_on_a_print_head_that_knows_no_grey() -> None:
    sheet = sheet_of_options(3)
    marked, bare = (page_image(sheet_pdf(each, "80mm")) for each in (sheet, replace(sheet, watermarks=())))
    assert marked.size == bare.size
    ink = sum(ImageChops.difference(marked, bare).point(lambda grey: grey > 127).histogram()[1:])
    assert ink > 5_000


@pytest.mark.parametrize("paper", PAPERS)
def test_a_copy_is_called_a_transcription_in_both_languages_and_nobody_signs_it(paper: str) -> None:
    sheet = printed(BODIES["copy"])
    said = text(sheet_pdf(sheet, paper))
    assert all(notice in said for notice in transcription("en"))
    assert "party/uno" in said
    assert "carries no signature" in said
    assert "Scrutineers" not in said
    assert "Copy 2 of 13" not in said
    assert bytes(range(32)).hex() in said.replace(" ", "")


def test_lines_for_signatures_have_roles_and_no_names() -> None:
    said = text(sheet_pdf(printed(BODIES["tally"]), "a4"))
    assert said.count("Scrutineer of") == SCRUTINEERS
    for role in ("President", "Secretary", "Member", "Machine operator"):
        assert role in said


def test_an_importers_definition_and_what_the_log_notices_are_said() -> None:
    definition = replace(definition_of(3, k.Kind.REAL), author_role=k.AuthorRole.IMPORTER)
    source = replace(SOURCE, remarks=("Two entries differ.",))
    sheet = printed_sheet(entry_of(BODIES["tally"]), definition, PLACE, source, language="en")
    said = text(sheet_pdf(sheet, "80mm"))
    assert "defined by an importer" in said
    assert "Two entries differ." in said


@pytest.mark.parametrize("paper", PAPERS)
def test_forty_options_with_very_long_names_are_all_there_and_nothing_is_cut(paper: str) -> None:
    name = "Movimiento " + "Muylargo" * 20
    sheet = sheet_of_options(40, name=name)
    said = text(sheet_pdf(sheet, paper)).replace(" ", "").replace("-", "")
    for number, votes in enumerate(counts_of(40)):
        assert f"{name}{number}".replace(" ", "") in said, number
        assert in_words(votes, "es").replace(" ", "") in said
    if paper == "80mm":
        assert len(pages(sheet_pdf(sheet, paper))) == 1


def test_a_roll_is_as_long_as_its_sheet_and_no_longer_than_readers_take() -> None:
    short, long = (sheet_pdf(sheet_of_options(options), "80mm") for options in (3, 600))
    assert len(pages(short)) == 1
    assert len(pages(long)) > 1
    for pdf, most in ((short, 1_300), (long, 14_400)):
        assert pypdfium2.PdfDocument(pdf)[0].get_height() < most


def test_the_largest_figures_are_printed_whole() -> None:
    body = t.TallySheet((2**32 - 1,) * 3, (2**32 - 1, 0))
    said = text(sheet_pdf(printed(body), "80mm"))
    assert said.count("4,294,967,295") == 4
    assert "12,884,901,885" in said
    assert in_words(3 * (2**32 - 1), "en") in said


@pytest.mark.parametrize(
    "name",
    [
        "Wayuunaiki süchirua ʉ ɨ ẽ",
        "Łucja Şahin Žižek",
        "Кириллица ελληνικά",
        "ᎠᏂᏴᏫᏯ",
        "հայերեն ქართული",
        "ລາວ",
    ],
)
@pytest.mark.parametrize("paper", PAPERS)
def test_the_letters_of_many_languages_are_there(paper: str, name: str) -> None:
    said = text(sheet_pdf(sheet_of_options(3, name=name), paper))
    assert f"{name} 0" in said
    assert "[o0]" not in said
    assert "recuadro" not in said


def test_what_is_written_from_right_to_left_is_there() -> None:
    said = text(sheet_pdf(sheet_of_options(3, name="قائمة"), "a4"))
    assert said.count("قائمة") == 3
    assert "recuadro" not in said


@pytest.mark.parametrize("paper", PAPERS)
def test_where_no_font_has_the_letters_of_a_name_its_code_stands_beside_it_and_the_sheet_says_so(
    paper: str,
) -> None:
    sheet = sheet_of_options(3, name="漢字")
    said = text(sheet_pdf(sheet, paper))
    assert all(f"[o{number}]" in said for number in range(3))
    assert "aparecen como un recuadro" in said


@pytest.mark.parametrize(
    "name",
    ["#strong[x]", "$a$", "\\n%s", "`code`", "*bold* _it_", "@ref <label>", "// gone", "/* gone */", "= x",
     "https://x.example", "{nb}", "<b>x</b>", '"quoted"', "a--b...", "#panic()", "~ \\u{41}"],
)  # fmt: skip
def test_a_name_is_never_taken_for_an_instruction(name: str) -> None:
    assert f"{name} 0" in text(sheet_pdf(sheet_of_options(3, name=name), "a4"))


@pytest.mark.parametrize("name", ["a\u200bb\u200dc", "قائمة" * 30, "W" * 300, "ẽ\u0327" * 40])
def test_an_odd_name_still_makes_a_sheet_and_nothing_stands_beyond_the_paper(name: str) -> None:
    sheet = sheet_of_options(3, name=name)
    sheet = replace(sheet, heading=(name,) * 3, whereabouts=(name, name), provenance=(("Log", name),))
    for paper in PAPERS:
        pdf = sheet_pdf(sheet, paper)
        margin = page_image(pdf).convert("L")
        edge = margin.crop((margin.width - 20, 0, margin.width, margin.height))
        assert min(edge.tobytes()) > 200


def test_a_record_too_long_for_a_qr_code_prints_without_one_and_says_so() -> None:
    sheet = sheet_of_options(3_000, language="en")
    assert qr_code(sheet.qr) is None
    short = replace(sheet, rows=sheet.rows[:3])
    assert "too long for a QR code" in text(sheet_pdf(short, "80mm"))


def test_the_same_sheet_gives_the_same_bytes() -> None:
    sheet = printed(BODIES["manual"])
    for paper in PAPERS:
        assert sheet_pdf(sheet, paper) == sheet_pdf(sheet, paper)


def test_what_is_no_sheet_of_the_definition_is_refused() -> None:
    for body, match in (
        (t.TallySheet((1, 2), (0, 0)), "has 2 figures"),
        (BODIES["tally"], "has 3 figures"),
    ):
        with pytest.raises(PublicationError, match=match):
            printed_sheet(entry_of(body), definition_of(4), PLACE, SOURCE, language="en")
    event = entry_of(t.ContingencyOpening(k.Contingency.NO_POWER), subject="N.1")
    with pytest.raises(PublicationError, match="type contingency-opening is not a sheet"):
        printed_sheet(event, definition_of(3), PLACE, SOURCE, language="en")
    with pytest.raises(PublicationError, match="no paper a5"):
        sheet_pdf(printed(BODIES["tally"]), "a5")


def test_the_code_is_read_after_each_damage_that_it_must_withstand() -> None:
    sheet = sheet_of_options(38)
    page = page_image(sheet_pdf(sheet, "a4"))
    for name, found in DAMAGES.items():
        if found.must is not None:
            assert reads(found.damage(page, found.must, 1), sheet.qr), name


@pytest.mark.parametrize("paper", PAPERS)
def test_the_code_is_read_after_several_damages_at_once(paper: str) -> None:
    sheet = sheet_of_options(38)
    assert reads(worn(page_image(sheet_pdf(sheet, paper)), 2), sheet.qr)


def test_the_code_of_one_sheet_is_not_that_of_another() -> None:
    page = page_image(sheet_pdf(sheet_of_options(38), "a4"))
    assert not reads(page, sheet_of_options(37).qr)


def test_damage_is_the_same_for_the_same_seed() -> None:
    page = page_image(sheet_pdf(sheet_of_options(3), "80mm")).reduce(4)
    for name, found in DAMAGES.items():
        first, again = (found.damage(page, found.levels[0], 5).tobytes() for _ in range(2))
        assert first == again, name
        assert first != page.tobytes(), name
