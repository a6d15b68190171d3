"""The numeric cases of docs/vectors/audit.json that belong to screening."""

import csv
import io
import os
import zipfile
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from tests.evidence.example2024 import vectors
from tests.evidence.sheets2024 import sheets
from tests.reference.either_round import either_round

DATA = os.environ.get("ESCRUTINIO_KOBAK_DATA", "")
CASES = {case["id"]: case for case in vectors() if str(case["id"]).startswith("kobak-")}


def test_totals_of_the_example() -> None:
    case = next(case for case in vectors() if case["id"] == "ven-totals")
    found = sheets()
    columns = (found.votes[:, 0], found.votes[:, 1], found.valid, found.null)
    assert [len(found), *(int(column.sum()) for column in columns)] == case["expected"]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(cast("dict[str, object]", CASES)))
def test_integer_percentages_of_russian_elections(name: str) -> None:
    case = CASES[name]
    year = name.removeprefix("kobak-")
    path = Path(DATA) / f"{year}.csv.zip"
    if not DATA or not path.is_file():
        pytest.skip(
            "set ESCRUTINIO_KOBAK_DATA to the folder data/ of github.com/dkobak/elections to run this"
        )
    leader, voters, given, received = stations(path)
    taken = (received > 0) & (voters >= 100)
    taken &= (100 * given <= 99 * voters) & (100 * leader <= 99 * received)
    observed, mean, _ = either_round((leader[taken], received[taken]), (given[taken], voters[taken]))
    assert observed - mean == pytest.approx(cast("float", case["expected"]), abs=cast("float", case["tol"]))


HEADINGS = (
    ("ПУТИН", "Путин", "Единая Россия", "ЕДИНАЯ РОССИЯ"),
    ("избирателей, включенных", "избирателей, внесенных"),
    ("бюллетеней, выданных",),
    ("действительных", "недействительных"),
)


def stations(path: Path) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """Leader's votes, voters, ballots given out and ballots in the boxes of each station."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        heading, *rows = csv.reader(io.TextIOWrapper(file, "utf-8"))
    columns = [
        [i for i, name in enumerate(heading) if any(word in name for word in words) and "отметок" not in name]
        for words in HEADINGS
    ]
    whole = [row for row in rows if all(row[i] for column in columns for i in column)]
    return tuple(
        np.array([sum(int(float(row[i])) for i in column) for row in whole], np.int64) for column in columns
    )
