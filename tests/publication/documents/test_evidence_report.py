"""The evidence report: one file without scripts, the same in HTML and PDF, safe with any name."""

from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.format import Format
from escrutinio.core.log.checkpoint import Checkpoint
from escrutinio.core.log.merkle import Hash
from escrutinio.evidence.screening.displays import display
from escrutinio.publication.browser.files import scheme
from escrutinio.publication.documents.charts_evidence import Plot, share_histogram
from escrutinio.publication.documents.marks import not_real
from escrutinio.publication.documents.report.document import Answer, Chapter, Table, Topic
from escrutinio.publication.documents.report.pdf import to_pdf
from escrutinio.publication.documents.report.report import Report, report_of, to_html
from escrutinio.publication.documents.report.results import work_out
from tests.cli.running import escrutinio
from tests.evidence.screening.made import made
from tests.publication.documents.test_sheet_pdf import pages, text
from tests.publication.pages import Page
from tests.publication.small import small_state

EVIL = "<script>alert(1)</script>"
HEAD = Checkpoint("small.example/log", 20, Hash(bytes(range(32))))


def report(language: str = "en") -> Report:
    state = small_state()
    return report_of(state, HEAD, work_out(state), language)


def hostile(name: str) -> Report:
    """A report in which every text that a record can bring is `name`."""
    finding = Answer(name, (name,), (Table(name, ("", name), ((name, "1"),)),))
    chapter = Chapter("c", name, (Topic("t", name, (finding,), (name,)),))
    return replace(report(), title=name, place=name, chapters=(chapter,))


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("Evidence report", "The country is fictional", "Nothing here says who is right.")),
        ("es", ("Informe de evidencia", "El país es ficticio", "Nada de esto dice quién tiene razón.")),
    ],
)
def test_it_says_what_it_is_of_and_what_it_rests_on(language: str, expected: tuple[str, ...]) -> None:
    page = Page(to_html(report(language)))
    assert page.errors == []
    assert page.tags[0][1]["lang"] == language
    assert all(text in page.said for text in expected)
    assert HEAD.origin in page.said
    assert HEAD.root.hex() in page.said
    assert small_state().election.hex() in page.said


def test_it_asks_for_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = Page(to_html(report()))
    assert "script" not in {tag for tag, _ in page.tags}
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert set(page.refers) <= set(page.ids)
    assert not [a for _, a in page.tags if any(n == "style" or n.startswith("on") for n in a)]
    assert scheme() in to_html(report())  # the colours of the pages, in the light and in the dark


def test_every_contest_has_its_chapter_and_every_answer_says_what_it_is_not() -> None:
    found = report()
    assert [chapter.contest for chapter in found.chapters] == [c.code for c in small_state().contests]
    topics = [topic for chapter in found.chapters for topic in chapter.topics]
    assert {topic.key for topic in topics} >= {"irreversibility"}
    for finding in (finding for topic in topics for finding in topic.findings):
        assert finding.sentences or finding.plots, finding.heading


def test_names_are_shown_and_never_run() -> None:
    text = to_html(hostile(EVIL))
    assert EVIL not in text
    assert EVIL in Page(text).said


def test_the_same_log_gives_the_same_bytes() -> None:
    assert to_html(report()) == to_html(report())
    first = to_pdf(report())
    assert first.startswith(b"%PDF-")
    assert first == to_pdf(report())


def test_the_pdf_says_what_the_html_says_and_marks_each_page_of_what_is_not_real() -> None:
    found = pages(to_pdf(report()))
    said = " ".join(found)
    for expected in ("Evidence report", "Nothing here says who is right.", HEAD.origin, HEAD.root.hex()):
        assert expected in said, expected
    for finding in (f for c in report().chapters for topic in c.topics for f in topic.findings):
        assert finding.heading in said
    assert all(not_real("en") in page for page in found)
    assert "as a box" not in said


def test_a_plot_is_told_to_who_does_not_see_it() -> None:
    chart = share_histogram(display(made(2, centers=3), 0), Plot("x", "Shares & <more>", Format("en")))
    finding = Answer("H", ("S",), (), (chart,))
    chapter = Chapter("c", "C", (Topic("t", "T", (finding,)),))
    pdf = to_pdf(replace(report(), chapters=(chapter,)))
    assert b"/Alt" in pdf
    assert b"/StructTreeRoot" in pdf


@pytest.mark.parametrize("name", [EVIL, "#panic() $x$ \\ `y` *z*", "قائمة", "ᎠᏂᏴᏫᏯ", "a\u200bb"])
def test_names_are_text_in_the_pdf(name: str) -> None:
    said = text(to_pdf(hostile(name)))
    assert said.count(name) > 5
    assert "as a box" not in said


def test_letters_that_no_font_has_are_said_to_be_lost_and_the_code_stands_there() -> None:
    said = text(to_pdf(hostile("漢字")))
    assert "[c]" in said
    assert "shown as a box" in said


def test_a_very_long_name_still_makes_a_document_and_is_whole() -> None:
    assert "Muylargo" * 60 in text(to_pdf(hostile("Muylargo" * 60))).replace(" ", "")
    assert to_pdf(hostile("")).startswith(b"%PDF-")


def test_a_language_that_it_does_not_speak_is_refused() -> None:
    with pytest.raises(PublicationError, match="no language 'fr'"):
        report("fr")


def test_one_command_writes_both_files_and_overwrites_none(miniature: Path, tmp_path: Path) -> None:
    html, pdf = tmp_path / "r.html", tmp_path / "r.pdf"
    done = escrutinio("report", miniature, "-o", html, "--pdf", pdf, lang="es")
    assert (done.returncode, done.stdout) == (0, f"{html}\n{pdf}\n")
    assert pdf.read_bytes().startswith(b"%PDF-")
    page = Page(html.read_text())
    assert page.errors == []
    assert "Informe de evidencia" in page.said
    again = escrutinio("report", miniature, "-o", html)
    assert again.returncode == 2
    assert "is not overwritten" in again.stderr
    english = escrutinio("report", miniature, "-o", tmp_path / "e.html", "--lang", "en", lang="es")
    assert english.returncode == 0
    assert "Evidence report" in Page((tmp_path / "e.html").read_text()).said


def test_nothing_is_written_where_there_is_no_publication(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    done = escrutinio("report", tmp_path / "nothing", "-o", tmp_path / "r.html")
    assert done.returncode in (1, 2)
    assert not (tmp_path / "r.html").exists()
