"""The ``[import]`` tables of an election.toml: which file holds what, in which columns.

A field is an expression (see `escrutinio.intake.expression`): a column name, a template such as
``{CENTRO:09}.{MESA:02}``, or a constant such as ``=0``. The whole language is described in docs/importing.md.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from escrutinio.records.errors import DefinitionError

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
    ballots: str | None = None
    voters: str | None = None
    registered: str | None = None


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


_UNKNOWN = re.compile(r"Object contains unknown field `(.*?)`(?: - at `\$(.*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*?)`(?: - at `\$(.*)`)?")
_OTHER = re.compile(r"(.*?)(?: - at `\$(.*)`)?", re.DOTALL)
_TABLES: Mapping[str, type[msgspec.Struct]] = {
    "": ImportMapping,
    "sheets": SheetsMapping,
    "roll": RollMapping,
    "centers": CentersMapping,
    "areas": AreasMapping,
    "levels": LevelMapping,
}


def parse_mapping(tables: Mapping[str, object]) -> ImportMapping:
    """Read the content of ``[import]`` as a TOML parser returned it, strictly.

    Raises DefinitionError for an unknown key (naming the nearest), a missing one, or a wrong type.
    """
    try:
        return msgspec.convert(tables, ImportMapping)
    except msgspec.ValidationError as error:
        raise DefinitionError(_sentence(str(error))) from None


def _sentence(message: str) -> str:
    """Say in the words of the file what msgspec says in the words of JSON."""
    if match := _UNKNOWN.fullmatch(message):
        place = _place(match[2])
        table = _TABLES[re.sub(r"\[.*?\]", "", match[2] or "").rpartition(".")[2]]
        return f"{place} has no key {match[1][:60]!r}{nearest(match[1], table.__struct_fields__)}"
    if match := _MISSING.fullmatch(message):
        return f"{_place(match[2])} needs the key {match[1]!r}"
    match = _OTHER.fullmatch(message)
    assert match is not None  # it takes any message
    words = {"`array`": "a list ([[...]])", "`object`": "a table", "`str`": "text", "`int`": "a whole number"}
    said = match[1]
    for json_word, word in words.items():
        said = said.replace(json_word, word)
    return f"{_place(match[2])}: {said[:1].lower()}{said[1:]}"


def _place(path: str | None) -> str:
    """Turn the path ``.sheets[0].file`` into ``import.sheets (table 1).file``."""
    return "import" + re.sub(r"\[(\d+)\]", lambda match: f" (table {int(match[1]) + 1})", path or "")


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the end of a sentence that offers the nearest of the known names, and up to 30 of them."""
    close = difflib.get_close_matches(name[:60], [item[:60] for item in known[:4_096]], n=1)
    listed = ", ".join(item[:60] for item in known[:30]) + (", …" if len(known) > 30 else "")
    return (f" (did you mean {close[0]!r}?)" if close else "") + f"; there are: {listed}"
