"""The ``[import]`` tables of an election.toml: which file holds what, in which columns.

A field is an expression (see `escrutinio.intake.mapping.expression`): a column name, a template such as
``{CENTRO:09}.{MESA:02}``, or a constant such as ``=0``. The whole language is described in docs/importing.md.
"""

import difflib
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from escrutinio.base.toml import convert
from escrutinio.base.words.say import Phrase

MAX_BYTES = 2 * 1024**3
"""Most bytes that one file may hold, decompressed, unless the mapping says otherwise (2 GiB)."""


class TableMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a table lies and how it is written; what the mappings of all kinds share."""

    file: str
    member: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    header_line: int = 1
    decimals: Literal["refuse", "zero"] = "refuse"
    where: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Check what types cannot say; msgspec turns the ValueError into a ValidationError with its place."""
        if len(self.delimiter) != 1 or self.delimiter in '\r\n"':
            raise ValueError(f"the delimiter is one character, like ',' or ';', not {self.delimiter[:20]!r}")
        if self.header_line < 1:
            raise ValueError(f"header_line counts from 1, so {self.header_line} is no line")


class SheetsMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tally sheets, one row each: the code of their contest, and an expression for each option's votes."""

    contest: str
    station: str
    options: dict[str, str]
    valid: str | None = None
    null: str | None = None
    blank: str | None = None
    classes: dict[str, str] = {}
    ballots: str | None = None
    voters: str | None = None
    registered: str | None = None

    @property
    def others(self) -> dict[str, str]:
        """The expression of each class of ballots that are not valid, by its code."""
        named = {"null": self.null, "blank": self.blank}
        return {code: field for code, field in named.items() if field is not None} | self.classes


class RollMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stations, their centers and areas, and their registered voters where known."""

    station: str
    center: str
    area: str
    registered: str | None = None


class CentersMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Voting centers, the area each lies in, and their names where known."""

    center: str
    area: str
    name: str | None = None


class LevelMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level of the area tree in a table; its parent is the level before it unless ``parent`` says."""

    level: str
    code: str
    name: str
    parent: str | None = None
    stations_declared: str | None = None
    lon: str | None = None
    lat: str | None = None


class AreasMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Areas, the levels of each row from the root of the tree downwards."""

    levels: list[LevelMapping]


class ImportMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of ``[import]``; several tables of one kind add up."""

    sheets: list[SheetsMapping] = []
    roll: list[RollMapping] = []
    centers: list[CentersMapping] = []
    areas: list[AreasMapping] = []
    max_bytes: int = MAX_BYTES


def parse_mapping(tables: Mapping[str, object]) -> ImportMapping:
    """Read the content of ``[import]`` as a TOML parser returned it, strictly.

    Raises DefinitionError for an unknown key (naming the nearest), a missing one, or a wrong type.
    """
    return convert(dict(tables), ImportMapping, "[import]")


def nearest(name: str, known: Sequence[str]) -> Phrase:
    """Return the end of a sentence that offers the nearest of the known names, and up to 30 of them."""
    close = difflib.get_close_matches(name[:60], [item[:60] for item in known[:4_096]], n=1)
    listed = ", ".join(item[:60] for item in known[:30]) + (", …" if len(known) > 30 else "")
    if close:
        return Phrase("did you mean {name}? There are: {names}.", name=repr(close[0]), names=listed)
    return Phrase("there are: {names}.", names=listed)
