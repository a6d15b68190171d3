"""How soon the home page can be read on a slow phone, and how much it transfers.

Chromium slowed to a quarter of this machine's speed, behind 1.6 Mbit/s with 150 ms of latency (what page
testers call a slow 4G phone), nothing cached. The time is that of the first contentful paint (W3C Paint
Timing); the floor is the same page without style and script behind the same line.
"""

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from benchmarks.harness import Measurement, parse_options, peak_rss_mib, show
from tests.conftest import CHROMIUM_FLAGS, chromium_path, publish_example

BITS_A_SECOND, LATENCY, SLOWER = 1_600_000, 150, 4
BARE = "bare.html"
RUNS = 3

PAINT = """() => new Promise((resolve) => {
  const paints = (list) => list.getEntriesByName('first-contentful-paint');
  const told = (list) => paints(list).forEach(({ startTime }) => resolve(startTime));
  new PerformanceObserver(told).observe({ type: 'paint', buffered: true });
})"""


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def log_message(self, format: str, *args: object) -> None:
        pass


def first_paint(browser: Browser, address: str) -> tuple[float, int]:
    """Seconds to the first contentful paint of a page nobody saw before, and bytes transferred."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    line = context.new_cdp_session(page)
    received = 0

    def count(event: dict[str, int]) -> None:
        nonlocal received
        received += event["encodedDataLength"]

    line.on("Network.loadingFinished", count)
    line.send("Network.enable")
    speed = BITS_A_SECOND / 8
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY, "downloadThroughput": speed, "uploadThroughput": speed},
    )
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="networkidle")
    seconds = page.evaluate(PAINT) / 1_000
    context.close()
    return seconds, received


def main() -> None:
    options = parse_options(__doc__ or "")
    name = "miniature" if options.short else "venezuela-2024"
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        directory = publish_example(name, Path(scratch))
        home = (directory / "es" / "index.html").read_text()
        (directory / "es" / BARE).write_text(re.sub(r"<(?:link|script)[^>]*>", "", home))
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=chromium_path(whole=True), args=list(CHROMIUM_FLAGS)
        )
        start = f"http://127.0.0.1:{server.server_port}/es/"
        pages = (start + "index.html", start + BARE)
        runs = [tuple(first_paint(browser, page) for page in pages) for _ in range(RUNS)]
        browser.close()
        server.shutdown()
    seconds, received = min(run[0] for run in runs)
    floor = min(run[1][0] for run in runs)
    show(
        Measurement(f"home of {name}, slow phone", received, "bytes", seconds, floor, peak_rss_mib()), options
    )


if __name__ == "__main__":
    main()
