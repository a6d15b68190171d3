"""Whole numbers in words, as a tally sheet writes them beside the figures, so that a digit cannot slip.

Spanish counts in long scale (un millón, mil millones, un billón = 10^12), English in short scale (one
million, one billion = 10^9). The browser's `words.js` writes the same words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from escrutinio.base.errors import PublicationError

LIMIT = 10**15
"""Numbers below this can be written: what 4,096 options of a sheet can add up to, and more."""


def _words(text: str) -> list[str]:
    return text.split()


_ES_SMALL = _words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco "
    "veintiséis veintisiete veintiocho veintinueve"
)
_ES_TENS = _words("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS = _words(
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_ES_SCALES = ((10**12, "un billón", "billones"), (10**6, "un millón", "millones"), (1000, "mil", "mil"))
_EN_SMALL = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_EN_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_EN_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))


def in_words(number: int, language: str) -> str:
    """A whole number from 0 to below `LIMIT` in words; "" in a language whose numbers are not
    written here, in which figures stand alone.

    Raises PublicationError for any other number.
    """
    if not 0 <= number < LIMIT:
        raise PublicationError("number-not-in-words", number=number, most=LIMIT - 1)
    spell = _SPELL.get(language)
    return spell(number) if spell else ""


def _spanish(number: int) -> str:
    if number < 30:
        return _ES_SMALL[number]
    if number < 100:
        return _joined(_ES_TENS[number // 10 - 3], number % 10, " y ", _spanish)
    if number == 100:
        return "cien"
    if number < 1000:
        return _joined(_ES_HUNDREDS[number // 100 - 1], number % 100, " ", _spanish)
    size, one, many = next(scale for scale in _ES_SCALES if number >= scale[0])
    count, rest = divmod(number, size)
    # Before "mil" and "millones" a number that ends in "uno" is cut: veintiún mil, treinta y un mil.
    cut = re.sub("uno$", "un", re.sub("veintiuno$", "veintiún", _spanish(count)))
    return _joined(one if count == 1 else f"{cut} {many}", rest, " ", _spanish)


def _english(number: int) -> str:
    if number < 20:
        return _EN_SMALL[number]
    if number < 100:
        return _joined(_EN_TENS[number // 10 - 2], number % 10, "-", _english)
    if number < 1000:
        return _joined(f"{_EN_SMALL[number // 100]} hundred", number % 100, " and ", _english)
    size, name = next(scale for scale in _EN_SCALES if number >= scale[0])
    count, rest = divmod(number, size)
    return _joined(f"{_english(count)} {name}", rest, " and " if rest < 100 else " ", _english)


_SPELL: Mapping[str, Callable[[int], str]] = {"es": _spanish, "en": _english}
SPELLED = tuple(_SPELL)
"""The languages that have words for numbers."""


def _joined(head: str, rest: int, link: str, spell: Callable[[int], str]) -> str:
    return head + link + spell(rest) if rest else head
