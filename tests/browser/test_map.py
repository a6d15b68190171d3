"""The map in a browser: the choice of shading without scripts, keyboard, narrow screens; the fingerprint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Modules, Served

pytestmark = pytest.mark.browser

FILL = "(found) => getComputedStyle(found).fill"


@pytest.fixture(scope="module")
def address(served: Served, miniature: Path) -> str:
    (served.directory / "islands").symlink_to(miniature)
    return f"{served.address}islands/en/map.html"


def test_one_map_is_open_and_shadings_change_by_style_alone(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        page.goto(address)
        maps = page.locator("main section")
        assert [one.is_visible() for one in maps.all()].count(True) == 1
        section = maps.first
        area = section.locator("svg .shapes path").first
        fills: dict[str, str] = {}
        for label in section.locator("fieldset.map > label:not(.switch)").all():
            label.click()
            name = label.inner_text()
            fills[name] = area.get_attribute("fill") or "" if name == "Margin" else area.evaluate(FILL)
            legends = section.locator("ul.legend").all()
            assert [legend.is_visible() for legend in legends].count(True) == 1
        assert fills["Margin"].startswith("url(")
        assert all(fill.startswith("rgb") for name, fill in fills.items() if name != "Margin")
        circles = section.locator("svg .circles")
        assert not circles.is_visible()
        assert "circle" not in section.locator("figcaption").inner_text()
        section.locator("label.switch").click()
        assert circles.is_visible()
        assert "circle" in section.locator("figcaption").inner_text()
        page.locator("nav.choose a").nth(2).click()
        assert [one.is_visible() for one in maps.all()] == [at == 2 for at in range(maps.count())]
    finally:
        context.close()


def test_areas_are_reached_by_keyboard_and_named(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("fieldset.map input:checked").first.focus()
    for _ in range(2):  # the switch, then the first area
        page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.querySelector('title').textContent")
    assert name.startswith("Isla Norte: ")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("areas/N.html")


@pytest.mark.parametrize("width", [320, 360])
def test_whatever_can_be_touched_is_large_enough(chromium: Browser, address: str, width: int) -> None:
    """24 by 24 pixels at least, of every link of the drawing and of the enlarged areas."""
    context = chromium.new_context(viewport={"width": width, "height": 740})
    try:
        page = context.new_page()
        page.goto(address)
        sizes = page.evaluate(
            "[...document.querySelectorAll('.sheet-of-map a')].filter((one) => one.checkVisibility())"
            ".map((one) => one.getBoundingClientRect()).map((one) => Math.min(one.width, one.height))"
        )
        assert sizes
        assert min(sizes) >= 24
        assert not page.locator(".sheet-of-map circle").evaluate_all(
            "(all) => all.some((one) => one.closest('a'))"
        )
    finally:
        context.close()


CONTRAST = """() => {
  const light = (text) => { const [r, g, b] = text.match(/[0-9.]+/g).map((v) => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll('.legend .q0')].map((one) => light(getComputedStyle(one).fill))
    .map((fill) => (Math.max(fill, paper) + 0.05) / (Math.min(fill, paper) + 0.05)); }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lightest_step_stands_out_from_the_paper(chromium: Browser, address: str, scheme: str) -> None:
    context = chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.goto(address)
        found = page.evaluate(CONTRAST)
        assert found
        assert min(found) >= 3
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen(chromium: Browser, address: str, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        box = page.locator("svg.drawing").first.bounding_box()
        assert box is not None
        assert 300 < box["width"] <= 360
    finally:
        context.close()


def test_fingerprints_are_those_of_python(js: Modules) -> None:
    vectors = json.loads((ROOT / "docs/vectors/fingerprint.json").read_text("utf-8"))["vectors"]
    code = """
    const { parseVkey } = await import('/assets/js/log/note.js');
    return args[0].map((one) => it.fingerprint({
      definition: bytes.fromHex(one.definition), charter: bytes.fromHex(one.charter),
      logs: one.log_keys.map((text) => ({ key: parseVkey(text) })) }));"""
    assert js.value("fingerprint", code, vectors) == [vector["fingerprint"] for vector in vectors]
