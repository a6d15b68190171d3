"""A scrutineer's phone, in Chromium of its size: photos taken offline are sent when there is a network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import segno
from PIL import ExifTags, Image
from starlette.types import ASGIApp, Receive, Scope, Send

from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.qr import qr_text
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.running.desk.phone.app import phone_application, worker_script
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.workspace.collection.pictures import PictureBox
from tests.browser.publish import ASSETS
from tests.browser.serving import PATIENCE, Server
from tests.publication.small import log, small_state

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

pytestmark = pytest.mark.browser

KEYRING = Keyring(SigningKey(bytes(32)), "drill")
HOUR = 3600
STORED = """() => new Promise((resolve) => {
  const opening = indexedDB.open("escrutinio-phone", 1);
  opening.onsuccess = () => {
    const counting = opening.result.transaction("photos").objectStore("photos").count();
    counting.onsuccess = () => { opening.result.close(); resolve(counting.result); };
  };
})"""


class Party:
    """A party's server, which can be gone and come back on its port; `deaf` loses answers on their way, and
    with `mute` nothing that is asked is answered until it is over."""

    def __init__(self, directory: Path) -> None:
        self.box = PictureBox(directory)
        self.box.begin(KEYRING)
        self.sessions = Sessions(directory / "desk", lambda: HOUR)
        self.deaf = self.mute = False
        self.server = Server(self._app())

    def _app(self) -> ASGIApp:
        app = phone_application(small_state(), self.box, self.sessions, now=lambda: HOUR)

        async def losing(scope: Scope, receive: Receive, send: Send) -> None:
            while self.mute and scope["type"] == "http":
                await asyncio.sleep(0.02)
            if not (self.deaf and scope["method"] == "POST"):
                return await app(scope, receive, send)

            async def nowhere(_message: object) -> None:
                pass

            await app(scope, receive, nowhere)
            raise ConnectionError

        return losing

    def stop(self) -> None:
        self.mute = False
        self.server.stop()

    def again(self) -> None:
        self.server = Server(self._app(), self.server.port)

    def pictures(self) -> list[bytes]:
        return [one.content for one in self.box.open(KEYRING)]


@pytest.fixture
def party(tmp_path: Path) -> Iterator[Party]:
    party = Party(tmp_path)
    yield party
    party.stop()


@pytest.fixture
def page(chromium: Browser, party: Party) -> Iterator[Page]:
    """A phone that has entered, whose page has been kept."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="es")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    key = party.sessions.hand_out("010111001.01", Use.SCRUTINEER, HOUR)
    page.goto(f"{party.server.address}enter#{key}")
    page.click("form button")
    page.wait_for_selector("text=Esta página ya funciona sin red")
    yield page
    context.close()


def photo(text: str = "", colour: str = "white") -> bytes:
    """A JPEG as a phone makes it: place and device in it, and a code where there is a text."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRETPHONE"
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (10.0, 30.0, 1.0),
    }
    image = Image.new("RGB", (600, 600), colour)
    if text:
        drawn = BytesIO()
        segno.make_qr(text, error="q", boost_error=False).save(drawn, kind="png", scale=5)
        image.paste(Image.open(drawn), (40, 40))
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    assert b"SECRETPHONE" in out.getvalue()
    return out.getvalue()


def take(page: Page, *photos: bytes, kind: str = "image/jpeg") -> None:
    files: list[FilePayload] = [
        {"name": f"{n}.jpg", "mimeType": kind, "buffer": each} for n, each in enumerate(photos)
    ]
    page.set_input_files("#photo", files)


def test_photos_taken_offline_are_sent_later_and_then_deleted(page: Page, party: Party) -> None:
    page.context.set_offline(True)
    party.stop()
    page.reload()
    take(page, photo(), photo(colour="red"))
    page.wait_for_selector("#photos li:nth-child(2)")
    assert (
        page.locator("#photos .state").all_inner_texts() == ["Guardada en este teléfono, aún sin enviar"] * 2
    )
    page.reload()  # they are still there
    page.wait_for_selector("#photos li:nth-child(2)")
    assert page.evaluate(STORED) == 2
    party.again()
    page.context.set_offline(False)
    page.locator("#photos .state b").nth(1).wait_for()
    assert page.evaluate(STORED) == 0
    assert len(party.pictures()) == 2
    for each in party.pictures():
        assert b"SECRETPHONE" not in each
        assert b"Exif" not in each


def test_an_answer_that_was_lost_is_asked_for_again_and_counts_once(page: Page, party: Party) -> None:
    party.deaf = True
    take(page, photo())
    page.wait_for_selector("text=aún sin enviar")
    party.stop()
    party.deaf = False
    party.again()
    assert page.evaluate(STORED) == 1
    page.click("#send")
    page.wait_for_selector("text=Recibo")
    assert (page.evaluate(STORED), len(party.pictures())) == (0, 1)
    receipt = page.inner_text("#photos b")
    assert [one.digest[:8] for one in party.box.open(KEYRING)] == [receipt]


def test_a_network_that_swallows_everything_is_not_waited_for(page: Page, party: Party) -> None:
    """It takes connections and says nothing: the page comes as it was kept, and a try has an end."""
    page.clock.install()
    party.mute = True
    page.reload()
    take(page, photo())
    page.wait_for_selector("text=Enviando")
    page.clock.fast_forward(60_000)
    page.wait_for_selector("text=aún sin enviar")
    page.click("#send")
    page.wait_for_selector("text=Enviando")
    party.stop()  # what was on its way is gone, and nobody says so
    party.again()
    page.click("#send")
    page.wait_for_selector("text=Recibo")
    assert (page.evaluate(STORED), len(party.pictures())) == (0, 1)


def test_one_photo_that_cannot_be_kept_does_not_lose_the_others(page: Page, party: Party) -> None:
    page.evaluate("""() => {
      const decode = createImageBitmap;
      let first = true;
      window.createImageBitmap = (...given) => {
        if (!first) return decode(...given);
        first = false;
        return Promise.resolve({ width: NaN, height: NaN });  // no canvas can be made of it
      };
    }""")
    take(page, photo(), photo(colour="blue"))
    page.wait_for_selector("text=No se pudo guardar en este teléfono")
    page.wait_for_selector("text=Recibo")
    assert (page.evaluate(STORED), len(party.pictures())) == (0, 1)


@pytest.mark.skipif(
    not (ASSETS / "vendor" / "qr" / "decode.js").exists(),
    reason="the QR reader was not fetched (make decoder)",
)
def test_it_says_what_the_code_on_a_sheet_says(page: Page) -> None:
    sheet = next(raw for raw in log() if b"N.1/presidente" in raw)
    take(page, photo(qr_text(sheet, real=False)))
    page.wait_for_selector("text=El código del acta dice")
    said = page.text_content("#photos li") or ""
    assert "N.1 · Presidencia" in said
    assert "Tarjeta 1: 30" in said


def test_what_no_browser_decodes_is_sent_as_it_is_and_may_be_refused(page: Page, party: Party) -> None:
    take(page, b"no picture at all")
    page.wait_for_selector("text=El servidor no la aceptó")
    page.click("text=Borrar de este teléfono")
    page.locator("#photos li").wait_for(state="detached")
    assert (page.evaluate(STORED), party.pictures()) == (0, [])


def test_heic_goes_as_it_is_and_is_stripped_by_the_server(page: Page, party: Party) -> None:
    pillow_heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed: the extra `phone`")
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRETPHONE"
    out = BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "HEIF", exif=exif)
    assert b"SECRETPHONE" in out.getvalue()
    take(page, out.getvalue(), kind="image/heic")
    page.wait_for_selector("text=Recibo")
    (one,) = party.box.open(KEYRING)
    assert (one.digest, b"SECRETPHONE" in one.content) == (sha256(out.getvalue()).hexdigest(), False)


def test_a_session_that_is_over_keeps_the_photos(page: Page, party: Party) -> None:
    party.sessions.revoke("010111001.01")
    take(page, photo())
    page.wait_for_selector("text=La sesión terminó")
    assert (page.evaluate(STORED), party.pictures()) == (1, [])


def test_another_version_throws_away_what_the_earlier_one_kept(
    page: Page, party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    (before,) = page.evaluate("caches.keys()")
    content = worker_script().replace(before.removeprefix("phone-").encode(), b"another")
    monkeypatch.setattr("escrutinio.running.desk.phone.app.worker_script", lambda: content)
    page.reload()
    page.wait_for_function("caches.keys().then((names) => names.join() === 'phone-another')")


def test_nothing_is_wider_than_the_phone(page: Page) -> None:
    take(page, photo())
    page.wait_for_selector("text=Recibo")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
