"""Where the scripts of a page do not run, each page is to be read, and says what it would need them for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.publication.browser.files import asset, assets
from escrutinio.publication.site.pages import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from tests.browser.conftest import Served

pytestmark = pytest.mark.browser

OLD = "pages/old-engine.js"
WITH_A_SCRIPT = ("station.html?s=N1.01", "check.html", "tour.html")
NEWER = re.compile(r"=>|`|\?\.|\?\?|\b(?:const|let|class|async|await|import|export)\b")
"""What the engines that this script is for cannot read."""

LEAST = 300
"""Characters that a page of content has at least."""


@pytest.fixture
def published(served: Served, miniature: Path) -> str:
    target = served.directory / "old"
    if not target.exists():
        target.symlink_to(miniature)
    return f"{served.address}old/es/"


def unreadable(route: Route) -> None:
    """Every script but one, as an engine finds it that stops at its first new word."""
    if route.request.url.endswith(OLD):
        route.continue_()
    else:
        route.fulfill(content_type="text/javascript", body="?.")


@pytest.fixture
def old(chromium: Browser) -> Page:
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.route("**/*.js", unreadable)
    return page


@pytest.mark.parametrize("path", WITH_A_SCRIPT)
def test_a_page_that_lives_by_its_script_says_what_it_lacks(old: Page, published: str, path: str) -> None:
    old.goto(published + path, wait_until="load")
    old.wait_for_selector(".without-scripts")
    assert old.locator(".with-scripts").is_hidden()


@pytest.mark.parametrize("path", WITH_A_SCRIPT)
def test_where_it_runs_nothing_is_said_to_be_lacking(page: Page, published: str, path: str) -> None:
    page.goto(published + path, wait_until="load")
    page.wait_for_selector("[data-runs]")
    assert page.locator("html.old").count() == 0
    assert page.locator(".without-scripts:visible").count() == 0


def test_every_page_is_to_be_read(old: Page, published: str) -> None:
    for path in (*PAGES, "areas/TI.html", "areas/N.html", "log/1.html"):
        old.goto(published + path, wait_until="load")
        assert len(old.locator("main").inner_text()) > LEAST, path
        assert old.locator("[aria-busy=true]:visible").count() == 0, path


def test_the_offline_verifier_says_that_it_needs_another_browser(chromium: Browser, miniature: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((miniature / "verify.html").as_uri())
    assert "navegador de los últimos años" in page.locator("body").inner_text()
    context.close()


NEWER_THAN_2020 = (
    *(r"\?\?=", r"\|\|=", r"&&=", r"\.at\(", r"\bhasOwn\(", r"\.replaceChildren\(", r"\.replaceAll\("),
    *(r"\bstructuredClone\(", r"\.findLast", r"\.toSorted\(", r"\.toReversed\(", r"\.groupBy\("),
    *(r"\bPromise\.any\(", r"\bstatic \{", r"^await ", r"\.checkVisibility\("),
)
"""What Chromium 83 lacks, on which the pages were tried (docs/site.md)."""


def test_the_programs_say_nothing_that_a_phone_of_2020_lacks() -> None:
    found = []
    for path, content in assets():
        joined = path.startswith("assets/js/for-")  # of the others, of which a line may begin elsewhere there
        if path.endswith(".js") and "/vendor/" not in path and not joined:
            code = re.sub(r"^\s*//.*", "", content.decode(), flags=re.MULTILINE)
            newer = [word for word in NEWER_THAN_2020 if re.search(word, code, re.MULTILINE)]
            found += [f"{path}: {word}" for word in newer]
    assert found == []


def test_the_script_for_old_engines_has_no_newer_word() -> None:
    code = re.sub(r"//.*", "", asset(f"js/{OLD}").decode())
    assert NEWER.search(code) is None
