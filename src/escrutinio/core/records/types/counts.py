"""What every count of ballots begins with, said once; these are no records by themselves."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records.body import Body, shared
from escrutinio.core.records.codecs import put

CLASSES = c.Array(c.COUNT, 0, 16)
"""Ballots beyond the valid ones, in the order of the contest's classes."""


@shared
class Counted(Body):
    """`counts` per option and `classes` per class of other ballots, in the definition's order.

    `valid`: valid ballots, where a ballot may have several marks; elsewhere they are what `counts` add up to.
    """

    counts: tuple[int, ...] = put(c.COUNTS)
    classes: tuple[int, ...] = put(CLASSES)
    valid: int | None = put(c.Optional(c.COUNT), default=None)


@shared
class Sheet(Counted):
    """`ballots` as the sheet itself adds them up, where it does; `voters` by the notebook of those who came;
    `supplement`: voters beyond the list, whom the law lets vote here; `spoilt`: ballots that were given back
    and replaced, and lie in no box."""

    ballots: int | None = put(c.Optional(c.COUNT), default=None)
    voters: int | None = put(c.Optional(c.COUNT), default=None)
    supplement: int | None = put(c.Optional(c.COUNT), default=None)
    spoilt: int | None = put(c.Optional(c.COUNT), default=None)
