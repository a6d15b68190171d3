"""Plain tables as accounts of an election: by a mapping, or by what the column names seem to say.

Unlike an import, a cell without a figure is not a fault here: the account gives no figure for that row.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec
import numpy as np

from escrutinio.base.errors import InputError
from escrutinio.base.toml import convert
from escrutinio.core.election.areas import Area, AreaTree, build_areas
from escrutinio.evidence.accounts.differences import NO_FIGURE
from escrutinio.evidence.accounts.sources import Places, Source
from escrutinio.intake.mapping.columns import plain
from escrutinio.intake.mapping.conditions import Condition, Test
from escrutinio.intake.mapping.expression import Cells
from escrutinio.intake.mapping.files import load_toml
from escrutinio.intake.mapping.guess import LONG_WORDS, Sketch, sketch
from escrutinio.intake.mapping.mapping import MAX_BYTES, CodesMapping, Figure, Listed, TableMapping
from escrutinio.intake.mapping.opening import Files
from escrutinio.intake.mapping.reader import Reader
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.intake.mapping.sniff import tables_of

ROOT = "all"
"""The code of the area that holds all areas of a table."""
WORDS = frozenset({"null", "blank", "valid", "ballots", "voters", "registered"})
"""What a row of a long table can say instead of an option's votes."""


class AccountMapping(TableMapping, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account in a table: a row per station with an expression for each option's votes in `options`; or
    a row for each `option`, with its `votes`.

    In a long table an option without a row has no figure, or no votes where `missing` says so; words of
    `option` that mean one of WORDS are no options.

    `areas` are expressions for the codes of the areas a station lies in, the largest first. `name` is what
    the account is called where people read of it.
    """

    station: str
    options: dict[str, Figure] = msgspec.field(default_factory=dict)
    option: str | Listed | None = None
    votes: Figure | None = None
    missing: Literal["unknown", "none"] = "unknown"
    contest: str = ""
    name: str = ""
    null: Figure | None = None
    blank: Figure | None = None
    voters: Figure | None = None
    registered: Figure | None = None
    areas: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that the table is wide or long, and not both."""
        super().__post_init__()
        if (self.option is None) != (self.votes is None):
            raise ValueError("a table with a row for each option has both option and votes")
        if self.options and self.option is not None:
            raise ValueError("give options, one column each, or option and votes, one row each")


class AccountsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping file: accounts by the name they are asked for with."""

    source: dict[str, AccountMapping]
    codes: dict[str, CodesMapping] = {}
    max_bytes: int = MAX_BYTES


@dataclass(frozen=True, slots=True)
class Account:
    """A source read from a table, with the rows that were refused and the stations with differing rows."""

    source: Source
    bad: tuple[BadRow, ...]
    conflicts: tuple[str, ...]


def read_accounts_file(path: Path) -> AccountsFile:
    """Read a mapping file strictly. Raises DefinitionError, InputError."""
    return convert(load_toml(path.parent, path.name), AccountsFile, path.name)


def read_account(
    mapping: AccountMapping,
    base_dir: Path,
    name: str,
    max_bytes: int = MAX_BYTES,
    tables: Mapping[str, CodesMapping] = MappingProxyType({}),
) -> Account:
    """Read an account by its mapping.

    Two rows for one station that differ leave it without a sheet. Raises DefinitionError for a malformed
    field and InputError where the file is not what the mapping says.
    """
    if not mapping.options and mapping.option is None:
        raise InputError("source-no-option", name=repr(name))
    found: dict[str, _Row] = {}
    conflicts: set[str] = set()
    bad: list[BadRow] = []
    options = tuple(mapping.options)
    with Files(base_dir, max_bytes, tables) as files:
        if mapping.option is None:
            for reader in files.open(mapping):
                reader.each(_taker(reader, mapping, found, conflicts), bad)
        else:
            long = _Long(mapping, conflicts)
            for reader in files.open(mapping):
                reader.each(long.taker(reader), bad)
            options, found = long.finish()
    for code in conflicts:
        del found[code]
    codes = tuple(sorted(found))
    rows = [found[code] for code in codes]
    figures = np.array([row.figures for row in rows], np.int64).reshape(len(rows), len(options) + 2)
    source = Source(
        name=mapping.name or name,
        contest=mapping.contest,
        stations=codes,
        options=options,
        figures=figures,
        voters=np.array([row.voters for row in rows], np.int64),
        places=_places(codes, rows, mapping),
        withheld=len(conflicts),
        left_at=tuple(sorted(conflicts)),
        rests_on=", ".join(f"{read.file}, SHA-256 {read.sha256.hex()}" for read in files.read()),
    )
    return Account(source, tuple(bad), tuple(sorted(conflicts)))


def guess_mapping(path: Path) -> AccountMapping:
    """The mapping that a table's column names suggest. Raises InputError where they suggest none."""
    tables = tables_of(path)
    if len(tables) > 1:
        listed = ", ".join(each.mapping.sheet or each.mapping.member or each.mapping.file for each in tables)
        raise InputError("mapping-many", name=path.name, listed=listed)
    seen = sketch(tables[0], needs_key=False)
    if not seen.options and (seen.long is None or seen.contest):
        raise InputError("mapping-unclear", name=path.name)
    if any(name.startswith("#") for name in seen.options):
        raise InputError("header-twice", name=path.name)
    where: dict[str, Condition] = {}
    if seen.by_name is not None:
        where[seen.by_name[0]] = Test(not_=list(seen.by_name[1]))
    table = seen.table.mapping
    option, votes = _option_of(seen), seen.long[1] if seen.long else None
    used = (*seen.options, *(seen.long or ())[1:])
    return AccountMapping(
        file=table.file,
        member=table.member,
        sheet=table.sheet,
        encoding=table.encoding,
        delimiter=table.delimiter,
        header_line=table.header_line,
        header_lines=table.header_lines,
        skip_last=table.skip_last,
        where=where,
        decimals="zero" if any(seen.columns[name].decimals for name in used) else "refuse",
        thousands=next((each.thousands for name in used if (each := seen.columns[name]).thousands), ""),
        station=seen.key.expression,
        options={column: column for column in seen.options},
        option=option,
        votes=votes,
        null=seen.totals.get("null"),
        blank=seen.totals.get("blank"),
        voters=seen.totals.get("voters"),
        registered=seen.totals.get("registered"),
    )


def _option_of(seen: Sketch) -> Listed | None:
    """The column of the options of a long table, each called as it stands there."""
    if seen.long is None:
        return None
    words = {
        text: next((kind for kind, pattern in LONG_WORDS.items() if re.fullmatch(pattern, plain(text))), text)
        for text in dict.fromkeys(seen.table.cells[seen.long[0]])
        if text
    }
    return Listed(column=seen.long[0], is_=words)


@dataclass(frozen=True, slots=True)
class _Row:
    figures: tuple[int, ...]
    voters: int
    registered: int
    areas: tuple[str, ...]


def _taker(
    reader: Reader, mapping: AccountMapping, found: dict[str, _Row], conflicts: set[str]
) -> Callable[[int, Cells], None]:
    station = reader.code(mapping.station)
    figures = [
        reader.optional_count(field) for field in (*mapping.options.values(), mapping.null, mapping.blank)
    ]
    voters, registered = reader.optional_count(mapping.voters), reader.optional_count(mapping.registered)
    areas = [reader.code(field) for field in mapping.areas]

    def take(line: int, cells: Cells) -> None:
        code = station(cells)
        row = _Row(
            tuple(_or_none(figure(cells)) for figure in figures),
            _or_none(voters(cells)),
            _or_none(registered(cells)),
            tuple(area(cells) for area in areas),
        )
        if found.setdefault(code, row).figures != row.figures:
            conflicts.add(code)

    return take


class _Long:
    """A row for each option of a station, gathered from the files of one account."""

    def __init__(self, mapping: AccountMapping, conflicts: set[str]) -> None:
        self._mapping, self._conflicts = mapping, conflicts
        self._said: dict[str, dict[str, int]] = {}
        self._areas: dict[str, tuple[str, ...]] = {}
        listed = mapping.option.is_.values() if isinstance(mapping.option, Listed) else ()
        self._options = {code: None for code in listed if code not in WORDS}

    def taker(self, reader: Reader) -> Callable[[int, Cells], None]:
        """What takes the rows of one file."""
        mapping = self._mapping
        assert mapping.option is not None
        station, option = reader.code(mapping.station), reader.listed(mapping.option)
        votes, areas = reader.optional_count(mapping.votes), [reader.code(field) for field in mapping.areas]
        beside = [
            (word, reader.optional_count(field))
            for word in ("null", "blank", "voters", "registered")
            if (field := getattr(mapping, word)) is not None
        ]

        def take(_: int, cells: Cells) -> None:
            if not (word := option(cells)):
                return
            code = station(cells)
            self._areas.setdefault(code, tuple(area(cells) for area in areas))
            if word not in WORDS:
                self._options.setdefault(word)
            said = self._said.setdefault(code, {})
            for name, count in ((word, votes), *beside):
                figure = count(cells)
                if figure is not None and said.setdefault(name, figure) != figure:
                    self._conflicts.add(code)

        return take

    def finish(self) -> tuple[tuple[str, ...], dict[str, _Row]]:
        """The options in their order, and what each station says."""
        options = tuple(self._options)
        lacking = 0 if self._mapping.missing == "none" else NO_FIGURE
        rows = {}
        for code, said in self._said.items():
            figures = [said.get(option, lacking) for option in options]
            figures += [said.get(word, NO_FIGURE) for word in ("null", "blank")]
            voters, registered = said.get("voters", NO_FIGURE), said.get("registered", NO_FIGURE)
            rows[code] = _Row(tuple(figures), voters, registered, self._areas[code])
        return options, rows


def _or_none(figure: int | None) -> int:
    return NO_FIGURE if figure is None else figure


def _places(codes: tuple[str, ...], rows: list[_Row], mapping: AccountMapping) -> Places | None:
    """Where the stations lie, if the table says so or knows their voters."""
    if not mapping.areas and mapping.registered is None and all(row.registered == NO_FIGURE for row in rows):
        return None
    tree = _tree(rows, len(mapping.areas))
    area = [tree.index[row.areas[-1] if row.areas else ROOT] for row in rows]
    return Places(codes, tree, np.array(area, np.int32), np.array([row.registered for row in rows], np.int64))


def _tree(rows: list[_Row], depth: int) -> AreaTree:
    parents: dict[str, tuple[str, int]] = {}
    for row in rows:
        for level, code in enumerate(row.areas):
            parents.setdefault(code, (row.areas[level - 1] if level else ROOT, level))
    levels = [f"level {level}" for level in range(1, depth + 1)]
    listed = [Area(code, parent, levels[level], code) for code, (parent, level) in sorted(parents.items())]
    return build_areas([Area(ROOT, None, ROOT, ROOT), *listed])
