"""The foot of a page: a citation with the log's size, root and date, to be copied, and its address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["index.html", "areas/N.html", "station.html?a=N&s=N2.02", "data.html"])
def test_a_page_can_be_cited_and_sent(chromium: Browser, miniature: Path, path: str) -> None:
    live = json.loads((miniature / "live.json").read_text())
    with serving(miniature) as server:
        context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(f"{server.address}en/{path}")
        page.locator(".live .age", has_text="% of the stations").wait_for()
        page.click("details.cite > summary")
        line = page.locator("p.cited")
        line.wait_for()
        said = line.inner_text()
        assert f"{live['size']} entries of the public log {live['origin']}" in said
        assert live["root"][:12] in said
        assert live["root"] not in said
        assert said.endswith(page.url)
        page.click("details.cite details summary")
        assert page.locator("details.cite code.hash").inner_text() == live["root"]
        page.click("button:has-text('Copy the citation')")
        page.wait_for_selector("details.cite [role=status]:has-text('Copied.')")
        assert live["root"] in page.evaluate("navigator.clipboard.readText()")
        page.click("button:has-text('Copy the address'), button:has-text('Send this page')")
        context.close()


def test_without_the_state_of_the_log_nothing_is_cited(chromium: Browser, miniature: Path) -> None:
    with serving(miniature) as server:
        page = chromium.new_page()
        page.route("**/live.json", lambda route: route.abort())
        page.goto(f"{server.address}en/data.html")
        page.click("details.cite > summary")
        page.wait_for_selector("details.cite [role=status]:has-text('nothing to cite')")
        page.close()
