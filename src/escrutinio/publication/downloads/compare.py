"""The second verdict: XLSX, Parquet and NIST computed again from the log, and held against what is published.

The first verdict (`core/verification`) compares the tables byte for byte. These files hold the same figures
in forms whose bytes may depend on the version of a library: their content is compared where the bytes differ.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zipfile import BadZipFile, ZipFile

import polars as pl

from escrutinio.base.errors import LogError
from escrutinio.base.fetch import Fetch
from escrutinio.base.limited import LeftError, Limits, Readers
from escrutinio.core.derived.compare import DATAPACKAGE
from escrutinio.core.derived.geometry import GEOMETRY
from escrutinio.core.election.state import ElectionState
from escrutinio.publication.downloads.data import data_files

MAX_FILE = 2**31
PARQUET = Limits(memory=4 << 30, seconds=120)
"""What comparing one Parquet file may take."""

OWN = frozenset({GEOMETRY, "qr2024.json", "skipped.csv"})
"""What a publisher adds of its own: nothing in the log says what it must be."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """How the files beside the tables came out: which hold the figures of the log, which differ and how, and
    which say something that no log says."""

    same: tuple[str, ...]
    differing: tuple[tuple[str, str], ...]
    own: tuple[str, ...]

    @property
    def hold(self) -> bool:
        """Whether every file that can be computed again holds the figures of the log."""
        return not self.differing


def compare_downloads(state: ElectionState, paths: Iterable[str], fetch: Fetch) -> Downloads:
    """Compute these files of `data/` again, and compare. Raises LogError for a file that cannot be read."""
    asked = dict.fromkeys(paths)
    own = tuple(path for path in asked if path in OWN)
    wanted = set(asked) - OWN
    made = {path: content for path, _, content in data_files(state, _created(fetch)) if path in wanted}
    same, differing = [], []
    for path in asked:
        if path in OWN:
            continue
        found = fetch(f"data/{path}", MAX_FILE)
        why = _difference(path, made.get(path), found)
        if why:
            differing.append((path, why))
        else:
            same.append(path)
    return Downloads(tuple(same), tuple(differing), own)


def _created(fetch: Fetch) -> int:
    """When the files say that they were made, in seconds since 1970: workbook and reports repeat it."""
    try:
        package = json.loads(fetch(f"data/{DATAPACKAGE}", MAX_FILE) or b"{}")
        return int(datetime.fromisoformat(package["created"]).timestamp())
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise LogError(f"data/{DATAPACKAGE} does not say when the files were made.") from None


def _difference(path: str, made: bytes | None, found: bytes | None) -> str:
    """How a file differs from what the log gives, in a clause; empty where it does not."""
    if made is None:
        return "nothing in the log gives such a file"
    if found is None:
        return "it is missing"
    if found == made:
        return ""
    try:
        if path.endswith(".parquet"):
            with Readers(PARQUET) as readers:  # whoever serves a copy wrote it
                equal = readers.call(_same_frames, found, made)
        elif path.endswith(".gz"):
            equal = _unpacked(found, len(gzip.decompress(made))) == gzip.decompress(made)
        elif path.endswith(".xlsx"):
            equal = _members(found, made)
        else:
            equal = False
    except (OSError, EOFError, BadZipFile, ValueError, LeftError):
        return "it cannot be read as what its name says"
    return "" if equal else "its figures are not those of the log"


def _same_frames(found: bytes, made: bytes) -> bool:
    """In a child: whether two Parquet files hold the same table; a file that is none raises."""
    return pl.read_parquet(io.BytesIO(found)).equals(pl.read_parquet(io.BytesIO(made)))


def _unpacked(data: bytes, size: int) -> bytes:
    """At most one byte more than `size` of what was packed: a file that grows beyond it differs anyway."""
    with gzip.open(io.BytesIO(data)) as file:
        return file.read(size + 1)


def _members(found: bytes, made: bytes) -> bool:
    """Whether two archives have the same members with the same content."""
    with ZipFile(io.BytesIO(found)) as one, ZipFile(io.BytesIO(made)) as other:
        if one.namelist() != other.namelist():
            return False
        for name in other.namelist():
            expected = other.read(name)
            with one.open(name) as member:
                if member.read(len(expected) + 1) != expected:
                    return False
        return True
