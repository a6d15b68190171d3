"""A table in plain Python values, which becomes a data frame where somebody asks for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from escrutinio.base.cells import Value, csv_bytes
from escrutinio.base.errors import InputError
from escrutinio.base.text_table import text_table

if TYPE_CHECKING:
    import polars

SHOWN = 20
"""Rows that a table shows of itself."""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns by name, all of one length; those in `numbers` hold whole numbers (int), all others texts.

    A cell may be None, for nothing.
    """

    columns: Mapping[str, tuple[Value, ...]]
    numbers: frozenset[str]

    @classmethod
    def of_rows(cls, names: Sequence[str], rows: Sequence[Sequence[Value]], numbers: Iterable[str]) -> Table:
        """A table of rows, each with a cell per name."""
        columns = {name: tuple(row[at] for row in rows) for at, name in enumerate(names)}
        return Table(columns, frozenset(numbers))

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, column: str) -> tuple[Value, ...]:
        """A column. Raises KeyError."""
        return self.columns[column]

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """The rows, each as its cells by name of the column."""
        for cells in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, cells, strict=True))

    def where(self, **cells: Value) -> list[dict[str, Value]]:
        """The rows that have these cells. Raises KeyError for a column that there is not."""
        wanted = [(self.columns[name], cell) for name, cell in cells.items()]
        return [row for at, row in enumerate(self) if all(column[at] == cell for column, cell in wanted)]

    def to_polars(self) -> polars.DataFrame:
        """The table as a Polars data frame. Raises InputError where Polars is not installed."""
        pl = _installed("polars")
        types = {name: pl.Int64 if name in self.numbers else pl.String for name in self.columns}
        frame: polars.DataFrame = pl.DataFrame(
            {name: list(cells) for name, cells in self.columns.items()}, schema=types
        )
        return frame

    def to_pandas(self) -> Any:
        """The table as a pandas data frame: whole numbers as Int64, which has room for "nothing".

        Raises InputError where pandas is not installed.
        """
        pandas = _installed("pandas")
        return pandas.DataFrame(
            {
                name: pandas.array(list(cells), dtype="Int64" if name in self.numbers else "string")
                for name, cells in self.columns.items()
            }
        )

    def to_csv(self) -> bytes:
        """The table as a CSV file: UTF-8, no text that a spreadsheet would run as a formula."""
        return csv_bytes(list(self.columns), list(zip(*self.columns.values(), strict=True)))

    def __str__(self) -> str:
        """The first rows as text."""
        rows = [
            tuple("" if cell is None else str(cell) for cell in cells)
            for cells in zip(*(cells[:SHOWN] for cells in self.columns.values()), strict=True)
        ]
        more = [f"… {len(self) - SHOWN:,} rows more"] if len(self) > SHOWN else []
        return "\n".join([*text_table(tuple(self.columns), rows), *more])


def _installed(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise InputError("not-installed", name=name) from None
