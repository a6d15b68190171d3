"""Reading tables by their mapping into typed rows.

A row that breaks a rule is refused on its own and reported; a file, sheet or column that is not what the
mapping says stops the import with one InputError. A row whose cells are all empty is no row.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Generic

from escrutinio.intake.mapping.expression import Cells
from escrutinio.intake.mapping.mapping import (
    AreasMapping,
    CentersMapping,
    ImportMapping,
    LevelMapping,
    RollMapping,
)
from escrutinio.intake.mapping.opening import Files
from escrutinio.intake.mapping.reader import Reader, named_columns
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
from escrutinio.intake.mapping.sheets import Ballots, Sheets, classes_apart, read_table
from escrutinio.intake.mapping.values import CellError, shown


def read_sheets(
    mapping: ImportMapping, base_dir: Path, contests: Mapping[str, Ballot], files: Files | None = None
) -> Imported[SheetRow]:
    """Read every tally sheet; two for one station are both kept.

    ``contests`` gives each contest's codes in the definition's order. Raises DefinitionError where a
    mapping's contest, options or classes are not those, InputError where a file is not what the mapping says.
    """
    found = Sheets()
    with _opened(mapping, base_dir, files) as opened:
        for each in mapping.sheets:
            table = classes_apart(each, contests)
            ballots = Ballots(table, contests)
            for reader in opened.open(table):
                read_table(reader, table, ballots, found)
        return Imported(tuple(found.rows), tuple(found.bad), opened.read(), tuple(found.facts))


def opened_files(mapping: ImportMapping, base_dir: Path) -> Files:
    """The files of a mapping, to be read for several kinds."""
    return Files(base_dir, mapping.max_bytes, mapping.codes)


@contextmanager
def _opened(mapping: ImportMapping, base_dir: Path, files: Files | None) -> Iterator[Files]:
    """Files that were opened before, which stay open, or ones of our own."""
    if files is not None:
        yield files
        return
    with opened_files(mapping, base_dir) as own:
        yield own


def read_roll(mapping: ImportMapping, base_dir: Path, files: Files | None = None) -> Imported[RollRow]:
    """Read the stations of the roll, in the order first seen.

    A station that stands in several rows or tables is one: what is unknown in one row is completed by
    another, and a row that contradicts an earlier one is bad. Raises DefinitionError and InputError.
    """
    merged: _Merged[RollRow] = _Merged("station-contradicts", RollRow)
    bad: list[BadRow] = []
    with _opened(mapping, base_dir, files) as opened:
        for table in mapping.roll:
            for reader in opened.open(table):
                reader.each(_roll_taker(reader, table, merged), bad)
        return Imported(merged.rows(), tuple(bad), opened.read())


def read_centers(mapping: ImportMapping, base_dir: Path, files: Files | None = None) -> Imported[CenterRow]:
    """Read the voting centers, in the order first seen, merged like the roll."""
    merged: _Merged[CenterRow] = _Merged("center-contradicts", CenterRow)
    bad: list[BadRow] = []
    with _opened(mapping, base_dir, files) as opened:
        for table in mapping.centers:
            for reader in opened.open(table):
                reader.each(reader.once(_center_taker(reader, table, merged)), bad)
        return Imported(merged.rows(), tuple(bad), opened.read())


def read_areas(mapping: ImportMapping, base_dir: Path, files: Files | None = None) -> Imported[AreaRow]:
    """Read the areas of every level, in the order first seen, merged like the roll.

    An area with two names, levels or parents makes a bad row. Orphans and cycles are for the definition to
    find, which knows the whole tree.
    """
    merged: _Merged[AreaRow] = _Merged("area-contradicts", AreaRow)
    bad: list[BadRow] = []
    with _opened(mapping, base_dir, files) as opened:
        for table in mapping.areas:
            for reader in opened.open(table):
                reader.each(reader.once(_area_taker(reader, table, merged)), bad)
        return Imported(merged.rows(), tuple(bad), opened.read())


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
    columns = reader.columns(center=table.center, area=table.area) | {
        "registered": named_columns(table.registered)
    }

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
            lon=level.lon,
            lat=level.lat,
        ) | {"stations_declared": named_columns(level.stations_declared)}
        levels.append((_area_maker(reader, level), columns))

    def take(line: int, cells: Cells) -> None:
        above = None
        for make, columns in levels:
            row = make(cells, above)
            merged.add(row.code, row, place, line, columns)
            above = row.code

    return take


def _area_maker(reader: Reader, level: LevelMapping) -> Callable[[Cells, str | None], AreaRow]:
    code, name = reader.code(level.code), reader.optional_name(level.name)
    column = reader.columns(code=level.code)["code"]
    parent = reader.code(level.parent) if level.parent is not None else None
    declared = reader.optional_count(level.stations_declared)
    lon, lat = reader.optional_degrees(level.lon, 180), reader.optional_degrees(level.lat, 90)

    def make(cells: Cells, above: str | None) -> AreaRow:
        own = code(cells)
        over = parent(cells) if parent is not None else above
        if over == own:
            raise CellError(column, own, "area-own-parent")
        # A name that cannot be shown loses the name and not the area.
        called = name(cells) or own
        return AreaRow(own, over, level.level, called, declared(cells), lon(cells), lat(cells))

    return make
