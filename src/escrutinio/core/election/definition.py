"""What a definition record must not say. Without NumPy, since a voting machine reads its definition too."""

from collections.abc import Iterable

from escrutinio.base.errors import DefinitionError
from escrutinio.base.words.say import Phrase
from escrutinio.core.records.codes import Method
from escrutinio.core.records.parts import Contest, Fraction, Title
from escrutinio.core.records.types import Definition

MAX_SEATS = 10_000
"""Most seats that one contest fills; parliaments have at most a few thousand."""

OTHERS = "others"
"""In an announced result, the candidates that it does not name; no candidate may have this code."""

HALF = Fraction(1, 2)
"""The share of valid votes that wins a first round where a definition does not say."""


def check_definition(body: Definition) -> None:
    """Refuse a definition whose parts contradict each other.

    Raises DefinitionError for a code given twice (contest; candidate, option within a contest; deadline),
    no candidate, an option for a candidate that is not there, a candidate without an option, no seat or
    more than `MAX_SEATS`, a threshold that is not between 0 and 1 or, for a plurality, any, no officer
    needed, and two titles in one language.
    """
    _check_distinct("contest-twice", (contest.code for contest in body.contests))
    _check_distinct("date-twice", (deadline.code for deadline in body.calendar))
    for titles in (body.titles, body.place, body.author):
        _check_titles(titles, Phrase("The election"))
    if body.officers_needed < 1:
        raise DefinitionError("officers-none")
    for contest in body.contests:
        check_contest(contest)


def check_contest(contest: Contest) -> None:
    """Refuse a contest whose parts contradict each other, with DefinitionError as `check_definition`."""
    name = repr(contest.code)
    if not contest.candidates:
        raise DefinitionError("contest-no-candidate", contest=name)
    _check_distinct("candidate-twice", (candidate.code for candidate in contest.candidates), contest=name)
    _check_distinct("option-twice", (option.code for option in contest.options), contest=name)
    _check_titles(contest.titles, Phrase("The contest {contest}", contest=name))
    for candidate in contest.candidates:
        what = Phrase(
            "The candidate {code} of the contest {contest}", code=repr(candidate.code), contest=name
        )
        _check_titles(candidate.titles, what)
        if candidate.code == OTHERS:
            raise DefinitionError("candidate-others", contest=name, code=repr(OTHERS))
    for option in contest.options:
        what = Phrase("The option {code} of the contest {contest}", code=repr(option.code), contest=name)
        _check_titles(option.titles, what)
    taken = {option.candidate for option in contest.options}
    for option in contest.options:
        if option.candidate >= len(contest.candidates):
            raise DefinitionError("option-no-candidate", contest=name, option=repr(option.code))
    for number, candidate in enumerate(contest.candidates):
        if number not in taken:
            raise DefinitionError("candidate-no-option", contest=name, candidate=repr(candidate.code))
    _check_method(contest)


def deadline(definition: Definition, code: str) -> int | None:
    """A date of the calendar in seconds since 1970-01-01 UTC; None where the calendar lacks it."""
    return next((day.at for day in definition.calendar if day.code == code), None)


def _check_method(contest: Contest) -> None:
    if contest.seats < 1:
        raise DefinitionError("seats-none", contest=repr(contest.code))
    if contest.method is Method.TWO_ROUND and contest.seats != 1:
        raise DefinitionError("seats-two-rounds", seats=contest.seats, contest=repr(contest.code))
    if contest.seats > MAX_SEATS:
        raise DefinitionError("seats-many", seats=contest.seats, contest=repr(contest.code), limit=MAX_SEATS)
    share = contest.threshold
    if share is None:
        return
    if contest.method is Method.PLURALITY:
        raise DefinitionError("threshold-unused", contest=repr(contest.code))
    if not 0 < share.numerator < share.denominator:
        raise DefinitionError(
            "threshold-range",
            numerator=share.numerator,
            denominator=share.denominator,
            contest=repr(contest.code),
        )


def _check_distinct(refusal: str, codes: Iterable[str], **where: str) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise DefinitionError(refusal, code=repr(code), **where)
        seen.add(code)


def _check_titles(titles: tuple[Title, ...], what: Phrase) -> None:
    languages = [title.language for title in titles]
    if len(set(languages)) != len(languages):
        raise DefinitionError("titles-twice", what=what)
