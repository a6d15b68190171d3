"""Check a sheet, as published: texts as programs leave them, an empty field, a camera that is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.qr2024 import OPTIONS, Sheet2024
from tests.publication.growing import night
from tests.reference.qr2024 import qr2024_text

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

SHEET = 52
"""Index of a tally sheet in the miniature's log."""


@pytest.fixture(scope="module", autouse=True)
def example(served: Served, miniature: Path) -> None:
    (served.directory / "miniature").symlink_to(miniature)


@pytest.fixture(scope="module")
def qr(miniature: Path) -> str:
    """The text of a sheet's QR code; spaces are characters of it."""
    return qr_text(night(miniature).records[SHEET], real=False)


def visit(page: Page, served: Served) -> None:
    page.goto(f"{served.address}miniature/en/check.html")
    page.wait_for_selector("#check[aria-busy=false]")


def paste(page: Page, text: str) -> str:
    """Check a pasted text; the verdict."""
    page.fill("#sheet-text", text)
    page.click("#check-here form button")
    card = page.locator("article.verdict")
    card.wait_for()
    return card.get_attribute("data-verdict") or ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NotAllowedError", "was not allowed to use the camera"),
        ("NotFoundError", "No camera was found"),
        ("NotReadableError", "Another program is using the camera"),
        ("TypeError", "cannot be used here"),
    ],
)
def test_a_camera_that_is_refused_is_said_in_the_readers_language(
    page: Page, served: Served, name: str, said: str
) -> None:
    refuse = f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('x', '{name}'); }}"
    page.add_init_script(refuse)
    visit(page, served)
    page.get_by_role("button", name="Use the camera").click()
    page.wait_for_selector(f".check-status:has-text('{said}')")


def wrapped(text: str, width: int) -> str:
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


def test_a_text_that_was_wrapped_or_written_small_is_read(page: Page, served: Served, qr: str) -> None:
    visit(page, served)
    assert paste(page, wrapped(qr, 76)) == "in-log"
    assert paste(page, qr.lower()) == "in-log"
    space = qr.index(" ")
    assert paste(page, qr[:space] + "\n" + qr[space + 1 :]) == "in-log"  # a program ate the space it broke at
    code = qr2024_text(Sheet2024("010111037", 2, "1", "0001", (1,) * OPTIONS, 2, 0))
    assert paste(page, wrapped(code, 40)) == "unsigned-alone"


def test_a_text_that_is_none_stays_none(page: Page, served: Served) -> None:
    visit(page, served)
    assert paste(page, "esc1: hello") == "broken"
    assert paste(page, "hello\nthere") == "other"


def test_an_empty_field_is_answered_and_the_answer_stands_before_the_form(
    page: Page, served: Served, qr: str
) -> None:
    visit(page, served)
    page.fill("#sheet-text", "  \n ")
    page.click("#check-here form button")
    page.wait_for_selector(".check-status:has-text('nothing is in the field')")
    assert paste(page, qr) == "in-log"
    above = "document.querySelector('.verdict').offsetTop < document.querySelector('.check-ways').offsetTop"
    assert page.evaluate(above)
