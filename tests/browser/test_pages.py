"""Every type of page in a real browser: heard by axe, read at 360 px, and read without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.publication.site.pages import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

STATION = "station.html?a=N&s=N2.02"
KINDS = (
    "areas/TI.html",
    "areas/N.html",
    "log/1.html",
    STATION,
    *(path for path in PAGES if path != "station.html"),
)
"""One page of every type, below its language."""

SERIOUS = ("serious", "critical")

WIDER = """() => {
  const root = document.scrollingElement;
  if (root.scrollWidth <= innerWidth) return [];
  const found = [...document.querySelectorAll('main *, header *, footer *')];
  const inside = (e) => e.parentElement?.closest('.scroll, pre, svg');
  return found.filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !inside(e))
    .map((e) => e.outerHTML.slice(0, 90)).slice(0, 3).concat(String(root.scrollWidth));
}"""
"""What makes a page wider than its window; nothing where it is not."""


@pytest.fixture(scope="module")
def address(served: Served, miniature: Path) -> str:
    """Where the miniature is served."""
    (served.directory / "pages").symlink_to(miniature)
    return f"{served.address}pages/"


def visit(page: Page, address: str, language: str, path: str) -> None:
    page.goto(f"{address}{language}/{path}")
    if path == STATION:
        page.wait_for_selector("#station[aria-busy=false]")


# --- axe ---


FAST = {("areas/N.html", "es")}
HEARD = [
    pytest.param(path, language, marks=() if (path, language) in FAST else pytest.mark.slow)
    for path in KINDS
    for language in ("es", "en")
]


@pytest.mark.parametrize(("path", "language"), HEARD)
def test_axe_finds_nothing_serious(page: Page, address: str, path: str, language: str) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    visit(page, address, language, path)
    found = Axe().run(page).response["violations"]
    page.emulate_media(color_scheme="dark")
    contrast = {"runOnly": ["color-contrast"]}
    found += Axe().run(page, options=contrast).response["violations"]
    page.emulate_media(color_scheme="light")
    grave = [
        (violation["id"], node["html"][:200])
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"][:3]
    ]
    assert grave == []


# --- narrow ---


@pytest.fixture(scope="module")
def narrow(chromium: Browser) -> Iterator[Page]:
    """A window as narrow as an old phone."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["es", pytest.param("en", marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", KINDS)
@pytest.mark.one_in(4)
def test_no_page_scrolls_sideways_at_360(narrow: Page, address: str, language: str, path: str) -> None:
    visit(narrow, address, language, path)
    assert narrow.evaluate(WIDER) == []


@pytest.mark.parametrize("path", ["index.html", "areas/X.html", "findings.html", "bulletins.html"])
def test_hostile_names_do_not_widen_a_page(narrow: Page, served: Served, hostile: Path, path: str) -> None:
    target = served.directory / "hostile"
    if not target.exists():
        target.symlink_to(hostile)
    narrow.goto(f"{served.address}hostile/es/{path}")
    assert narrow.evaluate(WIDER) == []


def test_the_parts_stand_in_one_line_at_1000(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1000, "height": 800})
    for language in ("es", "en"):
        visit(page, address, language, "index.html")
        tops = page.eval_on_selector_all(
            ".masthead .wrap > nav a, .masthead .brand, .languages a",
            "all => all.map((a) => a.getBoundingClientRect().bottom)",
        )
        assert max(tops) - min(tops) < 16, tops


# --- without JavaScript ---


@pytest.mark.parametrize("path", [path for path in KINDS if "?" not in path])
@pytest.mark.one_in(5)
def test_pages_are_read_without_javascript(chromium: Browser, address: str, path: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}es/{path}")
    assert page.locator("h1").inner_text()
    assert page.locator("main").inner_text().strip()
    for control in page.locator("main button:visible").all():
        assert control.evaluate("e => e.closest('form') !== null"), (
            "a button that does nothing without scripts"
        )
    context.close()


def test_a_station_s_figures_are_on_its_area_s_page(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}en/areas/N.html")
    row = page.locator("tr", has=page.locator("a", has_text=re.compile("^N1.01$"))).first
    assert re.findall(r"\d+", row.locator("td").nth(1).inner_text()) == ["135"]
    context.close()


# --- findings ---


def test_findings_are_narrowed_to_a_kind_a_severity_or_an_area(page: Page, address: str) -> None:
    page.goto(f"{address}es/findings.html")
    kind, severity, area = page.locator("form.narrow-down select").all()
    sections = page.locator("#found > section")
    everything = sections.count()
    kind.select_option("conflict")
    assert [each.get_attribute("id") for each in page.locator("#found > section:visible").all()] == [
        "conflict"
    ]
    kind.select_option("")
    severity.select_option("Nota")
    assert 0 < page.locator("#found > section:visible").count() < everything
    severity.select_option("")
    area.select_option("N")
    shown = page.locator("#found li:visible")
    assert 0 < shown.count() < page.locator("#found li").count()
    assert {each.get_attribute("data-area") for each in shown.all()} == {"N"}
    assert str(shown.count()) in page.locator("main [role=status]").first.inner_text()
