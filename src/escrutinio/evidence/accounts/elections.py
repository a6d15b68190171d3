"""Whether accounts that are held against each other are of one election: that of one definition.

Logs with different definitions may tell of one election, as an authority's and an importer's do; they may
as well be two elections in which stations and options have the same codes. Their figures cannot say which.
"""

from __future__ import annotations

from collections.abc import Sequence

from escrutinio.base.words.catalogue import N_
from escrutinio.base.words.say import say_in
from escrutinio.base.words.titles import title_in
from escrutinio.evidence.accounts.sources import Source

_DIGITS = 16
"""Hexadecimal digits of a definition that a sentence shows."""

_ONE = N_("{title} ({day}), definition {digest}…")
_AND = N_("{listed} and {last}")
_TWO = N_(
    "These are two elections: {listed}. Their figures are compared by the codes of stations and "
    "options alone."
)
_MANY = N_(
    "These are {count} elections: {listed}. Their figures are compared by the codes of stations and "
    "options alone."
)
_ALIKE = N_("They have one name and one day: whether they tell of the same election is for a person to say.")


def elections_sentence(sources: Sequence[Source], language: str) -> str:
    """What is said before anything else of accounts that follow different definitions; "" where they do not.

    Raises PublicationError for an unknown language.
    """
    followed = {source.definition: source for source in sources if source.definition}
    if len(followed) < 2:
        return ""
    from escrutinio.base.words.format import Format  # needs Babel, which comparing one election does not

    form = Format(language)
    listed = [
        say_in(
            language,
            _ONE,
            title=title_in(source.titles, language, "–"),
            day=form.day(source.voting_day),
            digest=definition.hex()[:_DIGITS],
        )
        for definition, source in followed.items()
    ]
    joined = say_in(language, _AND, listed=", ".join(listed[:-1]), last=listed[-1])
    said = say_in(language, _TWO if len(listed) == 2 else _MANY, count=len(listed), listed=joined)
    named = {(title_in(source.titles, language, "–"), source.voting_day) for source in followed.values()}
    return f"{said} {say_in(language, _ALIKE)}" if len(named) == 1 else said


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
