"""What went wrong, who complains of it, and what is decided."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import Body, record
from escrutinio.core.records.codecs import put

__all__ = ["Complaint", "IncidentDisclosure", "IncidentReport", "Ruling"]


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


@record(24, "station/contest")
class Ruling(Body):
    """The authority decides about one station and contest.

    `complaint`: digest of the complaint's record; `entry`: for `select`, the index of the sheet that counts.
    """

    complaint: bytes | None = put(c.Optional(c.DIGEST))
    decision: k.Decision = put(c.Code(k.Decision))
    entry: int | None = put(c.Optional(c.UINT))
    legal_basis: str = put(c.LONG)
    minutes: p.Attachment | None = put(c.Optional(p.ATTACHMENT))
    replaces: bytes | None = put(p.REPLACES, default=None)


@record(25, "place")
class IncidentDisclosure(Body):
    """The authority says what went wrong with its own systems, from when until when."""

    category: k.Category = put(c.Code(k.Category))
    starts: int = put(c.TIME)
    ends: int | None = put(c.Optional(c.TIME))
    report: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)
