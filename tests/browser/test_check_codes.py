"""Codes that are no records, on the page "Check a sheet": receipt codes, and those of blank forms."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.core.records.receipt import receipt_code
from escrutinio.intake.scan.form_code import FormKind, form_place
from tests.browser.publish import isla, publish
from tests.browser.test_check_sheet import CHECK, LOGGED, paste, visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served
    from tests.core.election.build import Day

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def day_that_says_twice() -> Day:
    """A log in which one record stands twice, so that two entries have one receipt code."""
    day = isla()
    day.log.append(day.log[LOGGED])
    return day


DAYS = {"codes": isla(), "twice": day_that_says_twice()}
CODE = receipt_code(sha256(DAYS["codes"].log[LOGGED]).digest())


@pytest.fixture(scope="module", autouse=True)
def published(served: Served) -> Path:
    for name, day in DAYS.items():
        publish(day, served.directory / name)
        for lang in ("es", "en"):
            (served.directory / name / lang).mkdir()
            (served.directory / name / lang / "check.html").write_text(CHECK.format(lang=lang))
    return served.directory


@pytest.mark.parametrize("typed", [CODE, CODE.replace(" ", ""), f" {CODE.replace(' ', '-')}\n"])
def test_a_record_is_found_by_its_receipt_code(page: Page, served: Served, typed: str) -> None:
    visit(page, served, "codes")
    assert paste(page, typed) == "in-log"
    said = page.locator(".check-status").inner_text()
    assert f"One entry of this log has the receipt code {CODE}" in said
    assert "a reminder and no proof" in said
    card = page.locator("article.verdict").inner_text()
    assert f"entry {LOGGED} of the log" in card
    assert f"#{LOGGED}" in page.locator("section.compare").inner_text()
    assert "as read here" not in card  # its figures are those of the log, not those of a paper


def test_each_entry_that_shares_a_code_is_listed(page: Page, served: Served) -> None:
    visit(page, served, "twice")
    page.fill("#sheet-text", CODE)
    page.click("#check-here form button")
    page.locator("article.verdict").nth(1).wait_for()
    assert page.locator("article.verdict").count() == 2
    assert "2 entries of this log" in page.locator(".check-status").inner_text()


def test_a_receipt_code_of_nothing_is_said_to_be_so(page: Page, served: Served) -> None:
    visit(page, served, "codes", "es")
    page.fill("#sheet-text", "0000 0000")
    page.click("#check-here form button")
    page.wait_for_selector(".check-status:has-text('Ninguna entrada de este registro público')")
    assert page.locator("article.verdict").count() == 0


def test_the_code_of_a_blank_form_says_where_it_belongs(page: Page, served: Served) -> None:
    election = sha256(DAYS["codes"].log[0]).digest()
    visit(page, served, "codes")
    assert paste(page, form_place(election, FormKind.SHEET, "n1.01", "presidente").qr) == "form"
    card = page.locator("article.verdict")
    assert "holds no figures" in card.inner_text()
    assert "Tally sheet" in card.locator("dl").inner_text()
    assert card.locator("dl a").get_attribute("href") == "station.html?a=norte&s=n1.01"
    closing = form_place(election, FormKind.CLOSING, "n1.01").qr
    assert paste(page, closing.lower()) == "form"
    assert "Minutes of the closing" in card.locator("dl").inner_text()


def test_the_code_of_another_elections_form_is_told_apart(page: Page, served: Served) -> None:
    visit(page, served, "codes")
    assert paste(page, form_place(bytes(32), FormKind.SHEET, "n1.01", "presidente").qr) == "form-elsewhere"
    assert page.locator("article.verdict .not-real").count() == 0
    assert paste(page, "ESCF:NOTHING") == "other"
