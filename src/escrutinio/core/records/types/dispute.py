"""What went wrong, who complains of it, and what is decided."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import REPLACES, Body, record
from escrutinio.core.records.codecs import put

__all__ = ["Complaint", "IncidentDisclosure", "IncidentReport", "Lots", "Ruling"]


@record(22, "place")
class IncidentReport(Body):
    """What a party or observer saw; words and pictures are attachments."""

    category: k.Category = put(c.Code(k.Category))
    at: int = put(c.TIME)
    report: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)


@record(23, "place")
class Complaint(Body):
    """A complaint was filed: public category, place and time; the text as a commitment.

    `commitment` = SHA-256(32 random bytes, then the text), so that the filer can prove it later.
    """

    category: k.Category = put(c.Code(k.Category))
    at: int = put(c.TIME)
    commitment: bytes = put(c.DIGEST)


@record(24, "matter", version=2)
class Ruling(Body):
    """The authority, or a court, decides about a contest at one station, in an area, or everywhere.

    `complaint`: digest of the complaint's record; `sheet`: for `select`, the digest of the sheet that counts;
    `until`: for `stay`, when it ends.
    """

    complaint: bytes | None = put(c.Optional(c.DIGEST))
    decision: k.Decision = put(c.Code(k.Decision))
    sheet: bytes | None = put(c.Optional(c.DIGEST))
    until: int | None = put(c.Optional(c.TIME))
    legal_basis: str = put(c.LONG)
    minutes: p.Attachment | None = put(c.Optional(p.ATTACHMENT))
    replaces: bytes | None = put(REPLACES, default=None)


@record(40, "contest")
class Lots(Body):
    """Lots were drawn among candidates with equal claims: their codes, in the order in which they were
    drawn."""

    among: tuple[str, ...] = put(c.Array(c.CODE, 2, 4_096))
    drawn: tuple[str, ...] = put(c.Array(c.CODE, 1, 4_096))
    minutes: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)
    replaces: bytes | None = put(REPLACES, default=None)


@record(25, "place")
class IncidentDisclosure(Body):
    """The authority says what went wrong with its own systems, from when until when."""

    category: k.Category = put(c.Code(k.Category))
    starts: int = put(c.TIME)
    ends: int | None = put(c.Optional(c.TIME))
    report: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)
