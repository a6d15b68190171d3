"""The codebook of `data/`: what each file is and what each of its columns means, in English and Spanish.

It stands in `codebook.csv`, which people can correct without touching code: one row per kind of file, and
one per column of it. The column `*` is any that has no row of its own: votes, headed by their code.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Meaning(NamedTuple):
    """What something is, in both languages."""

    en: str
    es: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its Frictionless type (integer, string, boolean or object) and what it means."""

    name: str
    type: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of file: what it is, and type and meaning of each column by name."""

    meaning: Meaning
    known: Mapping[str, tuple[str, Meaning]]

    def columns(self, header: Iterable[str]) -> tuple[Column, ...]:
        """What each column of such a table means, in the order of its header."""
        return tuple(Column(name, *self._column(name)) for name in header)

    def _column(self, name: str) -> tuple[str, Meaning]:
        if name in self.known:
            return self.known[name]
        kind, votes = self.known["*"]
        return kind, Meaning(votes.en.format(code=name), votes.es.format(code=name))


@cache
def codebook() -> Mapping[str, TableKind]:
    """The kinds of files by name (`election.derived.DerivedFile.kind`, skipped, nist, nist-stations)."""
    text = files(__package__).joinpath("codebook.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    kinds = {row["table"]: TableKind(_meaning(row), {}) for row in rows if not row["column"]}
    return {
        name: TableKind(
            kind.meaning,
            {r["column"]: (r["type"], _meaning(r)) for r in rows if r["table"] == name and r["column"]},
        )
        for name, kind in kinds.items()
    }


def _meaning(row: dict[str, str]) -> Meaning:
    return Meaning(row["en"], row["es"])
