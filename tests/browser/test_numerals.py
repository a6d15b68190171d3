"""Numbers in words, and moments, as the pages say them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.paths import MOMENTS

if TYPE_CHECKING:
    from tests.browser.conftest import Modules

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("number", "spanish", "english"),
    [
        (0, "cero", "zero"),
        (16, "dieciséis", "sixteen"),
        (21, "veintiuno", "twenty-one"),
        (31, "treinta y uno", "thirty-one"),
        (100, "cien", "one hundred"),
        (101, "ciento uno", "one hundred and one"),
        (555, "quinientos cincuenta y cinco", "five hundred and fifty-five"),
        (1_000, "mil", "one thousand"),
        (1_001, "mil uno", "one thousand and one"),
        (21_031, "veintiún mil treinta y uno", "twenty-one thousand and thirty-one"),
        (100_000, "cien mil", "one hundred thousand"),
        (101_000, "ciento un mil", "one hundred and one thousand"),
        (1_000_000, "un millón", "one million"),
        (2_000_700, "dos millones setecientos", "two million seven hundred"),
        (
            4_294_967_295,
            "cuatro mil doscientos noventa y cuatro millones novecientos sesenta y siete mil "
            "doscientos noventa y cinco",
            "four billion two hundred and ninety-four million nine hundred and sixty-seven thousand "
            "two hundred and ninety-five",
        ),
    ],
)
def test_numbers_in_words(js: Modules, number: int, spanish: str, english: str) -> None:
    assert js.value("numerals", "return [it.inWords(args[0], 'es'), it.inWords(args[0], 'en')]", number) == [
        spanish,
        english,
    ]


def test_moments_are_written_as_python_writes_them(js: Modules) -> None:
    cases = json.loads(MOMENTS.read_bytes())
    learn = "await import('/assets/words/en/refusal.js');"
    script = f"{learn} return args[0].map((each) => it.momentOf(each.seconds, each.language, each.offset))"
    assert js.value("times", script, cases) == [case["said"] for case in cases]
