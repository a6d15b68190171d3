"""The commands outbox, usb and print --outbox, and the station's screen, where nobody answers;
`tests/running/hub` has them with a hub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from escrutinio.base.errors import LogError, RecordError
from escrutinio.core.records.codes import Channel
from escrutinio.core.records.entry import open_record
from escrutinio.core.records.qr import qr_text
from escrutinio.core.records.receipt import receipt_code
from escrutinio.core.records.types import TallySheet
from escrutinio.core.verification.publication import open_verified
from escrutinio.running.desk.station import show_record, station_application
from escrutinio.running.exchange.outbox import Outbox, told_of
from tests.cli.running import escrutinio, refused
from tests.running.desk.serving import served

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def sheet(miniature: Path) -> bytes:
    """The first tally sheet of the log."""
    log = open_verified(str(miniature))
    entries = log.pinned.all_entries()
    return next(raw for raw in entries if isinstance(open_record(raw).body, TallySheet))


@pytest.fixture
def box(miniature: Path, tmp_path: Path) -> Path:
    made = tmp_path / "box"
    log = ("--log", miniature, "--trust", miniature / "trust.toml", "--no-memory")
    assert "receivers" in escrutinio("outbox", "begin", made, *log, "--to", NOWHERE).stdout
    return made


@pytest.fixture
def opened(box: Path) -> Iterator[Outbox]:
    outbox = Outbox(box)
    yield outbox
    outbox.close()


def test_what_was_printed_is_known_and_what_nobody_answers_waits(
    miniature: Path, box: Path, sheet: bytes, tmp_path: Path
) -> None:
    (tmp_path / "a.cose").write_bytes(sheet)
    early = ("print", "--record", tmp_path / "a.cose", "--log", miniature, "-o", tmp_path / "early.pdf")
    assert "Not in the outbox yet: 1" in escrutinio(*early, "--outbox", box).stderr
    added = escrutinio("outbox", "add", box, tmp_path / "a.cose", "--json")
    assert json.loads(added.stdout) == {"version": 1, "new": 1, "known": 0}
    printing = ("print", "--record", tmp_path / "a.cose", "--log", miniature, "-o", tmp_path / "a.pdf")
    assert escrutinio(*printing, "--outbox", box).returncode == 0
    done = escrutinio("outbox", "send", box, "--once", "--json")
    (said,) = json.loads(done.stdout)["records"]
    assert done.returncode == 4
    assert said["printed"] is not None
    assert (said["received"], said["public"], said["code"]) == (None, None, None)
    told = escrutinio("outbox", "status", box, lang="es").stdout
    assert "sin conexión" in told
    assert "no connection" not in told


def test_what_a_thermal_printer_took_is_known_as_printed(
    miniature: Path, box: Path, sheet: bytes, opened: Outbox, tmp_path: Path
) -> None:
    (tmp_path / "a.cose").write_bytes(sheet)
    opened.add([sheet], {}, Channel.NETWORK, 0)
    roll = ("--paper", "80mm", "--escpos", tmp_path / "roll.bin")
    printing = ("print", "--record", tmp_path / "a.cose", "--log", miniature, *roll)
    assert escrutinio(*printing, "--outbox", box).returncode == 0
    assert opened.held()[0].printed is not None


def test_an_outbox_whose_file_is_empty_is_none(box: Path, tmp_path: Path, sheet: bytes) -> None:
    """As a power cut may leave it: whoever saves from it is not told that all is saved."""
    (tmp_path / "a.cose").write_bytes(sheet)
    (tmp_path / "stick").mkdir()
    for path in box.glob("outbox.sqlite*"):
        path.write_bytes(b"")
    for words in (
        ("outbox", "status", box),
        ("outbox", "add", box, tmp_path / "a.cose"),
        ("outbox", "take-out", box, "-o", tmp_path / "out"),
        ("usb", "save", box, tmp_path / "stick"),
    ):
        assert "holds no outbox" in refused(*words)


def test_a_record_is_found_by_its_receipt_code(miniature: Path, sheet: bytes) -> None:
    code = receipt_code(sha256(sheet).digest())
    found = escrutinio("check", code.replace(" ", "-"), "--log", miniature, "--json")
    assert found.returncode == 0
    assert sha256(sheet).hexdigest() in {each["sha256"] for each in json.loads(found.stdout)["answers"]}
    assert "0000 0001" in refused("check", "00000001", "--log", miniature)


def test_texts_of_qr_codes_are_the_record(box: Path, sheet: bytes, tmp_path: Path, opened: Outbox) -> None:
    text = qr_text(sheet, real=False)
    half = len(text) // 2
    (tmp_path / "codes.txt").write_text(f"{text[:half]}\r\n{text[half:]}\r\n{text}\r\n", newline="")
    row = json.dumps({"path": "a.jpg", "kind": "record", "text": text})
    (tmp_path / "scan.jsonl").write_text(f'{row}\n{{"path": "b.jpg", "kind": "unread"}}\n')
    for name in ("codes.txt", "scan.jsonl"):
        assert escrutinio("outbox", "add", box, tmp_path / name).returncode == 0
    (held,) = opened.held()
    assert (held.raw, held.channel) == (sheet, Channel.QR)
    (tmp_path / "bad.txt").write_text(f"{text}\n{text[:30]}~{text[31:]}\n")
    said = refused("outbox", "add", box, tmp_path / "bad.txt")
    assert "Line 2 of" in said


def test_what_cannot_be_is_refused_in_a_sentence(miniature: Path, box: Path, tmp_path: Path) -> None:
    assert "holds no outbox" in refused("outbox", "status", tmp_path / "none")
    log = ("--log", miniature, "--trust", miniature / "trust.toml")
    assert "no http" in refused("outbox", "begin", tmp_path / "two", *log, "--to", "hub.example")
    assert "--trust" in refused("outbox", "begin", tmp_path / "two", "--log", miniature, "--to", NOWHERE)
    assert "--record" in refused("print", "N1.01", "--log", miniature, "--outbox", box)
    (tmp_path / "stick").mkdir()
    stick = ("usb", "send", tmp_path / "stick", "--trust", miniature / "trust.toml", "--to", NOWHERE)
    assert "holds nothing" in refused(*stick)
    assert (
        escrutinio("usb", "save", box, tmp_path / "stick").returncode == 0
    )  # an empty outbox writes nothing
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_stick_that_nobody_takes_stays_as_it_is(
    miniature: Path, box: Path, sheet: bytes, tmp_path: Path, opened: Outbox
) -> None:
    opened.add([sheet], {}, Channel.NETWORK, 0)
    stick = tmp_path / "stick"
    stick.mkdir()
    assert escrutinio("usb", "save", box, stick).returncode == 0
    before = sorted(stick.iterdir())
    said = refused("usb", "send", stick, "--to", NOWHERE, "--trust", miniature / "trust.toml")
    assert "cannot be reached" in said
    assert sorted(stick.iterdir()) == before


def test_the_screen_shows_each_step(opened: Outbox, sheet: bytes) -> None:
    opened.add([sheet], {}, Channel.NETWORK, 0)
    digest = sha256(sheet).digest()
    with served(station_application(opened, lambda: 1_000)) as client:
        first = client.get("/?lang=es")
        assert "script" not in first.text
        assert "default-src 'none'" in first.headers["content-security-policy"]
        assert "0 de 1 recibidas" in first.text
        assert "todavía sin código" in first.text
        opened.printed([digest], 100)
        opened.received(digest, NOWHERE, b"", 900, 200)
        second = client.get("/?lang=en").text
        assert receipt_code(digest) in second
        assert second.count("✓") == 2
        assert "it was promised to be public by now" in second
        opened.proved(digest, b"proof", 300)
        assert client.get("/?lang=en").text.count("✓") == 3
        assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


def test_what_was_refused_is_said_in_each_language(opened: Outbox, sheet: bytes) -> None:
    opened.add([sheet], {}, Channel.NETWORK, 0)
    digest = sha256(sheet).digest()
    opened.saved([digest], 50)
    why = LogError("outbox-promise", address=NOWHERE, why=RecordError("promise-signer", signer="x"))
    opened.turned_down(digest, why, 400)
    (held,) = opened.held()
    for lang in ("en", "es"):
        shown = show_record(held, opened.settings, lang, 100)
        assert shown.notes == (why.said_in(lang),)
    assert shown.steps[1].said == "en una memoria"
    assert told_of(why).error.plain()["code"] == "outbox-promise"
