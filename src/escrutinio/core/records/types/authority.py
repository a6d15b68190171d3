"""What the authority says of its election: roll, machines, receivers, what it announces and withdraws."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import REPLACES, Body, record
from escrutinio.core.records.codecs import put
from escrutinio.core.records.types.counts import CLASSES

__all__ = [
    "Accreditation",
    "Arrival",
    "Bulletin",
    "Checklist",
    "Closing",
    "ContingencyOpening",
    "Custody",
    "Extension",
    "Lifecycle",
    "NextRound",
    "NominationChange",
    "Proclamation",
    "Promise",
    "RemovalRequest",
    "Roll",
    "StationChange",
    "WaitingSet",
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
    replaces: bytes | None = put(REPLACES, default=None)


@record(7, "contest")
class NominationChange(Body):
    """What happened to a candidate after the definition; the options of the ballot stay."""

    candidate: str = put(c.CODE)
    change: k.Nomination = put(c.Code(k.Nomination))
    legal_basis: str = put(c.LONG)
    replaces: bytes | None = put(REPLACES, default=None)


@record(8, "station")
class StationChange(Body):
    """A station moved, closed, opened, merged or corrected after the roll was frozen."""

    change: k.StationChangeKind = put(c.Code(k.StationChangeKind))
    center: str = put(c.CODE)
    registered: int | None = put(c.Optional(c.COUNT))
    minutes: p.Attachment | None = put(c.Optional(p.ATTACHMENT))
    replaces: bytes | None = put(REPLACES, default=None)


@record(9, "signer")
class Accreditation(Body):
    """What an observer may observe: areas, contests (all where empty), from when until when."""

    titles: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    areas: tuple[str, ...] = put(c.Array(c.CODE))
    contests: tuple[str, ...] = put(c.Array(c.CODE))
    starts: int = put(c.TIME)
    ends: int = put(c.TIME)
    replaces: bytes | None = put(REPLACES, default=None)


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


@record(27, "contest-area", version=2)
class Bulletin(Body):
    """Totals announced by the authority, of the log at one size.

    `counts` per candidate, `classes` per class of other ballots, in the definition's order; `valid` ballots
    where one may have several marks; `stations` counted; `head` the log they come from.
    """

    number: int = put(c.COUNT)
    basis: k.Basis = put(c.Code(k.Basis))
    head: p.LogHead = put(c.Struct(p.LogHead))
    counts: tuple[int, ...] = put(c.COUNTS)
    classes: tuple[int, ...] = put(CLASSES)
    valid: int | None = put(c.Optional(c.COUNT))
    stations: int = put(c.COUNT)
    replaces: bytes | None = put(REPLACES, default=None)


@record(28, "contest")
class Proclamation(Body):
    """The authority declares who is elected, from the log at one size."""

    elected: tuple[str, ...] = put(c.Array(c.CODE, 1))
    head: p.LogHead = put(c.Struct(p.LogHead))
    counts: tuple[int, ...] = put(c.COUNTS)
    replaces: bytes | None = put(REPLACES, default=None)


@record(30, "election")
class Withdrawal(Body):
    """Its signer no longer wants an attachment published that it named; the digest stays."""

    attachment: bytes = put(c.DIGEST)
    reason: k.Removal = put(c.Code(k.Removal))


@record(38, "election")
class Closing(Body):
    """From here on the enrolment of machines is closed, or the roll frozen; the first of each kind counts."""

    what: k.Closes = put(c.Code(k.Closes))
    legal_basis: str = put(c.LONG)


@record(128, "election")
class RemovalRequest(Body):
    """The authority asks whoever named an attachment to withdraw it; by itself it removes nothing."""

    attachment: bytes = put(c.DIGEST)
    reason: k.Removal = put(c.Code(k.Removal))
    legal_basis: str = put(c.LONG)


@record(44, "election")
class Promise(Body):
    """What a receiver answers: the record with this digest will be in the log by then."""

    record: bytes = put(c.DIGEST)
    by: int = put(c.TIME)


@record(130, "station")
class Custody(Body):
    """Something of a station that is kept under a seal (`what`: a box, a machine) changed hands, or was
    opened."""

    what: str = put(c.CODE)
    seal: str = put(c.CODE)
    change: k.Seal = put(c.Code(k.Seal))
    at: int = put(c.TIME)
    minutes: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)


@record(131, "station")
class Checklist(Body):
    """Points of a published list that were looked at: those that hold, those that do not."""

    points: p.Attachment = put(p.ATTACHMENT)
    holds: tuple[str, ...] = put(c.Array(c.CODE, 0, 256))
    fails: tuple[str, ...] = put(c.Array(c.CODE, 0, 256))


@record(133, "contest")
class NextRound(Body):
    """The contest goes into a second round: the digest of that election's definition, and its log's
    origin."""

    definition: bytes = put(c.DIGEST)
    origin: str = put(c.SHORT)


@record(135, "place")
class Extension(Body):
    """Results of an area, or of all, become public later than the calendar says, for a reason; of a station
    it says nothing."""

    until: int = put(c.TIME)
    reason: str = put(c.LONG)


@record(136, "election")
class WaitingSet(Body):
    """What waits at a receiver, at the moment at which this was issued, for results to be public.

    `count` records; `root` of the RFC 6962 tree whose leaves are the receiver's promises of them, in the
    order of their leaf hashes; `by` when the last of them is to be in the log; `refused` how many that waited
    before were refused when their moment came.
    """

    count: int = put(c.COUNT)
    root: bytes = put(c.DIGEST)
    by: int = put(c.TIME)
    refused: int = put(c.COUNT)
