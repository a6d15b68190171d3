"""What every import does: open the mapping's files, compile its fields, go through the rows."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import TypeVar

from escrutinio.base.errors import InputError
from escrutinio.core.records.codes import SheetFact
from escrutinio.intake.mapping.conditions import Chosen, Where
from escrutinio.intake.mapping.expression import Cells, Getter, Surroundings, parse_expression
from escrutinio.intake.mapping.mapping import (
    Figure,
    FigureField,
    Listed,
    TableMapping,
)
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.intake.mapping.sources import Rows, Table
from escrutinio.intake.mapping.values import (
    FACTS,
    NONE,
    UNKNOWN,
    CellError,
    parse_code,
    parse_count,
    parse_degrees,
    parse_name,
    short,
)

MAX_BAD_ROWS = 10_000
"""A table with more bad rows than this has a wrong mapping; listing them helps nobody."""

MOST_ALIKE = 1 << 16
"""Most different rows that are remembered so as not to be read again."""

Count = Callable[[Cells], int]
Optional = Callable[[Cells], str | None]
OptionalCount = Callable[[Cells], int | None]
T = TypeVar("T")
N = TypeVar("N", int, int | None)


class Reader:
    """Compiles a mapping's fields into functions from a row's cells to values.

    Each of those functions raises CellError for a cell it refuses; compiling raises DefinitionError for a
    field that is malformed and InputError for a column that is not there.

    `facts`: what the marks of the row in hand say of its sheet, each with the column and the mark.
    `lost`: its cells that are refused though the row is not.
    """

    def __init__(self, table: Table, mapping: TableMapping, codes: Mapping[str, Mapping[str, str]]) -> None:
        self.table = table
        self.facts: list[tuple[SheetFact, str, str]] = []
        self.lost: list[CellError] = []
        self._mapping = mapping
        self._codes = codes
        self._named: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._as_written: dict[str, int] = {}
        self._marks = {mark.strip(): meaning for mark, meaning in mapping.marks.items()}
        self._used: set[int] = set()
        self._chosen = self._conditions(mapping.where)

    def _conditions(self, where: Where) -> Chosen:
        return Chosen(where, {field: self.text(field, lenient=True)[0] for field in where})

    def text(self, field: str, *, lenient: bool = False) -> tuple[Getter, str]:
        """Return the function that reads the field's text, and the columns to name in messages.

        A `lenient` one reads a template of which some columns are empty.
        """
        expression = parse_expression(field)
        position = self.table.position(expression.columns)
        self._used.update(index for name, index in position.items() if name in self.table.header)
        around = Surroundings(position, self._mapping.decimals, self._codes, self._named)
        return expression.bind(around, lenient=lenient), ", ".join(expression.columns)

    def columns(self, **named: str | None) -> dict[str, str]:
        """Return for each field, by its name, the columns to name in messages."""
        return {name: self.text(field)[1] if field is not None else "" for name, field in named.items()}

    def code(self, field: str) -> Getter:
        """Read an identifier."""
        get, column = self.text(field)
        return lambda cells: parse_code(column, get(cells))

    def listed(self, field: str | Listed) -> Getter:
        """Read a code that a column says, or says in words of its own; empty for words not listed."""
        if isinstance(field, str):
            return self.code(field)
        get, column = self.text(field.column, lenient=True)
        if not field.is_:
            return lambda cells: parse_code(column, get(cells))
        words = {word.strip(): code for word, code in field.is_.items()}
        other = field.other or ""
        return lambda cells: words.get(get(cells), other)

    def name(self, field: str) -> Getter:
        """Read a name for people."""
        get, column = self.text(field)
        return lambda cells: parse_name(column, get(cells))

    def optional_name(self, field: str | None) -> Optional:
        """Read a name for people; None where the mapping has no field, or the cell is empty or refused."""
        if field is None:
            return _unknown
        get, column = self.text(field)
        return lambda cells: self._kept(parse_name, column, text) if (text := get(cells)) else None

    def optional_degrees(self, field: str | None, limit: int) -> Optional:
        """Read a coordinate; None like an optional name."""
        if field is None:
            return _unknown
        get, column = self.text(field)
        parse = partial(parse_degrees, limit=limit)
        return lambda cells: self._kept(parse, column, text) if (text := get(cells)) else None

    def _kept(self, parse: Callable[[str, str], T], column: str, text: str) -> T | None:
        """What a cell says; where it is refused, that is noted, and it says nothing."""
        try:
            return parse(column, text)
        except CellError as error:
            self.lost.append(error)
            return None

    def count(self, field: Figure) -> Count:
        """Read a count, or a sum of several."""
        read = self._figure(field)

        def count(cells: Cells) -> int:
            value = read(cells, True)
            assert value is not None
            return value

        return count

    def optional_count(self, field: Figure | None) -> OptionalCount:
        """Read a count or a sum; None where the mapping has no field, or a cell is empty or refused."""
        if field is None:
            return _unknown
        read = self._figure(field)

        def optional(cells: Cells) -> int | None:
            try:
                return read(cells, False)
            except CellError as error:
                self.lost.append(error)
                return None

        return optional

    def counts(self, fields: Sequence[Figure]) -> Callable[[Cells], tuple[int, ...]]:
        """Read several counts at once."""
        return self._several([self.count(field) for field in fields], fields)

    def optional_counts(self, fields: Sequence[Figure]) -> Callable[[Cells], tuple[int | None, ...]]:
        """Read several counts at once, each as `optional_count` does."""
        return self._several([self.optional_count(field) for field in fields], fields)

    def _several(
        self, each: Sequence[Callable[[Cells], N]], fields: Sequence[Figure]
    ) -> Callable[[Cells], tuple[N | int, ...]]:
        """Several figures; those of plain columns that have been read before are looked up in one go."""

        def one_by_one(cells: Cells) -> tuple[N | int, ...]:
            return tuple([read(cells) for read in each])

        parsed = [parse_expression(field) for field in fields if isinstance(field, str)]
        if len(parsed) < max(2, len(fields)) or not all(field.plain for field in parsed):
            return one_by_one
        indices = [self.table.position(field.columns)[field.columns[0]] for field in parsed]
        take, known, counts = itemgetter(*indices), self._as_written, self._counts
        look = known.__getitem__

        def together(cells: Cells) -> tuple[N | int, ...]:
            texts = take(cells)
            try:
                return tuple(map(look, texts))
            except KeyError:
                read = one_by_one(cells)
            for text in texts:
                if (value := counts.get(text.strip())) is not None:
                    known[text] = value
            return read

        return together

    def without_figure(self, fields: Iterable[Figure]) -> Callable[[Cells], bool]:
        """Whether all of these fields are empty, or say by marks alone why there is no figure."""
        each = []
        for field in fields:
            marks = self._marks | (field.marks if isinstance(field, FigureField) else {})
            each += [(self.text(text)[0], marks) for text in _texts(field) if not text.startswith("=")]
        return lambda cells: all(not (text := get(cells)) or text in marks for get, marks in each)

    def _figure(self, field: Figure) -> Callable[[Cells, bool], int | None]:
        if isinstance(field, FigureField):
            wanted = self._conditions(field.where)
            own = {mark.strip(): meaning for mark, meaning in field.marks.items()}
            parts = [self._single(text, self._marks | own) for text in _texts(field)]
            total = _sum(parts)
            if not field.where:
                return total

            def where_wanted(cells: Cells, needed: bool) -> int | None:
                return total(cells, needed) if wanted(cells) else _none_known(needed, field.column)

            return where_wanted
        return _sum([self._single(text, self._marks) for text in _texts(field)])

    def _single(self, field: str, marks: Mapping[str, str]) -> Callable[[Cells, bool], int | None]:
        get, column = self.text(field)
        # Counts repeat: looking a text up is several times faster than parsing it again.
        known = self._counts if marks is self._marks or marks == self._marks else {}
        decimals, thousands = self._mapping.decimals, self._mapping.thousands

        def read(cells: Cells, needed: bool) -> int | None:
            text = get(cells)
            value = known.get(text)
            if value is not None:
                return value
            if (meaning := marks.get(text)) is not None:
                return self._marked(meaning, column, text, needed)
            if not text and not needed:
                return None
            value = known[text] = parse_count(column, text, decimals, thousands)
            return value

        return read

    def _marked(self, meaning: str, column: str, text: str, needed: bool) -> int | None:
        """What a mark says: no votes where votes are counted, nothing elsewhere, and perhaps a fact."""
        if meaning == NONE:
            return 0
        if meaning == UNKNOWN:
            return _none_known(needed, column, text)
        self.facts.append((FACTS[meaning], column, text))
        return 0 if needed else None

    def once(self, take: Callable[[int, Cells], object]) -> Callable[[int, Cells], None]:
        """Hand only the first of rows that are alike in every column read so far to `take`.

        For rows that say again what others said, such as that a parish lies in its state. One that is
        refused, or of which a cell is, comes each time.
        """
        used = sorted(self._used)
        look: Callable[[Cells], object] = itemgetter(*used) if used else _unknown
        seen: set[object] = set()

        def first(line: int, cells: Cells) -> None:
            said = look(cells)
            if said in seen:
                return
            take(line, cells)
            if not self.lost and len(seen) < MOST_ALIKE:
                seen.add(said)

        return first

    @property
    def wanted(self) -> int:
        """How many rows the mapping has wanted so far."""
        return self._chosen.matched

    def each(
        self, take: Callable[[int, Cells], object], bad: list[BadRow], *, may_be_empty: bool = False
    ) -> None:
        """Hand every row that the mapping wants, with its line, to `take`; note those it refuses in `bad`.

        Raises InputError for a table without rows unless it `may_be_empty`, one of whose rows none is wanted,
        one with more bad rows than MAX_BAD_ROWS, and a name that stands over several columns.
        """
        place, width = self.table.place, len(self.table.header)
        spread = [(index, self.table.spread(index)) for index in sorted(self._used)]
        beside = [(index, other) for index, others in spread for other in others]
        line, before, chosen = 0, len(bad), self._chosen
        every = not self._mapping.where
        wanted = 0
        for line, cells in _without_last(self.table.rows, self._mapping.skip_last):
            if len(cells) > width and not any(map(str.strip, cells[width:])):
                del cells[width:]
            try:
                if len(cells) != width:
                    raise CellError("", "", "row-cells", size=len(cells), width=width)
                if every or chosen(cells):
                    wanted += 1
                    for index, other in beside:
                        if cells[other].strip():
                            raise self._merged(index, other)
                    take(line, cells)
                    if self.lost:
                        bad += (
                            BadRow(place, line, e.column, short(e.value), e, kept=True) for e in self.lost
                        )
            except CellError as error:
                if any(cell.strip() for cell in cells):
                    bad.append(BadRow(place, line, error.column, short(error.value), error))
            if self.lost or self.facts:
                self.lost.clear()
                self.facts.clear()
            if len(bad) - before > MAX_BAD_ROWS:
                raise InputError("rows-bad-many", place=place, limit=MAX_BAD_ROWS, first=bad[before])
        if every:
            chosen.matched += wanted
        if not line and not may_be_empty:
            raise InputError("table-no-rows", place=place)
        if chosen.rows and not chosen.matched:
            raise chosen.refusal(place)

    def _merged(self, index: int, other: int) -> InputError:
        column = self.table.header[index]
        return InputError(
            "column-merged", place=self.table.place, column=repr(column), first=index + 1, other=other + 1
        )


def _texts(field: Figure) -> list[str]:
    inner = field.column if isinstance(field, FigureField) else field
    return [inner] if isinstance(inner, str) else inner


def named_columns(field: Figure | None) -> str:
    """The columns of a count, to name in messages."""
    if field is None:
        return ""
    return ", ".join(column for text in _texts(field) for column in parse_expression(text).columns)


def _sum(parts: Sequence[Callable[[Cells, bool], int | None]]) -> Callable[[Cells, bool], int | None]:
    if len(parts) == 1:
        return parts[0]

    def total(cells: Cells, needed: bool) -> int | None:
        figures = [part(cells, needed) for part in parts]
        known = [figure for figure in figures if figure is not None]
        return sum(known) if len(known) == len(figures) else None

    return total


def _none_known(needed: bool, column: str | list[str], text: str = "") -> int | None:
    """No figure; raises CellError where one is needed."""
    if not needed:
        return None
    raise CellError(column if isinstance(column, str) else ", ".join(column), text, "cell-unknown")


def _without_last(rows: Rows, number: int) -> Rows:
    """The rows but the last `number`."""
    if not number:
        yield from rows
        return
    held: deque[tuple[int, list[str]]] = deque()
    for row in rows:
        held.append(row)
        if len(held) > number:
            yield held.popleft()


def _unknown(_: Cells) -> None:
    return None
