"""What the authority says of its election: roll, machines, receivers, what it announces and withdraws."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import Body, record
from escrutinio.core.records.codecs import put

__all__ = [
    "Accreditation",
    "Arrival",
    "Bulletin",
    "Closing",
    "ContingencyOpening",
    "Lifecycle",
    "NominationChange",
    "Proclamation",
    "RemovalRequest",
    "Roll",
    "StationChange",
    "Withdrawal",
]


@record(6, "election")
class Roll(Body):
    """Stations and their registered voters as of a day.

    `stations`: CSV station,center,area,registered; `centers`: CSV center,area,name. `declared`: stations
    per area as the authority states them, which may be more than the roll lists.
    """

    stations: p.Attachment = put(p.ATTACHMENT)
    centers: p.Attachment | None = put(c.Optional(p.ATTACHMENT))
    declared: tuple[p.Declared, ...] = put(c.Array(c.Struct(p.Declared)))
    frozen_on: str = put(c.DATE)
    replaces: bytes | None = put(p.REPLACES, default=None)


@record(7, "contest")
class NominationChange(Body):
    """What happened to a candidate after the definition; the options of the ballot stay."""

    candidate: str = put(c.CODE)
    change: k.Nomination = put(c.Code(k.Nomination))
    legal_basis: str = put(c.LONG)
    replaces: bytes | None = put(p.REPLACES, default=None)


@record(8, "station")
class StationChange(Body):
    """A station moved, closed, opened, merged or corrected after the roll was frozen."""

    change: k.StationChangeKind = put(c.Code(k.StationChangeKind))
    center: str = put(c.CODE)
    registered: int | None = put(c.Optional(c.COUNT))
    minutes: p.Attachment | None = put(c.Optional(p.ATTACHMENT))
    replaces: bytes | None = put(p.REPLACES, default=None)


@record(9, "signer")
class Accreditation(Body):
    """What an observer may observe: areas, contests (all where empty), from when until when."""

    titles: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    areas: tuple[str, ...] = put(c.Array(c.CODE))
    contests: tuple[str, ...] = put(c.Array(c.CODE))
    starts: int = put(c.TIME)
    ends: int = put(c.TIME)
    replaces: bytes | None = put(p.REPLACES, default=None)


@record(11, "lot")
class Lifecycle(Body):
    """One step in the life of some machines; thousands of them stand in `listing` (CSV machine,station)."""

    step: k.Step = put(c.Code(k.Step))
    machines: tuple[p.MachineAt, ...] = put(c.Array(c.Struct(p.MachineAt)))
    software: bytes | None = put(c.Optional(c.DIGEST))
    listing: p.Attachment | None = put(c.Optional(p.ATTACHMENT))


@record(12, "election")
class Arrival(Body):
    """How a batch of entries reached the receiver; the first is at log index `first`."""

    first: int = put(c.UINT)
    arrivals: tuple[p.Arrived, ...] = put(c.Array(c.Struct(p.Arrived)))
    refused: tuple[p.RefusedCount, ...] = put(c.Array(c.Struct(p.RefusedCount), 0, 16))


@record(16, "station")
class ContingencyOpening(Body):
    """The authority opens a station for a manual sheet, and says why."""

    reason: k.Contingency = put(c.Code(k.Contingency))


@record(27, "contest-area")
class Bulletin(Body):
    """Totals announced by the authority, of the log at one size.

    `counts` per candidate in the definition's order; `stations` counted; `head` the log they come from.
    """

    number: int = put(c.COUNT)
    basis: k.Basis = put(c.Code(k.Basis))
    head: p.LogHead = put(c.Struct(p.LogHead))
    counts: tuple[int, ...] = put(c.COUNTS)
    null: int = put(c.COUNT)
    blank: int = put(c.COUNT)
    stations: int = put(c.COUNT)
    replaces: bytes | None = put(p.REPLACES, default=None)


@record(28, "contest")
class Proclamation(Body):
    """The authority declares who is elected, from the log at one size."""

    elected: tuple[str, ...] = put(c.Array(c.CODE, 1))
    head: p.LogHead = put(c.Struct(p.LogHead))
    counts: tuple[int, ...] = put(c.COUNTS)
    replaces: bytes | None = put(p.REPLACES, default=None)


@record(30, "election")
class Withdrawal(Body):
    """Its signer's own records no longer stand for an attachment, whose digest stays.

    The file goes when every record that names it was withdrawn so, and never where a total needs it.
    """

    attachment: bytes = put(c.DIGEST)
    reason: k.Removal = put(c.Code(k.Removal))


@record(38, "election")
class Closing(Body):
    """From this entry on the roll is frozen, or a machine key that is enrolled is enrolled late."""

    what: k.Closes = put(c.Code(k.Closes))
    legal_basis: str = put(c.LONG)


@record(128, "election")
class RemovalRequest(Body):
    """Officers ask that a file of somebody else's be removed, and say why; it removes nothing by itself."""

    attachment: bytes = put(c.DIGEST)
    reason: k.Removal = put(c.Code(k.Removal))
    legal_basis: str = put(c.LONG)
