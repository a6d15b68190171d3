"""What every count of ballots begins with, said once; these are no records by themselves."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records.body import Body, shared
from escrutinio.core.records.codecs import put


@shared
class Counted(Body):
    """`counts` per option in the definition's order; `null` and `blank` ballots."""

    counts: tuple[int, ...] = put(c.COUNTS)
    null: int = put(c.COUNT)
    blank: int = put(c.COUNT)


@shared
class Sheet(Counted):
    """`ballots` as the sheet itself adds them up, where it does."""

    ballots: int | None = put(c.Optional(c.COUNT))
