"""Looking at a CSV nobody has described: its encoding, its delimiter, and what its columns may be.

Everything here is a guess for a person to check; nothing that is published rests on it.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from escrutinio.base.errors import InputError
from escrutinio.base.limited import Readers
from escrutinio.intake.mapping.files import load, open_plain
from escrutinio.intake.mapping.mapping import MAX_BYTES, TableMapping
from escrutinio.intake.mapping.sources import TABLE, open_table

SAMPLE = 8 << 20
"""Most bytes that are looked at."""
MAX_SAMPLED = 50_000
"""Most rows of a workbook or Parquet file that are looked at."""

_TOTALS = {
    "valid": r"valid",
    "null": r"nul|invalid|rejected|spoil",
    "blank": r"blanc|blank",
    "registered": r"regist|inscri|habilit|padron|electores|eligible|censo",
    "voters": r"votantes|voters|turnout|asistencia|participa",
    "ballots": r"ballots|papeletas|boletas|emitid|escrutad|total",
}
_CENTER = r"centro|center|centre|local|recinto|colegio|puesto"
_STATION = r"mesa|station|table|casilla|junta|booth|seccion|section|urna"
_AREA = (
    r"(cod|code|id|num|nro)_?[a-z]*|.*(parroq|parish|munic|estado|state|depart|provin|distri|region)[a-z]*"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sample: whether what it holds is all digits, how long, how many different."""

    name: str
    digits: bool
    shortest: int
    longest: int
    distinct: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a CSV seems to be. `adds_up` and `rows` say in how many rows the options add up to `valid`."""

    encoding: str
    delimiter: str
    rows: int
    center: Column | None = None
    station: Column | None = None
    options: tuple[str, ...] = ()
    totals: dict[str, str] = field(default_factory=dict)
    adds_up: int = 0
    areas: tuple[tuple[Column, str], ...] = ()
    others: tuple[str, ...] = ()


def sketch(path: Path) -> Sketch:
    """Look at a CSV file (plain, gzip or zip) and guess. Raises InputError if it is not a table of text."""
    data, _ = load(path.parent, path.name, MAX_BYTES)
    if data.startswith(b"PAR1"):
        raise InputError("sniff-parquet", name=path.name)
    raw = open_plain(data, path.name, None, MAX_BYTES).read(SAMPLE)
    if len(raw) == SAMPLE:
        raw = raw[: raw.rfind(b"\n") + 1]
    encoding, text = _decode(raw, path.name)
    delimiter, rows = _rows(text, path.name)
    header = [name.strip() for name in rows[0]]
    body = [row for row in rows[1:] if len(row) == len(header)]
    if not body:
        raise InputError("table-no-rows", place=path.name)
    return _classify(_columns(header, body, path.name), encoding, delimiter, len(body))


def sketch_table(path: Path) -> Sketch:
    """Look at a CSV, an XLSX workbook of one sheet, or a Parquet file. Raises InputError as `sketch`."""
    data, _ = load(path.parent, path.name, MAX_BYTES)
    if not data.startswith((b"PAR1", b"PK\x03\x04")):
        return sketch(path)
    mapping = TableMapping(file=path.name)
    with Readers(TABLE) as readers:
        table = open_table(data, mapping, MAX_BYTES, readers)
        body = [cells for _, cells in islice(table.rows, MAX_SAMPLED)]
    if not body:
        raise InputError("table-no-rows", place=path.name)
    columns = _columns(table.header, body, path.name)
    return _classify(columns, mapping.encoding, mapping.delimiter, len(body))


def _columns(header: Sequence[str], body: Sequence[Sequence[str]], place: str) -> Mapping[str, Sequence[str]]:
    """The columns by their names; one that has no name and holds nothing is passed over.

    Raises InputError for a name that stands twice.
    """
    columns: dict[str, Sequence[str]] = {}
    for name, cells in zip(header, zip(*body, strict=True), strict=True):
        if not name and not any(map(str.strip, cells)):
            continue
        if name in columns:
            raise InputError("header-twice", name=place)
        columns[name] = cells
    return columns


def _decode(raw: bytes, place: str) -> tuple[str, str]:
    if b"\0" in raw[:4096]:
        raise InputError("sniff-encoding", place=place)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return encoding.removesuffix("-sig"), raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "latin-1", raw.decode("latin-1")


def _rows(text: str, place: str) -> tuple[str, list[list[str]]]:
    """Return the delimiter under which most rows have as many cells as the header, and the rows."""
    best: tuple[int, int, str] = (0, 0, "")
    head = text[: 1 << 16]
    for delimiter in ",;\t|":
        try:
            widths = [
                len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row
            ]
        except csv.Error:
            continue
        if widths and widths[0] > 1:
            best = max(best, (widths[:-1].count(widths[0]), widths[0], delimiter))
    delimiter = best[2]
    if not delimiter:
        raise InputError("sniff-no-csv", place=place)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row
        ]
    except csv.Error as error:
        raise InputError("csv-rules", place=place, why=str(error)) from None
    return delimiter, rows


def _classify(cells: Mapping[str, Sequence[str]], encoding: str, delimiter: str, rows: int) -> Sketch:
    columns = [_column(name, values) for name, values in cells.items()]
    center = _find(columns, _CENTER)
    station = _find([column for column in columns if column is not center], _STATION)
    left = [column for column in columns if column not in (center, station)]
    areas = _areas(left)
    of_areas = {name for code, names in areas for name in (code.name, names)}
    numbers = [c.name for c in left if c.digits and c.name not in of_areas and not _matches(c.name, _AREA)]
    totals: dict[str, str] = {}
    for kind, pattern in _TOTALS.items():
        for name in numbers:
            # "INVALIDOS" has "valid" in it.
            if name not in totals.values() and _matches(name, rf".*({pattern})") and kind not in totals:
                if kind == "valid" and _matches(name, rf".*({_TOTALS['null']})"):
                    continue
                totals[kind] = name
    options = tuple(name for name in numbers if name not in totals.values())
    others = tuple(c.name for c in left if c.name not in {*options, *totals.values(), *of_areas})
    adds_up = 0
    if "valid" in totals and options:
        sums = map(sum, zip(*(_numbers(cells[name]) for name in options), strict=True))
        adds_up = sum(map(int.__eq__, _numbers(cells[totals["valid"]]), sums))
    return Sketch(encoding, delimiter, rows, center, station, options, totals, adds_up, areas, others)


def _column(name: str, values: Sequence[str]) -> Column:
    known = {value.strip() for value in values} - {""}
    digits = bool(known) and all(value.isascii() and value.isdigit() and len(value) <= 20 for value in known)
    lengths = [len(value) for value in known] or [0]
    return Column(name, digits, min(lengths), max(lengths), len(known))


def _numbers(values: Sequence[str]) -> list[int]:
    return [int(value.strip() or 0) for value in values]


def _find(columns: Sequence[Column], pattern: str) -> Column | None:
    """Return the column of that name; where there are several, a coded one with the most different values."""
    found = [column for column in columns if _matches(column.name, rf".*({pattern})")]
    return max(found, key=lambda column: (column.digits, column.distinct), default=None)


def _areas(columns: Sequence[Column]) -> tuple[tuple[Column, str], ...]:
    """Return the pairs of a column of codes and its column of names, as it seems, the largest area first."""
    pairs = []
    for column in columns:
        stem = re.sub(r"^(cod|code|id|num|nro)[_ ]?|[_ ]?(cod|code|id)$", "", _plain(column.name))
        names = [
            c
            for c in columns
            if not c.digits and stem and _plain(c.name) in (stem, stem + "_name", "name_" + stem)
        ]
        if column.digits and names and _plain(column.name) != stem:
            pairs.append((names[0].distinct, column, names[0].name))
    return tuple((code, name) for _, code, name in sorted(pairs, key=lambda pair: pair[0]))


def _plain(name: str) -> str:
    """Return a column name in small letters without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


def _matches(name: str, pattern: str) -> bool:
    return re.match(rf"(?:{pattern})", _plain(name)) is not None
