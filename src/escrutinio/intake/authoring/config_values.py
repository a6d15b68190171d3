"""Values of an election.toml that several of its tables hold: codes, texts, words, shares, titles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction as Exact
from typing import TypeVar

from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.toml import nearest
from escrutinio.core.records.codecs import word
from escrutinio.core.records.parts import Fraction, Title
from escrutinio.core.records.text import check_code, check_text
from escrutinio.intake.authoring.config_file import Text

E = TypeVar("E", bound=IntEnum)
Titles = tuple[Title, ...]

MAX_TITLE = 200
"""Most bytes of a title, in UTF-8."""

MAX_WORDS = 4_000
"""Most bytes of a translation or a note."""

_SHARE = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages that a file's texts must have."""

    tags: tuple[str, ...]

    def titles(self, text: Text, place: str) -> Titles:
        """One title per language: the same text in each, or the text of each language."""
        given = dict.fromkeys(self.tags, text) if isinstance(text, str) else text
        for language in self.tags:
            if language not in given:
                raise DefinitionError("language-missing", place=place, language=repr(language))
        for language in given:
            if language not in self.tags:
                raise DefinitionError("language-extra", place=place, language=repr(language[:20]))
        return tuple(Title(language, read_text(given[language], place)) for language in self.tags)

    def some(self, given: Mapping[str, str], place: str) -> Titles:
        """Texts in some of the languages, as long as a statement."""
        for language in given:
            if language not in self.tags:
                raise DefinitionError("language-extra", place=place, language=repr(language[:20]))
        return tuple(Title(tag, read_text(given[tag], place, MAX_WORDS)) for tag in self.tags if tag in given)

    def words(self, text: Text | None, place: str) -> Titles:
        """The same of a text that must have all languages, if there is one."""
        if text is None:
            return ()
        given = dict.fromkeys(self.tags, text) if isinstance(text, str) else text
        for language in self.tags:
            if language not in given:
                raise DefinitionError("language-missing", place=place, language=repr(language))
        return self.some(given, place)


def read_language(text: str, place: str) -> str:
    """The tag of a language, of any. Raises DefinitionError."""
    if not _LANGUAGE.fullmatch(text):
        raise DefinitionError("remark-language", place=place, language=repr(text[:20]))
    return text


def read_languages(given: list[str]) -> Languages:
    """The languages a file names. Raises DefinitionError."""
    if not 1 <= len(given) <= 16 or len(set(given)) != len(given):
        raise DefinitionError("config-languages")
    for language in given:
        if not _LANGUAGE.fullmatch(language):
            raise DefinitionError("config-language", language=repr(language[:20]))
    return Languages(tuple(given))


def read_share(text: str, place: str) -> Fraction:
    """Read `1/2`, `5%` or `12.5 %` exactly."""
    if (match := _SHARE.fullmatch(text)) and int(match[2]):
        exact = Exact(int(match[1]), int(match[2]))
    elif match := _PERCENT.fullmatch(text):
        exact = Exact(match[1]) / 100
    else:
        raise DefinitionError("config-share", place=place, value=repr(text[:40]))
    return Fraction(exact.numerator, exact.denominator)


def read_word(words: type[E], text: str, place: str) -> E:
    """The member of an enumeration that a word names. Raises DefinitionError."""
    for member in words:
        if word(member) == text:
            return member
    raise DefinitionError(
        "config-word", place=place, nearest=nearest(text, map(word, words)), value=repr(text[:40])
    )


def read_code(text: str, place: str) -> str:
    """A code. Raises DefinitionError, naming the place."""
    try:
        return check_code(text)
    except RecordError as error:
        raise DefinitionError("at-place", place=place, why=error) from None


def read_text(text: str, place: str, most: int = MAX_TITLE) -> str:
    """A text that is not empty. Raises DefinitionError, naming the place."""
    if not text.strip():
        raise DefinitionError("config-empty", place=place)
    try:
        return check_text(text, most)
    except RecordError as error:
        raise DefinitionError("at-place", place=place, why=error) from None
