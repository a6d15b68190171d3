"""The languages, each a catalogue: `locale/<language>.po`, of which one file is all that a language needs.

Sentences stand in the code and the templates in English, which is their key; `es.po` has their Spanish.
Refusals and the browser's messages go by a key of their own, under the contexts `refusal` and `browser`, so
that both verifiers refuse with the same codes; their English stands in `en.po`. A catalogue's header says how
its language is called (`X-Endonym`), how it writes numbers (`X-Thousands`, `X-Decimal`, `X-Percent`), and
which form of a message goes with which number (`Plural-Forms`, as gettext has it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache, cached_property
from pathlib import Path

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.po import CONTEXT, read_po

SOURCE = "en"
FIRST = ("es", "en")
"""The languages that come first in every choice, and in which documents bear their marks."""
_ENGLISH_PLURAL = "nplurals=2; plural=(n != 1);"
_FOLDER = Path(__file__).with_name("locale")


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for "to be translated later")
    """Mark a message for the catalogue without translating it yet."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    """Mark a message and its plural, as `N_` does."""
    return one, many


@dataclass(frozen=True)
class Catalogue:
    """Messages of one language, all forms of each, and what its header says."""

    language: str
    messages: Mapping[str, tuple[str, ...]]
    header: Mapping[str, str] = field(default_factory=dict)

    def gettext(self, message: str) -> str:
        """The message in this language; where it is missing, itself."""
        found = self.messages.get(message)
        return found[0] if found and found[0] else message

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form for `count` by the rule in the header; where it is missing, as English has it."""
        forms, which = self.messages.get(one, ()), self._form(count)
        return forms[which] if which < len(forms) and forms[which] else one if count == 1 else many

    @cached_property
    def _form(self) -> Callable[[int], int]:
        from gettext import c2py

        _, _, rule = self.header.get("Plural-Forms", _ENGLISH_PLURAL).partition("plural=")
        return c2py(rule.rstrip("; "))

    def pgettext(self, context: str, key: str) -> str:
        """What stands under a key of a context; where this language lacks it, as English has it.

        Raises KeyError for a key that no catalogue has.
        """
        found = self.messages.get(f"{context}{CONTEXT}{key}")
        if found and found[0]:
            return found[0]
        if self.language == SOURCE:
            raise KeyError(key)
        return catalogue(SOURCE).pgettext(context, key)

    def has(self, context: str, key: str) -> bool:
        """Whether there is such a key in this language."""
        return f"{context}{CONTEXT}{key}" in self.messages


def sentence(language: str, message: str) -> str:
    """A sentence in a language. Raises KeyError where there is no catalogue of it.

    An English one is its own key: the English catalogue, of what has another, is not read for it.
    """
    return message if language == SOURCE else catalogue(language).gettext(message)


def languages() -> tuple[str, ...]:
    """Every language that there is a catalogue of, Spanish and English first."""
    return tuple(_found())


@cache
def endonyms() -> dict[str, str]:
    """How each language calls itself."""
    return {language: catalogue(language).header["X-Endonym"] for language in languages()}


@cache
def _found() -> dict[str, None]:
    names = [each.name.removesuffix(".po") for each in _FOLDER.iterdir()]
    return dict.fromkeys((*FIRST, *sorted(names)))


@cache
def catalogue(language: str) -> Catalogue:
    """Read the catalogue of `language`. Raises KeyError where there is none."""
    if language not in languages():
        raise KeyError(language)
    text = _FOLDER.joinpath(f"{language}.po").read_text("utf-8")
    messages = {message.key: tuple(message.forms) for message in read_po(text)}
    lines = (line.partition(": ") for line in messages.pop("", ("",))[0].splitlines())
    return Catalogue(language, messages, {name: value for name, _, value in lines})
