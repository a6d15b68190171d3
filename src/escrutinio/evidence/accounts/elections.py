"""Whether accounts that are held against each other are of one election: that of one definition.

Logs with different definitions may tell of one election, as an authority's and an importer's do; they may
as well be two elections in which stations and options have the same codes. Their figures cannot say which.
"""

from __future__ import annotations

from collections.abc import Sequence

from escrutinio.base.words.titles import title_in
from escrutinio.base.words.wording import in_language
from escrutinio.evidence.accounts.sources import Source

_DIGITS = 16
"""Hexadecimal digits of a definition that a sentence shows."""

_ONE = {"en": "{title} ({day}), definition {digest}…", "es": "{title} ({day}), definición {digest}…"}
_AND = {"en": " and ", "es": " y "}
_TWO = {
    "en": "These are two elections: {listed}. Their figures are compared by the codes of stations and "
    "options alone.",
    "es": "Son dos elecciones: {listed}. Sus cifras se comparan solo por los códigos de mesas y opciones.",
}
_MANY = {
    "en": "These are {count} elections: {listed}. Their figures are compared by the codes of stations and "
    "options alone.",
    "es": "Son {count} elecciones: {listed}. Sus cifras se comparan solo por los códigos de mesas y "
    "opciones.",
}
_ALIKE = {
    "en": " They have one name and one day: whether they tell of the same election is for a person to say.",
    "es": " Tienen un mismo nombre y un mismo día: si hablan de la misma elección, lo dice una persona.",
}


def elections_sentence(sources: Sequence[Source], language: str) -> str:
    """What is said before anything else of accounts that follow different definitions; "" where they do not.

    Raises KeyError for a language other than "en" and "es".
    """
    followed = {source.definition: source for source in sources if source.definition}
    if len(followed) < 2:
        return ""
    from escrutinio.base.words.format import Format  # needs Babel, which comparing one election does not

    form = Format(language)
    listed = [
        in_language(
            _ONE,
            language,
            title=title_in(source.titles, language, "–"),
            day=form.day(source.voting_day),
            digest=definition.hex()[:_DIGITS],
        )
        for definition, source in followed.items()
    ]
    joined = ", ".join(listed[:-1]) + _AND[language] + listed[-1]
    said = in_language(_TWO if len(listed) == 2 else _MANY, language, count=len(listed), listed=joined)
    named = {(title_in(source.titles, language, "–"), source.voting_day) for source in followed.values()}
    return said + (_ALIKE[language] if len(named) == 1 else "")


def definitions(sources: Sequence[Source]) -> list[dict[str, str]]:
    """The definitions that accounts follow, each once, as JSON values."""
    followed = {source.definition: source for source in sources if source.definition}
    return [
        {
            "definition": definition.hex(),
            "title": title_in(source.titles, "en", "–"),
            "voting_day": source.voting_day,
        }
        for definition, source in followed.items()
    ]
