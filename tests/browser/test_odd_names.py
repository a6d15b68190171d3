"""Areas whose files are not called by their codes, in a real browser: found, linked, and packed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.publication.odd_names import AREAS, publish_odd
from tests.running.workspace.test_publish import CLOCK, KEY

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def odd(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = publish_odd(tmp_path_factory.mktemp("odd"), KEY, CLOCK)
    (served.directory / "odd").symlink_to(directory)
    return directory


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.one_in(3)
def test_a_station_is_found_and_leads_to_its_area(page: Page, served: Served, odd: Path, area: str) -> None:
    for query in (f"s={area}-1", f"a={area}&s={area}-1"):
        page.goto(f"{served.address}odd/en/station.html?{query}")
        page.wait_for_selector("#station[aria-busy=false]")
        assert page.locator("h1").inner_text() == f"Polling station {area}-1"
    page.click(".crumbs li:last-child a")
    page.wait_for_selector(".eyebrow")
    assert (page.locator(".eyebrow").text_content() or "").endswith(f"· {area}")


def test_places_with_such_codes_are_found_by_them(page: Page, served: Served, odd: Path) -> None:
    page.goto(f"{served.address}odd/en/station.html")
    page.wait_for_selector("form.find input[role=combobox]")
    page.fill("form.find input", "CON-2")
    page.wait_for_selector("[role=option]")
    page.locator("[role=option]").first.click()
    page.wait_for_selector("#station[aria-busy=false]")
    assert page.locator("h1").inner_text() == "Polling station CON-2"


def test_such_an_area_is_packed_with_its_records(
    page: Page, served: Served, odd: Path, tmp_path: Path
) -> None:
    page.goto(f"{served.address}odd/en/station.html?s=nul.1-1")
    page.wait_for_selector("#station[aria-busy=false]")
    page.click(".crumbs li:last-child a")
    with page.expect_download() as download:
        page.click("button[data-area-download='nul.1']")
    path = tmp_path / "part.zip"
    download.value.save_as(path)
    with ZipFile(path) as packed:
        assert sum(name.startswith("records/") for name in packed.namelist()) > 8
