"""The server that scrutineers' phones send to: what it takes, what it refuses, what lies on the disk."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import httpx
import pytest
from PIL import ExifTags, Image

from escrutinio.base.errors import InputError
from escrutinio.core.records.keys import SigningKey
from escrutinio.intake.authoring.keyring import Keyring
from escrutinio.intake.scan.clean import without_metadata
from escrutinio.running.desk.phone.app import MAX_PICTURE, phone_application, worker_script
from escrutinio.running.desk.sessions import Sessions, Use
from escrutinio.running.workspace.collection.pictures import MOST, PictureBox
from tests.publication.small import small_state
from tests.running.desk.serving import origin, served

KEYRING = Keyring(SigningKey(bytes(32)), "drill")
HOUR = 3600


def photo(format: str = "JPEG", colour: str = "red") -> bytes:
    """A picture with a place and a device in it."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRETPHONE"
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (10.0, 30.0, 1.0),
    }
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, format, exif=exif)
    return out.getvalue()


@pytest.fixture
def box(tmp_path: Path) -> PictureBox:
    made = PictureBox(tmp_path)
    made.begin(KEYRING)
    return made


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(tmp_path / "desk", lambda: HOUR)


@pytest.fixture
def client(box: PictureBox, sessions: Sessions) -> Iterator[httpx.Client]:
    with served(phone_application(small_state(), box, sessions, now=lambda: HOUR)) as client:
        yield client


@pytest.fixture
def inside(client: httpx.Client, sessions: Sessions) -> httpx.Client:
    key = sessions.hand_out("010111001.01", Use.SCRUTINEER, HOUR)
    answer = client.post("/enter", data={"key": key}, headers={"origin": origin(client)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/phone")
    return client


def send(client: httpx.Client, data: bytes, site: str = "") -> httpx.Response:
    return client.post("/phone/pictures", content=data, headers={"origin": site or origin(client)})


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_is_stripped_and_sealed(inside: httpx.Client, box: PictureBox, format: str) -> None:
    if format == "HEIF":
        heif = pytest.importorskip("pillow_heif", reason="pillow-heif is not installed: the extra `phone`")
        heif.register_heif_opener()
    data = photo(format)
    assert b"SECRETPHONE" in data
    answer = send(inside, data)
    assert (answer.status_code, answer.json()) == (201, {"receipt": sha256(data).hexdigest()})
    (one,) = box.open(KEYRING)
    assert (one.label, one.digest) == ("010111001.01", sha256(data).hexdigest())
    image = Image.open(BytesIO(one.content))
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (64, 48), {})
    assert b"SECRETPHONE" not in one.content
    assert b"Exif" not in one.content
    (path,) = box.private.rglob("*.box")
    assert one.content[:200] not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_photo_again_counts_once(inside: httpx.Client, box: PictureBox) -> None:
    answers = [send(inside, photo()).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(list(box.open(KEYRING))) == 1


@pytest.mark.parametrize(
    "data", [b"", b"no picture", b"%PDF-1.7", photo()[:40], b"<svg/>", b"0000ftypheic0000"]
)
def test_what_is_no_photo_is_refused_in_a_sentence(
    inside: httpx.Client, box: PictureBox, data: bytes
) -> None:
    answer = send(inside, data)
    assert (answer.status_code, answer.json()["error"]) == (422, "picture")
    assert answer.json()["says"].endswith((".", "?", ")"))
    assert list(box.open(KEYRING)) == []


def test_of_large_pictures_one_is_made_again_at_once(
    box: PictureBox, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes a gigabyte for some seconds, however small its file is; ordinary ones do not wait for
    them."""
    begun, most, go = list[bytes](), list[int](), Event()

    def slowly(data: bytes) -> bytes:
        begun.append(data)
        most.append(len(begun))
        assert go.wait(30)
        begun.remove(data)
        return photo()

    large = []
    for height in (4_900, 4_901):
        out = BytesIO()
        Image.new("1", (5_000, height)).save(out, "PNG")
        large.append(out.getvalue())
    monkeypatch.setattr("escrutinio.running.desk.phone.app.cores", lambda: 3)
    monkeypatch.setattr("escrutinio.running.desk.phone.app.without_metadata", slowly)
    app = phone_application(small_state(), box, sessions, now=lambda: HOUR)
    key = sessions.hand_out("010111001.01", Use.SCRUTINEER, HOUR)
    with served(app) as client, ThreadPoolExecutor(3) as pool:
        client.post("/enter", data={"key": key}, headers={"origin": origin(client)})
        answers = [pool.submit(send, client, data) for data in (*large, photo())]
        end = monotonic() + 20
        while len(begun) < 2 and monotonic() < end:
            sleep(0.01)
        go.set()
        assert [each.result().status_code for each in answers] == [201] * 3
    assert max(most) == 2  # a large one and the ordinary one


def test_a_body_beyond_the_bound_is_refused(inside: httpx.Client, box: PictureBox) -> None:
    assert send(inside, bytes(MAX_PICTURE + 1)).status_code == 413
    assert list(box.open(KEYRING)) == []


def test_nobody_sends_without_a_session_of_this_use(
    client: httpx.Client, sessions: Sessions, box: PictureBox
) -> None:
    assert client.get("/phone").status_code == 403
    assert send(client, photo()).json() == {"error": "session"}
    client.cookies.set(f"desk-{client.base_url.port}", sessions.hand_out("t1", Use.BOARD, HOUR))
    assert send(client, photo()).status_code == 403
    assert "in force, and this page is for another use" in client.get("/phone?lang=en").text
    assert list(box.open(KEYRING)) == []


def test_a_page_of_another_site_sends_nothing(inside: httpx.Client, box: PictureBox) -> None:
    assert send(inside, photo(), "http://elsewhere.example").json() == {"error": "site"}
    assert list(box.open(KEYRING)) == []


def test_a_session_that_was_revoked_sends_nothing_more(inside: httpx.Client, sessions: Sessions) -> None:
    sessions.revoke("010111001.01")
    assert send(inside, photo()).json() == {"error": "session"}


def test_a_label_has_an_end(inside: httpx.Client, box: PictureBox) -> None:
    directory = box.private / "phone" / "pictures" / "010111001.01"
    directory.mkdir(parents=True)
    for number in range(MOST):
        (directory / f"{number}.box").touch()
    assert send(inside, photo()).status_code == 422


def test_the_worker_keeps_what_there_is_and_no_more(inside: httpx.Client) -> None:
    script = worker_script().decode()
    kept = json.loads(script.partition("=")[2].partition(";")[0])
    assert "/assets/js/phone/phone.js" in kept
    for path in kept:
        assert inside.get(path).status_code == 200, path
    assert inside.get("/phone-worker.js").headers["content-type"].startswith("text/javascript")


def test_a_box_that_was_altered_says_so(box: PictureBox) -> None:
    box.put("a", "00", b"picture")
    (path,) = box.private.rglob("*.box")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="altered"):
        list(box.open(KEYRING))


def test_a_box_of_other_keys_is_not_opened_or_begun(box: PictureBox) -> None:
    other = Keyring(SigningKey(bytes(31) + b"\1"), "drill")
    box.put("a", "00", b"picture")
    with pytest.raises(InputError, match="other keys"):
        list(box.open(other))
    with pytest.raises(InputError, match="other keys"):
        box.begin(other)
    (box.private / "phone" / "box.key").write_text("zz")
    with pytest.raises(InputError, match="not a key to encrypt for"):
        box.put("a", "01", b"picture")


def test_the_pixels_are_upright_without_the_word_for_it() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    out = BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG", exif=exif)
    assert Image.open(BytesIO(without_metadata(out.getvalue()))).size == (48, 64)
