"""A message in a reader's language: its English with `{names}`, and the values that they stand for.

    say("{count} sheets added to {folder}.", count=12_000, folder=folder)

A value in braces may have a format as in Python's own (`{count:,}`, `{share:.2f}`), and is then written with
the marks of the language: 12.000 in Spanish. A value that is a message of its own (an error) is said in the
same language.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache, lru_cache
from numbers import Real
from string import Formatter
from typing import Protocol

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import FIRST, SOURCE, catalogue, languages, sentence
from escrutinio.base.words.wording import marks


def language() -> str:
    """What the commands speak, from the first of ESCRUTINIO_LANG, LC_ALL, LC_MESSAGES and LANG that is set;
    English for a language without a catalogue."""
    for name in ("ESCRUTINIO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            wanted = value.lower().replace("_", "-")
            return next((one for one in languages() if wanted.split(".")[0].split("-")[0] == one), SOURCE)
    return SOURCE


def say(message: str, /, **values: object) -> str:
    """A message in the language that the commands speak."""
    return say_in(language(), message, **values)


def say_in(language: str, message: str, /, **values: object) -> str:
    """A message in this language, or in English where the language lacks it."""
    return filled(sentence(language, message), language, values)


def say_in_all(message: str, /, **values: object) -> dict[str, str]:
    """A message by the languages that there are, in the order of their tags, for what a program reads."""
    return {each: say_in(each, message, **values) for each in sorted(languages())}


def say_also(language: str, message: str, /, **values: object) -> tuple[str, ...]:
    """A message in the first languages, and in this one where it is another: for what nobody may miss."""
    return tuple(say_in(each, message, **values) for each in dict.fromkeys((*FIRST, language)))


def say_many_in(language: str, count: int, one: str, many: str, /, **values: object) -> str:
    """The message for 1 or the one for other numbers, which both may name `{count}`."""
    form = catalogue(language).ngettext(one, many, count)
    return filled(form, language, {"count": count, **values})


def say_key(language: str, context: str, key: str, /, **values: object) -> str:
    """The message that has this key in a context. Raises KeyError where no catalogue has it."""
    return filled(catalogue(language).pgettext(context, key), language, values)


def filled(message: str, language: str, values: dict[str, object]) -> str:
    """A message with its values in it. Raises KeyError for one that is not given."""
    parts = _parts(message)
    formatter = _formatter(language)
    if parts is None:
        return formatter.vformat(message, (), values)
    return "".join(
        text if name is None else text + formatter.format_field(values[name], spec)
        for text, name, spec in parts
    )


class Said(Protocol):
    """What says itself in the language of whoever reads it: a phrase, an error; `str` is its English."""

    def said_in(self, language: str) -> str:
        """The sentence or clause in a language."""
        ...


def said_in_all(what: Said) -> dict[str, str]:
    """What says itself by the languages that there are, as `say_in_all`."""
    return {each: what.said_in(each) for each in sorted(languages())}


@dataclass(frozen=True)
class Phrase:
    """A message that is a value of another, and is said in that one's language; `str` is its English."""

    message: str
    values: Mapping[str, object]

    def __init__(self, message: str, /, **values: object) -> None:
        object.__setattr__(self, "message", message)
        object.__setattr__(self, "values", values)

    def said_in(self, language: str) -> str:
        """The message in a language."""
        return say_in(language, self.message, **self.values)

    def __str__(self) -> str:
        return self.said_in(SOURCE)


@dataclass(frozen=True)
class PhraseOfMany:
    """A phrase for 1 or for other numbers, which both may name `{count}`."""

    count: int
    one: str
    many: str
    values: Mapping[str, object]

    def __init__(self, count: int, one: str, many: str, /, **values: object) -> None:
        object.__setattr__(self, "count", count)
        object.__setattr__(self, "one", one)
        object.__setattr__(self, "many", many)
        object.__setattr__(self, "values", values)

    def said_in(self, language: str) -> str:
        """The message in a language."""
        return say_many_in(language, self.count, self.one, self.many, **self.values)

    def __str__(self) -> str:
        return self.said_in(SOURCE)


@dataclass(frozen=True)
class Joined:
    """Phrases one after the other."""

    parts: tuple[Said, ...]
    between: str = ", "

    def said_in(self, language: str) -> str:
        """All of them in a language."""
        return self.between.join(part.said_in(language) for part in self.parts)

    def __str__(self) -> str:
        return self.said_in(SOURCE)


class _Filling(Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: object, spec: str) -> str:
        said_in = getattr(value, "said_in", None)
        if said_in is not None and not spec:
            return str(said_in(self._language))
        written: str = super().format_field(value, spec)
        return marks(written, self._language) if spec and isinstance(value, Real) else written


@lru_cache(maxsize=1 << 12)
def _parts(message: str) -> tuple[tuple[str, str | None, str], ...] | None:
    """What a message is made of, which `Formatter` works out anew each time: text, and the name and format of
    the value behind it, as far as there is one. None where a value is more than a name and a format."""
    parts = []
    for text, name, spec, conversion in Formatter().parse(message):
        if name is not None and (conversion or "{" in (spec or "") or not name.isidentifier()):
            return None
        parts.append((text, name, spec or ""))
    return tuple(parts)


@cache
def _formatter(language: str) -> _Filling:
    return _Filling(language)
