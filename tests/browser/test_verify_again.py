"""Verifying once more: what the browser keeps of a damaged file, and what a lost connection left unread."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.serving import PATIENCE, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_another_try_reads_anew_what_the_browser_keeps(page: Page, miniature: Path, tmp_path: Path) -> None:
    directory = tmp_path / "public"
    shutil.copytree(miniature, directory)
    (tile,) = (directory / "log/tile/entries/000.p").iterdir()
    honest = tile.read_bytes()
    tile.write_bytes(honest[:-1] + bytes([honest[-1] ^ 1]))
    with serving(directory) as server:
        page.goto(f"{server.address}en/verify.html")
        page.click("form.verify button[type=submit]")
        page.wait_for_selector("h2.outcome.bad", timeout=PATIENCE)
        tile.write_bytes(honest)
        page.click("section.now button:has-text('Try again')")
        page.wait_for_selector("h2.outcome.open", timeout=PATIENCE)


def test_without_a_connection_it_says_what_could_not_be_read(page: Page, miniature: Path) -> None:
    with serving(miniature) as server:
        page.goto(f"{server.address}en/verify.html")
        page.wait_for_selector("form.verify")
    page.click("form.verify button[type=submit]")
    page.wait_for_selector("h2.outcome.unread", timeout=PATIENCE)
    assert "cannot be read" in page.locator(".report [role=alert]").inner_text()
    assert page.locator("section.now button").count() == 1
