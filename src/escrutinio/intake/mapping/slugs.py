"""Codes made of names: the letters of any script written with those of records, always the same way.

Cyrillic and Greek have tables; every other letter is written by its Unicode name, which never changes: Latin
letters without their marks, a Hangul syllable or a kana as it sounds, an ideograph by its number.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache

USUAL = 24
"""Most characters of a code that a mapping gives no length for."""
SHORTEST, LONGEST = 8, 64
_TAIL = 4
"""Hexadecimal digits that tell apart names which are cut at the same place."""

_GROUPS = {
    "абвгдежзийклмноп": "a b v g d e zh z i j k l m n o p",
    "рстуфхцчшщыэюяё": "r s t u f kh c ch sh shh y e yu ya yo",
    "іїєґўђјљњћџѓќѕ": "i yi ye g u dj j lj nj c dz gj kj dz",
    "αβγδεζηθικλμνξοπρσςτυφχψω": "a v g d e z i th i k l m n x o p r s s t y f ch ps o",
    "ßæœøłđðþıŋ": "ss ae oe o l d d th i ng",
}
_LETTERS = {
    letter: latin
    for letters, written in _GROUPS.items()
    for letter, latin in zip(letters, written.split(), strict=True)
} | {"ъ": "", "ь": ""}
_APART = re.compile(r"[^a-z0-9]+")
_LATIN = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z])\b")


@lru_cache(maxsize=1 << 16)
def slug(name: str, longest: int = USUAL) -> str:
    """The code of a name, at most `longest` characters: small letters, digits and dashes.

    A name that is longer ends in four digits of the SHA-256 of its NFKC form, so that a name has one code
    however its letters are composed. Empty where the name has no letter and no digit.
    Two names can have one code; who joins them with others must look.
    """
    same = unicodedata.normalize("NFKC", name)
    plain = _APART.sub("-", "".join(map(_written, same.casefold()))).strip("-")
    if len(plain) <= longest:
        return plain
    digest = hashlib.sha256(same.encode()).hexdigest()
    return f"{plain[: longest - _TAIL - 1].rstrip('-')}-{digest[:_TAIL]}"


@lru_cache(maxsize=1 << 14)
def _written(letter: str) -> str:
    """One letter with letters of records; a dash for what is none."""
    if letter.isascii():
        return letter if letter.isalnum() else "'" if letter == "'" else "-"
    if (known := _LETTERS.get(letter)) is not None:
        return known
    parts = unicodedata.normalize("NFD", letter)
    if len(parts) > 1 and (parts[0].isascii() or parts[0] in _LETTERS):
        return "".join(_written(part) for part in parts if not unicodedata.combining(part))
    if (digit := unicodedata.digit(letter, None)) is not None:
        return str(digit)
    category = unicodedata.category(letter)
    called = unicodedata.name(letter, f"U-{ord(letter):04X}")
    if latin := _LATIN.match(called):
        return latin[1].lower()
    if (category == "Mn" and "VOWEL" not in called) or category == "Cf":
        return ""
    if category[0] not in "LM":
        return "-"
    return called.replace("-", " ").rsplit(" ", 1)[-1].lower()
