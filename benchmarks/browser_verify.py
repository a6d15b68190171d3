"""Verify a whole election in Chromium, in the page's own worker, beside WebCrypto alone in the same browser.

The floor imports as many keys and verifies as many signatures as the log has, and does nothing else. There is
one key per machine, as in an official log.
"""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from benchmarks.harness import measure, parse_options
from benchmarks.synthetic import SyntheticElection
from tests.conftest import CHROMIUM_FLAGS, chromium_path

VERIFY = """async () => {
  const worker = new Worker('/assets/js/pages/verify-worker.js', { type: 'module' });
  const report = await new Promise((resolve, reject) => {
    worker.onerror = reject;
    worker.onmessage = ({ data }) => {
      if (data.report) resolve(data.report);
      else if (data.refused) reject(data.refused);
    };
    worker.postMessage({ chosen: { base: location.origin + '/' }, trust: null, earlier: null, sample: null });
  });
  worker.terminate();
  const made = ['bundles', 'root', 'tiles', 'definition', 'records', 'signatures'];
  const failed = report.steps.some(({ id, state }) => made.includes(id) && state !== 'ok');
  if (failed) throw new Error(JSON.stringify(report.steps));
  return report.totals[0].total.stations;
}"""

PREPARE = """async () => {
  const { Log } = await import('/assets/js/log/log.js');
  const { readEntries, placed } = await import('/assets/js/election/election.js');
  const { addKeys, keyAt, keyringOf } = await import('/assets/js/election/keys.js');
  const { readRecord } = await import('/assets/js/records/record.js');
  const log = new Log('/');
  const opened = placed(await readEntries(log, () => {})).slice(2)
    .map(({ index, raw }) => ({ index, ...readRecord(raw) }));
  const { rootKey } = await log.foundations();
  const keyring = keyringOf(rootKey);
  await addKeys(keyring, opened);
  window.work = opened.map((placed) => [keyAt(keyring, placed).public_key, placed.entry.frame]);
}"""

FLOOR = """async () => {
  const check = async ([key, { signed, signature }]) => {
    const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    return crypto.subtle.verify('Ed25519', imported, signature, signed);
  };
  for (let at = 0; at < window.work.length; at += 2_000) {
    const held = await Promise.all(window.work.slice(at, at + 2_000).map(check));
    if (!held.every(Boolean)) throw new Error('a signature does not hold');
  }
}"""


class _Quiet(SimpleHTTPRequestHandler):
    """The publication, with the package's assets beside it."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def translate_path(self, path: str) -> str:
        if path.startswith("/assets/"):
            return str(files("escrutinio.publication.browser").joinpath(path.removeprefix("/")))
        return super().translate_path(path)

    def log_message(self, format: str, *args: object) -> None:
        pass


def main() -> None:
    options = parse_options(__doc__ or "")
    sheets = 2_000 if options.short else 30_000
    with TemporaryDirectory() as scratch:
        directory = Path(scratch)
        SyntheticElection(sheets).write(directory / "election")
        (directory / "election" / "blank.html").write_text("<!doctype html><title>blank</title>")
        handler = partial(_Quiet, directory=str(directory / "election"))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = playwright.chromium.launch(
                executable_path=chromium_path(whole=True), args=list(CHROMIUM_FLAGS)
            )
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/blank.html")
            page.evaluate(PREPARE)
            measure(
                f"verify {sheets:,} sheets in Chromium",
                lambda: _verify(page, sheets),
                lambda: page.evaluate(FLOOR),
                "sheets",
                count=sheets,
                options=options,
                repeat=1 if options.short else 3,
            )
            browser.close()
            server.shutdown()


def _verify(page: Page, sheets: int) -> None:
    counted = page.evaluate(VERIFY)
    assert counted == sheets, f"{counted} of {sheets} sheets count"


if __name__ == "__main__":
    main()
