"""Checking a sheet in a real browser: pasted, photographed, filmed; one thing altered at a time."""

from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import segno
from PIL import Image, ImageFilter

from escrutinio.core.election.qr2024_options import Card2024, Qr2024Options
from escrutinio.core.log.checkpoint import parse_checkpoint
from escrutinio.core.records.codes import Form, RevocationReason, Role
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.qr2024 import OPTIONS, Sheet2024
from escrutinio.core.records.types import CoRecord, Revocation, TallySheet
from escrutinio.intake.authoring.presentation import Presentation
from tests import paths
from tests.browser.publish import ASSETS, isla, publish, trust_of
from tests.conftest import CHROMIUM_FLAGS, chromium_path
from tests.core.election.build import PRESIDENT, ROOT, STATIONS, Day, key
from tests.reference.qr2024 import qr2024_text

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Modules, Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = paths.ROOT
VECTORS = json.loads((HERE / "docs" / "vectors" / "records.json").read_text())
VECTORS_2024 = json.loads((HERE / "docs" / "vectors" / "qr2024.json").read_text())
PHOTOS = HERE / "tests" / "data" / "photos"
STATION_2024 = "010111037.02"
NEEDS_DECODER = pytest.mark.skipif(
    not (ASSETS / "vendor" / "qr" / "decode.js").is_file(),
    reason="the decoder is not here (make decoder fetches it with npm)",
)
CHECK = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>x</title>'
    '<main id="check" data-base="../" data-lang="{lang}"><div id="check-here"></div></main>'
    '<script type="module" src="/assets/words/{lang}/check.js"></script>'
    '<script type="module" src="/assets/words/{lang}/code.js"></script>'
    '<script type="module" src="/assets/words/{lang}/refusal.js"></script>'
    '<script type="module" src="/assets/words/{lang}/station.js"></script>'
    '<script type="module" src="/assets/js/pages/check-sheet.js"></script></html>'
)
CARDS = Qr2024Options(
    "presidente", tuple(Card2024(f"card {at}", PRESIDENT.options[at % 4].code) for at in range(OPTIONS))
)
SHEET_2024 = Sheet2024("010111037", 2, "1", "0001", (1,) * OPTIONS, 2, 0)


def day_of_2024() -> Day:
    """A log with a station of 2024, of whose sheet two organisations published a copy."""
    day = Day(stations=STATIONS + b"010111037.02,010111037,sur,\n")
    day.copy("party/azul/1", STATION_2024, (10, 10, 9, 9), null=2, form=Form.QR2024)
    day.enrol("observer/cano", Role.OBSERVER)
    day.copy("observer/cano", STATION_2024, (10, 10, 9, 8), null=2)
    revoked = day.say(Revocation(key("party/azul/1").kid, RevocationReason.ENDED), ROOT, "election")
    day.say(CoRecord(day.digest(revoked)), "authority/1", "election")
    return day


DAYS = {"honest": isla(), "of-2024": day_of_2024()}


@pytest.fixture(scope="module", autouse=True)
def published(served: Served) -> Path:
    """Small publications with the page, by the names of `DAYS`."""
    for name, day in DAYS.items():
        directory = served.directory / name
        publish(day, directory, Presentation(qr2024=CARDS if name == "of-2024" else None))
        for lang in ("es", "en"):
            (directory / lang).mkdir()
            (directory / lang / "check.html").write_text(CHECK.format(lang=lang))
    return served.directory


def visit(page: Page, served: Served, name: str = "honest", lang: str = "en") -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{served.address}{name}/{lang}/check.html")
    page.wait_for_selector("#check[aria-busy=false]")
    assert [problem for problem in problems if "Content Security Policy" in problem] == []


def verdict(page: Page) -> str:
    card = page.locator("article.verdict")
    card.wait_for()
    return card.get_attribute("data-verdict") or ""


def paste(page: Page, text: str) -> str:
    """Check a pasted text; the verdict."""
    page.fill("#sheet-text", text)
    page.click("#check-here form button")
    return verdict(page)


def sheet(counts: tuple[int, ...] = (21, 4, 3, 2), signing: str = "machine/n1.01") -> bytes:
    """The tally sheet of station n1.01 as it is in the log, or with other counts or another's key."""
    day = isla()
    day.say(TallySheet(counts, (1, 0)), "machine/n1.01", "n1.01/presidente", signing=key(signing))
    return day.log[-1]


LOGGED = 5
QR = qr_text(DAYS["honest"].log[LOGGED], real=False)


# --- vectors ---


def test_qr_texts_are_read_and_written_as_in_python(js: Modules) -> None:
    for record in VECTORS["records"]:
        code = """
        const { raw, real } = it.readQrText(args[0]);
        return [bytes.toHex(raw), real, it.qrText(raw, false)];"""
        assert js.value("qr-text", code, record["qr"]) == [record["record"], False, record["qr"]]


@pytest.mark.parametrize("refused", VECTORS["refused_qr"], ids=lambda refused: refused["reason"])
def test_what_is_no_qr_text_is_refused(js: Modules, refused: dict[str, str]) -> None:
    assert js("qr-text", "return it.readQrText(args[0])", refused["text"])[0] == "refused"


def test_the_sheets_of_2024_are_read_and_added_up_as_in_python(js: Modules) -> None:
    code = """
    const sheet = it.readQr2024(args[0]);
    const options = args[2].map((code) => ({ code }));
    return { ...sheet, by_option: it.countsByOption(sheet, it.readCards(args[1]), options) };"""
    for accepted in VECTORS_2024["accepted"]:
        said = {name: value for name, value in accepted.items() if name != "text"}
        found = js.value("qr2024", code, accepted["text"], VECTORS_2024["cards"], VECTORS_2024["options"])
        assert found == said


@pytest.mark.parametrize("refused", VECTORS_2024["refused"], ids=lambda refused: refused["reason"])
def test_what_is_no_sheet_of_2024_is_refused(js: Modules, refused: dict[str, str]) -> None:
    assert js("qr2024", "return it.readQr2024(args[0])", refused["text"])[0] == "refused"


@pytest.mark.parametrize("option", [None, "dora-1"])
def test_cards_that_do_not_fit_are_refused(js: Modules, option: str | None) -> None:
    code = """
    const cards = it.readCards(args[0]);
    return it.countsByOption(it.readQr2024(args[1]), cards, [{ code: 'NM' }]);"""
    cards = json.loads(json.dumps(VECTORS_2024["cards"]))
    if option is None:
        cards["card"].pop()
    else:
        cards["card"][0]["option"] = option
    key_of_refusal = js.refusal("qr2024", code, cards, VECTORS_2024["accepted"][0]["text"])
    assert key_of_refusal == ("qr2024-cards" if option is None else "qr2024-option")


# --- signed sheets ---


def test_a_sheet_of_the_log_is_found_in_it(page: Page, served: Served) -> None:
    visit(page, served)
    assert paste(page, f"\n {QR}\n") == "in-log"
    text = page.locator("article.verdict").inner_text()
    assert f"entry {LOGGED} of the log" in text
    assert "NOT A SHEET OF A REAL ELECTION" in text.upper()
    assert "gives the same figures" in text
    link = page.locator("article.verdict dl a").get_attribute("href")
    assert link == "station.html?a=norte&s=n1.01"


def test_the_answer_is_given_in_spanish(page: Page, served: Served) -> None:
    visit(page, served, lang="es")
    paste(page, QR)
    assert (
        page.locator("article.verdict > h2")
        .inner_text()
        .endswith("Auténtica, y está en este registro público")
    )


def test_a_trust_file_that_does_not_vouch_for_the_log_stops_the_check(page: Page, served: Served) -> None:
    visit(page, served)
    page.locator("details.trust summary").click()
    digest = sha256(DAYS["honest"].log[0]).hexdigest().encode()
    other = trust_of(DAYS["honest"]).replace(digest, digest[::-1])
    page.set_input_files("#trust-file", {"name": "t.toml", "mimeType": "text/plain", "buffer": other})
    page.wait_for_selector("details.trust [role=status]:has-text('t.toml')")
    page.fill("#sheet-text", QR)
    page.click("#check-here form button")
    page.wait_for_selector(".check-status:has-text('whose SHA-256 the trust file gives')")


def test_a_signed_sheet_that_is_not_in_the_log_is_evidence(page: Page, served: Served) -> None:
    raw = sheet(counts=(22, 4, 3, 2))
    visit(page, served)
    assert paste(page, qr_text(raw, real=False)) == "not-in-log"
    assert "other figures" in page.locator("article.verdict").inner_text()
    assert page.locator("article.verdict mark.differs").first.inner_text() == "≠ 24"
    with page.expect_download() as downloading:
        page.locator("button", has_text="Keep this evidence").click()
    kept = json.loads(Path(downloading.value.path()).read_bytes())
    [record] = kept["records"]
    assert (record["verdict"], base64.b64decode(record["record"])) == ("not-in-log", raw)
    assert (record["sha256"], record["others"]) == (sha256(raw).hexdigest(), [5, 10])
    published = (served.directory / "honest" / "log" / "checkpoint").read_bytes()
    assert kept["checkpoint"].encode() == published
    assert parse_checkpoint(kept["checkpoint"].encode()).checkpoint.size == len(DAYS["honest"].log)


def _said_by(name: str) -> bytes:
    """A copy of the sheet of 2024 that is in no log."""
    day = day_of_2024()
    day.copy(name, STATION_2024, (1, 2, 3, 4))
    return day.log[-1]


def test_a_sheet_that_the_index_hides_is_found_by_reading_the_log(page: Page, served: Served) -> None:
    directory = served.directory / "hidden"
    shutil.copytree(served.directory / "honest", directory)
    index = directory / "data" / "index" / "norte.json"
    said = json.loads(index.read_text())
    del said["stations"]["n1.01"]["entries"]
    index.write_text(json.dumps(said))
    visit(page, served, "hidden")
    assert paste(page, QR) == "in-log"


def test_an_altered_log_cannot_hide_a_sheet(page: Page, served: Served) -> None:
    directory = served.directory / "swapped"
    shutil.copytree(served.directory / "honest", directory)
    bundle = directory / "log" / "tile" / "entries" / "000.p" / "15"
    raw = DAYS["honest"].log[LOGGED]
    bundle.write_bytes(bundle.read_bytes().replace(raw, sheet(counts=(20, 4, 3, 2))))
    visit(page, served, "swapped")
    page.fill("#sheet-text", QR)
    page.click("#check-here form button")
    page.wait_for_selector(".check-status:has-text('another root')")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (qr_text(sheet(signing="stranger"), real=False), "unknown-key"),
        (qr_text(sheet()[:-1] + bytes([sheet()[-1] ^ 1]), real=False), "altered"),
        (qr_text(sheet().replace(b"\x84\x15\x04\x03\x02", b"\x84\x16\x04\x03\x02"), real=False), "altered"),
        (
            next(record["qr"] for record in VECTORS["records"] if record["name"] == "tally-sheet"),
            "other-election",
        ),
        (QR[:-3], "broken"),
        (QR[:-1], "broken"),
        ("ESCX:", "broken"),
        ("010111037.02.1.0001!1,2!0!0", "broken"),
        ("https://example.org/acta", "other"),
        ("<img src=x onerror=alert(1)>", "other"),
    ],
)
def test_what_is_no_sheet_of_the_log_is_told_apart(
    page: Page, served: Served, text: str, expected: str
) -> None:
    assert text != QR
    visit(page, served)
    assert paste(page, text) == expected
    assert page.locator("article.verdict img").count() == 0


def test_a_prefix_that_claims_a_real_election_is_contradicted(page: Page, served: Served) -> None:
    visit(page, served)
    assert paste(page, QR.replace("ESCX:", "ESC1:", 1)) == "mislabelled"
    text = page.locator("article.verdict").inner_text()
    assert "prefix says otherwise" in text
    assert "exercise or a simulation" in text


# --- unsigned sheets of 2024 ---


def test_an_unsigned_sheet_is_held_against_every_record(page: Page, served: Served) -> None:
    visit(page, served, "of-2024")
    assert paste(page, qr2024_text(SHEET_2024)) == "unsigned-differs"
    assert page.locator("section.compare mark.differs").all_inner_texts() == ["≠ 8", "≠ 39"]
    assert "carries no signature" in page.locator("article.verdict").inner_text()


def test_an_unsigned_sheet_with_one_vote_more_differs_everywhere(page: Page, served: Served) -> None:
    visit(page, served, "of-2024")
    other = replace(SHEET_2024, counts=(2, *SHEET_2024.counts[1:]))
    assert paste(page, qr2024_text(other)) == "unsigned-differs"
    assert len(page.locator("section.compare tr.candidate mark.differs").all()) == 3


def test_an_unsigned_sheet_of_a_station_that_is_not_there_stands_alone(page: Page, served: Served) -> None:
    visit(page, served, "of-2024")
    assert paste(page, qr2024_text(replace(SHEET_2024, table=3))) == "unsigned-alone"


def test_without_the_cards_the_counts_are_shown_as_they_are(page: Page, served: Served) -> None:
    visit(page, served)
    assert paste(page, qr2024_text(SHEET_2024)) == "unsigned-alone"
    text = page.locator("article.verdict").inner_text()
    assert "data/qr2024.json is missing" in text
    assert " ".join(["1"] * OPTIONS + ["2", "0"]) in text


# --- photos and camera ---


def drawn(text: str, size: tuple[int, int] = (1240, 1754)) -> Image.Image:
    """A sheet of paper with the QR code on it, at 150 dpi."""
    found = io.BytesIO()
    segno.make_qr(text, error="q", boost_error=False).save(found, kind="png", scale=5, border=6)
    page = Image.new("L", size, 250)
    page.paste(Image.open(found).convert("L"), (size[0] // 3, size[1] // 2))
    return page


def turned(image: Image.Image) -> Image.Image:
    return image.rotate(7, expand=True, fillcolor=250).filter(ImageFilter.GaussianBlur(1.5))


def faded(image: Image.Image) -> Image.Image:
    return image.point(lambda grey: 150 + grey // 4)


def far_away(image: Image.Image) -> Image.Image:
    page = Image.new("L", (4000, 3000), 90)
    page.paste(image.resize((image.width * 2 // 3, image.height * 2 // 3)), (1200, 900))
    return page


def photo(page: Page, image: Image.Image | bytes, name: str = "sheet.png") -> None:
    content = io.BytesIO()
    image.save(content, "PNG") if isinstance(image, Image.Image) else content.write(image)
    page.set_input_files(
        "#sheet-photo", {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}
    )


@NEEDS_DECODER
@pytest.mark.parametrize("damage", [turned, faded, far_away])
def test_a_photo_of_a_sheet_is_read(
    page: Page, served: Served, damage: Callable[[Image.Image], Image.Image]
) -> None:
    visit(page, served)
    photo(page, damage(drawn(QR)))
    assert verdict(page) == "in-log"


@NEEDS_DECODER
@pytest.mark.parametrize(("scan", "station"), [("scan-a", "010111037.02"), ("scan-b", "010111043.01")])
def test_the_real_scans_are_read(page: Page, served: Served, scan: str, station: str) -> None:
    visit(page, served, "of-2024")
    photo(page, (PHOTOS / f"{scan}.png").read_bytes())
    assert verdict(page).startswith("unsigned")
    assert page.locator("article.verdict details pre").text_content().startswith(f"{station}.1.")  # type: ignore[union-attr]


@NEEDS_DECODER
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Image.new("L", (300, 300), 255), "No QR code was found"),
        (b"%PDF-1.7", "is not a picture"),
        (b"", "is not a picture"),
    ],
    ids=["blank", "pdf", "empty"],
)
def test_a_picture_without_a_code_gets_advice(
    page: Page, served: Served, content: Image.Image | bytes, said: str
) -> None:
    visit(page, served)
    photo(page, content)
    page.wait_for_selector(f".check-status:has-text('{said}')")
    assert page.locator("article.verdict").count() == 0


def test_without_a_decoder_pasting_works_and_the_page_says_why(page: Page, served: Served) -> None:
    page.route("**/vendor/**", lambda route: route.fulfill(status=404))
    visit(page, served)
    assert "carries no reader" in page.locator(".check-ways .note").inner_text()
    assert page.locator("#sheet-photo").count() == 0
    assert paste(page, QR) == "in-log"


@pytest.fixture
def filmed(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page in a browser whose camera sees a sheet."""
    film = tmp_path / "sheet.mjpeg"
    frame = io.BytesIO()
    drawn(QR, (1000, 900)).convert("RGB").save(frame, "JPEG", quality=90)
    film.write_bytes(frame.getvalue() * 3)
    flags = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = chromium.browser_type.launch(executable_path=chromium_path(), args=[*CHROMIUM_FLAGS, *flags])
    yield browser.new_page()
    browser.close()


@NEEDS_DECODER
def test_the_camera_reads_a_sheet(filmed: Page, served: Served) -> None:
    visit(filmed, served)
    filmed.get_by_role("button", name="Use the camera").click()
    assert verdict(filmed) == "in-log"
    assert filmed.locator("video").count() == 0


# --- missing files ---


@pytest.mark.parametrize("path", ["data/keys.json", "data/index/norte.json", "log/tile/0/000.p/15"])
def test_a_missing_file_is_named(page: Page, served: Served, path: str) -> None:
    directory = served.directory / f"without-{Path(path).stem}-{Path(path).parent.name}"
    shutil.copytree(served.directory / "honest", directory)
    (directory / path).unlink()
    visit(page, served, directory.name)
    page.fill("#sheet-text", QR)
    page.click("#check-here form button")
    page.wait_for_selector(f".check-status:has-text('{path.removeprefix('log/')} is missing')")
