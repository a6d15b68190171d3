"""Whether words name a number, as people write it on a sheet: Spanish or English, with or without accents."""

from __future__ import annotations

import re
import unicodedata

from escrutinio.base.words.numerals import SPELLED, in_words

MAX_WORDS = 200

_LEFT_OUT = frozenset({"y", "and"})
_SAME = {"un": "uno", "una": "uno", "a": "one"}


def names_number(words: str, number: int) -> bool:
    """Whether `words` name `number`, from 0 to below 2^32.

    Case, accents and dashes do not matter, "y" and "and" may be left out, and a column of single digits
    ("uno dos tres" for 123), as many sheets have it, is as good.
    """
    if len(words) > MAX_WORDS:
        return False
    digits = [" ".join(in_words(int(digit), language) for digit in str(number)) for language in SPELLED]
    whole = [in_words(number, language) for language in SPELLED]
    return _bare(words) in {_bare(text) for text in (*whole, *digits)}


def _bare(text: str) -> str:
    """Words without what people leave out, each in one spelling."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    tokens = re.split(r"[^a-z]+", re.sub("veinti(?=[a-z])", "veinte ", plain))
    return " ".join(_SAME.get(token, token) for token in tokens if token and token not in _LEFT_OUT)
