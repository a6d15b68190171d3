"""Tables of an area's page: taken along as CSV, and sorted."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(served: Served, miniature: Path) -> str:
    (served.directory / "tables").symlink_to(miniature)
    return f"{served.address}tables/es/"


def test_the_tables_of_a_place_are_taken_along(page: Page, address: str) -> None:
    page.goto(f"{address}areas/N.html")
    with page.expect_download() as download:
        page.get_by_role("button", name="Estas tablas en CSV").click()
    assert download.value.suggested_filename == "N.csv"
    rows = list(csv.reader(Path(download.value.path()).read_text().splitlines()))
    station = next(row for row in rows if row[1:2] == ["N1.01"])
    assert station[0].startswith("Liceo del Faro Viejo")
    assert station[3:5] == ["135", "120"]


def test_a_press_on_a_head_sorts(page: Page, address: str) -> None:
    page.goto(f"{address}areas/TI.html")
    table = page.locator("table.children").first
    table.locator("thead th", has_text="Araguaney").click()
    places = table.locator("tbody th").all_inner_texts()
    assert places == ["Isla Norte", "Isla Sur", "Isla Centro"]
    table.locator("thead th", has_text="Araguaney").click()
    assert table.locator("tbody th").all_inner_texts() == places[::-1]
