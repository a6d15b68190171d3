"""No figure is cut on a narrow screen, on any type of page, in either language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.core.records.qr import qr_text
from escrutinio.publication.site.pages import PAGES
from tests.publication.growing import night

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

WIDTHS = (320, 360)
STATIONS = ("station.html?a=N&s=N2.02", "station.html?s=C2.02")
KINDS = (
    *("areas/TI.html", "areas/N.html", "areas/C.html", "log/1.html", *STATIONS),
    *(path for path in PAGES if path != "station.html"),
)

CUT = """() => {
  const found = [];
  const drawn = (cell) => {
    if (cell.tagName === 'text') return [cell.getBoundingClientRect()];
    const range = document.createRange();
    range.selectNodeContents(cell);
    return [...range.getClientRects()];
  };
  const kinds = 'td, th, .key li, svg text, dd, caption, h1, h2, h3, .said p';
  for (const cell of document.querySelectorAll(kinds)) {
    if (!cell.checkVisibility() || cell.closest('pre, .skip')) continue;
    if (getComputedStyle(cell.closest('thead') ?? cell).clipPath !== 'none') continue;
    let [left, right] = [0, innerWidth];
    for (let up = cell; up !== null && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX === 'visible') continue;
      const box = up.getBoundingClientRect();
      [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
    }
    const out = drawn(cell).some((box) => box.width > 1 && (box.left < left - 1 || box.right > right + 1));
    const table = cell.closest('.scroll');
    const scrolls = table !== null && table.scrollWidth > table.clientWidth + 1;
    if (out || scrolls) found.push(cell.outerHTML.slice(0, 120));
  }
  return found.slice(0, 3);
}"""
"""Cells, labels and titles whose text lies outside what is seen, or in a table that has to be scrolled."""


@pytest.fixture(scope="module", params=WIDTHS)
def narrow(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A window as narrow as the smallest phones in use."""
    context = chromium.new_context(viewport={"width": request.param, "height": 740})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.one_in(3)
def test_no_figure_is_cut(narrow: Page, served: Served, miniature: Path, language: str) -> None:
    target = served.directory / "narrow"
    if not target.exists():
        target.symlink_to(miniature)
    cut = {}
    for path in KINDS:
        narrow.goto(f"{served.address}narrow/{language}/{path}")
        if path in STATIONS:
            narrow.wait_for_selector("#station[aria-busy=false]")
        cut[path] = narrow.evaluate(CUT)
    assert {path: found for path, found in cut.items() if found} == {}


def test_the_measure_sees_what_is_cut(narrow: Page) -> None:
    wide = "<table><tr>" + "<td>1.113.000</td>" * 12 + "</table>"
    narrow.set_content(f'<div class="scroll" style="overflow-x:auto">{wide}</div>')
    assert narrow.evaluate(CUT)
    narrow.set_content(wide.replace("<td>1.113.000</td>" * 12, "<td>13</td>"))
    assert narrow.evaluate(CUT) == []


ANSWERS = {
    "tour.html": ("#sandbox button[type=submit]", "#sandbox p.result"),
    "check.html": ("#check-here form button", ".verdict"),
    "verify.html": ("button[type=submit]", ".report h2"),
}
"""By page: what is pressed, and the first of what answers."""


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.one_in(5)
def test_an_answer_is_whole_and_is_seen(
    narrow: Page, served: Served, miniature: Path, path: str, language: str
) -> None:
    target = served.directory / "narrow"
    if not target.exists():
        target.symlink_to(miniature)
    press, answer = ANSWERS[path]
    narrow.goto(f"{served.address}narrow/{language}/{path}")
    if path == "check.html":
        narrow.wait_for_selector("#check[aria-busy=false]")
        record = night(miniature).records[SHEET]
        narrow.fill("#sheet-text", qr_text(record, real=False))
    elif path == "tour.html":
        narrow.wait_for_selector("#sandbox li.step")
        assert narrow.locator(answer).count() == 1
    narrow.click(press)
    narrow.wait_for_selector(answer, timeout=30_000)
    narrow.wait_for_function(SEEN, arg=answer, timeout=5_000)
    assert narrow.evaluate(CUT) == []
    hidden = narrow.locator(f"{answer.split()[0]} > p").evaluate_all(
        "all => all.filter((one) => !one.hidden && !one.checkVisibility()).length"
    )
    assert hidden == 0


SEEN = """(answer) => {
  const box = document.querySelector(answer).getBoundingClientRect();
  return box.top < innerHeight && box.bottom > 0;
}"""
"""Whether some of the answer is on the screen, without scrolling by hand."""

SHEET = 56
"""The entry of a signed sheet of the miniature."""


FIRST_SCREEN = 740
HOME, EVIDENCE = 4_000, 6_000
"""What a phone of 360 points shows at once, and how high home and the evidence may be on it, in points."""


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("example", ["miniature", pytest.param("venezuela", marks=pytest.mark.slow)])
def test_on_a_phone_the_search_begins_on_the_first_screen_and_home_is_short(
    chromium: Browser, served: Served, request: pytest.FixtureRequest, example: str, language: str
) -> None:
    target = served.directory / f"home-{example}"
    if not target.exists():
        target.symlink_to(request.getfixturevalue(example))
    page = chromium.new_page(viewport={"width": 360, "height": FIRST_SCREEN})
    page.goto(f"{served.address}home-{example}/{language}/index.html", wait_until="networkidle")
    search = page.locator("form.find").bounding_box()
    assert search is not None
    assert search["y"] < FIRST_SCREEN
    assert page.evaluate("document.documentElement.scrollHeight") < HOME
    page.locator("details.fold > summary").first.click()
    assert page.locator("details.fold table").first.is_visible()
    page.set_viewport_size({"width": 1_100, "height": 900})
    page.reload()
    assert page.locator("details.fold table").first.is_visible()
    assert not page.locator("details.fold > summary").first.is_visible()
    page.close()


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("example", ["miniature", pytest.param("venezuela", marks=pytest.mark.slow)])
def test_on_a_phone_the_evidence_is_answers_first(
    chromium: Browser, served: Served, request: pytest.FixtureRequest, example: str, language: str
) -> None:
    target = served.directory / f"evidence-{example}"
    if not target.exists():
        target.symlink_to(request.getfixturevalue(example))
    address = f"{served.address}evidence-{example}/{language}/evidence.html"
    page = chromium.new_page(viewport={"width": 360, "height": FIRST_SCREEN})
    page.goto(address, wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollHeight") < EVIDENCE
    folded = page.locator("h4").evaluate_all("all => all.filter((one) => !one.checkVisibility()).at(-1).id")
    # The address of a section unfolds what it stands in.
    page.goto(f"{address}#{folded}")
    page.locator(f'[id="{folded}"]').wait_for()
    # With room, and on paper, nothing but what is worked out is folded.
    page.set_viewport_size({"width": 1_100, "height": 900})
    page.goto(address)
    assert page.locator("h4").evaluate_all("all => all.every((one) => one.checkVisibility())")
    assert page.locator(".of-topic figure").evaluate_all("all => all.every((one) => one.checkVisibility())")
    page.close()


def test_a_narrow_table_keeps_the_largest_of_the_contest(
    narrow: Page, served: Served, miniature: Path
) -> None:
    target = served.directory / "narrow"
    if not target.exists():
        target.symlink_to(miniature)
    narrow.goto(f"{served.address}narrow/es/areas/TI.html")
    heads = narrow.locator("table.children thead th:visible").all_inner_texts()
    assert heads == ["Área", "Ceiba", "Araguaney", "Participación"]
