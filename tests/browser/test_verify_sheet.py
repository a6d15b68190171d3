"""A sheet in hand, held by verify.html against a place's file, an area's ZIP or a folder, offline."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import segno

from escrutinio.core.records.entry import open_record
from escrutinio.core.records.qr import qr_text
from escrutinio.core.verification.publication import open_verified
from escrutinio.publication.browser.files import asset
from escrutinio.publication.downloads.one_place import place_file
from escrutinio.publication.downloads.part import part_files, write_zip
from tests.browser.serving import PATIENCE
from tests.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

STATION = "N2.02"

needs_decoder = pytest.mark.skipif(
    not (ROOT / "src/escrutinio/publication/browser/assets/vendor/qr/decode.js").is_file(),
    reason="the decoder is not here (make decoder fetches it with npm)",
)


@pytest.fixture(scope="module")
def sheets(miniature: Path) -> dict[int, bytes]:
    """The tally sheets and copies of the log, by their index."""
    log = open_verified(miniature)
    entries = {at: open_record(raw) for at, raw in log.entries_at(range(log.size))}
    return {at: entry.raw for at, entry in entries.items() if entry.body.NAME in ("tally-sheet", "copy")}


Ask = Callable[[Path, str], "Locator"]


@pytest.fixture
def ask(chromium: Browser, miniature: Path) -> Ask:
    """Choose a file or a folder in verify.html, paste a text, and give the answer about the sheet."""
    context = chromium.new_context(locale="en", offline=True)

    def answer(chosen: Path, text: str) -> Locator:
        page: Page = context.new_page()
        page.goto((miniature / "verify.html").as_uri())
        page.set_input_files("#folder" if chosen.is_dir() else "#zip", chosen)
        page.click("summary:has-text('A sheet in hand')")
        page.fill("#sheet-text", text)
        page.click("button[type=submit]")
        page.wait_for_selector(".report h2", timeout=PATIENCE)
        return page.locator("section.sheet")

    return answer


def index_of(sheets: dict[int, bytes], kind: str) -> int:
    """The first sheet of a type at the station."""
    for index, raw in sheets.items():
        entry = open_record(raw)
        if (entry.body.NAME, entry.about.station) == (kind, STATION):
            return index
    raise AssertionError(kind)


@pytest.fixture(scope="module", params=["place", "area", "folder"])
def chosen(request: pytest.FixtureRequest, miniature: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "folder":
        return miniature
    directory, log = tmp_path_factory.mktemp("chosen"), open_verified(miniature)
    if request.param == "area":
        write_zip(directory / "area.zip", part_files(log, "N"))
        return directory / "area.zip"
    (directory / "place.html").write_bytes(place_file(log, STATION, "es"))
    return directory / "place.html"


def test_a_sheet_of_the_file_is_found_in_it(ask: Ask, chosen: Path, sheets: dict[int, bytes]) -> None:
    index = index_of(sheets, "tally-sheet")
    found = ask(chosen, qr_text(sheets[index], real=False))
    assert found.get_attribute("data-sheet") == "same"
    said = found.inner_text()
    assert f"These very bytes are entry {index}, signed by machine/104." in said
    assert "The same figures as entry 91 (copy, party/concha" in said
    assert "Ceiba: 113 on the sheet, 93 in the record" in said


def test_an_altered_sheet_is_told_from_an_honest_one(
    ask: Ask, chosen: Path, sheets: dict[int, bytes]
) -> None:
    raw = sheets[index_of(sheets, "tally-sheet")]
    found = ask(chosen, qr_text(raw[:-1] + bytes([raw[-1] ^ 1]), real=False))
    assert found.get_attribute("data-sheet") == "altered"


def test_what_is_elsewhere_in_the_log_accuses_nobody(
    ask: Ask, tmp_path: Path, miniature: Path, sheets: dict[int, bytes]
) -> None:
    (tmp_path / "place.html").write_bytes(place_file(open_verified(miniature), STATION, "en"))
    other = next(raw for raw in sheets.values() if (open_record(raw).about.station or "").startswith("C"))
    found = ask(tmp_path / "place.html", qr_text(other, real=False))
    assert found.get_attribute("data-sheet") in ("stranger", "signed")
    assert "It may be elsewhere in the log." in found.inner_text()


@pytest.mark.parametrize(("text", "kind"), [("hello", "none"), ("ESCX:ABC", "unread")])
def test_what_is_no_sheet_is_said_to_be_none(
    ask: Ask, tmp_path: Path, miniature: Path, text: str, kind: str
) -> None:
    (tmp_path / "place.html").write_bytes(place_file(open_verified(miniature), STATION, "en"))
    assert ask(tmp_path / "place.html", text).get_attribute("data-sheet") == kind


WITHOUT_DETECTOR = "delete globalThis.BarcodeDetector"


@needs_decoder
@pytest.mark.parametrize("kind", ["folder", "area"])
def test_a_photo_is_read_by_the_decoder_among_the_files(
    chromium: Browser, miniature: Path, tmp_path: Path, sheets: dict[int, bytes], kind: str
) -> None:
    photo, chosen = tmp_path / "photo.png", miniature
    segno.make(qr_text(sheets[index_of(sheets, "tally-sheet")], real=False)).save(str(photo), scale=6)
    if kind == "area":
        chosen = tmp_path / "area.zip"
        write_zip(chosen, part_files(open_verified(miniature), "N"))
    page = verifier_without_detector(chromium, miniature)
    page.set_input_files("#folder" if chosen.is_dir() else "#zip", chosen)
    page.click("summary:has-text('A sheet in hand')")
    page.set_input_files("#sheet-photo", photo)
    page.wait_for_selector("[role=status]:has-text('The QR code was read')", timeout=PATIENCE)
    page.click("button[type=submit]")
    page.wait_for_selector(".report h2", timeout=PATIENCE)
    assert page.locator("section.sheet").get_attribute("data-sheet") == "same"


@pytest.mark.parametrize("kind", ["nothing", "another"])
def test_no_other_decoder_is_run(chromium: Browser, miniature: Path, tmp_path: Path, kind: str) -> None:
    page, photo, area = verifier_without_detector(chromium, miniature), tmp_path / "p.png", tmp_path / "a.zip"
    segno.make("ESCX:").save(str(photo), scale=6)
    files = [(name, data) for name, data in part_files(open_verified(miniature), "N") if "qr/" not in name]
    other = [
        (f"assets/vendor/qr/{name}", b"export const decodeQR = 1;\n") for name in ("index.js", "decode.js")
    ]
    write_zip(area, files + (other if kind == "another" else []))
    page.set_input_files("#zip", area)
    page.click("summary:has-text('A sheet in hand')")
    page.set_input_files("#sheet-photo", photo)
    page.wait_for_selector("[role=status]:has-text('has no reader')", timeout=PATIENCE)
    assert page.input_value("#sheet-text") == ""


def verifier_without_detector(chromium: Browser, miniature: Path) -> Page:
    """verify.html from disk, in an engine that reads no QR codes by itself."""
    page: Page = chromium.new_context(locale="en", offline=True).new_page()
    page.add_init_script(WITHOUT_DETECTOR)
    page.goto((miniature / "verify.html").as_uri())
    return page


def test_the_decoder_that_it_runs_is_the_one_that_is_fetched() -> None:
    wanted = dict(line.split()[::-1] for line in (ROOT / "decoder.sha256").read_text().splitlines())
    known = dict(re.findall(r'\["(\w+\.js)", "([0-9a-f]{64})"\]', asset("js/pages/qr-handed.js").decode()))
    assert known == {name: wanted[name] for name in ("index.js", "decode.js")}
