"""The versions of the derived tables, and of the rules that findings come from.

`data/datapackage.json` states them with the size of the log that the tables are of. That is a claim of
whoever serves the file and proves nothing: tables that are equal to what this program makes hold whatever is
stated, and tables that differ never do. Where they differ and another version is stated, they cannot be
judged here.
"""

from __future__ import annotations

import json

from escrutinio.base.dataclass import dataclass
from escrutinio.base.words.catalogue import SOURCE
from escrutinio.base.words.say import say_in

MEMBER = "escrutinio"
"""The member of `datapackage.json` that states it."""


@dataclass(frozen=True, slots=True)
class Version:
    """`tables`: the files of `data/` and their columns; `rules`: what the fold notes as findings."""

    tables: int
    rules: int

    def said_in(self, language: str) -> str:
        """Both, in a clause."""
        return say_in(
            language,
            "version {tables} of the tables and {rules} of the rules",
            tables=self.tables,
            rules=self.rules,
        )

    def __str__(self) -> str:
        return self.said_in(SOURCE)


FIRST = Version(1, 1)
"""What stated no version: the tables as they were before they had one."""

KNOWN = Version(3, 3)
"""What this program makes. A change of any byte of a table, for the same log, raises one of them."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a publication says of its tables; `size` is None where it does not say."""

    version: Version
    size: int | None


def stated(package: bytes | None) -> Stated:
    """Read what `datapackage.json` states; the first version where it states none that can be read."""
    try:
        found = json.loads(package or b"{}")
    except (ValueError, RecursionError):
        return Stated(FIRST, None)
    member = found.get(MEMBER) if isinstance(found, dict) else None
    if not isinstance(member, dict):
        return Stated(FIRST, None)
    tables, rules, size = (_number(member.get(name)) for name in ("tables", "rules", "size"))
    return Stated(Version(tables or FIRST.tables, rules or FIRST.rules), size)


def _number(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 2**53 else None


def statement(size: int) -> dict[str, int]:
    """What this program states of tables that it made after `size` entries."""
    return {"tables": KNOWN.tables, "rules": KNOWN.rules, "size": size}
