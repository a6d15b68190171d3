"""verify.html as a file, without a server: a folder of a publication, both languages, what is no log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.publication.browser.bundle import bundle
from tests.browser.publish import isla
from tests.browser.verifying import publish_page, steps

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def honest(served: Served) -> Path:
    """A small publication, and beside it the single file."""
    publish_page(isla(), served.directory / "honest")
    (served.directory / "verify.html").write_bytes(bundle())
    return served.directory / "honest"


def test_verify_html_reads_a_folder_without_a_server(chromium: Browser, served: Served, honest: Path) -> None:
    context = chromium.new_context(locale="es-VE", offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((served.directory / "verify.html").as_uri())
    page.set_input_files("#folder", honest)
    page.set_input_files("#trust-file", honest / "trust.toml")
    found = steps(page)
    assert set(found.values()) <= {"ok", "open"}
    assert found["log-signature"] == found["root"] == found["signatures"] == "ok"
    assert "Todo se cumple" in page.locator("h2.outcome").inner_text()
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    context.close()


def test_verify_html_speaks_both_languages_and_asks_for_a_folder_first(
    chromium: Browser, served: Served, honest: Path
) -> None:
    context = chromium.new_context(locale="es-VE")
    page = context.new_page()
    page.goto((served.directory / "verify.html").as_uri())
    assert page.locator("h1").inner_text() == "Verificar el registro público de una elección"
    page.click("header button")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.click("button[type=submit]")
    page.wait_for_selector("text=Choose a folder or a file first.")
    context.close()


def test_a_folder_without_a_log_is_refused(
    chromium: Browser, served: Served, honest: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    context = chromium.new_context(locale="en")
    page = context.new_page()
    page.goto((served.directory / "verify.html").as_uri())
    page.set_input_files("#folder", tmp_path)
    page.click("button[type=submit]")
    page.wait_for_selector(".report [role=alert]:has-text('There is no log here')")
    context.close()
