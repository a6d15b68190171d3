"""What a voting machine says: how it started, what it counted, what happened to it."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records.body import Body, record
from escrutinio.core.records.codecs import put
from escrutinio.core.records.types.counts import Sheet

__all__ = ["MachineEvent", "TallySheet", "ZeroReport"]


@record(13, "station/contest", bulk=True)
class ZeroReport(Body):
    """The machine started with these counts, which should all be zero, and ran this software."""

    counts: tuple[int, ...] = put(c.COUNTS)
    software: bytes = put(c.DIGEST)


@record(14, "station/contest", version=2, bulk=True)
class TallySheet(Sheet):
    """The count of one station and contest by its machine."""


@record(15, "station")
class MachineEvent(Body):
    """Something that happened to the machine, at the time its clock says."""

    event: k.EventKind = put(c.Code(k.EventKind))
    at: int = put(c.TIME)
    detail: int = put(c.COUNT)
