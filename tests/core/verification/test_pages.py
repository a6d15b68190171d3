"""The figures that pages mark, held against the tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from escrutinio.base.fetch import open_files
from escrutinio.base.words.wording import whole
from escrutinio.core.verification.checks import Outcome
from escrutinio.core.verification.pages import PageFigures, compare_pages
from tests.browser.publish import isla
from tests.serving import Reply, serve

STATE = isla().state()
PLACES = "presidente/reported/isla presidente/copies:party/azul/isla"
Rows = list[tuple[str, int | None, str]]
"""What marks say, the value that they state, and what a reader sees."""

HONEST: Rows = [
    ("votes/ana", None, "32"),
    ("counted", None, "2 stations"),
    ("votes/ana 2", None, '<b>46</b><span class="share">40,0&nbsp;%</span>'),
    ("votes/ana", 32, "40,0&nbsp;%"),
]


def marked(figure: str, value: int | None, text: str) -> str:
    """A cell that marks its figure."""
    stated = "" if value is None else f' data-value="{value}"'
    return f'<td data-figure="{figure}"{stated}>{text}</td>'


def page(directory: Path, rows: Rows, path: str = "es/index.html") -> PageFigures:
    """A page of these figures, compared."""
    (directory / path).parent.mkdir(parents=True, exist_ok=True)
    cells = "".join(marked(*row) for row in rows)
    (directory / path).write_text(f'<table data-figures="{PLACES}"><tr>{cells}</table>', "utf-8")
    return compare_pages(directory, STATE, open_files(directory))


def test_figures_of_both_languages_are_counted_and_hold(tmp_path: Path) -> None:
    rows = list(HONEST)
    page(tmp_path, rows)
    found = page(tmp_path, rows, "en/areas/norte.html")
    assert (found.figures, found.pages, found.outcome) == (8, 2, Outcome.HOLDS)


def test_places_hold_until_others_are_stated_and_may_stand_at_the_figure(tmp_path: Path) -> None:
    (tmp_path / "es").mkdir()
    reported, copies = PLACES.split()
    (tmp_path / "es/index.html").write_text(
        f'<ul data-figures="{reported}"><li data-figure="counted">2</ul>'
        f'<p><span data-figures="{copies}" data-figure="votes/ana">46</span>'
    )
    found = compare_pages(tmp_path, STATE, open_files(tmp_path))
    assert (found.figures, found.outcome) == (2, Outcome.HOLDS)


def test_a_figure_that_no_reader_sees_is_not_the_next_cell_s(tmp_path: Path) -> None:
    found = page(tmp_path, [("votes/ana", None, "</td><td>32")])
    assert "no ve nada" in found.differing[0].sentence("es")


@pytest.mark.parametrize(
    ("place", "change"),
    [
        (0, lambda figure, value, text: (figure, value, "9" + text)),  # what a reader sees
        (0, lambda figure, value, text: (figure, 932, text)),  # what the mark states
        (0, lambda figure, value, text: (figure, 932, "932")),  # both
        (0, lambda figure, value, text: (figure, value, "40,0&nbsp;%")),  # a share, and no number stated
        (0, lambda figure, value, text: ("votes/nobody", value, text)),
        (0, lambda figure, value, text: (figure + " 3", value, text)),
        (0, lambda figure, value, text: (figure + " x2", value, "46")),
        (0, lambda figure, value, text: (figure + " 2", value, text)),
        (1, lambda figure, value, text: (figure, value, "two stations")),
        (2, lambda figure, value, text: (figure, value, text.replace("<b>", "<b>1."))),
        (3, lambda figure, value, text: (figure, value, "99,99 %")),
        (3, lambda figure, value, text: (figure, 33, text)),
        (3, lambda figure, value, text: (figure, None, text)),
    ],
)  # fmt: skip
def test_one_altered_figure_of_a_page_is_named(tmp_path: Path, place: int, change: object) -> None:
    assert callable(change)
    rows = list(HONEST)
    rows[place] = change(*rows[place])
    found = page(tmp_path, rows)
    assert found.outcome is Outcome.FAILS
    assert [reason.place for reason in found.differing] == ["es/index.html"]
    what, _, number = rows[place][0].partition(" ")
    named = PLACES.split()[1] if number == "2" else "" if number == "3" else PLACES.split()[0]
    assert found.differing[0].sentence("en").startswith(f"{named}/{what}: ")


def test_a_publication_without_marks_has_no_figures_compared(tmp_path: Path) -> None:
    found = page(tmp_path, [])
    assert (found.figures, found.pages) == (0, 0)


def test_a_page_made_after_the_tables_is_held_against_the_whole_log(tmp_path: Path) -> None:
    page(tmp_path, HONEST)
    honest = (tmp_path / "es/index.html").read_text()
    newest = replace(STATE, size=STATE.size + 5)

    def compared(text: str, size: int) -> PageFigures:
        made = f'{text}<p><button data-base="" data-size="{size}">x</button>'
        (tmp_path / "es/index.html").write_text(made)
        return compare_pages(tmp_path, STATE, open_files(tmp_path), newest)

    altered = honest.replace(">32<", ">33<")
    assert compared(altered, STATE.size).outcome is Outcome.FAILS
    found = compared(altered, STATE.size + 1)  # it may have been right when the log had that size
    assert (found.later, found.figures, found.outcome) == (1, 0, Outcome.OPEN)
    found = compared(honest, STATE.size + 1)
    assert (found.later, found.figures, found.outcome) == (0, 4, Outcome.HOLDS)
    found = compared(honest, newest.size + 1)  # nobody escapes by a size that the log does not have
    assert (found.outcome, found.differing[0].place) == (Outcome.FAILS, "es/index.html")
    assert f"{newest.size + 1} entries" in found.differing[0].sentence("en")


def test_pages_are_read_over_http_and_one_that_cannot_be_read_leaves_it_open(tmp_path: Path) -> None:
    page(tmp_path, HONEST)
    with serve(tmp_path, lambda asked, _: Reply(status=503) if asked == "en/index.html" else None) as site:
        found = compare_pages(site.address, STATE, open_files(site.address))
    assert (found.figures, found.outcome) == (4, Outcome.OPEN)
    assert [reason.place for reason in found.unread] == ["en/index.html"]


def test_numbers_are_those_of_the_language_of_the_page() -> None:
    assert (whole(1_113, "es"), whole(1_113, "en")) == ("1.113", "1,113")
