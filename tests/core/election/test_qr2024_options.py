"""What the 38 counts of a QR code of 2024 add up to, and what a configuration may say of it."""

import json

import pytest

from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.core.election.qr2024_options import (
    MAX_FILE,
    Card2024,
    Qr2024Options,
    format_qr2024_options,
    read_qr2024_options,
)
from escrutinio.core.records.qr2024 import OPTIONS, Sheet2024, read_qr2024
from escrutinio.intake.authoring.config import read_config
from tests.core.records.make_qr2024_vectors import text
from tests.paths import ROOT

EXAMPLE = ROOT / "examples" / "venezuela-2024"
TOML = (EXAMPLE / "election.toml").read_text()
CARDS = Qr2024Options("presidente", tuple(Card2024(f"card {n}", "AB"[n % 2]) for n in range(OPTIONS)))
SHEET = Sheet2024("010111037", 2, "1", "0001", tuple(range(OPTIONS)), 3, 4)


def test_every_card_adds_to_its_option() -> None:
    assert CARDS.counts(SHEET, ("B", "C", "A")) == (sum(range(1, 38, 2)), 0, sum(range(0, 38, 2)))


def test_a_card_of_an_option_that_is_not_there_is_refused() -> None:
    with pytest.raises(DefinitionError, match="'card 1' is for the option 'B'"):
        CARDS.counts(SHEET, ("A", "C"))


def test_the_example_adds_up_what_the_printed_sheets_say() -> None:
    config = read_config(TOML.encode())
    options = [option.code for option in config.contest("presidente").options]
    assert config.shown.qr2024 is not None
    for sample in json.loads((EXAMPLE / "data" / "qr_format.json").read_text())["samples"]:
        votes = config.shown.qr2024.counts(read_qr2024(sample["payload"]), options)
        assert dict(zip(options, votes, strict=True)) == sample["totals"]


def test_what_is_published_is_read_back() -> None:
    assert read_qr2024_options(format_qr2024_options(CARDS)) == CARDS


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'{"contest": "presidente"}',
        b'{"contest": "presidente", "card": []}',
        format_qr2024_options(CARDS).replace(b'"A"', b'"../A"', 1),
        format_qr2024_options(CARDS).replace(b'"A"', b"1", 1),
        format_qr2024_options(CARDS).replace(b"card 0", b"\\u202e", 1),
        format_qr2024_options(CARDS).replace(b'"contest"', b'"more": 1, "contest"', 1),
        b" " * (MAX_FILE + 1),
    ],
    ids=["empty", "list", "lacking", "no-card", "code", "number", "bidi", "unknown", "long"],
)
def test_a_published_file_that_says_something_else_is_refused(raw: bytes) -> None:
    with pytest.raises(DefinitionError):
        read_qr2024_options(raw)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[qr2024]\ncontest = "presidente"', '[qr2024]\ncontest = "presidentes"', "no contest 'presidentes'"),
        ('option = "BERA"', 'option = "BERRA"', "did you mean 'BERA'"),
        ('  { card = "CONDE", option = "BERA" },\n', "", "37 cards are listed"),
        ('{ card = "CONDE", ', "{ ", "lacks the key 'card'"),
    ],
)
def test_a_configuration_is_held_against_its_contest(old: str, new: str, said: str) -> None:
    altered = TOML.replace(old, new)
    assert altered != TOML
    with pytest.raises(DefinitionError, match=said):
        read_config(altered.encode())


def test_the_published_vectors_are_what_this_code_makes() -> None:
    assert (ROOT / "docs" / "vectors" / "qr2024.json").read_text() == text()


def test_every_refused_vector_is_refused() -> None:
    vectors = json.loads((ROOT / "docs" / "vectors" / "qr2024.json").read_text())
    for refused in vectors["refused"]:
        with pytest.raises(RecordError):
            read_qr2024(refused["text"])
