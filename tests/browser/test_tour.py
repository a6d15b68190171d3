"""The tour: its steps keep the reader's own station, and what is no number is answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def example(served: Served, miniature: Path) -> None:
    (served.directory / "miniature").symlink_to(miniature)


def tour(page: Page, served: Served, query: str = "", lang: str = "en") -> None:
    page.goto(f"{served.address}miniature/{lang}/tour.html{query}")
    page.wait_for_selector("#sandbox li.step")


def test_a_station_found_in_the_tour_is_that_of_its_steps(page: Page, served: Served) -> None:
    tour(page, served)
    assert "station C1.01" in page.locator("#sandbox p").first.inner_text()
    page.fill("form.find input", "arrecife")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tour.html?a=S&c=S2")
    page.click("#tour-station li a >> nth=0")
    page.wait_for_url("**/tour.html?a=S&s=S2.01#tour-2")
    page.wait_for_selector("#sandbox li.step")
    assert "Your station: Station 1 · Escuela del Arrecife" in page.locator("#tour-station").inner_text()
    assert "station S2.01" in page.locator("#sandbox p").first.inner_text()
    page.click("#tour-open")
    page.wait_for_url("**/station.html?a=S&s=S2.01")
    page.go_back()
    page.wait_for_selector("#sandbox li.step")
    assert "Escuela del Arrecife" in page.locator("#tour-station").inner_text()


def test_several_hits_are_listed_in_the_tour(page: Page, served: Served) -> None:
    tour(page, served, "?s=escuela")
    links = page.locator("#tour-station .found-places a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "tour.html?a=C&c=C1",
        "tour.html?a=N&c=N2",
        "tour.html?a=S&c=S2",
    ]


def test_a_station_that_there_is_not_is_said_and_the_suggested_stays(page: Page, served: Served) -> None:
    tour(page, served, "?a=N&s=N9.99")
    assert "N9.99 is not in this publication" in page.locator("#tour-station").inner_text()
    assert "station C1.01" in page.locator("#sandbox p").first.inner_text()


@pytest.mark.parametrize("number", ["", "-1", "1.5", "4294967296", "1e99"])
@pytest.mark.one_in(3)
def test_what_no_sheet_can_say_is_answered_and_no_old_answer_stays(
    page: Page, served: Served, number: str
) -> None:
    tour(page, served, lang="es")
    page.fill("#sandbox-votes", number)
    page.click("#sandbox button[type=submit]")
    page.wait_for_selector("p.result:has-text('número entero de 0 a 4.294.967.295')")
    assert page.locator("#sandbox li.step").count() == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_no_choice_is_cut(page: Page, served: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    tour(page, served, lang="es")
    cut = """(select) => {
      const probe = document.createElement('span');
      probe.style.cssText = 'position:absolute;white-space:nowrap';
      probe.style.font = getComputedStyle(select).font;
      probe.textContent = select.selectedOptions[0].textContent;
      document.body.append(probe);
      return probe.offsetWidth > select.clientWidth - 24;
    }"""
    assert [select.evaluate(cut) for select in page.locator("#sandbox select").all()] == [False, False]
