"""An election as a person configures it: `election.toml`, read strictly (docs/configuring.md)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from fractions import Fraction as Exact
from typing import TypeVar

from escrutinio.election.areas import AreaTree, write_areas
from escrutinio.election.config_file import ContestTable, File, OptionTable, Text
from escrutinio.election.definition import check_areas, check_contest, check_definition
from escrutinio.election.settings import convert, nearest, read_toml
from escrutinio.election.state import COPIES, PAPER, REPORTED, REPORTED_LATE, RULED
from escrutinio.records.attachments import CSV, attachment_of
from escrutinio.records.codecs import word
from escrutinio.records.codes import AuthorRole, Kind, LogRole, Method, Role
from escrutinio.records.errors import DefinitionError, RecordError
from escrutinio.records.parts import Candidate, Contest, Deadline, Fraction, LogHead, Option, Title
from escrutinio.records.text import check_code, check_name, check_text
from escrutinio.records.types import Charter, Definition

BASES = (REPORTED, REPORTED_LATE, RULED, PAPER)

E = TypeVar("E", bound=IntEnum)
Titles = tuple[Title, ...]

MAX_TITLE = 200
"""Most bytes of a title, in UTF-8."""

_SHARE = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ORIGIN = re.compile(r"[!-*,-~]{1,200}")


@dataclass(frozen=True, slots=True)
class LogConfig:
    """`[log]`: origin (C2SP tlog-checkpoint), role, and the operator as people know it."""

    origin: str
    role: LogRole
    operator: Titles


@dataclass(frozen=True, slots=True)
class Organisation:
    """One that signs records: its enrolled name (`party/azul`), its role, its titles."""

    name: str
    role: Role
    titles: Titles


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the publication rests on, relative to the configuration, and where it comes from."""

    file: str
    note: Titles


@dataclass(frozen=True, slots=True)
class Account:
    """One side's account of the result: the basis or the announced results (codes of claims) it rests
    on, and the codes of the statements that object to it."""

    titles: Titles
    basis: str | None
    claims: tuple[str, ...]
    objections: tuple[str, ...]


@dataclass(frozen=True)
class ElectionConfig:
    """What an election.toml says.

    `notice` stands on every page; `imports` and `script` are its tables `[import]` and `[script]`, unread.
    """

    kind: Kind
    code: str
    titles: Titles
    place: Titles
    voting_day: str
    author_role: AuthorRole
    author: Titles
    officers_needed: int
    languages: tuple[str, ...]
    contests: tuple[Contest, ...]
    calendar: tuple[Deadline, ...]
    log: LogConfig
    organisations: tuple[Organisation, ...]
    notice: Titles
    sources: tuple[Source, ...]
    accounts: tuple[Account, ...]
    imports: Mapping[str, object]
    script: Mapping[str, object]

    def contest(self, code: str) -> Contest:
        """The contest with this code. Raises DefinitionError, naming the nearest, if there is none."""
        for contest in self.contests:
            if contest.code == code:
                return contest
        known = nearest(code, (contest.code for contest in self.contests))
        raise DefinitionError(f"there is no contest {code[:64]!r}; {known}")

    def definition_body(self, root_key: bytes, areas: AreaTree) -> Definition:
        """The definition that `root_key` (32 bytes) signs; its attachment is `write_areas(areas)`.

        Raises DefinitionError if a contest is voted on in an area that the tree lacks, or as
        `definition.check_definition` does.
        """
        body = Definition(
            kind=self.kind,
            code=self.code,
            titles=self.titles,
            place=self.place,
            voting_day=self.voting_day,
            author_role=self.author_role,
            author=self.author,
            root_key=root_key,
            officers_needed=self.officers_needed,
            contests=self.contests,
            areas=attachment_of(write_areas(areas), CSV),
            calendar=self.calendar,
        )
        check_definition(body)
        check_areas(body, areas)
        return body

    def charter_body(self, root_key: bytes, predecessor: LogHead | None = None) -> Charter:
        """The charter that the log's operator signs with `root_key` (32 bytes)."""
        return Charter(self.log.origin, self.log.role, self.log.operator, root_key, predecessor)


def read_config(raw: bytes, file: str = "election.toml") -> ElectionConfig:
    """Read the bytes of an election.toml; `file` is its name in refusals.

    Raises DefinitionError, one sentence with the place, for what is not TOML, an unknown or missing key
    or word (with the nearest known one), a title that lacks a language, a malformed or repeated code, an
    option or candidate without the other, a threshold that is no share, and a time without its offset.
    """
    tables = convert(read_toml(raw, file), File, file)
    try:
        return _Reader(tables).config()
    except (DefinitionError, RecordError) as error:
        raise DefinitionError(f"{file}: {error}") from None


class _Reader:
    """Turns the tables of one file into values, title by title in the file's languages."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.languages = _languages(file.election.languages)

    def config(self) -> ElectionConfig:
        election = self.file.election
        if not self.file.contest:
            raise DefinitionError("there is no [[contest]]")
        if not 1 <= election.officers_needed < 256:
            raise DefinitionError("election, officers_needed: a number from 1 to 255 was expected")
        author_role = _member(AuthorRole, election.author_role, "election, author_role")
        return ElectionConfig(
            kind=_member(Kind, election.kind, "election, kind"),
            code=_code(election.code, "election, code"),
            titles=self.titles(election.title, "election, title"),
            place=self.titles(election.place, "election, place"),
            voting_day=election.voting_day.isoformat(),
            author_role=author_role,
            author=self.titles(election.author, "election, author"),
            officers_needed=election.officers_needed,
            languages=self.languages,
            contests=self.contests(),
            calendar=_calendar(self.file.calendar),
            log=self.log(author_role),
            organisations=tuple(self.organisations()),
            notice=self.notice(),
            sources=self.sources(),
            accounts=tuple(self.accounts()),
            imports=self.file.import_,
            script=self.file.script,
        )

    def titles(self, text: Text, place: str) -> Titles:
        """One title per language: the same text in each, or the text of each language."""
        given = dict.fromkeys(self.languages, text) if isinstance(text, str) else text
        for language in self.languages:
            if language not in given:
                raise DefinitionError(f"{place} lacks the language {language!r}")
        for language in given:
            if language not in self.languages:
                raise DefinitionError(
                    f"{place} has the language {language[:20]!r}, which election.languages does not list"
                )
        return tuple(Title(language, _text(given[language], place)) for language in self.languages)

    def contests(self) -> tuple[Contest, ...]:
        contests = tuple(map(self.contest, self.file.contest))
        for number, contest in enumerate(contests):
            if any(contest.code == other.code for other in contests[:number]):
                raise DefinitionError(f"the code {contest.code!r} is given to more than one contest")
        return contests

    def contest(self, table: ContestTable) -> Contest:
        place = f"contest {table.code[:64]!r}"
        candidates = tuple(
            Candidate(
                _code(row.code, f"{place}, candidate"),
                self.titles(row.title, f"{place}, title of the candidate {row.code[:64]!r}"),
            )
            for row in table.candidate
        )
        contest = Contest(
            code=_code(table.code, "contest, code"),
            titles=self.titles(table.title, f"{place}, title"),
            method=_member(Method, table.method, f"{place}, method"),
            seats=table.seats,
            threshold=None if table.threshold is None else _share(table.threshold, f"{place}, threshold"),
            area=_code(table.area, f"{place}, area"),
            candidates=candidates,
            options=self.options(table, candidates, place),
        )
        check_contest(contest)
        return contest

    def options(
        self, table: ContestTable, candidates: tuple[Candidate, ...], place: str
    ) -> tuple[Option, ...]:
        """The boxes on the ballot; where none is written, each candidate has one, of the same code."""
        if not table.option and all(row.options is None for row in table.candidate):
            options = [Option(c.code, c.titles, number) for number, c in enumerate(candidates)]
        else:
            numbers = {candidate.code: number for number, candidate in enumerate(candidates)}
            options = [self.option(row, numbers, place) for row in table.option]
            for number, row in enumerate(table.candidate):
                options += (Option(_code(code, f"{place}, option"), (), number) for code in row.options or ())
        return _ordered(options, table.option_order, place)

    def option(self, row: OptionTable, numbers: Mapping[str, int], place: str) -> Option:
        if row.candidate not in numbers:
            known = nearest(row.candidate, numbers)
            raise DefinitionError(
                f"{place} has the option {row.code[:64]!r} for the candidate {row.candidate[:64]!r}, "
                f"who does not stand in it; {known}"
            )
        title = self.titles(row.title, f"{place}, title of the option {row.code[:64]!r}") if row.title else ()
        return Option(_code(row.code, f"{place}, option"), title, numbers[row.candidate])

    def log(self, author_role: AuthorRole) -> LogConfig:
        table = self.file.log
        role = _member(LogRole, table.role, "log, role")
        if not _ORIGIN.fullmatch(table.origin):
            raise DefinitionError(
                f"log, origin: {table.origin[:80]!r} should be like example.org/log, without blank or plus"
            )
        if role is LogRole.OFFICIAL and author_role is AuthorRole.IMPORTER:
            raise DefinitionError("log, role: the log of an importer's definition cannot be official")
        return LogConfig(table.origin, role, self.titles(table.operator, "log, operator"))

    def organisations(self) -> Iterable[Organisation]:
        for name, table in self.file.organisation.items():
            place = f"organisation {name[:64]!r}"
            if check_name(name).count("/") != 1:
                raise DefinitionError(f"{place}: a name of two parts such as party/azul was expected")
            yield Organisation(
                name, _member(Role, table.role, f"{place}, role"), self.titles(table.title, f"{place}, title")
            )

    def notice(self) -> Titles:
        """What every page says first; empty where the file says nothing."""
        text = self.file.publication.notice
        return () if text is None else self.titles(text, "publication, notice")

    def sources(self) -> tuple[Source, ...]:
        place = "publication, source"
        return tuple(
            Source(_text(row.file, place), self.titles(row.note, f"{place} {row.file[:64]!r}, note"))
            for row in self.file.publication.source
        )

    def accounts(self) -> Iterable[Account]:
        for number, row in enumerate(self.file.publication.account, 1):
            place = f"publication, account {number}"
            if row.basis is None and not row.claims:
                raise DefinitionError(f"{place} has neither a basis nor claims")
            _check_basis(row.basis, place)
            claims = tuple(_code(code, f"{place}, claims") for code in row.claims)
            objections = tuple(_code(code, f"{place}, objections") for code in row.objections)
            yield Account(self.titles(row.title, f"{place}, title"), row.basis, claims, objections)


def _languages(given: list[str]) -> tuple[str, ...]:
    if not 1 <= len(given) <= 16 or len(set(given)) != len(given):
        raise DefinitionError("election, languages: from 1 to 16 different languages were expected")
    for language in given:
        if not _LANGUAGE.fullmatch(language):
            raise DefinitionError(f"election, languages: {language[:20]!r} is not a tag such as es or en")
    return tuple(given)


def _check_basis(code: str | None, place: str) -> None:
    if code is None or code in BASES:
        return
    start, found, organisation = code.partition(COPIES)
    if start or not found:
        raise DefinitionError(
            f"{place}, basis: {code[:80]!r} is not known; {nearest(code, (*BASES, COPIES))}"
        )
    check_name(organisation)


def _calendar(given: Mapping[str, datetime]) -> tuple[Deadline, ...]:
    """The dates in the order of time."""
    for code, when in given.items():
        _code(code, "calendar")
        if when.tzinfo is None:
            raise DefinitionError(
                f"calendar, {code}: {when.isoformat()} lacks its offset from UTC, such as -04:00"
            )
        if when.timestamp() < 0:
            raise DefinitionError(f"calendar, {code}: {when.isoformat()} is before 1970")
    return tuple(sorted((Deadline(code, int(when.timestamp())) for code, when in given.items()), key=_when))


def _when(deadline: Deadline) -> tuple[int, str]:
    return deadline.at, deadline.code


def _ordered(options: list[Option], order: list[str] | None, place: str) -> tuple[Option, ...]:
    """The options in the order of the ballot, where it is written."""
    if order is None:
        return tuple(options)
    by_code = {option.code: option for option in options}
    if len(by_code) != len(options):
        return tuple(options)  # a code given twice, which check_contest refuses by name
    odd = [code for code in order if code not in by_code or order.count(code) > 1]
    if odd := odd or [code for code in by_code if code not in order]:
        raise DefinitionError(
            f"{place}, option_order: {odd[0][:64]!r} is not there once, or is no option of the contest"
        )
    return tuple(by_code[code] for code in order)


def _share(text: str, place: str) -> Fraction:
    """Read `1/2`, `5%` or `12.5 %` exactly."""
    if (match := _SHARE.fullmatch(text)) and int(match[2]):
        exact = Exact(int(match[1]), int(match[2]))
    elif match := _PERCENT.fullmatch(text):
        exact = Exact(match[1]) / 100
    else:
        raise DefinitionError(f"{place}: {text[:40]!r} is not a share such as 1/2 or 5%")
    return Fraction(exact.numerator, exact.denominator)


def _member(words: type[E], text: str, place: str) -> E:
    for member in words:
        if word(member) == text:
            return member
    raise DefinitionError(f"{place}: {text[:40]!r} is not known; {nearest(text, map(word, words))}")


def _code(text: str, place: str) -> str:
    try:
        return check_code(text)
    except RecordError as error:
        raise DefinitionError(f"{place}: {error}") from None


def _text(text: str, place: str) -> str:
    if not text.strip():
        raise DefinitionError(f"{place} is empty")
    try:
        return check_text(text, MAX_TITLE)
    except RecordError as error:
        raise DefinitionError(f"{place}: {error}") from None
