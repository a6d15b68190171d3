"""The first entries, the keys, and who agrees to them: definition, charter, enrolments."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import Body, record
from escrutinio.core.records.codecs import put

__all__ = ["Charter", "CoRecord", "Definition", "Enrolment", "Revocation", "WitnessPolicy"]


@record(1, "election")
class Definition(Body):
    """Entry 0: what is voted on. Its SHA-256 is the election's identity."""

    kind: k.Kind = put(c.Code(k.Kind))
    code: str = put(c.CODE)
    titles: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    place: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    voting_day: str = put(c.DATE)
    author_role: k.AuthorRole = put(c.Code(k.AuthorRole))
    author: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    root_key: bytes = put(c.KEY)
    officers_needed: int = put(c.Uint("uint8", 256))
    contests: tuple[p.Contest, ...] = put(c.Array(c.Struct(p.Contest), 1, 256))
    areas: p.Attachment = put(p.ATTACHMENT)
    calendar: tuple[p.Deadline, ...] = put(c.Array(c.Struct(p.Deadline), 0, 256))


@record(2, "election")
class Charter(Body):
    """Entry 1: whose log this is, and the root key of its operator."""

    origin: str = put(c.SHORT)
    role: k.LogRole = put(c.Code(k.LogRole))
    operator: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    root_key: bytes = put(c.KEY)
    predecessor: p.LogHead | None = put(c.Optional(c.Struct(p.LogHead)))


@record(3, "election")
class Enrolment(Body):
    """Keys and what they may do; signed by the operator's root."""

    keys: tuple[p.EnrolledKey, ...] = put(c.Array(c.Struct(p.EnrolledKey), 1, 1_000))


@record(4, "election")
class Revocation(Body):
    """From here on, no record of this key is admitted; earlier ones stand and are marked."""

    kid: bytes = put(c.KID)
    reason: k.RevocationReason = put(c.Code(k.RevocationReason))


@record(5, "election")
class WitnessPolicy(Body):
    """The operator's tlog-policy as an attachment, for information: trust never comes from the log."""

    policy: p.Attachment = put(p.ATTACHMENT)


@record(31, "election")
class CoRecord(Body):
    """Consent to a late enrolment: the digest of the enrolment's record."""

    enrolment: bytes = put(c.DIGEST)
