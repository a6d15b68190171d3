"""Reading tables by their mapping into typed rows.

A row that breaks a rule is refused on its own and reported; a file, sheet or column that is not what the
mapping says stops the import with one InputError. A row whose cells are all empty is no row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Generic

from escrutinio.base.errors import DefinitionError
from escrutinio.intake.mapping.expression import Cells
from escrutinio.intake.mapping.mapping import (
    AreasMapping,
    CentersMapping,
    ImportMapping,
    LevelMapping,
    RollMapping,
    SheetsMapping,
    nearest,
)
from escrutinio.intake.mapping.reader import Files, Reader
from escrutinio.intake.mapping.rows import (
    AreaRow,
    BadRow,
    Ballot,
    CenterRow,
    Imported,
    RollRow,
    Row,
    SheetRow,
)
from escrutinio.intake.mapping.values import CellError, shown


def read_sheets(mapping: ImportMapping, base_dir: Path, contests: Mapping[str, Ballot]) -> Imported[SheetRow]:
    """Read every tally sheet; two for one station are both kept.

    ``contests`` gives each contest's codes in the definition's order. Raises DefinitionError where a
    mapping's contest, options or classes are not those, InputError where a file is not what the mapping says.
    """
    rows: list[SheetRow] = []
    bad: list[BadRow] = []
    with Files(base_dir, mapping.max_bytes) as files:
        for table in mapping.sheets:
            ballot = _ballot(table, contests)
            if ballot.marks > 1 and table.valid is None:
                raise DefinitionError("import-valid", contest=repr(table.contest))
            votes, others = _option_fields(table, ballot.options), _class_fields(table, ballot.classes)
            reader = files.open(table)
            reader.each(_sheet_taker(reader, table, votes, others, ballot.marks, rows), bad)
    return Imported(tuple(rows), tuple(bad), files.read())


def read_roll(mapping: ImportMapping, base_dir: Path) -> Imported[RollRow]:
    """Read the stations of the roll, in the order first seen.

    A station that stands in several rows or tables is one: what is unknown in one row is completed by
    another, and a row that contradicts an earlier one is bad. Raises DefinitionError and InputError.
    """
    merged: _Merged[RollRow] = _Merged("station-contradicts", RollRow)
    bad: list[BadRow] = []
    with Files(base_dir, mapping.max_bytes) as files:
        for table in mapping.roll:
            reader = files.open(table)
            reader.each(_roll_taker(reader, table, merged), bad)
    return Imported(merged.rows(), tuple(bad), files.read())


def read_centers(mapping: ImportMapping, base_dir: Path) -> Imported[CenterRow]:
    """Read the voting centers, in the order first seen, merged like the roll."""
    merged: _Merged[CenterRow] = _Merged("center-contradicts", CenterRow)
    bad: list[BadRow] = []
    with Files(base_dir, mapping.max_bytes) as files:
        for table in mapping.centers:
            reader = files.open(table)
            reader.each(_center_taker(reader, table, merged), bad)
    return Imported(merged.rows(), tuple(bad), files.read())


def read_areas(mapping: ImportMapping, base_dir: Path) -> Imported[AreaRow]:
    """Read the areas of every level, in the order first seen, merged like the roll.

    An area with two names, levels or parents makes a bad row. Orphans and cycles are for the definition to
    find, which knows the whole tree.
    """
    merged: _Merged[AreaRow] = _Merged("area-contradicts", AreaRow)
    bad: list[BadRow] = []
    with Files(base_dir, mapping.max_bytes) as files:
        for table in mapping.areas:
            reader = files.open(table)
            reader.each(_area_taker(reader, table, merged), bad)
    return Imported(merged.rows(), tuple(bad), files.read())


def _ballot(table: SheetsMapping, contests: Mapping[str, Ballot]) -> Ballot:
    ballot = contests.get(table.contest)
    if ballot is None:
        known = nearest(table.contest, list(contests))
        raise DefinitionError("import-contest", contest=repr(table.contest), nearest=known)
    return ballot


def _class_fields(table: SheetsMapping, codes: Sequence[str]) -> list[str]:
    """Return the fields of the contest's classes in the definition's order: all, or none where none is named.

    What has no column is not known, and never 0; so a class of the contest that the table lacks is not one.
    """
    given = table.others
    for code in given:
        if code not in codes:
            raise DefinitionError("import-class", code=repr(code[:40]), contest=repr(table.contest))
    if given and (missing := [code for code in codes if code not in given]):
        names = ", ".join(missing)
        raise DefinitionError("import-class-missing", classes=names, contest=repr(table.contest))
    return [given[code] for code in codes if code in given]


def _option_fields(table: SheetsMapping, codes: Sequence[str]) -> list[str]:
    """Return the fields of the contest's options in the definition's order."""
    for option in table.options:
        if option not in codes:
            raise DefinitionError(
                "import-option",
                option=repr(option),
                contest=repr(table.contest),
                nearest=nearest(option, codes),
            )
    if missing := [code for code in codes if code not in table.options]:
        raise DefinitionError("import-missing", contest=repr(table.contest), options=", ".join(missing[:30]))
    return [table.options[code] for code in codes]


def _sheet_taker(
    reader: Reader,
    table: SheetsMapping,
    options: Sequence[str],
    others: Sequence[str],
    marks: int,
    rows: list[SheetRow],
) -> Callable[[int, Cells], None]:
    place, contest = reader.table.place, table.contest
    station = reader.code(table.station)
    votes = [reader.count(field) for field in options]
    valid, valid_columns = None, ""
    if table.valid is not None:
        valid, valid_columns = reader.count(table.valid), reader.text(table.valid)[1]
    classes = [reader.count(field) for field in others]
    ballots, voters = reader.optional_count(table.ballots), reader.optional_count(table.voters)
    registered = reader.optional_count(table.registered)

    def take(line: int, cells: Cells) -> None:
        code = station(cells)
        counts = tuple([count(cells) for count in votes])
        stated = None if valid is None else valid(cells)
        if stated is not None and (sum(counts) > marks * stated if marks > 1 else stated != sum(counts)):
            raise CellError(valid_columns, str(stated), "row-sum", votes=sum(counts), stated=stated)
        beside = tuple([count(cells) for count in classes])
        rest = ballots(cells), voters(cells), registered(cells)
        rows.append(
            SheetRow(place, line, code, contest, counts, beside, *rest, stated if marks > 1 else None)
        )

    return take


class _Merged(Generic[Row]):
    """Rows by their code, each with the place it was first seen at."""

    def __init__(self, refusal: str, row_type: type[Row]) -> None:
        self._refusal = refusal
        self._fields = [field.name for field in fields(row_type)]
        self._seen: dict[str, tuple[Row, str, int]] = {}

    def rows(self) -> tuple[Row, ...]:
        return tuple(row for row, _, _ in self._seen.values())

    def add(self, code: str, row: Row, place: str, line: int, columns: Mapping[str, str]) -> None:
        """Add a row, or what it knows more than the one of the same code.

        Raises CellError where the two contradict each other; `columns` says where each field was read.
        """
        first = self._seen.setdefault(code, (row, place, line))
        known = first[0]
        if known == row:
            return
        added = []
        for field in self._fields:
            old, new = getattr(known, field), getattr(row, field)
            if old == new:
                continue
            # No parent is not an unknown one: it makes the area a root.
            if field == "parent" or None not in (old, new):
                raise CellError(
                    columns.get(field, ""),
                    "" if new is None else str(new),
                    self._refusal,
                    code=code,
                    field=field,
                    said="–" if old is None else shown(str(old)),
                    path=first[1],
                    line=first[2],
                )
            if old is None:
                added.append(field)
        if added:
            more = {name: getattr(row, name) for name in added}
            self._seen[code] = (replace(known, **more), first[1], first[2])


def _roll_taker(reader: Reader, table: RollMapping, merged: _Merged[RollRow]) -> Callable[[int, Cells], None]:
    place = reader.table.place
    station, center, area = reader.code(table.station), reader.code(table.center), reader.code(table.area)
    registered = reader.optional_count(table.registered)
    columns = reader.columns(center=table.center, area=table.area, registered=table.registered)

    def take(line: int, cells: Cells) -> None:
        row = RollRow(station(cells), center(cells), area(cells), registered(cells))
        merged.add(row.station, row, place, line, columns)

    return take


def _center_taker(
    reader: Reader, table: CentersMapping, merged: _Merged[CenterRow]
) -> Callable[[int, Cells], None]:
    place = reader.table.place
    center, area, name = reader.code(table.center), reader.code(table.area), reader.optional_name(table.name)
    columns = reader.columns(area=table.area, name=table.name)

    def take(line: int, cells: Cells) -> None:
        row = CenterRow(center(cells), area(cells), name(cells))
        merged.add(row.center, row, place, line, columns)

    return take


def _area_taker(
    reader: Reader, table: AreasMapping, merged: _Merged[AreaRow]
) -> Callable[[int, Cells], None]:
    place = reader.table.place
    levels: list[tuple[Callable[[Cells, str | None], AreaRow], Mapping[str, str]]] = []
    for level in table.levels:
        columns = reader.columns(
            name=level.name,
            parent=level.parent,
            stations_declared=level.stations_declared,
            lon=level.lon,
            lat=level.lat,
        )
        levels.append((_area_maker(reader, level), columns))

    def take(line: int, cells: Cells) -> None:
        above = None
        for make, columns in levels:
            row = make(cells, above)
            merged.add(row.code, row, place, line, columns)
            above = row.code

    return take


def _area_maker(reader: Reader, level: LevelMapping) -> Callable[[Cells, str | None], AreaRow]:
    code, name = reader.code(level.code), reader.name(level.name)
    column = reader.columns(code=level.code)["code"]
    parent = reader.code(level.parent) if level.parent is not None else None
    declared = reader.optional_count(level.stations_declared)
    lon, lat = reader.optional_degrees(level.lon, 180), reader.optional_degrees(level.lat, 90)

    def make(cells: Cells, above: str | None) -> AreaRow:
        own = code(cells)
        over = parent(cells) if parent is not None else above
        if over == own:
            raise CellError(column, own, "area-own-parent")
        return AreaRow(own, over, level.level, name(cells), declared(cells), lon(cells), lat(cells))

    return make
