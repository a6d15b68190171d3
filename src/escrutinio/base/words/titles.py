"""Choosing among the titles that records carry, in whatever languages they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in


class Titled(Protocol):
    """A text in one language, as records carry titles."""

    @property
    def language(self) -> str:
        """Its language tag."""

    @property
    def text(self) -> str:
        """What it says."""


@dataclass(frozen=True, slots=True)
class Untold:
    """What stands in the place of a title where there is none; it is in no language."""

    text: str
    language: str = ""


def choose(titles: Sequence[Titled], language: str, otherwise: str) -> Titled:
    """The title in `language`; else the first there is; else `otherwise`, in no language."""
    for title in titles:
        if title.language == language:
            return title
    return titles[0] if titles else Untold(otherwise)


def title_in(titles: Sequence[Titled], language: str, otherwise: str) -> str:
    """The text that `choose` chooses."""
    return choose(titles, language, otherwise).text


def basis_name(titles: Sequence[Titled], language: str, code: str, *, copies: bool) -> str:
    """What people call a set of sheets; copies are said to be copies."""
    name = title_in(titles, language, code)
    if not copies or name.casefold().startswith(say_in(language, "Copies").casefold()):
        return name
    return say_in(language, "Copies, %(organisation)s") % {"organisation": name}


CLASSES: Mapping[str, str] = {
    "null": N_("Null ballots"),
    "blank": N_("Blank ballots"),
    "spoilt": N_("Spoilt ballots"),
    "challenged": N_("Challenged ballots"),
}
"""What the classes of ballots are called that a definition need not name."""


def class_name(code: str, titles: Sequence[Titled], language: str) -> str:
    """What a class of ballots is called: as the definition says, else by the word that its code has."""
    if titles or code not in CLASSES:
        return title_in(titles, language, code)
    return say_in(language, CLASSES[code])
