"""What is set with Typst: the same bytes in every process, standards kept, letters that are lost known."""

import os
import re
from pathlib import Path

import pytest

from escrutinio.base.errors import PublicationError
from escrutinio.base.workers import workers
from escrutinio.publication.documents import typeset
from escrutinio.publication.documents.sheets.pdf import sheet_pdf
from tests.publication.sheets import sheet_of_options


def test_a_process_forked_after_a_document_was_set_sets_the_same_one() -> None:
    sheet = sheet_of_options(3)
    here = sheet_pdf(sheet, "80mm")
    with workers(2) as executor:
        assert executor is not None
        there = executor.submit(sheet_pdf, sheet, "80mm")
        process = executor.submit(os.getpid)
        assert there.result(timeout=60) == here
        assert process.result() != os.getpid()


def test_documents_keep_to_the_standards_unless_a_letter_is_lost() -> None:
    tagged, plain, lost = (
        sheet_pdf(sheet_of_options(3, name=name), paper)
        for name, paper in (("قائمة", "a4"), ("قائمة", "80mm"), ("漢字", "a4"))
    )
    assert b"<pdfaid:part>2</pdfaid:part>" in tagged
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in tagged
    assert b"<pdfuaid:part>1</pdfuaid:part>" in tagged
    assert b"/StructTreeRoot" in tagged
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in plain
    assert b"/StructTreeRoot" not in plain
    assert b"pdfaid:part" not in lost


def test_no_moment_of_making_stands_in_a_document() -> None:
    pdf = sheet_pdf(sheet_of_options(3), "a4")
    assert set(re.findall(rb"D:(\d{4})", pdf)) == {b"1970"}


def test_the_letters_that_no_font_has_are_found() -> None:
    assert typeset.lost_letters(["Ñandú", "قائمة", "漢a字", "漢", "\u200b"]) == frozenset("漢字")
    assert typeset.named("漢 1", "o1", frozenset("漢")) == "漢 1 [o1]"
    assert typeset.named("1", "o1", frozenset("漢")) == "1"


def test_codes_stand_where_their_names_lost_a_letter_and_nowhere_else() -> None:
    content = {
        "heading": "Of 漢: 字",
        "rows": [["漢", "1"], ["A", "2"]],
        "note": "字",
        "svg": "漢",
        "none": None,
    }
    assert typeset.coded(content, {"漢": "c1", "A": "c2"}, frozenset("漢字")) == {
        "heading": "Of 漢: 字 [c1]",
        "rows": [["漢 [c1]", "1"], ["A", "2"]],
        "note": "字",
        "svg": "漢",
        "none": None,
    }


def test_a_template_that_cannot_be_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrong.typ").write_text("#let x = \n#panic()")
    monkeypatch.setattr(typeset, "_TEMPLATES", tmp_path)
    with pytest.raises(PublicationError, match=r"wrong\.typ cannot be set"):
        typeset.pdf("wrong.typ", lambda lost: {})
