"""QR texts: base45 (RFC 9285) and the prefixes, both ways."""

import zlib

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import RecordError
from escrutinio.core.records.entry import open_record, seal
from escrutinio.core.records.qr import base45_decode, base45_encode, qr_text, read_qr_text
from escrutinio.core.records.qr2024 import read_qr2024
from escrutinio.core.records.types import TallySheet
from tests.core.records.examples import election, example, key
from tests.core.records.forge import bad_qr_texts, longest
from tests.core.records.test_qr2024 import PAYLOADS

RFC_9285 = {b"AB": "BB8", b"Hello!!": "%69 VD92EX0", b"base-45": "UJCLQE7W581", b"ietf!": "QED8WEX0", b"": ""}


@pytest.mark.parametrize(("data", "text"), RFC_9285.items())
def test_the_examples_of_rfc_9285(data: bytes, text: str) -> None:
    assert base45_encode(data) == text
    assert base45_decode(text) == data


@given(st.binary(max_size=300), st.booleans())
def test_what_is_written_is_read(raw: bytes, real: bool) -> None:
    assert base45_decode(base45_encode(raw)) == raw
    if raw:
        assert read_qr_text(qr_text(raw, real)) == (raw, real)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", max_size=30))
def test_every_text_is_refused_or_the_only_one_for_its_bytes(text: str) -> None:
    try:
        data = base45_decode(text)
    except RecordError:
        return
    assert base45_encode(data) == text


@given(st.text(max_size=30))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        read_qr_text(text)
    with pytest.raises(RecordError):
        read_qr_text("ESC1:" + text + "_")


@pytest.mark.parametrize("reason", bad_qr_texts())
def test_what_is_no_qr_text_is_refused(reason: str) -> None:
    with pytest.raises(RecordError, match=r"QR text|base45 text"):
        read_qr_text(bad_qr_texts()[reason])


def test_the_longest_record_is_read_and_nothing_longer() -> None:
    raw = longest(65_535)
    assert read_qr_text(qr_text(raw, real=True)) == (raw, True)
    with pytest.raises(RecordError, match="65,536 bytes"):
        qr_text(raw + b"\x00", real=True)
    with pytest.raises(RecordError, match="longer than any record"):
        read_qr_text("ESC1:" + "0" * 98_310)


def test_the_text_opens_as_the_record_it_came_from() -> None:
    raw, real = read_qr_text(qr_text(example("tally-sheet").raw, real=False))
    assert (open_record(raw).body, real) == (example("tally-sheet").body, False)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload[:12])
def test_a_sheet_of_38_options_is_under_230_bytes_and_fits_version_13(payload: str) -> None:
    sheet = read_qr2024(payload)
    raw = seal(
        TallySheet(sheet.counts, (sheet.null, sheet.blank), None, None, None, None, None),
        key=key("machine"),
        signer="machine/0123456",
        subject=f"{sheet.station}/presidente",
        election=election(),
        issued_at=1_722_207_600,
    )
    assert len(raw) < 230
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bare = packer.compress(raw) + packer.flush()
    assert len(raw) - 8 < len(bare)  # docs/decisions/no-compression-in-qr.md
    assert len(zlib.compress(raw, 9)) > len(raw)
    code = segno.make(qr_text(raw, real=True), error="q", micro=False, boost_error=False)
    assert code.mode == "alphanumeric"
    assert int(code.version) <= 13
