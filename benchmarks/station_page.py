"""How soon the page of a station shows its record, checked, on a slow phone, and how many files that takes.

Chromium slowed to a quarter of this machine's speed, behind 400 kbit/s with 400 ms of latency, nothing
cached, from the project's own server. The time is when its record is shown, checked. The
floor is the same number of bytes in one file behind the same line, which nobody could get sooner.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from benchmarks.harness import Measurement, parse_options, peak_rss_mib, show
from escrutinio.running.workspace.server import application
from tests.conftest import CHROMIUM_FLAGS, chromium_path, publish_example

BITS_A_SECOND, LATENCY, SLOWER = 400_000, 400, 4
RUNS = 3
STATIONS = {"miniature": "a=N&s=N1.01", "venezuela-2024": "a=130901&s=130901001.01"}

DONE = """() => new Promise((resolve) => {
  const root = document.getElementById('station');
  const done = () => 'shown' in root.dataset && resolve(performance.now());
  new MutationObserver(done).observe(root, { attributes: true });
  done();
})"""


def station_shown(browser: Browser, address: str) -> tuple[float, int, int]:
    """Seconds until a page nobody saw before shows its record, bytes received until then, and files."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    line = context.new_cdp_session(page)
    received = [0, 0]

    def count(event: dict[str, int]) -> None:
        received[0] += event["encodedDataLength"]
        received[1] += 1

    line.on("Network.loadingFinished", count)
    line.send("Network.enable")
    speed = BITS_A_SECOND / 8
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY, "downloadThroughput": speed, "uploadThroughput": speed},
    )
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="commit")
    page.wait_for_selector("#station", state="attached")
    seconds = page.evaluate(DONE) / 1_000
    context.close()
    return seconds, received[0], received[1]


@contextmanager
def _serving(directory: Path) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(application(directory), port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join()


def main() -> None:
    options = parse_options(__doc__ or "")
    name = "miniature" if options.short else "venezuela-2024"
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        directory = publish_example(name, Path(scratch))
        browser = playwright.chromium.launch(
            executable_path=chromium_path(whole=True), args=list(CHROMIUM_FLAGS)
        )
        with _serving(directory) as address:
            page = f"{address}es/station.html?{STATIONS[name]}"
            runs = [station_shown(browser, page) for _ in range(RUNS)]
        browser.close()
    seconds, received, files = min(runs)
    floor = LATENCY / 1_000 + received * 8 / BITS_A_SECOND
    row = Measurement(f"station of {name}, {files} files", received, "bytes", seconds, floor, peak_rss_mib())
    show(row, options)


if __name__ == "__main__":
    main()
