"""On paper: a total once, no menus, rows apart, marks without backgrounds, on A4 and on Letter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2  # type: ignore[import-untyped]
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

PRINTED = ("index.html", "areas/TI.html", "areas/N.html", "evidence.html", "station.html?a=N&s=N1.01")
ONLY_ON_SCREENS = ("Menú", "Buscar", "English", "Ir al contenido", "Comprobar las cifras")


@pytest.fixture
def open_page(page: Page, served: Served, miniature: Path) -> Page:
    """A page that opens addresses of the miniature, in Spanish, by `goto`."""
    target = served.directory / "printed"
    if not target.exists():
        target.symlink_to(miniature)
    return page


def texts(page: Page, paper: str) -> list[str]:
    """The text of each printed page."""
    document = pypdfium2.PdfDocument(page.pdf(format=paper))
    return [sheet.get_textpage().get_text_range() for sheet in document]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("path", PRINTED)
@pytest.mark.one_in(3)
def test_paper_has_the_figures_and_nothing_to_click(
    open_page: Page, served: Served, path: str, paper: str
) -> None:
    open_page.goto(f"{served.address}printed/es/{path}")
    if path.startswith("station"):
        open_page.wait_for_selector("#station[aria-busy=false]")
    sheets = texts(open_page, paper)
    said = "\n".join(sheets)
    assert [word for word in ONLY_ON_SCREENS if word in said] == []
    assert all(sheet.strip() for sheet in sheets), "an empty page"
    assert len(sheets) < 14


def test_totals_stand_once_below_their_table(open_page: Page, served: Served) -> None:
    """A browser repeats a table's foot on every page unless it is told not to."""
    open_page.goto(f"{served.address}printed/es/areas/N.html")
    tables = open_page.locator("tfoot").count()
    assert tables > 0
    for paper in ("A4", "Letter"):
        assert "\n".join(texts(open_page, paper)).count("Votos nulos") == tables


def test_what_a_phone_folds_is_printed(open_page: Page, served: Served) -> None:
    open_page.set_viewport_size({"width": 360, "height": 740})
    open_page.goto(f"{served.address}printed/es/index.html")
    assert "Basado en" in "\n".join(texts(open_page, "A4"))


def test_rows_are_apart_and_marks_need_no_background(open_page: Page, served: Served) -> None:
    open_page.goto(f"{served.address}printed/es/areas/TI.html")
    open_page.emulate_media(media="print")
    drawn = open_page.evaluate(
        """() => {
          const cell = document.querySelector('tbody tr:nth-child(2) > td');
          const head = document.querySelector('.scroll tbody th');
          const style = (each) => getComputedStyle(each);
          const fill = (name) => style(document.querySelector(`.coverage ${name}`)).fill;
          return {
            line: style(cell).borderTopColor, width: style(cell).borderTopWidth,
            sticky: style(head).position, behind: style(head).backgroundColor,
            exact: style(document.querySelector('.coverage svg')).printColorAdjust,
            bars: [fill('.counted'), fill('.pending')],
          };
        }"""
    )
    assert drawn["line"] == "rgb(119, 119, 119)"
    assert drawn["width"] != "0px"
    assert (drawn["sticky"], drawn["behind"]) == ("static", "rgba(0, 0, 0, 0)")
    assert drawn["exact"] == "exact"
    assert len(set(drawn["bars"])) == 2
