"""Figures in words: known ones in both languages, and every one read back as the number that it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import PublicationError
from escrutinio.base.words.numerals import LIMIT, in_words

KNOWN = [
    (0, "cero", "zero"),
    (1, "uno", "one"),
    (16, "dieciséis", "sixteen"),
    (21, "veintiuno", "twenty-one"),
    (31, "treinta y uno", "thirty-one"),
    (100, "cien", "one hundred"),
    (101, "ciento uno", "one hundred and one"),
    (500, "quinientos", "five hundred"),
    (1_000, "mil", "one thousand"),
    (1_001, "mil uno", "one thousand and one"),
    (21_021, "veintiún mil veintiuno", "twenty-one thousand and twenty-one"),
    (31_000, "treinta y un mil", "thirty-one thousand"),
    (101_000, "ciento un mil", "one hundred and one thousand"),
    (1_000_000, "un millón", "one million"),
    (7_303_480, "siete millones trescientos tres mil cuatrocientos ochenta",
     "seven million three hundred and three thousand four hundred and eighty"),
    (2**32 - 1, "cuatro mil doscientos noventa y cuatro millones novecientos sesenta y siete mil doscientos "
     "noventa y "
     "cinco", "four billion two hundred and ninety-four million nine hundred and sixty-seven thousand "
     "two hundred and ninety-five"),
    (10**12, "un billón", "one trillion"),
]  # fmt: skip

SPANISH = {in_words(n, "es"): n for n in range(100)} | {
    "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400,
    "quinientos": 500, "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900,
    "un": 1, "veintiún": 21, "y": 0,
}  # fmt: skip
ENGLISH = {in_words(n, "en"): n for n in range(100)} | {"and": 0}


def value(words: str, small: dict[str, int], scales: dict[str, int]) -> int:
    """The number that words say, read from left to right as a person reads them."""
    total = part = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            part *= 100
        elif word in scales:
            total += max(part, 1) * scales[word]
            part = 0
        else:
            part += small[word]
    return total + part


@pytest.mark.parametrize(("number", "spanish", "english"), KNOWN)
def test_known_figures(number: int, spanish: str, english: str) -> None:
    assert (in_words(number, "es"), in_words(number, "en")) == (spanish, english)


@given(st.integers(0, LIMIT - 1))
def test_english_words_say_the_number(number: int) -> None:
    scales = {"thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    assert value(in_words(number, "en"), ENGLISH, scales) == number


@given(st.integers(0, 10**9 - 1))
def test_spanish_words_say_the_number(number: int) -> None:
    millions, _, rest = in_words(number, "es").rpartition("millones")
    if not millions:
        millions, _, rest = in_words(number, "es").rpartition("millón")
    read = value(millions, SPANISH, {"mil": 1_000}) * 10**6 + value(rest, SPANISH, {"mil": 1_000})
    assert read == number


@pytest.mark.parametrize("number", [-1, LIMIT])
def test_what_cannot_be_written_is_refused(number: int) -> None:
    with pytest.raises(PublicationError, match="cannot be written in words"):
        in_words(number, "es")
