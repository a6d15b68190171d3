"""The evidence page of the examples: the figures that the methods must come out with, and its words."""

import html
import re
from pathlib import Path

import pytest


def text_of(page: Path) -> str:
    """The words of a page, spaces folded; hard spaces are spaces."""
    plain = re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))
    return " ".join(html.unescape(plain).replace("\u00a0", " ").split())


@pytest.fixture(scope="module")
def english(venezuela: Path) -> str:
    return text_of(venezuela / "en" / "evidence.html")


@pytest.mark.parametrize(
    "words",
    [
        "only with 704,113 or fewer could they not: it is not irreversible",
        "smallest known, 2,223,496 ballots are outstanding",
        "the same, were the stations outside of average size 4,264,361",
        "(at most 941) have no more voters than as many of the largest known, at most 935,691 ballots",
        "irreversible, if so",
        "Copies of sheets published by the González campaign: The counted sheets have Edmundo González first",
        "Of 17 statistics of single figures on 25,073 sheets 0 lie outside",
        "it takes 116 boxes",
        "2,514,694 votes are outstanding",
        "1 in 134,375,310",
        "show no sign of having been computed from round percentages",
        "3,645 of the 25,073 sheets",
        "13,821 25,659 53.9%",
        "5% 17 16",
        "otherwise drawn 1,000 times with seed 2024",
    ],
)
def test_the_page_of_2024_says(english: str, words: str) -> None:
    assert words in english


def test_each_announcement_stands_with_its_certificate(venezuela: Path) -> None:
    for language, words in (("en", "it is not irreversible"), ("es", "no es irreversible")):
        assert words in text_of(venezuela / language / "bulletins.html")


def test_home_answers_for_the_account_without_sheets_too(venezuela: Path) -> None:
    said = text_of(venezuela / "es" / "index.html")
    ours = said.index("Las actas contadas tienen a Edmundo González en primer lugar")
    theirs = said.index("segundo boletín: Los totales anunciados tienen a Nicolás Maduro en primer lugar")
    assert ours < theirs < said.index("Por área", ours)


def test_home_says_what_the_counted_sheets_leave_open_and_where_the_roll_is_from(venezuela: Path) -> None:
    said = text_of(venezuela / "en" / "index.html")
    assert "however they fall, this stays" in said
    assert (
        "The size of the roll, 21,321,805, is from an announcement: National Electoral Council (CNE)" in said
    )


def test_words_that_judge_are_not_on_the_page(venezuela: Path) -> None:
    for language in ("en", "es"):
        words = text_of(venezuela / language / "evidence.html").lower()
        assert not re.search(r"fraud|fraude|manipul|falsif|fake|suspicious|sospech", words)


def test_no_figure_without_sense_is_on_the_page(venezuela: Path, miniature: Path) -> None:
    for publication in (venezuela, miniature):
        words = text_of(publication / "en" / "evidence.html")
        assert not re.search(r"\be-\d|\b1 votes|At most 0 |with 0 or fewer|434,421|Odds|D'Hondt", words)


def test_the_miniature_has_its_audit_and_reconciliation(miniature: Path) -> None:
    words = text_of(miniature / "en" / "evidence.html")
    assert "With 2 of 10 boxes opened, the risk after round 1 is" in words
    assert "Official sheets, copies and paper side by side" in words
    assert (
        "stations 7 1 " in words
    )  # the copies of one party: seven agree with the official sheets, one differs
    assert "models of chance" not in words  # twelve stations are too few for any of them


def test_plots_have_titles_and_no_inline_style(venezuela: Path) -> None:
    page = (venezuela / "es" / "evidence.html").read_text(encoding="utf-8")
    plots = re.findall(r'<svg[^>]*class="plot".*?</svg>', page, re.DOTALL)
    assert len(plots) > 5
    assert all("<title" in plot and "<desc" in plot and "style=" not in plot for plot in plots)
    keys = re.findall(r'id="([^"]+)"', page)
    assert len(keys) == len(set(keys))


PAGE_LANGUAGES = ("en", "es")


@pytest.mark.slow
def test_nobody_and_nowhere_is_called_by_a_code(venezuela: Path) -> None:
    """Candidates and centers have names; a code stands beside a name that links to its place."""
    for language in PAGE_LANGUAGES:
        page = (venezuela / language / "evidence.html").read_text("utf-8")
        main = page[page.index("<main") : page.index("</main")]
        words = text_of_markup(re.sub(r'<span class="muted">[0-9]{9}</span>|<ul class="listed">', " ", main))
        assert not re.search(r"\b(EG|NM|JABE|BERA|reported|copies:|importer/)", words)
        assert not re.search(r"\b[0-9]{9}\b", words)
        listed = re.findall(r'<ul class="listed">(.*?)</ul>', main, re.DOTALL)
        assert listed
        for row in "".join(listed).split("<li>")[1:]:
            assert re.match(r'<a href="station.html\?a=[0-9]+&amp;c=[0-9]{9}">', row), row


def text_of_markup(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def test_every_section_has_an_address_of_its_own(miniature: Path) -> None:
    for language in PAGE_LANGUAGES:
        page = (miniature / language / "evidence.html").read_text("utf-8")
        ids = re.findall(r'<h[234] id="([^"]+)"', page)
        assert len(ids) == len(set(ids)) > 10
        assert re.findall(r'<a class="permalink" href="#([^"]+)"', page) == ids
        assert "presidencia-irreversibility-sheets-reported" in ids


def test_entries_are_links_and_no_text_in_a_heading(miniature: Path) -> None:
    page = (miniature / "en" / "evidence.html").read_text("utf-8")
    headings = re.findall(r"<h4.*?</h4>", page, re.DOTALL)
    of_entries = [heading for heading in headings if "of-entries" in heading]
    assert of_entries
    assert all(re.search(r'<a href="log/[^"]+#e[0-9]+">', heading) for heading in of_entries)
    assert not any("(entry" in heading for heading in headings)


def test_numbers_below_zero_have_the_true_minus_in_sentences_too(miniature: Path) -> None:
    for language in PAGE_LANGUAGES:
        words = text_of(miniature / language / "evidence.html")
        assert "\N{MINUS SIGN}20" in words
        assert not re.search(r"(^|[ (])-[0-9]", words)


def test_each_method_is_first_told_in_one_sentence(miniature: Path) -> None:
    page = (miniature / "en" / "evidence.html").read_text("utf-8")
    cards = re.findall(r'<li><a href="#([^"]+)">[^<]+</a><p class="small">([^<]+)</p></li>', page)
    ids = re.findall(r'<h3 id="([^"]+)"', page)
    assert [card for card, _ in cards] == ids
    assert all(said in page.partition("</nav>")[2] for _, said in cards)


def test_the_page_of_audits_draws_how_each_came_towards_its_limit(miniature: Path) -> None:
    for language in PAGE_LANGUAGES:
        page = (miniature / language / "audit.html").read_text("utf-8")
        pictures = re.findall(r"<figure><svg.*?</svg></figure>", page, re.DOTALL)
        assert len(pictures) == 1
        assert pictures[0].count("<circle") >= 1
        [index] = re.findall(r'id="audit-([0-9]+)-', pictures[0])[:1]
        assert f"#e{index}" in page.partition("<figure>")[0]
