"""404.html: the page that a server answers with where there is none, at any depth, on any kind of server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.serving import serving
from tests.browser.test_narrow import CUT
from tests.browser.test_pages import WIDER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

DEPTHS = ("nothing.html", "es/nothing.html", "es/areas/N9.html", "en/a/b/c/d.html", "es/nowhere")
LANGUAGES = ("es", "en")


class _Static(SimpleHTTPRequestHandler):
    """A plain host of static files: it shows the page of its top wherever there is none, and no header."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        content = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module", params=["own", "below", "static"])
def address(
    request: pytest.FixtureRequest, miniature: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Where the miniature is served: by the project's own server, one level down too, and by a plain one."""
    if request.param == "static":
        handler = partial(_Static, directory=str(miniature))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            yield f"http://127.0.0.1:{server.server_address[1]}/"
            server.shutdown()
            thread.join()
        return
    below = request.param == "below"
    with serving(miniature.parent if below else miniature) as server:
        yield f"{server.address}{miniature.name}/" if below else server.address


@pytest.mark.parametrize("path", DEPTHS)
@pytest.mark.one_in(4)
def test_every_way_of_the_page_leads_home_at_any_depth(page: Page, address: str, path: str) -> None:
    answer = page.goto(address + path)
    assert answer is not None
    assert answer.status == HTTPStatus.NOT_FOUND
    page.wait_for_selector("body[data-base]")
    targets = page.eval_on_selector_all("[data-to]", "all => all.map((e) => e.href ?? e.action)")
    assert len(targets) == 1 + 5 * len(LANGUAGES)
    assert {target for target in targets if not target.startswith(address)} == set()
    for target in {target for target in targets if path == DEPTHS[0]}:
        assert page.request.get(target).status == HTTPStatus.OK, target
    for language in LANGUAGES:
        assert page.locator(f"section[lang={language}] form").is_visible()


def test_the_language_of_the_address_comes_first(page: Page, address: str) -> None:
    for language in LANGUAGES:
        page.goto(f"{address}{language}/nothing.html")
        page.wait_for_selector("body[data-base]")
        assert page.locator("h1").count() == 1
        assert page.locator("main > section").first.get_attribute("lang") == language
        assert page.locator(f"section[lang={language}] h1").is_visible()
        assert page.evaluate("document.documentElement.lang") == language


def test_its_search_finds_a_station(page: Page, address: str) -> None:
    page.goto(f"{address}en/areas/N2.02.html")
    page.wait_for_selector("body[data-base]")
    field = page.locator("#find-en")
    assert field.input_value() == "N2.02"
    field.press("Enter")
    page.wait_for_selector("#station[aria-busy=false] article.sheet")
    assert page.url.startswith(f"{address}en/station.html?s=N2.02") or "s=N2.02" in page.url


def test_it_is_read_without_javascript_and_on_a_narrow_screen(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 740})
    page = context.new_page()
    page.goto(f"{address}es/nothing.html")
    assert page.locator("h1").inner_text() == "En esta dirección no hay ninguna página"
    assert page.locator("p.lost").first.is_visible()
    context.close()
    context = chromium.new_context(viewport={"width": 320, "height": 740})
    page = context.new_page()
    page.goto(f"{address}es/nothing.html")
    page.wait_for_selector("body[data-base]")
    assert not page.locator("p.lost").first.is_visible()
    assert page.evaluate(WIDER) == []
    assert page.evaluate(CUT) == []
    context.close()


def test_axe_finds_nothing_in_it(page: Page, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    page.goto(f"{address}es/nothing.html")
    page.wait_for_selector("body[data-base]")
    assert Axe().run(page).response["violations"] == []


def test_programs_that_ask_for_a_file_get_no_page(page: Page, miniature: Path) -> None:
    with serving(miniature) as server:
        for path in ("data/index/none.json", "log/tile/0/999", "assets/js/none.js"):
            answer = page.request.get(server.address + path)
            assert answer.status == HTTPStatus.NOT_FOUND
            assert "<html" not in answer.text()


@pytest.mark.parametrize(
    ("query", "said", "parent"),
    [
        ("a=N&s=N9.99", "Station N9.99 is not in this publication's index.", "areas/N.html"),
        ("s=N9.99", "Station N9.99 is not in this publication's index.", "areas/N.html"),
        ("a=ZZ&s=N9.99", "Station N9.99 is not in this publication's index.", "areas/N.html"),
        ("a=N&c=N9", "is not in this publication's index.", "areas/N.html"),
    ],
)
@pytest.mark.one_in(5)
def test_an_unknown_station_or_center_gets_a_sentence_and_the_ways_on(
    page: Page, address: str, query: str, said: str, parent: str
) -> None:
    page.goto(f"{address}en/station.html?{query}")
    page.wait_for_selector("#station[aria-busy=false]")
    assert said in page.locator("#station p.lead").inner_text()
    assert page.locator("#find-station").input_value() in ("N9.99", "N9")
    assert page.locator(f"#station p.links a[href='{parent}']").is_visible()


def test_a_station_whose_address_names_another_area_or_none_is_found(page: Page, address: str) -> None:
    for area in ("C", "ZZ"):
        page.goto(f"{address}en/station.html?a={area}&s=N2.02")
        page.wait_for_selector("#station[aria-busy=false] article.sheet")


def test_an_entry_that_is_no_record_of_the_station_is_said_to_be_elsewhere(page: Page, address: str) -> None:
    page.goto(f"{address}en/station.html?a=N&s=N2.02#entry-999999")
    page.wait_for_selector("#station[aria-busy=false] article.sheet")
    assert "Entry 999,999 is no record of this station." in page.locator("#not-here").inner_text()
    page.evaluate("location.hash = document.querySelector('article.sheet').id")
    page.wait_for_selector("#not-here", state="detached")
