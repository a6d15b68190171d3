"""The tables and keys of an election.toml, as a person writes them (docs/configuring.md)."""

from datetime import date, datetime
from typing import TypeAlias

import msgspec

from escrutinio.core.election.qr2024_options import Qr2024Table

Text: TypeAlias = str | dict[str, str]
"""A text for all languages, or a table with one text per language."""
USUAL = ("es", "en")
"""The languages of an election that names none."""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all tables: every key is named, and an unknown one is refused."""


class ElectionTable(Table, frozen=True, kw_only=True):
    """`[election]`: what, where, when, and who defines it."""

    code: str
    kind: str
    title: Text
    place: Text
    voting_day: date
    author: Text
    author_role: str = "authority"
    officers_needed: int = 1
    paper: list[str] = []
    articles: dict[str, str] = {}
    power: list["PowerTable"] = []
    court: list["CourtTable"] = []
    supplement: list["SupplementTable"] = []
    languages: list[str] = msgspec.field(default_factory=lambda: list(USUAL))


class PowerTable(Table, frozen=True, kw_only=True):
    """`[[election.power]]`: how many of a role an act needs; `act` is a record type such as `ruling`."""

    act: str
    role: str
    needed: int = 1


class CourtTable(Table, frozen=True, kw_only=True):
    """`[[election.court]]`: a court whose keys are named `court/<code>/…`."""

    code: str
    title: Text
    instance: int = 1


class SupplementTable(Table, frozen=True, kw_only=True):
    """`[[election.supplement]]`: who may vote beyond the list of a station, by which article."""

    code: str
    title: Text
    article: str
    most: int | None = None
    places: list[str] = []


class BarTable(Table, frozen=True, kw_only=True):
    """A share that must be reached, or exceeded (`more`), of valid votes and the classes `beside` them."""

    share: str
    more: bool = False
    beside: list[str] = []


Share: TypeAlias = str | BarTable
"""`"5%"`, at least so much of the valid votes, or a table that says more."""


class WinTable(Table, frozen=True, kw_only=True):
    """`[[contest.win]]`: one way to win the first of two rounds."""

    share: Share
    lead: Share | None = None


class ClassTable(Table, frozen=True, kw_only=True):
    """`[[contest.class]]`: ballots that are not valid votes; those without words of their own have a
    title."""

    code: str
    title: Text | None = None


class FirstTable(Table, frozen=True, kw_only=True):
    """`[contest.first]`: the first round that this contest is the second one of."""

    election: str
    contest: str


class CandidateTable(Table, frozen=True, kw_only=True):
    """`[[contest.candidate]]`: who can win; `options` are the codes of its boxes on the ballot."""

    code: str
    title: Text
    options: list[str] | None = None


class OptionTable(Table, frozen=True, kw_only=True):
    """`[[contest.option]]`: one box on the ballot, with a name of its own; without a candidate its ballots
    are a class of those that are no valid votes."""

    code: str
    candidate: str | None = None
    title: Text | None = None


class ContestTable(Table, frozen=True, kw_only=True):
    """`[[contest]]`: one thing voted on."""

    code: str
    title: Text
    method: str
    area: str
    seats: int = 1
    marks: int = 1
    threshold: Share | None = None
    win: list[WinTable] = []
    quorum: Share | None = None
    tie_order: list[str] | None = None
    tie_lots: bool = False
    class_: list[ClassTable] | None = msgspec.field(name="class", default=None)
    first: FirstTable | None = None
    articles: dict[str, str] = {}
    candidate: list[CandidateTable]
    option: list[OptionTable] = []
    option_order: list[str] | None = None


class ContestsTable(Table, frozen=True, kw_only=True):
    """`[[contests]]`: a file of contests, and the rules of each of them that says nothing else."""

    file: str
    method: str | None = None
    area: str | None = None
    seats: int | None = None
    marks: int | None = None
    threshold: Share | None = None
    win: list[WinTable] | None = None
    quorum: Share | None = None
    tie_lots: bool | None = None
    class_: list[ClassTable] | None = msgspec.field(name="class", default=None)
    articles: dict[str, str] | None = None


class LogTable(Table, frozen=True, kw_only=True):
    """`[log]`: whose log the records go into."""

    origin: str
    role: str
    operator: Text


class OrganisationTable(Table, frozen=True, kw_only=True):
    """`[organisation."party/azul"]`: one that signs records."""

    title: Text
    role: str


class SourceTable(Table, frozen=True, kw_only=True):
    """`[[publication.source]]`: a file that the publication rests on, and where it comes from."""

    file: str
    note: Text


class AccountTable(Table, frozen=True, kw_only=True):
    """`[[publication.account]]`: one side's account of the result, and what others object to it."""

    title: Text
    basis: str | None = None
    claims: list[str] = []
    objections: list[str] = []


class StatementTable(Table, frozen=True, kw_only=True):
    """`[[publication.statement]]`: what this site adds to the words of a statement, outside the quote."""

    code: str
    language: str | None = None
    speaker: dict[str, str] = {}
    translation: dict[str, str] = {}
    note: Text | None = None
    objects_to: Text | None = None
    other_election: Text | None = None
    archive: str | None = None


class EarlierAreaTable(Table, frozen=True, kw_only=True):
    """`[publication.earlier.areas.TI]`: what an earlier election came to in an area; votes by candidates of
    now."""

    registered: int | None = None
    ballots: int | None = None
    valid: int
    votes: dict[str, int]


class EarlierTable(Table, frozen=True, kw_only=True):
    """`[[publication.earlier]]`: an earlier election beside a contest, and where its figures come from."""

    contest: str
    title: Text
    note: Text
    areas: dict[str, EarlierAreaTable]


class PublicationTable(Table, frozen=True, kw_only=True):
    """`[publication]`: what stands beside the figures."""

    notice: Text | None = None
    licence: Text | None = None
    source: list[SourceTable] = []
    account: list[AccountTable] = []
    statement: list[StatementTable] = []
    earlier: list[EarlierTable] = []
    mirrors: list[str] = []
    url: str | None = None
    utc_offset: str | None = None


class SpellingTable(Table, frozen=True, kw_only=True):
    """`[spelling]`: how pages write names of areas that the roll has in capitals."""

    words: dict[str, str]
    small: list[str] = []


class MapTable(Table, frozen=True, kw_only=True):
    """`[map]`: polygons of areas, how their file names the areas, and where they come from."""

    shapes: str
    property: str
    note: Text
    codes: dict[str, str] = {}


class File(Table, frozen=True, kw_only=True):
    """The whole file. `[import]` and `[script]` are read by those who use them."""

    election: ElectionTable
    contest: list[ContestTable] = []
    contests: list[ContestsTable] = []
    log: LogTable
    calendar: dict[str, datetime] = {}
    organisation: dict[str, OrganisationTable] = {}
    publication: PublicationTable = PublicationTable()
    names: dict[str, list[str]] = {}
    spelling: SpellingTable | None = None
    map: MapTable | None = None
    qr2024: Qr2024Table | None = None
    import_: dict[str, object] = msgspec.field(name="import", default_factory=dict)
    script: dict[str, object] = {}
