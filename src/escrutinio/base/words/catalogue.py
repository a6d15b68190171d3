"""The site's two languages: English stands in the templates, Spanish in `locale/es/*.po`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from babel.messages.pofile import read_po

SOURCE = "en"
ENDONYMS = {"es": "Español", "en": "English"}


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for "to be translated later")
    """Mark a message for the catalogue without translating it yet."""
    return message


@dataclass(frozen=True)
class Catalogue:
    """Messages of one language: singular form, and all forms of those that have a plural."""

    language: str
    messages: dict[str, tuple[str, ...]]

    def gettext(self, message: str) -> str:
        """The message in this language; in English, or where it is missing, itself."""
        found = self.messages.get(message)
        return found[0] if found and found[0] else message

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form for `count`; Spanish and English both have one for 1 and one for the rest."""
        found = self.messages.get(one)
        forms = found if found and len(found) == 2 and all(found) else (one, many)
        return forms[0 if count == 1 else 1]


@cache
def catalogue(language: str) -> Catalogue:
    """Read the catalogue of `language`, in as many files as the site has parts.

    English has none: its messages are the source.
    """
    if language == SOURCE:
        return Catalogue(language, {})
    messages: dict[str, tuple[str, ...]] = {}
    for part in files(__package__).joinpath("locale", language).iterdir():
        if part.name.endswith(".po"):
            messages |= _read_part(part, language)
    return Catalogue(language, messages)


def _read_part(part: Traversable, language: str) -> dict[str, tuple[str, ...]]:
    with part.open("rb") as file:
        parsed = read_po(file, locale=language)
    messages = {}
    for message in parsed:
        singular = message.id if isinstance(message.id, str) else message.id[0]
        string = message.string or ""
        forms = (string,) if isinstance(string, str) else tuple(string)
        if singular:
            messages[singular] = forms
    return messages
