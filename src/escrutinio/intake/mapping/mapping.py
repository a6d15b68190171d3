"""The ``[import]`` tables of an election.toml: which file holds what, in which columns.

A field is an expression (see `escrutinio.intake.mapping.expression`): a column name, a template such as
``{CENTRO:09}.{MESA:02}``, or a constant such as ``=0``. The whole language is described in docs/importing.md.
"""

import difflib
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from escrutinio.base.errors import DefinitionError
from escrutinio.base.toml import convert
from escrutinio.base.words.say import Phrase
from escrutinio.intake.mapping.conditions import Condition
from escrutinio.intake.mapping.values import FACTS, NONE, UNKNOWN

MAX_BYTES = 2 * 1024**3
"""Most bytes that one file may hold, decompressed, unless the mapping says otherwise (2 GiB)."""

ORDINARY, PENDING = "ordinary", "pending"
"""States of a sheet that are no fact: nothing is the matter with it, and it has not come in."""


class FigureField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A count with rules of its own: unknown where `where` does not hold, and with marks of this column."""

    column: str | list[str]
    where: dict[str, Condition] = {}
    marks: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Check the meaning of each mark."""
        check_marks(self.marks)


Figure = str | list[str] | FigureField
"""An expression for a count, a list of them to be added up, or a table that says more."""


class Listed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that a column says in words of its own: `is` lists them; `other` is for those not listed.

    Without `is` the column says the code itself.
    """

    column: str
    is_: dict[str, str] = msgspec.field(name="is", default_factory=dict)
    other: str | None = None


def check_marks(marks: Mapping[str, str]) -> None:
    """Refuse a mark that means nothing known. Raises ValueError, which msgspec gives its place."""
    for mark, meaning in marks.items():
        if meaning not in (NONE, UNKNOWN, *FACTS):
            known = ", ".join((NONE, UNKNOWN, *FACTS))
            raise ValueError(f"the mark {mark[:40]!r} means one of {known}, not {meaning[:40]!r}")


class TableMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a table lies and how it is written; what the mappings of all kinds share."""

    file: str
    member: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    header_line: int = 1
    header_lines: list[int] = []
    skip_last: int = 0
    decimals: Literal["refuse", "zero"] = "refuse"
    thousands: str = ""
    marks: dict[str, str] = {}
    where: dict[str, Condition] = {}

    def __post_init__(self) -> None:
        """Check what types cannot say; msgspec turns the ValueError into a ValidationError with its place."""
        if len(self.delimiter) != 1 or self.delimiter in '\r\n"':
            raise ValueError(f"the delimiter is one character, like ',' or ';', not {self.delimiter[:20]!r}")
        for line in (self.header_line, *self.header_lines):
            if line < 1:
                raise ValueError(f"header_line counts from 1, so {line} is no line")
        if self.header_lines and (
            self.header_line != 1 or sorted(set(self.header_lines)) != self.header_lines
        ):
            raise ValueError("header_lines are lines in their order, such as [2, 3], without header_line")
        if len(self.thousands) > 1 or (self.thousands and self.thousands not in ",.'’ "):
            raise ValueError(
                f"thousands is a comma, a dot, an apostrophe or a space, not {self.thousands[:20]!r}"
            )
        if self.thousands == "." and self.decimals == "zero":
            raise ValueError('a dot cannot part both thousands and decimals; leave out decimals = "zero"')
        if self.skip_last < 0:
            raise ValueError(f"skip_last is a number of rows, so {self.skip_last} is none")
        check_marks(self.marks)

    @property
    def header(self) -> tuple[int, ...]:
        """The lines that the column names stand on."""
        return tuple(self.header_lines) or (self.header_line,)


class SheetsMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tally sheets: one row each, with an expression for each option's votes in `options`; or a row for each
    `option`, with its `votes`."""

    contest: str | Listed
    station: str
    options: dict[str, Figure] = {}
    option: str | Listed | None = None
    votes: Figure | None = None
    missing: Literal["refuse", "none"] = "refuse"
    repeated: Literal["refuse", "add"] = "refuse"
    status: Listed | None = None
    confirmed: list[str] = []
    valid: Figure | None = None
    null: Figure | None = None
    blank: Figure | None = None
    classes: dict[str, Figure] = {}
    ballots: Figure | None = None
    voters: Figure | None = None
    supplement: Figure | None = None
    spoilt: Figure | None = None
    registered: Figure | None = None

    def __post_init__(self) -> None:
        """Check that the table is wide or long, and not both."""
        super().__post_init__()
        if (self.option is None) != (self.votes is None):
            raise ValueError("a table with a row for each option has both option and votes")
        if bool(self.options) == (self.option is not None):
            raise ValueError("give options, one column each, or option and votes, one row each")
        if self.option is not None and self.status is not None:
            raise ValueError("status stands in a table with one row for each sheet")
        if self.status is not None:
            _check_status(self.status)

    @property
    def others(self) -> dict[str, Figure]:
        """The expression of each class of ballots that are not valid, by its code."""
        named = {"null": self.null, "blank": self.blank}
        return {code: field for code, field in named.items() if field is not None} | self.classes


def _check_status(status: Listed) -> None:
    known = (ORDINARY, PENDING, *FACTS)
    for word in (*status.is_.values(), *([] if status.other is None else [status.other])):
        if word not in known:
            raise ValueError(f"a status is one of {', '.join(known)}, not {word[:40]!r}")


class RollMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stations, their centers and areas, and their registered voters where known."""

    station: str
    center: str
    area: str
    registered: Figure | None = None


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
    stations_declared: Figure | None = None
    lon: str | None = None
    lat: str | None = None


class AreasMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Areas, the levels of each row from the root of the tree downwards."""

    levels: list[LevelMapping]


class CodesMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of codes: what stands in the column `from` is written as what stands in `to`.

    `is` lists some here; `file` may be left out then.
    """

    file: str = ""
    from_: str = msgspec.field(name="from", default="")
    to: str = ""
    is_: dict[str, str] = msgspec.field(name="is", default_factory=dict)

    def __post_init__(self) -> None:
        """Check that there is a list or a whole table."""
        super().__post_init__()
        if len({bool(self.file), bool(self.from_), bool(self.to)}) == 2 or not (self.file or self.is_):
            raise ValueError("a table of codes has file, from and to, or is, or all four")


class ImportMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of ``[import]``; several tables of one kind add up."""

    sheets: list[SheetsMapping] = []
    roll: list[RollMapping] = []
    centers: list[CentersMapping] = []
    areas: list[AreasMapping] = []
    codes: dict[str, CodesMapping] = {}
    max_bytes: int = MAX_BYTES


KINDS = (SheetsMapping, RollMapping, CentersMapping, AreasMapping)


def parse_mapping(tables: Mapping[str, object]) -> ImportMapping:
    """Read the content of ``[import]`` as a TOML parser returned it, strictly.

    `[import.defaults]` stands for each table that has such a key and does not say otherwise. Raises
    DefinitionError for an unknown key (naming the nearest), a missing one, or a wrong type.
    """
    content = dict(tables)
    defaults = content.pop("defaults", {})
    if not isinstance(defaults, dict):
        raise DefinitionError("import-defaults")
    known = {kind: {field.encode_name for field in msgspec.structs.fields(kind)} for kind in KINDS}
    if unknown := [key for key in defaults if not any(key in keys for keys in known.values())]:
        names = sorted(set().union(*known.values()))
        raise DefinitionError("import-default", key=repr(unknown[0][:40]), nearest=nearest(unknown[0], names))
    for name, keys in zip(("sheets", "roll", "centers", "areas"), known.values(), strict=True):
        usual = {key: value for key, value in defaults.items() if key in keys}
        rows = content.get(name)
        if usual and isinstance(rows, list):
            content[name] = [_completed(usual, row) for row in rows]
    return convert(content, ImportMapping, "[import]")


def _completed(usual: Mapping[str, object], row: object) -> object:
    if not isinstance(row, dict):
        return row
    left = {"header_line", "header_lines"} if {"header_line", "header_lines"} & set(row) else set()
    return {key: value for key, value in usual.items() if key not in left} | row


def first_of(names: Sequence[str], most: int) -> str:
    """At most so many names, joined; three dots where there are more."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def nearest(name: str, known: Sequence[str]) -> Phrase:
    """Return the end of a sentence that offers the nearest of the known names, and up to 30 of them, whole.

    Small letters and capitals make no difference.
    """
    folded = {item.casefold()[:200]: item for item in reversed(known[:4_096])}
    close = difflib.get_close_matches(name.casefold()[:200], list(folded), n=1)
    listed = first_of([item[:200] for item in known if item], 30)
    if close:
        return Phrase("did you mean {name}? There are: {names}.", name=repr(folded[close[0]]), names=listed)
    return Phrase("there are: {names}.", names=listed)
