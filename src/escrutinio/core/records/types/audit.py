"""Counts of the paper, and audits over boxes: commitment, seed, sample, result."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import Body, record
from escrutinio.core.records.codecs import put
from escrutinio.core.records.types.counts import Counted

__all__ = ["AuditCommitment", "AuditMinutes", "AuditResult", "AuditSample", "AuditSeed", "HandCount"]


@record(19, "station/contest", bulk=True)
class HandCount(Counted):
    """The count of the paper in one box; `audit` is the digest of the audit's commitment, if for one."""

    vouchers: int | None = put(c.Optional(c.COUNT))
    audit: bytes | None = put(c.Optional(c.DIGEST))


@record(26, "audit")
class AuditMinutes(Body):
    """How an audit of the calendar ended."""

    outcome: k.AuditOutcome = put(c.Code(k.AuditOutcome))
    held_at: int = put(c.TIME)
    minutes: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)
    replaces: bytes | None = put(p.REPLACES, default=None)


@record(34, "contest")
class AuditCommitment(Body):
    """An audit fixes, before the seed is drawn, what it audits and who counts."""

    method: k.AuditMethod = put(c.Code(k.AuditMethod))
    risk_limit: p.Fraction = put(c.Struct(p.Fraction))
    head: p.LogHead = put(c.Struct(p.LogHead))
    organisations: tuple[str, ...] = put(c.Array(c.NAME, 0, 64))


@record(35, "contest")
class AuditSeed(Body):
    """The public dice: decimal digits thrown after the commitment."""

    commitment: bytes = put(c.DIGEST)
    seed: str = put(c.CODE)


@record(36, "contest")
class AuditSample(Body):
    """The stations drawn with the seed in this round, in order, with repetitions."""

    commitment: bytes = put(c.DIGEST)
    round: int = put(c.COUNT)
    stations: tuple[str, ...] = put(c.Array(c.CODE))


@record(37, "contest")
class AuditResult(Body):
    """What the audit measured after a round: risk as a fraction, rounded up."""

    commitment: bytes = put(c.DIGEST)
    round: int = put(c.COUNT)
    risk: p.Fraction = put(c.Struct(p.Fraction))
    minutes: p.Attachment | None = put(c.Optional(p.ATTACHMENT))
