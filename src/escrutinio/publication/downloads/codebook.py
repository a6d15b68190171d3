"""The codebook of `data/`: what each file is and what each of its columns means.

It stands in `codebook.csv`, which people can correct without touching code: one row per kind of file, and
one per column of it, each with a message of the catalogues. The column `*` is any that has no row of its own:
votes, headed by their code; and `+` a class of ballots that has none.
"""

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from escrutinio.base.words.catalogue import languages
from escrutinio.base.words.say import say_in_all


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its Frictionless type (integer, string, boolean or object) and what it means."""

    name: str
    type: str
    message: str

    def meanings(self) -> Mapping[str, str]:
        """What it means, by language."""
        return _meanings(self.message, self.name, languages())


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of file: what it is, and type and meaning of each column by name."""

    message: str
    known: Mapping[str, tuple[str, str]]

    def meanings(self) -> dict[str, str]:
        """What it is, by language."""
        return say_in_all(self.message)

    def columns(self, header: Iterable[str], classes: Collection[str] = ()) -> tuple[Column, ...]:
        """What each column of such a table means, in the order of its header; `classes` are those of the
        contest's ballots that are not valid."""
        return tuple(
            Column(name, *(self.known.get(name) or self.known["+" if name in classes else "*"]))
            for name in header
        )


@lru_cache(maxsize=1 << 12)
def _meanings(message: str, name: str, _languages: tuple[str, ...]) -> dict[str, str]:
    return say_in_all(message, code=name)


@cache
def codebook() -> Mapping[str, TableKind]:
    """The kinds of files by name (`election.derived.DerivedFile.kind`, skipped, nist, nist-stations)."""
    text = files(__package__).joinpath("codebook.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    kinds = {row["table"]: TableKind(row["meaning"], {}) for row in rows if not row["column"]}
    return {
        name: TableKind(
            kind.message,
            {r["column"]: (r["type"], r["meaning"]) for r in rows if r["table"] == name and r["column"]},
        )
        for name, kind in kinds.items()
    }
