"""The figures that pages mark, held against the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from escrutinio.base.fetch import open_files
from escrutinio.base.words.wording import whole
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.pages import PageFigures, compare_pages
from tests.browser.publish import isla
from tests.serving import Reply, serve

STATE = isla().state()
MARK = '<td data-figure="{name}" data-value="{value}">{text}</td>'
HONEST = [
    ("presidente/reported/isla/votes/ana", 32, "32"),
    ("presidente/reported/isla/counted", 2, "2 stations"),
    ("presidente/copies:party/azul/isla/votes/ana", 46, '<b>46</b><span class="share">40,0&nbsp;%</span>'),
]


def page(directory: Path, rows: list[tuple[str, int, str]], path: str = "es/index.html") -> PageFigures:
    """A page of these figures, compared."""
    (directory / path).parent.mkdir(parents=True, exist_ok=True)
    cells = "".join(MARK.format(name=name, value=value, text=text) for name, value, text in rows)
    (directory / path).write_text(f"<table><tr>{cells}</table>", "utf-8")
    return compare_pages(directory, STATE, open_files(directory))


def test_figures_of_both_languages_are_counted_and_hold(tmp_path: Path) -> None:
    rows = list(HONEST)
    page(tmp_path, rows)
    found = page(tmp_path, rows, "en/areas/norte.html")
    assert (found.figures, found.pages, found.outcome) == (6, 2, Outcome.HOLDS)


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (0, lambda name, value, text: (name, value, "9" + text)),  # what a reader sees
        (0, lambda name, value, text: (name, value + 1, str(value + 1))),  # what the mark states
        (0, lambda name, value, text: (name.replace("/ana", "/nobody"), value, text)),
        (0, lambda name, value, text: (name.replace("reported", "ruled"), value, "")),
        (1, lambda name, value, text: (name, value, "two stations")),
        (2, lambda name, value, text: (name, value, text.replace("<b>", "<b>1."))),
        (2, lambda name, value, text: (name, value, "99,99 %")),
    ],
)  # fmt: skip
def test_one_altered_figure_of_a_page_is_named(tmp_path: Path, place: int, change: object) -> None:
    assert callable(change)
    rows = list(HONEST)
    rows[place] = change(*rows[place])
    found = page(tmp_path, rows)
    assert found.outcome is Outcome.FAILS
    assert [reason.place for reason in found.differing] == ["es/index.html"]
    assert found.differing[0].sentence("en").startswith(rows[place][0])


def test_a_publication_without_marks_has_no_figures_compared(tmp_path: Path) -> None:
    found = page(tmp_path, [])
    assert (found.figures, found.pages) == (0, 0)


def test_pages_are_read_over_http_and_one_that_cannot_be_read_leaves_it_open(tmp_path: Path) -> None:
    page(tmp_path, HONEST)
    with serve(tmp_path, lambda asked, _: Reply(status=503) if asked == "en/index.html" else None) as site:
        found = compare_pages(site.address, STATE, open_files(site.address))
    assert (found.figures, found.outcome) == (3, Outcome.OPEN)
    assert [reason.place for reason in found.unread] == ["en/index.html"]


def test_numbers_are_those_of_the_language_of_the_page() -> None:
    assert (whole(1_113, "es"), whole(1_113, "en")) == ("1.113", "1,113")
