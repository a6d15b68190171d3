"""A web server for the browser's modules and a publication, and a way to call those modules from tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from escrutinio.publication.browser.page_scripts import early_script
from escrutinio.publication.browser.policy import CSP, csp_hash
from escrutinio.publication.browser.words import word_files
from tests.browser.publish import ASSETS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

_CALL = """async ([module, code, args]) => {
  const bytes = await import('/assets/js/records/bytes.js');
  await import('/assets/words/es/refusal.js');
  const it = await import(`/assets/js/${module}.js`); // with its folder
  const run = new Function('it', 'bytes', 'args', `return (async () => { ${code} })()`);
  try { return ['ok', await run(it, bytes, args)]; }
  catch (error) {
    if (error.name !== 'Refusal') throw error;
    return ['refused', error.key, error.text('es')];
  }
}"""


_PLACES = {
    path.stem: path.relative_to(ASSETS / "js").with_suffix("").as_posix()
    for path in (ASSETS / "js").rglob("*.js")
}
"""Where the module of each name is: no two have the same."""


@cache
def _policy() -> str:
    """With the script that the page of a station has inside it."""
    return CSP.replace("script-src 'self'", f"script-src 'self' {csp_hash(early_script())}")


class _Handler(SimpleHTTPRequestHandler):
    """`/assets/` but for its words from the package, the rest from the directory; the real site's policy."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet: otherwise every answer waits for an acknowledgement

    def translate_path(self, path: str) -> str:
        plain = path.partition("?")[0]
        if plain.startswith("/assets/") and not plain.startswith("/assets/words/"):
            return str(ASSETS / plain.removeprefix("/assets/"))
        return super().translate_path(path)

    def end_headers(self) -> None:
        if self.path.partition("?")[0].endswith(("station.html", "sandbox.html", "check.html")):
            self.send_header("Content-Security-Policy", _policy())
        self.send_header("Cache-Control", "max-age=600" if self.path.startswith("/assets/") else "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Served:
    """A directory and the address at which it is served."""

    def __init__(self, directory: Path, address: str) -> None:
        self.directory, self.address = directory, address


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An empty directory served on this machine alone, for the tests of one module."""
    directory = tmp_path_factory.mktemp("served")
    (directory / "blank.html").write_text("<!doctype html><title>blank</title>")
    for path, content in word_files():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(directory))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield Served(directory, f"http://127.0.0.1:{server.server_address[1]}/")
        server.shutdown()
        thread.join()


class Modules:
    """The browser's modules, called from Python: `js(module, code, args)` runs `code` with the module `it`.

    The result is ("ok", value) or ("refused", key, Spanish sentence); bytes travel in hexadecimal.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def __call__(self, module: str, code: str, *args: object) -> list[object]:
        result: list[object] = self.page.evaluate(_CALL, [_PLACES[module], code, list(args)])
        return result

    def value(self, module: str, code: str, *args: object) -> object:
        """As a call that must not be refused."""
        result = self(module, code, *args)
        assert result[0] == "ok", result
        return result[1]

    def refusal(self, module: str, code: str, *args: object) -> object:
        """As a call that must be refused: the key of its sentence."""
        result = self(module, code, *args)
        assert result[0] == "refused", result
        return result[1]


@pytest.fixture(scope="module")
def js(profile: BrowserContext, served: Served) -> Iterator[Modules]:
    """The modules in an otherwise empty page, for the tests of one module."""
    page = profile.new_page()
    page.goto(served.address + "blank.html")
    yield Modules(page)
    page.close()


@pytest.fixture(scope="module")
def profile(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile for the tests of one module, so that they fetch the modules once."""
    context = chromium.new_context()
    context.set_default_timeout(5_000)
    yield context
    context.close()


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """An empty page; an uncaught error in it fails the test."""
    page = profile.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []
