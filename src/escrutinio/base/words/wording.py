"""How sentences write numbers, in each language."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from escrutinio.base.words.catalogue import SOURCE, catalogue, languages

MINUS = "\N{MINUS SIGN}"
"""What a number below zero begins with, in every sentence, table and page."""


@cache
def separators(language: str) -> tuple[str, str]:
    """What stands between thousands, and before decimals. Raises KeyError for a language of no catalogue."""
    header = catalogue(language).header
    return header["X-Thousands"], header["X-Decimal"]


@cache
def percent_sign(language: str) -> str:
    """What a percentage has after its number: the sign, and before it the no-break space that the language
    leaves there, as one does whose catalogue does not say (`X-Percent`). Raises KeyError as `separators`."""
    return catalogue(language).header.get("X-Percent", "# %").partition("#")[2].replace(" ", "\u00a0")


@cache
def _marks(language: str) -> dict[int, str]:
    thousands, decimals = separators(language)
    return str.maketrans({",": thousands, ".": decimals, "-": MINUS})


def whole(number: int, language: str) -> str:
    """A whole number with its thousands apart: 10,058,774; in Spanish 10.058.774."""
    return marks(f"{number:,}", language)


def decimal(value: Fraction, digits: int, language: str, *, signed: bool = False) -> str:
    """A number with `digits` decimals, rounded exactly (halves to even)."""
    scaled = round(value * 10**digits)
    units, rest = divmod(abs(scaled), 10**digits)
    sign = "-" if scaled < 0 else "+" if signed else ""
    return marks(f"{sign}{units:,}" + (f".{rest:0{digits}d}" if digits else ""), language)


def hundredths(part: int, whole: int, digits: int) -> tuple[int, int]:
    """`part` of `whole` in percent with `digits` decimals, halves rounded up, exactly, and how many it has:
    25 % with two is (2500, 2). `whole` is above zero and `part` not below it.

    No part is rounded to nothing, a half or the whole that it is not: it has as many more decimals as show
    on which side it lies. The pages' own `formatPercent` (records/words.js) has the same rule.
    """
    scale: int = 10**digits
    rounded = (200 * scale * part + whole) // (2 * whole)
    if rounded in (0, 50 * scale, 100 * scale) and 100 * scale * part != rounded * whole:
        return hundredths(part, whole, digits + 1)
    return rounded, digits


def percent(share: Fraction, digits: int, language: str) -> str:
    """A share as a percentage: 51.20%; in Spanish 51,20 %, with a no-break space; rounded as `hundredths`."""
    units, shown = hundredths(abs(share.numerator), share.denominator, digits)
    written = decimal(Fraction(units if share >= 0 else -units, 10**shown), shown, language)
    return f"{written}{percent_sign(_known(language))}"


def announced(percentage: str, language: str) -> str:
    """A percentage with the digits it was announced with."""
    return f"{marks(percentage, language)}{percent_sign(_known(language))}"


def points(share: Fraction, digits: int, language: str) -> str:
    """A difference of shares in percentage points, with its sign, without the word."""
    return decimal(100 * share, digits, language, signed=True)


def marks(text: str, language: str) -> str:
    """A number as Python writes it, with the marks of a language, or of English."""
    return text.translate(_marks(_known(language)))


def _known(language: str) -> str:
    return language if language in languages() else SOURCE
