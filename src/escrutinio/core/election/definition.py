"""What a definition record must not say. Without NumPy, since a voting machine reads its definition too."""

from collections.abc import Iterable

from escrutinio.base.errors import DefinitionError
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
    _check_distinct("contest", (contest.code for contest in body.contests))
    _check_distinct("date of the calendar", (deadline.code for deadline in body.calendar))
    for titles in (body.titles, body.place, body.author):
        _check_titles("the election", titles)
    if body.officers_needed < 1:
        raise DefinitionError("the election needs at least one officer to sign for the authority")
    for contest in body.contests:
        check_contest(contest)


def check_contest(contest: Contest) -> None:
    """Refuse a contest whose parts contradict each other, with DefinitionError as `check_definition`."""
    where = f"the contest {contest.code!r}"
    if not contest.candidates:
        raise DefinitionError(f"{where} has no candidate")
    _check_distinct(f"candidate of {where}", (candidate.code for candidate in contest.candidates))
    _check_distinct(f"option of {where}", (option.code for option in contest.options))
    _check_titles(where, contest.titles)
    for candidate in contest.candidates:
        _check_titles(f"the candidate {candidate.code!r} of {where}", candidate.titles)
        if candidate.code == OTHERS:
            raise DefinitionError(f"{where} has a candidate {OTHERS!r}, a code that announced results use")
    for option in contest.options:
        _check_titles(f"the option {option.code!r} of {where}", option.titles)
    taken = {option.candidate for option in contest.options}
    for option in contest.options:
        if option.candidate >= len(contest.candidates):
            raise DefinitionError(f"{where} has the option {option.code!r} for no candidate")
    for number, candidate in enumerate(contest.candidates):
        if number not in taken:
            raise DefinitionError(f"{where} has no option for the candidate {candidate.code!r}")
    _check_method(contest, where)


def deadline(definition: Definition, code: str) -> int | None:
    """A date of the calendar in seconds since 1970-01-01 UTC; None where the calendar lacks it."""
    return next((day.at for day in definition.calendar if day.code == code), None)


def _check_method(contest: Contest, where: str) -> None:
    if contest.seats < 1:
        raise DefinitionError(f"{where} fills no seat")
    if contest.method is Method.TWO_ROUND and contest.seats != 1:
        raise DefinitionError(f"{where} is decided in two rounds, so it fills one seat, not {contest.seats}")
    if contest.seats > MAX_SEATS:
        raise DefinitionError(f"{where} fills {contest.seats:,} seats, more than {MAX_SEATS:,}")
    share = contest.threshold
    if share is None:
        return
    if contest.method is Method.PLURALITY:
        raise DefinitionError(f"{where} has a threshold, which a plurality does not use")
    if not 0 < share.numerator < share.denominator:
        raise DefinitionError(
            f"{where} has the threshold {share.numerator}/{share.denominator}, which is not between 0 and 1"
        )


def _check_distinct(what: str, codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise DefinitionError(f"the code {code!r} is given to more than one {what}")
        seen.add(code)


def _check_titles(what: str, titles: tuple[Title, ...]) -> None:
    languages = [title.language for title in titles]
    if len(set(languages)) != len(languages):
        raise DefinitionError(f"{what} has two titles in one language")
