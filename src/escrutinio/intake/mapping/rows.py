"""What the importers yield: typed rows, the rows that were refused, and the files they came from."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from escrutinio.base.errors import EscrutinioError
from escrutinio.base.words.say import say_in
from escrutinio.core.records.codes import SheetFact


@dataclass(frozen=True, slots=True)
class Ballot:
    """The codes of a contest's options, and of its classes of ballots that are not valid, in its order; how
    many marks a ballot may have."""

    options: tuple[str, ...]
    classes: tuple[str, ...] = ()
    marks: int = 1


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One tally sheet of one station and contest, as a table states it.

    ``counts`` follows the order in which the caller gave the option codes of the contest, ``classes`` that of
    its classes of other ballots; it is empty where one of them is not known. `valid` ballots are there where
    a ballot may have several marks. The rest are None where unknown. `confirmed`: a person or the table's own
    column of states says that this is a sheet, though it has no votes or is what others add up to.
    """

    source: str
    line: int
    station: str
    contest: str
    counts: tuple[int, ...]
    classes: tuple[int, ...]
    ballots: int | None
    voters: int | None
    registered: int | None
    valid: int | None = None
    supplement: int | None = None
    spoilt: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class FactRow:
    """What is the matter with a station's sheet, as a table says it: the words of the table."""

    source: str
    line: int
    station: str
    contest: str
    fact: SheetFact
    words: str


@dataclass(frozen=True, slots=True)
class RollRow:
    """One station of the roll; ``registered`` is its number of registered voters, None where unknown."""

    station: str
    center: str
    area: str
    registered: int | None


@dataclass(frozen=True, slots=True)
class CenterRow:
    """One voting center and the area it lies in; ``name`` is None where unknown."""

    center: str
    area: str
    name: str | None


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One node of the area tree; a root has no parent.

    ``stations_declared`` is the number of stations the authority declared there, None where unknown;
    ``lon`` and ``lat`` are decimal degrees (WGS 84) in the digits of the table, None where unknown.
    """

    code: str
    parent: str | None
    level: str
    name: str
    stations_declared: int | None
    lon: str | None
    lat: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was refused, or a cell of one that is `kept`: where it stands, what stood there, and why.

    ``line`` is the physical line of a CSV file on which the row begins, or the row number of an XLSX or
    Parquet table, counted from 1. ``column`` is empty where the row as a whole is at fault.
    """

    source: str
    line: int
    column: str
    value: str
    why: EscrutinioError
    kept: bool = False

    def said_in(self, language: str) -> str:
        """Where and why, in a sentence."""
        where: dict[str, object] = {"source": self.source, "line": self.line, "why": self.why}
        where |= {"column": self.column, "value": f"'{self.value}'"}
        if not self.column:
            return say_in(language, "{source}, line {line}: {why}", **where)
        if not self.value:
            return say_in(language, "{source}, line {line}, column {column}: {why}", **where)
        if self.kept:
            return say_in(
                language, "{source}, line {line}, column {column} ({value}), this cell alone: {why}", **where
            )
        return say_in(language, "{source}, line {line}, column {column} ({value}): {why}", **where)

    def __str__(self) -> str:
        return self.said_in("en")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was read, named as in the mapping: SHA-256 and size in bytes, as it lies on the disk."""

    file: str
    sha256: bytes
    size: int


Row = TypeVar("Row", SheetRow, RollRow, CenterRow, AreaRow)


@dataclass(frozen=True, slots=True)
class Imported(Generic[Row]):
    """What one kind of table yielded: rows in file order, refused rows, each file read, once, and what it
    says of sheets beside their figures."""

    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...]
    sources: tuple[SourceFile, ...]
    facts: tuple[FactRow, ...] = ()
