"""Finding what identifies the rows of a table: one column, or the fewest that are unique together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from escrutinio.base.errors import InputError
from escrutinio.intake.mapping.columns import (
    AREA,
    CENTER,
    ID,
    STATION,
    Column,
    as_code,
    fits_in_code,
    written,
)
from escrutinio.intake.mapping.values import short

ALMOST = 0.99
"""Which part of the rows may have a key of their own, where some stand twice in the table."""
FEW = 10
"""In a table with fewer rows the stations of different centers may have different numbers by chance."""
_MOST_COLUMNS = 9
_MOST_JOINED = 4
_FIRST_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that identify a row, and how many different values they have in how many rows."""

    columns: tuple[Column, ...]
    distinct: int
    rows: int

    @property
    def expression(self) -> str:
        """The field of a mapping that reads it."""
        return ".".join(map(written, self.columns))


def find_key(
    place: str,
    columns: Sequence[Column],
    cells: Mapping[str, Sequence[str]],
    within: Sequence[Sequence[str]] = (),
    said: Sequence[Column] = (),
) -> Key:
    """The key of a table, by columns that can be part of one, or by those that a person `said`.

    A column named like a station is tried first, then that within its center, then each other column alone,
    then two, three and four together. `within`: what else tells rows of one station apart, such as the
    contest. Raises InputError where no columns are unique in nearly all rows.
    """
    best: Key | None = None
    for tried in [tuple(said)] if said else _candidates(columns):
        found = _measured(tried, cells, within)
        if found.distinct == found.rows:
            return found
        if best is None or found.distinct > best.distinct:
            best = found
    if best is not None and best.distinct >= ALMOST * best.rows:
        return best
    rows = len(next(iter(cells.values()), ()))
    if best is None:
        raise InputError("key-none", place=place, rows=rows)
    names = " + ".join(short(each.name) for each in best.columns)
    raise InputError("key-repeats", place=place, rows=rows, columns=names, size=best.distinct)


def _candidates(columns: Sequence[Column]) -> Iterator[tuple[Column, ...]]:
    usable = [each for each in columns if fits_in_code((each,)) and each.distinct > 0]
    stations = sorted(
        (each for each in usable if each.named(STATION)),
        key=lambda each: (not each.code, -each.distinct),
    )
    centers = [each for each in usable if each.named(CENTER) and each not in stations[:1]]
    rows = max((each.distinct for each in usable), default=0)
    if rows >= FEW or not centers:
        yield from ((station,) for station in stations)
    for station in stations:
        for center in sorted(centers, key=lambda each: (not each.code, -each.distinct)):
            if center is not station:
                yield (center, station)
    yield from ((station,) for station in stations)
    others = [each for each in usable if each not in stations and each.longest <= 64]
    yield from ((each,) for each in sorted(others, key=lambda each: not each.code))
    ranked = sorted(usable, key=lambda each: (not _likely(each), not each.code, columns.index(each)))
    chosen = sorted(
        (each for each in ranked[:_MOST_COLUMNS] if each.distinct > 1), key=lambda each: columns.index(each)
    )
    for number in range(2, _MOST_JOINED + 1):
        for joined in combinations(chosen, number):
            if fits_in_code(joined):
                yield joined


def _likely(column: Column) -> bool:
    return column.named(STATION) or column.named(CENTER) or column.named(AREA) or column.named(ID)


def _measured(
    columns: tuple[Column, ...], cells: Mapping[str, Sequence[str]], within: Sequence[Sequence[str]]
) -> Key:
    values = [cells[each.name] for each in columns]
    rows = len(values[0])
    first = set(zip(*(column[:_FIRST_ROWS] for column in (*values, *within)), strict=True))
    if len(first) < ALMOST * min(rows, _FIRST_ROWS):
        whole = set(zip(*values, *within, strict=True)) if rows > _FIRST_ROWS else first
        return Key(columns, len(whole), rows)
    seen = set()
    for parts in zip(*values, *within, strict=True):
        made = [as_code(column, part) for column, part in zip(columns, parts, strict=False)]
        if all(made):
            seen.add((*made, *parts[len(columns) :]))
    return Key(columns, len(seen), rows)
