"""The sheets of examples/venezuela-2024 as plain arrays, read once."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from escrutinio.intake.mapping.mapping import parse_mapping
from escrutinio.intake.mapping.rows import Ballot
from escrutinio.intake.mapping.tables import read_roll, read_sheets
from tests.paths import ROOT

EXAMPLE = ROOT / "examples" / "venezuela-2024"
CANDIDATES = ("EG", "NM", "LM", "JABE", "JOBR", "AE", "CF", "DC", "EM", "BERA")
REGISTERED = 21_321_805
"""On the whole roll, as the electoral council announced."""
STATIONS = 30_026
BULLETIN_1 = (5_150_092, 4_445_978, 462_704)
"""NM, EG, others."""
BULLETIN_2 = (6_408_844, 5_326_104, 600_936, 50_785)
"""NM, EG, others, null."""


@dataclass(frozen=True, eq=False)
class Sheets:
    """`votes` int64 [25,073, candidates as in CANDIDATES], `null`, and `registered` (-1 unknown)."""

    votes: NDArray[np.int64]
    null: NDArray[np.int64]
    registered: NDArray[np.int64]

    @property
    def columns(self) -> NDArray[np.int64]:
        """NM, EG, others, null."""
        eg, nm = self.votes[:, 0], self.votes[:, 1]
        return np.column_stack([nm, eg, self.votes.sum(axis=1) - eg - nm, self.null])

    @property
    def capacity(self) -> NDArray[np.int64]:
        """Registered voters; the largest number known where unknown."""
        return np.where(self.registered < 0, self.registered.max(), self.registered)

    @property
    def hard_bound(self) -> int:
        """Most votes at stations without a sheet: the roll without the voters at these sheets."""
        cast = self.votes.sum(axis=1) + self.null
        return REGISTERED - int(np.where(self.registered < 0, cast, self.registered).sum())


@cache
def sheets() -> Sheets:
    """The 25,073 sheets in the order of the file."""
    text = (ROOT / "tests" / "intake" / "mapping" / "venezuela-2024.toml").read_text(encoding="utf-8")
    mapping = parse_mapping(tomllib.loads(text)["import"])
    rows = read_sheets(mapping, EXAMPLE, {"presidente": Ballot(CANDIDATES, ("null",))}).rows
    roll = {row.station: row.registered for row in read_roll(mapping, EXAMPLE).rows}
    registered = [known if (known := roll[row.station]) is not None else -1 for row in rows]
    return Sheets(
        np.array([row.counts for row in rows], np.int64),
        np.array([row.classes[0] for row in rows], np.int64),
        np.array(registered, np.int64),
    )


@cache
def vectors() -> tuple[dict[str, object], ...]:
    """The numeric cases of docs/vectors/audit.json."""
    raw = (ROOT / "docs" / "vectors" / "audit.json").read_bytes()
    return tuple(json.loads(raw)["vectors"])
