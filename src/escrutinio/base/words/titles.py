"""Choosing among the titles that records carry, in whatever languages they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from escrutinio.base.dataclass import dataclass


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
