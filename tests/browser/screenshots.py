"""Take the pictures of README.md: `make screenshots` (needs Chromium)."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM_FLAGS, chromium_path, publish_example
from tests.paths import ROOT

IMAGES = ROOT / "docs" / "images"
SHOTS = {
    "home.png": ("en/index.html", 1100, 1100),
    "station.png": ("en/station.html?s=010101001.01", 1100, 1500),
    "map.png": ("es/map.html#", 1100, 1150),
}


class Quiet(SimpleHTTPRequestHandler):
    """Serves without a word."""

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        directory = publish_example("venezuela-2024", Path(scratch))
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(directory)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_FLAGS))
        for name, (path, width, height) in SHOTS.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(f"http://127.0.0.1:{server.server_port}/{path}", wait_until="networkidle")
            page.screenshot(path=IMAGES / name)
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
