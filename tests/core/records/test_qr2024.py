"""The unsigned QR code of 2024: five real payloads, and what is no such payload."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import RecordError
from escrutinio.core.records.qr2024 import Sheet2024, read_qr2024
from tests.paths import ROOT
from tests.reference.qr2024 import qr2024_text

FORMAT = json.loads((ROOT / "examples/venezuela-2024/data/qr_format.json").read_text())
PAYLOADS: list[str] = [sample["payload"] for sample in FORMAT["samples"]]
GOOD = PAYLOADS[0]


@pytest.mark.parametrize("sample", FORMAT["samples"], ids=lambda sample: sample["payload"][:12])
def test_a_real_sheet_says_what_was_read_off_it(sample: dict[str, object]) -> None:
    sheet = read_qr2024(str(sample["payload"]))
    parties = [option["party"] for option in FORMAT["party_order"]]
    assert dict(zip(parties, sheet.counts, strict=True)) == sample["votes"]
    assert (int(sheet.center), sheet.table) == (sample["centro"], sample["mesa"])
    assert (sheet.protocol, sheet.serial) == (sample["proto"], sample["serial"])
    assert (sum(sheet.counts), sheet.null, sheet.blank) == (
        sample["validos"],
        sample["nulos"],
        sample["cuarto"],
    )
    assert qr2024_text(sheet) == sample["payload"]


def test_a_station_keeps_its_leading_zero() -> None:
    assert read_qr2024(PAYLOADS[2]).station == "010111037.02"


SHEETS = st.builds(
    Sheet2024,
    center=st.from_regex(r"[0-9]{9}", fullmatch=True),
    table=st.integers(1, 99),
    protocol=st.sampled_from("0123456789"),
    serial=st.from_regex(r"[0-9]{4}", fullmatch=True),
    counts=st.lists(st.integers(0, 2**32 - 1), min_size=38, max_size=38).map(tuple),
    null=st.integers(0, 2**32 - 1),
    blank=st.integers(0, 2**32 - 1),
)


@given(SHEETS)
def test_any_sheet_is_written_and_read(sheet: Sheet2024) -> None:
    assert read_qr2024(qr2024_text(sheet)) == sheet


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD + "!0",
        GOOD + "\n",
        " " + GOOD,
        GOOD[1:],
        GOOD[:-2],
        GOOD.replace("!140", "!0140", 1),
        GOOD.replace("!140", "!-140", 1),
        GOOD.replace("!140", "!", 1),
        GOOD.replace("!140", "!1.5", 1),
        GOOD.replace("!140,", "!", 1),
        GOOD.replace("!140", "!1,140", 1),
        GOOD.replace(".01.", ".1.", 1),
        GOOD.replace(".01.", ".00.", 1),
        GOOD.replace("!140", "!4294967296", 1),
        GOOD.replace("!140", "!99999999999", 1),
        GOOD.replace("!140", "!\uff11", 1),
        "0" * 1_000_000,
    ],
    ids=lambda text: repr(text[:24]),
)
def test_what_is_no_such_text_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="The QR text"):
        read_qr2024(text)


@given(st.text(max_size=50))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        read_qr2024(text)


def test_a_sheet_that_the_format_cannot_say_is_refused() -> None:
    sheet = read_qr2024(GOOD)
    for bad in (
        replace(sheet, table=100),
        replace(sheet, counts=sheet.counts[:-1]),
        replace(sheet, center="1.2"),
        replace(sheet, null=-1),
    ):
        with pytest.raises(RecordError, match="The QR text"):
            qr2024_text(bad)
