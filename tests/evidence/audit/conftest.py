"""The sheets of examples/venezuela-2024 as boxes."""

import csv
import gzip
import io

import numpy as np
import pytest

from escrutinio.evidence.audit.assertions import Assertion
from escrutinio.evidence.audit.bounds import Boxes
from tests.evidence.audit.contest import most_votes
from tests.paths import ROOT

SHEETS = ROOT / "examples" / "venezuela-2024" / "data" / "sheets_v2.cp1252.csv.gz"
CANDIDATES = ("EG", "NM", "LM", "JABE", "JOBR", "AE", "CF", "DC", "EM", "BERA")


@pytest.fixture(scope="session")
def example() -> Boxes:
    """25,073 boxes; each holds at most the valid and null votes of its sheet."""
    text = gzip.decompress(SHEETS.read_bytes()).decode("cp1252")
    rows = list(csv.DictReader(io.StringIO(text)))
    votes = np.array([[int(row[code]) for code in CANDIDATES] for row in rows], np.int64)
    null = np.array([int(row["VOTOS_NULOS"]) for row in rows], np.int64)
    names = tuple(f"{row['CENTRO']:0>9}.{row['MESA']:0>2}" for row in rows)
    return Boxes(names, votes, votes.sum(axis=1) + null)


@pytest.fixture(scope="session")
def outcome(example: Boxes) -> tuple[Assertion, ...]:
    """EG has more votes than each of the other nine."""
    return most_votes(example.totals)


@pytest.fixture(scope="session")
def centers(example: Boxes) -> list[int]:
    """The size of each center, taken as its largest table number."""
    sizes: dict[str, int] = {}
    for name in example.names:
        center, table = name.split(".")
        sizes[center] = max(sizes.get(center, 0), int(table))
    return list(sizes.values())
