"""The sheets of examples/venezuela-2024 as screening and quick counts take them, read once."""

import csv
import gzip
import io
from functools import cache

import numpy as np

from escrutinio.evidence.screening.sheets import Sheets
from tests.evidence.example2024 import CANDIDATES, EXAMPLE


def _rows(name: str, encoding: str) -> list[dict[str, str]]:
    text = gzip.decompress((EXAMPLE / "data" / name).read_bytes()).decode(encoding)
    return list(csv.DictReader(io.StringIO(text)))


@cache
def sheets() -> Sheets:
    """25,073 sheets in 13,110 centers, in the order of their codes."""
    known = {
        f"{row['center']}.{row['table']}": int(row["registered"])
        for row in _rows("registered_by_table.csv.gz", "utf-8")
        if row["registered"]
    }
    rows = {
        f"{row['CENTRO']:0>9}.{row['MESA']:0>2}": row for row in _rows("sheets_v2.cp1252.csv.gz", "cp1252")
    }
    stations = tuple(sorted(rows))
    centers, center = np.unique([station[:9] for station in stations], return_inverse=True)
    return Sheets(
        stations=stations,
        candidates=CANDIDATES,
        centers=tuple(centers.tolist()),
        votes=np.array([[int(rows[code][c]) for c in CANDIDATES] for code in stations], np.int64),
        null=np.array([int(rows[code]["VOTOS_NULOS"]) for code in stations], np.int64),
        registered=np.array([known.get(code, -1) for code in stations], np.int64),
        center=center.astype(np.int64),
    )


def states() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The number of each sheet's state: the first two digits of its center."""
    return np.unique([code[:2] for code in sheets().stations], return_inverse=True)[1].astype(np.int64)
