"""An election as a person configures it: `election.toml`, read strictly (docs/configuring.md)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from escrutinio.base.errors import DefinitionError, InputError, RecordError
from escrutinio.base.inputs import read_input
from escrutinio.base.toml import convert, nearest, read_toml
from escrutinio.core.election.areas import AreaTree, write_areas
from escrutinio.core.election.contests import check_areas
from escrutinio.core.election.definition import (
    check_contests,
    check_definition,
    check_distinct,
    write_contests,
)
from escrutinio.core.election.embargo import check_moments
from escrutinio.core.records.attachments import CBOR, CSV, attachment_of
from escrutinio.core.records.codecs import Struct
from escrutinio.core.records.codes import AuthorRole, Kind, LogRole, Role
from escrutinio.core.records.parts import Article, Contest, Court, Deadline, LogHead, Power, Supplement
from escrutinio.core.records.text import check_name
from escrutinio.core.records.types import BY_NAME, Charter, Definition
from escrutinio.intake.authoring.config_contests import ContestReader, read_articles
from escrutinio.intake.authoring.config_file import CourtTable, File, PowerTable, SupplementTable
from escrutinio.intake.authoring.config_tables import read_contest_files
from escrutinio.intake.authoring.config_values import Titles, read_code, read_languages, read_word
from escrutinio.intake.authoring.presentation import Presentation, PresentationReader

MAX_CONFIG = 16 * 1024 * 1024

T = TypeVar("T")

ROOM = 40_000
"""Most bytes that the contests take in a definition itself; more of them stand in a file beside it."""

MAX_INSIDE = 256

UNFILLED = frozenset({"To be completed", "Por completar", "TODO", "TBD"})
UNFILLED_DAYS = frozenset({"2000-01-01", "1970-01-01"})
"""What a configuration says where somebody was to fill in something and did not."""

HERE = Path()

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
    powers: tuple[Power, ...]
    courts: tuple[Court, ...]
    paper: tuple[str, ...]
    supplements: tuple[Supplement, ...]
    articles: tuple[Article, ...]
    languages: tuple[str, ...]
    contests: tuple[Contest, ...]
    calendar: tuple[Deadline, ...]
    log: LogConfig
    organisations: tuple[Organisation, ...]
    shown: Presentation
    imports: Mapping[str, object]
    script: Mapping[str, object]

    def refuse_placeholders(self) -> None:
        """Raise DefinitionError where words or the day still stand for what somebody was to fill in."""
        if self.voting_day in UNFILLED_DAYS:
            raise DefinitionError("config-unfilled", key="voting_day", value=self.voting_day)
        named = {
            "title": self.titles,
            "place": self.place,
            "author": self.author,
            "operator": self.log.operator,
        }
        named |= {f"contest {contest.code!r}": contest.titles for contest in self.contests}
        for key, titles in named.items():
            for title in titles:
                if title.text.strip() in UNFILLED:
                    raise DefinitionError("config-unfilled", key=key, value=title.text)

    def contest(self, code: str) -> Contest:
        """The contest with this code. Raises DefinitionError, naming the nearest, if there is none."""
        for contest in self.contests:
            if contest.code == code:
                return contest
        known = nearest(code, (contest.code for contest in self.contests))
        raise DefinitionError("config-contest-unknown", nearest=known, contest=repr(code[:64]))

    def definition_body(self, root_key: bytes, areas: AreaTree) -> Definition:
        """The definition that `root_key` (32 bytes) signs; its attachments are `write_areas(areas)` and,
        where the contests have no room in a record, `contests_file`.

        Raises DefinitionError if a contest is voted on in an area that the tree lacks, or as
        `definition.check_definition` and `embargo.check_moments` do.
        """
        file = self.contests_file
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
            contests=self.contests if file is None else (),
            areas=attachment_of(write_areas(areas), CSV),
            calendar=self.calendar,
            powers=self.powers,
            courts=self.courts,
            contests_file=None if file is None else attachment_of(file, CBOR),
            paper=self.paper,
            supplements=self.supplements,
            articles=self.articles,
        )
        check_definition(body)
        check_contests(self.contests)
        check_areas(self.contests, areas)
        check_moments(body, areas)
        return body

    @cached_property
    def contests_file(self) -> bytes | None:
        """The file of the contests, where they are too many or too long for the definition; None
        elsewhere."""
        written = write_contests(self.contests)
        return written if len(written) > ROOM or len(self.contests) > MAX_INSIDE else None

    def charter_body(self, root_key: bytes, predecessor: LogHead | None = None) -> Charter:
        """The charter that the log's operator signs with `root_key` (32 bytes)."""
        return Charter(self.log.origin, self.log.role, self.log.operator, root_key, predecessor)


def read_config(raw: bytes, file: str = "election.toml", base_dir: Path = HERE) -> ElectionConfig:
    """Read the bytes of an election.toml; `file` is its name in refusals, `base_dir` the directory of the
    files that it names.

    Raises DefinitionError, one sentence with the place, for what is not TOML, an unknown or missing key
    or word (with the nearest known one), a title that lacks a language, a malformed or repeated code, an
    option or candidate without the other, a threshold that is no share, and a time without its offset.
    """
    tables = convert(read_toml(raw, file), File, file)
    try:
        return _Reader(tables, base_dir).config()
    except (DefinitionError, RecordError) as error:
        raise DefinitionError("at-place", why=error, place=file) from None


class _Reader:
    """Turns the tables of one file into values, title by title in the file's languages."""

    def __init__(self, file: File, base_dir: Path) -> None:
        self.file, self.base_dir = file, base_dir
        self.languages = read_languages(file.election.languages)
        self.titles = self.languages.titles

    def config(self) -> ElectionConfig:
        election = self.file.election
        if not self.file.contest and not self.file.contests:
            raise DefinitionError("config-no-contest")
        if not 1 <= election.officers_needed < 256:
            raise DefinitionError("config-officers")
        author_role = read_word(AuthorRole, election.author_role, "election, author_role")
        reader = ContestReader(self.languages)
        contests = (
            *reader.contests(self.file.contest),
            *read_contest_files(self.file.contests, self.base_dir, reader),
        )
        check_distinct("contest-twice", (contest.code for contest in contests))
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
            powers=tuple(map(_power, election.power)),
            courts=tuple(map(self.court, election.court)),
            paper=tuple(read_code(code, "election, paper") for code in election.paper),
            supplements=tuple(map(self.supplement, election.supplement)),
            articles=read_articles(election.articles, "election"),
            languages=self.languages.tags,
            contests=contests,
            calendar=_calendar(self.file.calendar),
            log=self.log(author_role),
            organisations=organisations,
            shown=PresentationReader(self.file, self.languages).presentation(contests, names),
            imports=self.file.import_,
            script=self.file.script,
        )

    def court(self, table: CourtTable) -> Court:
        code = read_code(table.code, "election, court")
        place = f"election, court {code!r}"
        return _fitting(Court(code, self.titles(table.title, place), table.instance), place)

    def supplement(self, table: SupplementTable) -> Supplement:
        code = read_code(table.code, "election, supplement")
        place = f"election, supplement {code!r}"
        places = tuple(read_code(each, f"{place}, places") for each in table.places)
        titles = self.titles(table.title, place)
        return _fitting(Supplement(code, titles, table.article, table.most, places), place)

    def log(self, author_role: AuthorRole) -> LogConfig:
        table = self.file.log
        role = read_word(LogRole, table.role, "log, role")
        if not _ORIGIN.fullmatch(table.origin) or "://" in table.origin:
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


def read_config_file(config_file: Path) -> tuple[ElectionConfig, Path]:
    """A configuration, and the directory of the files that it names; of a directory its `election.toml`.

    Raises InputError or DefinitionError.
    """
    path = config_file / "election.toml" if config_file.is_dir() else config_file
    try:
        if path.stat().st_size > MAX_CONFIG:
            raise InputError("config-long", path=path, limit=MAX_CONFIG)
        return read_config(read_input(path, MAX_CONFIG), path.name, path.parent), path.parent
    except OSError as error:
        raise InputError("file-unreadable", path=path, why=error.strerror or str(error)) from None


def _power(table: PowerTable) -> Power:
    place = "election, power"
    body = BY_NAME.get(table.act)
    if body is None:
        raise DefinitionError(
            "config-word", place=place, nearest=nearest(table.act, BY_NAME), value=repr(table.act[:40])
        )
    role = read_word(Role, table.role, f"{place}, role")
    return _fitting(Power(body.TYPE, role, table.needed), f"{place} over {table.act}")


def _fitting(part: T, place: str) -> T:
    """A part of a record whose numbers and texts fit into one. Raises DefinitionError."""
    try:
        Struct(type(part)).encode(part)
    except RecordError as error:
        raise DefinitionError("at-place", place=place, why=error) from None
    return part


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
