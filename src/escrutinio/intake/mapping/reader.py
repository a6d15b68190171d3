"""What every import does: open the mapping's files, compile its fields, go through the rows."""

from collections.abc import Callable
from pathlib import Path

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Readers
from escrutinio.intake.mapping.expression import Cells, Getter, parse_expression
from escrutinio.intake.mapping.files import load
from escrutinio.intake.mapping.mapping import TableMapping
from escrutinio.intake.mapping.rows import BadRow, SourceFile
from escrutinio.intake.mapping.sources import TABLE, Table, open_table
from escrutinio.intake.mapping.values import (
    CellError,
    parse_code,
    parse_count,
    parse_degrees,
    parse_name,
    shown,
)

MAX_BAD_ROWS = 10_000
"""A table with more bad rows than this has a wrong mapping; listing them helps nobody."""

Count = Callable[[Cells], int]
Optional = Callable[[Cells], str | None]
OptionalCount = Callable[[Cells], int | None]


class Files:
    """The files of one import, each read from the disk once."""

    def __init__(self, base_dir: Path, max_bytes: int) -> None:
        self._base_dir = base_dir
        self._max_bytes = max_bytes
        self._loaded: dict[str, tuple[bytes, SourceFile]] = {}
        self._readers = Readers(TABLE)

    def __enter__(self) -> "Files":
        return self

    def __exit__(self, *_: object) -> None:
        self._readers.stop()

    def open(self, mapping: TableMapping) -> "Reader":
        """Open the table of a mapping. Raises InputError."""
        if mapping.file not in self._loaded:
            self._loaded[mapping.file] = load(self._base_dir, mapping.file, self._max_bytes)
        return Reader(
            open_table(self._loaded[mapping.file][0], mapping, self._max_bytes, self._readers), mapping
        )

    def read(self) -> tuple[SourceFile, ...]:
        """Return the files read so far."""
        return tuple(source for _, source in self._loaded.values())


class Reader:
    """Compiles a mapping's fields into functions from a row's cells to values.

    Each of those functions raises CellError for a cell it refuses; compiling raises DefinitionError for a
    field that is malformed and InputError for a column that is not there.
    """

    def __init__(self, table: Table, mapping: TableMapping) -> None:
        self.table = table
        self._decimals = mapping.decimals
        self._counts: dict[str, int] = {}
        self._where = [(self.text(field)[0], value.strip()) for field, value in mapping.where.items()]

    def text(self, field: str) -> tuple[Getter, str]:
        """Return the function that reads the field's text, and the columns to name in messages."""
        expression = parse_expression(field)
        position = self.table.position(expression.columns)
        return expression.bind(position, self._decimals), ", ".join(expression.columns)

    def columns(self, **named: str | None) -> dict[str, str]:
        """Return for each field, by its name, the columns to name in messages."""
        return {name: self.text(field)[1] if field is not None else "" for name, field in named.items()}

    def code(self, field: str) -> Getter:
        """Read an identifier."""
        get, column = self.text(field)
        return lambda cells: parse_code(column, get(cells))

    def name(self, field: str) -> Getter:
        """Read a name for people."""
        get, column = self.text(field)
        return lambda cells: parse_name(column, get(cells))

    def optional_name(self, field: str | None) -> Optional:
        """Read a name for people; None where the mapping has no field or the cell is empty."""
        if field is None:
            return _unknown
        get, column = self.text(field)
        return lambda cells: parse_name(column, text) if (text := get(cells)) else None

    def optional_degrees(self, field: str | None, limit: int) -> Optional:
        """Read a coordinate; None like an optional name."""
        if field is None:
            return _unknown
        get, column = self.text(field)
        return lambda cells: parse_degrees(column, text, limit) if (text := get(cells)) else None

    def count(self, field: str | None) -> Count:
        """Read a count; 0 where the mapping has no field."""
        if field is None:
            return lambda cells: 0
        get, column = self.text(field)
        # Counts repeat: looking a text up is several times faster than parsing it again.
        known, decimals = self._counts, self._decimals

        def read(cells: Cells) -> int:
            text = get(cells)
            value = known.get(text)
            if value is None:
                value = known[text] = parse_count(column, text, decimals)
            return value

        return read

    def optional_count(self, field: str | None) -> OptionalCount:
        """Read a count; None like an optional name."""
        if field is None:
            return _unknown
        get, read = self.text(field)[0], self.count(field)
        return lambda cells: read(cells) if get(cells) else None

    def each(self, take: Callable[[int, Cells], object], bad: list[BadRow]) -> None:
        """Hand every row that the mapping wants, with its line, to `take`; note those it refuses in `bad`.

        Raises InputError for a table without rows, or with more bad ones than MAX_BAD_ROWS.
        """
        place, width = self.table.place, len(self.table.header)
        line, before = 0, len(bad)
        for line, cells in self.table.rows:
            try:
                if len(cells) != width:
                    raise CellError("", "", "row-cells", size=len(cells), width=width)
                if all(get(cells) == value for get, value in self._where):
                    take(line, cells)
            except CellError as error:
                if any(cell.strip() for cell in cells):
                    bad.append(BadRow(place, line, error.column, shown(error.value), error))
                    if len(bad) - before > MAX_BAD_ROWS:
                        raise InputError(
                            "rows-bad-many", place=place, limit=MAX_BAD_ROWS, first=bad[before]
                        ) from None
        if not line:
            raise InputError("table-no-rows", place=place)


def _unknown(_: Cells) -> None:
    return None
