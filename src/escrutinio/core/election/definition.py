"""What a definition record must not say. Without NumPy, since a voting machine reads its definition too."""

from collections.abc import Iterable, Sequence

from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.words.say import Phrase
from escrutinio.core.records import parts as p
from escrutinio.core.records.cbor import decode_strictly, encode
from escrutinio.core.records.codes import Method, Role, Ties
from escrutinio.core.records.parts import Article, Bar, Contest, Title
from escrutinio.core.records.types import Definition

MAX_SEATS = 10_000
"""Most seats that one contest fills; parliaments have at most a few thousand."""

OTHERS = "others"
"""In an announced result, the candidates that it does not name; no candidate may have this code."""

HALF = Bar(1, 2, 1)
"""What wins a first round where a definition does not say: more than half of the valid votes."""

PROPORTIONAL = frozenset({Method.DHONDT, Method.SAINTE_LAGUE, Method.HARE, Method.DROOP})
"""The methods that share seats among lists."""

NULL, BLANK = "null", "blank"
NAMED_CLASSES = frozenset({NULL, BLANK, "spoilt", "challenged"})
"""Classes of ballots that the catalogues have words for; others need titles in the definition."""

RESERVED = frozenset(
    (
        *("area", "parent", "level", "name"),
        *("stations_declared", "stations_in_roll", "stations_counted"),
        *("stations_pending", "stations_annulled"),
        *("registered_in_counted", "registered_unknown_in_counted", "classes_unread_in_counted"),
        *("index", "type", "signer", "basis", "station", "status", "reason"),
        *("valid", "votes", "ballots", "voters", "registered", "supplement"),
        *("stations", "counted", "pending", "annulled"),
    )
)
"""Codes that no class has: columns of the tables beside those of the classes, and what pages call figures."""

RULES = (
    "method",
    "seats",
    "marks",
    "wins",
    "threshold",
    "quorum",
    "ties",
    "classes",
    "counting",
    "supplement",
    "rulings",
    "officers",
    "calendar",
    "other",
)
"""The rules that an article of the law can stand beside."""


def check_definition(body: Definition) -> None:
    """Refuse a definition whose parts contradict each other, its contests aside (`check_contests`).

    Raises DefinitionError for a date, court, supplement or power given twice, no officer needed, an act that
    needs nobody, courts without an act of theirs, a power of a role that rules on nothing, a supplement
    without an article, an article without words, contests both in the record and in a file or in neither, and
    two titles in one language.
    """
    check_distinct("date-twice", (deadline.code for deadline in body.calendar))
    check_distinct("court-twice", (court.code for court in body.courts))
    check_distinct("supplement-twice", (supplement.code for supplement in body.supplements))
    check_distinct("power-twice", (f"{power.act} {power.role.name.lower()}" for power in body.powers))
    for titles in (body.titles, body.place, body.author):
        _check_titles(titles, Phrase("The election"))
    if body.officers_needed < 1:
        raise DefinitionError("officers-none")
    for power in body.powers:
        if power.role not in (Role.AUTHORITY, Role.COURT) or power.needed < 1:
            raise DefinitionError("power-whose", act=power.act, role=power.role.name.lower())
    for court in body.courts:
        if court.instance < 1:
            raise DefinitionError("court-instance", court=repr(court.code))
        _check_titles(court.titles, Phrase("The court {court}", court=repr(court.code)))
    if bool(body.courts) is not any(power.role is Role.COURT for power in body.powers):
        raise DefinitionError("courts-without-acts")
    for supplement in body.supplements:
        if not supplement.article.strip():
            raise DefinitionError("supplement-article", supplement=repr(supplement.code))
    _check_articles(body.articles)
    if bool(body.contests) is (body.contests_file is not None):
        raise DefinitionError("contests-where")


def read_contests(raw: bytes) -> tuple[Contest, ...]:
    """The contests in the file of a definition: the CBOR of one array, in the one encoding allowed.

    Raises DefinitionError for anything else.
    """
    try:
        found = p.CONTESTS_FILE.decode(decode_strictly(raw))
    except RecordError as error:
        raise DefinitionError("contests-file", why=error) from None
    return found


def write_contests(contests: tuple[Contest, ...]) -> bytes:
    """The file of these contests, as `read_contests` reads it. Raises RecordError."""
    return encode(p.CONTESTS_FILE.encode(contests))


def check_contests(contests: Sequence[Contest]) -> None:
    """Refuse contests of which one contradicts itself or another, with DefinitionError.

    For a code given twice (contest; candidate, option, class within a contest), no candidate, an option for a
    candidate that is not there, a candidate without an option, no seat or more than `MAX_SEATS`, no mark or
    more than there are options, several marks in two rounds or with classes beside the base of a share, a
    share that is not above 0 and at most 1 or whose base has a class that is not there, rules of another
    method, an order of ties that is not one of all candidates, and two titles in one language.
    """
    check_distinct("contest-twice", (contest.code for contest in contests))
    for contest in contests:
        check_contest(contest)


def check_contest(contest: Contest) -> None:
    """Refuse a contest whose parts contradict each other, with DefinitionError as `check_contests`."""
    name = repr(contest.code)
    if not contest.candidates:
        raise DefinitionError("contest-no-candidate", contest=name)
    check_distinct("candidate-twice", (candidate.code for candidate in contest.candidates), contest=name)
    check_distinct("option-twice", (option.code for option in contest.options), contest=name)
    check_distinct("class-twice", (each.code for each in contest.classes), contest=name)
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
    for each in contest.classes:
        what = Phrase("The class {code} of the contest {contest}", code=repr(each.code), contest=name)
        _check_titles(each.titles, what)
        if each.code in RESERVED:
            raise DefinitionError("class-reserved", contest=name, code=repr(each.code))
        if not each.titles and each.code not in NAMED_CLASSES:
            raise DefinitionError("class-untitled", contest=name, code=repr(each.code))
    taken = {option.candidate for option in contest.options}
    for option in contest.options:
        if option.candidate >= len(contest.candidates):
            raise DefinitionError("option-no-candidate", contest=name, option=repr(option.code))
    for number, candidate in enumerate(contest.candidates):
        if number not in taken:
            raise DefinitionError("candidate-no-option", contest=name, candidate=repr(candidate.code))
    _check_articles(contest.articles)
    _check_method(contest)


def deadline(definition: Definition, code: str) -> int | None:
    """A date of the calendar in seconds since 1970-01-01 UTC; None where the calendar lacks it."""
    return next((day.at for day in definition.calendar if day.code == code), None)


def _check_method(contest: Contest) -> None:
    name, method = repr(contest.code), contest.method
    if contest.seats < 1:
        raise DefinitionError("seats-none", contest=name)
    if method is Method.TWO_ROUND and contest.seats != 1:
        raise DefinitionError("seats-two-rounds", seats=contest.seats, contest=name)
    if contest.seats > MAX_SEATS:
        raise DefinitionError("seats-many", seats=contest.seats, contest=name, limit=MAX_SEATS)
    if not 1 <= contest.marks <= len(contest.options):
        raise DefinitionError("marks-range", marks=contest.marks, contest=name, options=len(contest.options))
    if method is Method.TWO_ROUND and contest.marks != 1:
        raise DefinitionError("marks-two-rounds", marks=contest.marks, contest=name)
    if contest.threshold is not None and method not in PROPORTIONAL:
        raise DefinitionError("threshold-unused", contest=name)
    if contest.wins and method is not Method.TWO_ROUND:
        raise DefinitionError("wins-unused", contest=name)
    bars = [contest.threshold, contest.quorum]
    for win in contest.wins:
        bars += [win.share, win.lead]
    for bar in bars:
        if bar is not None:
            _check_bar(bar, contest)
    numbers = range(len(contest.candidates))
    if contest.order and (contest.ties is not Ties.ORDER or sorted(contest.order) != list(numbers)):
        raise DefinitionError("ties-order", contest=name)
    if contest.ties is Ties.ORDER and not contest.order:
        raise DefinitionError("ties-order", contest=name)


def _check_bar(bar: Bar, contest: Contest) -> None:
    if not 0 < bar.numerator <= bar.denominator or (bar.more and bar.numerator == bar.denominator):
        raise DefinitionError(
            "threshold-range",
            numerator=bar.numerator,
            denominator=bar.denominator,
            contest=repr(contest.code),
        )
    if len(set(bar.beside)) < len(bar.beside) or any(each >= len(contest.classes) for each in bar.beside):
        raise DefinitionError("threshold-base", contest=repr(contest.code))
    if bar.beside and contest.marks > 1:
        # Several marks make votes more than ballots, and a sum of both is a number of neither.
        raise DefinitionError("bar-beside-marks", contest=repr(contest.code))


def _check_articles(articles: tuple[Article, ...]) -> None:
    for article in articles:
        if article.rule not in RULES or not article.text.strip():
            raise DefinitionError("article-rule", rule=repr(article.rule), known=", ".join(RULES))


def check_distinct(refusal: str, codes: Iterable[str], **where: str) -> None:
    """Refuse, with this refusal, the first code that is given twice. Raises DefinitionError."""
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise DefinitionError(refusal, code=repr(code), **where)
        seen.add(code)


def _check_titles(titles: tuple[Title, ...], what: Phrase) -> None:
    languages = [title.language for title in titles]
    if len(set(languages)) != len(languages):
        raise DefinitionError("titles-twice", what=what)
