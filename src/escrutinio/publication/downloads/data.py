"""Writing `data/`: the derived files, their Parquet twins, NIST reports, and the description of it all."""

import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import polars as pl

from escrutinio.base.cells import csv_bytes
from escrutinio.base.errors import LogError, PublicationError
from escrutinio.base.files import write_files
from escrutinio.base.workers import hand_over
from escrutinio.core.derived.files import DerivedFile, basis_slugs, derived_files, shown_bases
from escrutinio.core.derived.geometry import GEOMETRY, parse_geometry
from escrutinio.core.election.state import Basis, ElectionState
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.publication.downloads.codebook import codebook
from escrutinio.publication.downloads.datapackage import Resource, Source, datapackage, resource
from escrutinio.publication.downloads.nist import station_report, summary_report
from escrutinio.publication.downloads.workbook import WORKBOOK, workbook

TWINS = frozenset({"areas", "stations", "sheets", "area-totals", "option-totals"})
"""Kinds of derived files that stand in Parquet too."""

_AT_ONCE = 32
"""Tables whose Parquet twins are made in one go: of some hundreds Polars warns."""

_HELD = 1 << 20
"""Bytes from which on fewer are."""

_OPERATING_SYSTEM, _UNKNOWN = 9, 255
"""Where the header of a gzip file names an operating system, and what stands there for none."""

P = ParamSpec("P")
T = TypeVar("T")

SKIPPED = ("source", "line", "column", "value", "reason")


Listed = list[tuple[str, str, bytes]]
"""Path, kind and content of some files."""


@dataclass(frozen=True, slots=True)
class Largest:
    """The files that take longest, on their way: the workbook and the reports of NIST, when asked for."""

    book: Callable[[], bytes]
    reports: Callable[[], Listed]


def start_largest(state: ElectionState, generated_at: int, executor: Executor | None) -> Largest:
    """Have an executor make the largest files from now on; without one they are made when asked for."""
    return Largest(
        _started(executor, workbook, state, generated_at), _started(executor, nist_files, state, generated_at)
    )


def write_data(
    state: ElectionState,
    directory: Path,
    *,
    generated_at: int,
    sources: Sequence[Source] = (),
    skipped: Sequence[BadRow] = (),
    progress: Callable[[str], None] = lambda _path: None,
    largest: Largest | None = None,
) -> tuple[Resource, ...]:
    """Write every file of `data/` into `directory`, the description last; return what was written.

    The same state, sources, skipped rows and `generated_at` (seconds since 1970-01-01 UTC, which only the
    NIST reports and the description carry) give the same bytes. Files of an earlier state that this one
    does not have are left alone here (`running/workspace/views.py` removes them); `geometry.geojson`, where
    it lies there, is used and described. `largest` are those that are made elsewhere meanwhile. Raises
    PublicationError, and DefinitionError for shapes that are none.
    """
    written: list[Resource] = []

    def contents() -> Iterator[tuple[str, bytes]]:
        for path, kind, content in data_files(
            state, generated_at, skipped, _geometry(directory), largest=largest
        ):
            progress(path)
            written.append(resource(path, kind, content))
            yield path, content
        yield "datapackage.json", datapackage(state, written, sources, generated_at)

    try:
        write_files(directory, contents())
    except LogError as error:
        raise error.as_kind(PublicationError) from None
    return tuple(written)


def _geometry(directory: Path) -> bytes | None:
    try:
        return (directory / GEOMETRY).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PublicationError(
            "file-unreadable", path=directory / GEOMETRY, why=error.strerror or str(error)
        ) from None


def data_files(
    state: ElectionState,
    generated_at: int,
    skipped: Sequence[BadRow] = (),
    geometry: bytes | None = None,
    *,
    largest: Largest | None = None,
) -> Iterator[tuple[str, str, bytes]]:
    """Path below `data/`, kind and content of every file except the description; `largest` are made elsewhere
    meanwhile."""
    if largest is None:
        largest = start_largest(state, generated_at, None)
    if geometry is not None:
        yield GEOMETRY, "geometry", geometry
    for files in _batches(derived_files(state, None if geometry is None else parse_geometry(geometry))):
        yield from _with_twins(files)
    yield WORKBOOK, "workbook", largest.book()
    if skipped:
        yield "skipped.csv", "skipped", skipped_rows(skipped)
    yield from largest.reports()


def _batches(files: Iterable[DerivedFile]) -> Iterator[Listed]:
    """Path, kind and content of derived files, some of them at a time."""
    batch: Listed = []
    size = 0
    for file in files:
        content = file.content()
        batch.append((file.path, file.kind, content))
        size += len(content)
        if len(batch) == _AT_ONCE or size >= _HELD:
            yield batch
            batch, size = [], 0
    yield batch


def _with_twins(files: Listed) -> Iterator[tuple[str, str, bytes]]:
    """The files, and behind each one that stands in Parquet too its twin."""
    twins = iter(parquet_twins([(kind, content) for _, kind, content in files if kind in TWINS]))
    for path, kind, content in files:
        yield path, kind, content
        if kind in TWINS:
            yield path.removesuffix(".csv") + ".parquet", kind, next(twins)


def _started(
    executor: Executor | None, make: Callable[P, T], *given: P.args, **named: P.kwargs
) -> Callable[[], T]:
    """What makes it when it is asked for, or has an executor make it from now on."""
    if executor is None:
        return partial(make, *given, **named)
    return hand_over(executor, make, *given, **named).result


def nist_files(state: ElectionState, generated_at: int) -> Listed:
    """Path, kind and content of the reports of NIST SP 1500-100, of each basis that counts."""
    counted = _counted_bases(state)
    slugs = basis_slugs(state)
    found = []
    for basis in counted:
        suffix = "" if len(counted) == 1 else f"-{slugs[basis.code]}"
        areas = summary_report(state, basis, generated_at)
        found.append((f"nist{suffix}.json.gz", "nist", gzipped(areas)))
        stations = station_report(state, basis, generated_at)
        found.append((f"nist{suffix}-stations.json.gz", "nist-stations", gzipped(stations)))
    return found


def gzipped(content: bytes) -> bytes:
    """The content in gzip (RFC 1952), the same bytes with every Python that has zlib.

    Its header names no moment and no operating system: Python 3.11 and 3.12 would name theirs, 3.13 none.
    """
    packed = bytearray(gzip.compress(content, 6, mtime=0))
    packed[_OPERATING_SYSTEM] = _UNKNOWN
    return bytes(packed)


def _counted_bases(state: ElectionState) -> list[Basis]:
    """The bases that have a sheet in any contest, in the order of the state."""
    codes = {basis.code for contest in state.contests for basis in shown_bases(state, contest.code)}
    return [basis for basis in state.bases if basis.code in codes]


def parquet_twins(tables: Sequence[tuple[str, bytes]]) -> list[bytes]:
    """The Parquet files of derived CSV tables (kind, content): the same rows, with types and exact text.

    Deterministic for one version of Polars: no clock, no name of a machine.
    """
    # One plan from CSV to Parquet, and one run for many: each by itself costs more than a small table.
    made = [io.BytesIO() for _ in tables]
    pl.collect_all([_twin(kind, table, out) for (kind, table), out in zip(tables, made, strict=True)])
    return [out.getvalue() for out in made]


def _twin(kind: str, table: bytes, out: io.BytesIO) -> pl.LazyFrame:
    """The plan that writes the Parquet file of a table."""
    header = table.split(b"\n", 1)[0].decode().split(",")
    columns = codebook()[kind].columns(header)
    types = {column.name: pl.Int64 if column.type == "integer" else pl.String for column in columns}
    # In text, empty is empty and not unknown; the apostrophe only keeps a spreadsheet from seeing a formula.
    exact = pl.col(pl.String).fill_null("").str.strip_prefix("'")
    return (
        pl.scan_csv(io.BytesIO(table), schema=types)
        .with_columns(exact)
        .sink_parquet(
            out, compression="zstd", compression_level=6, statistics=True, row_group_size=1 << 17, lazy=True
        )
    )


def skipped_rows(rows: Sequence[BadRow]) -> bytes:
    """The rows of the input that were skipped, and why, as CSV."""
    return csv_bytes(SKIPPED, ((row.source, row.line, row.column, row.value, str(row.why)) for row in rows))
