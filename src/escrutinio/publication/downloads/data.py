"""Writing `data/`: the derived files, their Parquet twins, NIST reports, and the description of it all."""

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

import polars as pl

from escrutinio.base.cells import csv_bytes
from escrutinio.base.errors import LogError, PublicationError
from escrutinio.base.files import write_files
from escrutinio.base.workers import hand_over
from escrutinio.core.derived.files import basis_slugs, derived_files, shown_bases
from escrutinio.core.derived.geometry import GEOMETRY, parse_geometry
from escrutinio.core.election.state import Basis, ElectionState
from escrutinio.intake.mapping.rows import BadRow
from escrutinio.publication.downloads.codebook import codebook
from escrutinio.publication.downloads.datapackage import Resource, Source, datapackage, resource
from escrutinio.publication.downloads.nist import station_report, summary_report
from escrutinio.publication.downloads.workbook import WORKBOOK, workbook

TWINS = frozenset({"areas", "stations", "sheets", "area-totals", "option-totals"})
"""Kinds of derived files that stand in Parquet too."""

_OPERATING_SYSTEM, _UNKNOWN = 9, 255
"""Where the header of a gzip file names an operating system, and what stands there for none."""

P = ParamSpec("P")
T = TypeVar("T")

SKIPPED = ("source", "line", "column", "value", "reason")


def write_data(
    state: ElectionState,
    directory: Path,
    *,
    generated_at: int,
    sources: Sequence[Source] = (),
    skipped: Sequence[BadRow] = (),
    progress: Callable[[str], None] = lambda _path: None,
    executor: Executor | None = None,
) -> tuple[Resource, ...]:
    """Write every file of `data/` into `directory`, the description last; return what was written.

    The same state, sources, skipped rows and `generated_at` (seconds since 1970-01-01 UTC, which only the
    NIST reports and the description carry) give the same bytes. Files of an earlier state that this one
    does not have are left alone here (`running/workspace/views.py` removes them); `geometry.geojson`, where
    it lies there, is used and described. An `executor` makes the largest files meanwhile. Raises
    PublicationError, and DefinitionError for shapes that are none.
    """
    written: list[Resource] = []

    def contents() -> Iterator[tuple[str, bytes]]:
        for path, kind, content in data_files(
            state, generated_at, skipped, _geometry(directory), executor=executor
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
    executor: Executor | None = None,
) -> Iterator[tuple[str, str, bytes]]:
    """Path below `data/`, kind and content of every file except the description; `executor` makes the largest
    ones meanwhile."""
    book = _started(executor, workbook, state, generated_at)
    reports = _started(executor, nist_files, state, generated_at)
    if geometry is not None:
        yield GEOMETRY, "geometry", geometry
    for file in derived_files(state, None if geometry is None else parse_geometry(geometry)):
        content = file.content()
        yield file.path, file.kind, content
        if file.kind in TWINS:
            yield file.path.removesuffix(".csv") + ".parquet", file.kind, parquet_twin(file.kind, content)
    yield WORKBOOK, "workbook", book()
    if skipped:
        yield "skipped.csv", "skipped", skipped_rows(skipped)
    yield from reports()


def _started(
    executor: Executor | None, make: Callable[P, T], *given: P.args, **named: P.kwargs
) -> Callable[[], T]:
    """What makes it when it is asked for, or has an executor make it from now on."""
    if executor is None:
        return partial(make, *given, **named)
    return hand_over(executor, make, *given, **named).result


def nist_files(state: ElectionState, generated_at: int) -> list[tuple[str, str, bytes]]:
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


def parquet_twin(kind: str, table: bytes) -> bytes:
    """The Parquet file of a derived CSV table: the same rows and columns, with types and exact text.

    Deterministic for one version of Polars: no clock, no name of a machine.
    """
    header = table.split(b"\n", 1)[0].decode().split(",")
    columns = codebook()[kind].columns(header)
    types = {column.name: pl.Int64 if column.type == "integer" else pl.String for column in columns}
    # In text, empty is empty and not unknown; the apostrophe only keeps a spreadsheet from seeing a formula.
    exact = pl.col(pl.String).fill_null("").str.strip_prefix("'")
    out = io.BytesIO()
    # One plan from CSV to Parquet: each by itself costs more than reading and writing a small table.
    pl.scan_csv(io.BytesIO(table), schema=types).with_columns(exact).sink_parquet(
        out, compression="zstd", compression_level=6, statistics=True, row_group_size=1 << 17
    )
    return out.getvalue()


def skipped_rows(rows: Sequence[BadRow]) -> bytes:
    """The rows of the input that were skipped, and why, as CSV."""
    return csv_bytes(SKIPPED, ((row.source, row.line, row.column, row.value, str(row.why)) for row in rows))
