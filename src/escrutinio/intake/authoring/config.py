"""An election as a person configures it: `election.toml`, read strictly (docs/configuring.md)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from escrutinio.base.errors import DefinitionError, RecordError
from escrutinio.base.toml import convert, nearest, read_toml
from escrutinio.core.election.areas import AreaTree, write_areas
from escrutinio.core.election.contests import check_areas
from escrutinio.core.election.definition import check_contest, check_definition
from escrutinio.core.records.attachments import CSV, attachment_of
from escrutinio.core.records.codes import AuthorRole, Kind, LogRole, Method, Role
from escrutinio.core.records.parts import Candidate, Contest, Deadline, LogHead, Option
from escrutinio.core.records.text import check_name
from escrutinio.core.records.types import Charter, Definition
from escrutinio.intake.authoring.config_file import ContestTable, File, OptionTable
from escrutinio.intake.authoring.config_values import Titles, read_code, read_languages, read_share, read_word
from escrutinio.intake.authoring.presentation import Presentation, PresentationReader

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


@dataclass(frozen=True)
class ElectionConfig:
    """What an election.toml says.

    `shown` is how it is published; `imports` and `script` are the tables `[import]` and `[script]`, unread.
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
    shown: Presentation
    imports: Mapping[str, object]
    script: Mapping[str, object]

    def contest(self, code: str) -> Contest:
        """The contest with this code. Raises DefinitionError, naming the nearest, if there is none."""
        for contest in self.contests:
            if contest.code == code:
                return contest
        known = nearest(code, (contest.code for contest in self.contests))
        raise DefinitionError("config-contest-unknown", nearest=known, contest=repr(code[:64]))

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
        raise DefinitionError("at-place", why=error, place=file) from None


class _Reader:
    """Turns the tables of one file into values, title by title in the file's languages."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.languages = read_languages(file.election.languages)
        self.titles = self.languages.titles

    def config(self) -> ElectionConfig:
        election = self.file.election
        if not self.file.contest:
            raise DefinitionError("config-no-contest")
        if not 1 <= election.officers_needed < 256:
            raise DefinitionError("config-officers")
        author_role = read_word(AuthorRole, election.author_role, "election, author_role")
        contests = self.contests()
        organisations = tuple(self.organisations())
        names = {organisation.name: organisation.titles for organisation in organisations}
        return ElectionConfig(
            kind=read_word(Kind, election.kind, "election, kind"),
            code=read_code(election.code, "election, code"),
            titles=self.titles(election.title, "election, title"),
            place=self.titles(election.place, "election, place"),
            voting_day=election.voting_day.isoformat(),
            author_role=author_role,
            author=self.titles(election.author, "election, author"),
            officers_needed=election.officers_needed,
            languages=self.languages.tags,
            contests=contests,
            calendar=_calendar(self.file.calendar),
            log=self.log(author_role),
            organisations=organisations,
            shown=PresentationReader(self.file, self.languages).presentation(contests, names),
            imports=self.file.import_,
            script=self.file.script,
        )

    def contests(self) -> tuple[Contest, ...]:
        contests = tuple(map(self.contest, self.file.contest))
        for number, contest in enumerate(contests):
            if any(contest.code == other.code for other in contests[:number]):
                raise DefinitionError("contest-twice", code=repr(contest.code))
        return contests

    def contest(self, table: ContestTable) -> Contest:
        place = f"contest {table.code[:64]!r}"
        candidates = tuple(
            Candidate(
                read_code(row.code, f"{place}, candidate"),
                self.titles(row.title, f"{place}, title of the candidate {row.code[:64]!r}"),
            )
            for row in table.candidate
        )
        contest = Contest(
            code=read_code(table.code, "contest, code"),
            titles=self.titles(table.title, f"{place}, title"),
            method=read_word(Method, table.method, f"{place}, method"),
            seats=table.seats,
            threshold=None if table.threshold is None else read_share(table.threshold, f"{place}, threshold"),
            area=read_code(table.area, f"{place}, area"),
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
                options += (
                    Option(read_code(code, f"{place}, option"), (), number) for code in row.options or ()
                )
        return _ordered(options, table.option_order, place)

    def option(self, row: OptionTable, numbers: Mapping[str, int], place: str) -> Option:
        if row.candidate not in numbers:
            known = nearest(row.candidate, numbers)
            raise DefinitionError(
                "option-candidate",
                place=place,
                candidate=repr(row.candidate[:64]),
                nearest=known,
                option=repr(row.code[:64]),
            )
        title = self.titles(row.title, f"{place}, title of the option {row.code[:64]!r}") if row.title else ()
        return Option(read_code(row.code, f"{place}, option"), title, numbers[row.candidate])

    def log(self, author_role: AuthorRole) -> LogConfig:
        table = self.file.log
        role = read_word(LogRole, table.role, "log, role")
        if not _ORIGIN.fullmatch(table.origin):
            raise DefinitionError("config-origin", origin=repr(table.origin[:80]))
        if role is LogRole.OFFICIAL and author_role is AuthorRole.IMPORTER:
            raise DefinitionError("config-official")
        return LogConfig(table.origin, role, self.titles(table.operator, "log, operator"))

    def organisations(self) -> Iterable[Organisation]:
        for name, table in self.file.organisation.items():
            place = f"organisation {name[:64]!r}"
            if check_name(name).count("/") != 1:
                raise DefinitionError("config-name", place=place)
            yield Organisation(
                name,
                read_word(Role, table.role, f"{place}, role"),
                self.titles(table.title, f"{place}, title"),
            )


def _calendar(given: Mapping[str, datetime]) -> tuple[Deadline, ...]:
    """The dates in the order of time."""
    for code, when in given.items():
        read_code(code, "calendar")
        if when.tzinfo is None:
            raise DefinitionError("config-offset", code=code, moment=when.isoformat())
        if when.timestamp() < 0:
            raise DefinitionError("config-early", code=code, moment=when.isoformat())
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
        raise DefinitionError("config-option-order", place=place, option=repr(odd[0][:64]))
    return tuple(by_code[code] for code in order)
