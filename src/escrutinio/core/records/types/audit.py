"""Counts of the paper, and audits over boxes: manifest, commitment, digits, seed, sample, counts, result."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import REPLACES, Body, record
from escrutinio.core.records.codecs import put
from escrutinio.core.records.types.counts import CLASSES, Counted

__all__ = [
    "AuditCommitment",
    "AuditMinutes",
    "AuditResult",
    "AuditSample",
    "AuditSeed",
    "BallotManifest",
    "CountCommitment",
    "DigitsCommitment",
    "HandCount",
    "MixedCount",
]

CORRECTS = c.Trailing(c.DIGEST)
"""The last position of what puts right a slip of its own signer: the digest of the record that had it."""


BESIDE = c.Trailing(c.Array(c.Struct(p.AuditedContest), 1, 64))
"""The last position of a commitment to an audit of several contests."""


@record(19, "station/contest", version=2, bulk=True)
class HandCount(Counted):
    """The count of the paper in one box; `audit` is the digest of the audit's commitment, if for one.

    `salt`: where this opens a count that was committed to (`count-commitment`).
    """

    vouchers: int | None = put(c.Optional(c.COUNT), default=None)
    audit: bytes | None = put(c.Optional(c.DIGEST), default=None)
    salt: bytes | None = put(c.Optional(c.SALT), default=None)
    corrects: bytes | None = put(CORRECTS, default=None)


@record(26, "audit")
class AuditMinutes(Body):
    """How an audit of the calendar ended."""

    outcome: k.AuditOutcome = put(c.Code(k.AuditOutcome))
    held_at: int = put(c.TIME)
    minutes: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)
    replaces: bytes | None = put(REPLACES, default=None)


@record(34, "contest", version=2)
class AuditCommitment(Body):
    """An audit fixes, before anything is drawn, all that a choice could change.

    `basis`: the code of the basis that is audited, at the log's `head`. `bound`: where it has from how many
    ballots a box holds at most; `most`: that number, where nothing else says. `bet`: the stake of a betting
    method. `manifest`: the digest of the list of boxes. `throwers` each commit to digits of the seed;
    `counters` sign what they count. `follows`: the digest of the commitment of an audit of this contest that
    went before. `beside`: further contests, in no order, that are audited with the same boxes.
    """

    method: k.AuditMethod = put(c.Code(k.AuditMethod))
    risk_limit: p.Fraction = put(c.Struct(p.Fraction))
    head: p.LogHead = put(c.Struct(p.LogHead))
    basis: str = put(c.SHORT)
    bound: k.BoundSource = put(c.Code(k.BoundSource))
    most: int | None = put(c.Optional(c.COUNT))
    bet: p.Fraction | None = put(c.Optional(c.Struct(p.Fraction)))
    manifest: bytes | None = put(c.Optional(c.DIGEST))
    throwers: tuple[str, ...] = put(c.Array(c.NAME, 1, 16))
    counters: tuple[str, ...] = put(c.Array(c.NAME, 1, 64))
    follows: bytes | None = put(c.Optional(c.DIGEST))
    beside: tuple[p.AuditedContest, ...] | None = put(BESIDE, default=None)


@record(35, "contest", version=2)
class AuditSeed(Body):
    """Decimal digits of the seed: those that its signer committed to, with their salt, or public dice.

    `instead_of`: the thrower who did not open their digits, and in whose place dice were thrown in public.
    """

    commitment: bytes = put(c.DIGEST)
    digits: str = put(c.CODE)
    salt: bytes | None = put(c.Optional(c.SALT), default=None)
    instead_of: str | None = put(c.Optional(c.NAME), default=None)


@record(36, "contest", version=2)
class AuditSample(Body):
    """The boxes drawn with the seed in this round, in order, with repetitions."""

    commitment: bytes = put(c.DIGEST)
    round: int = put(c.COUNT)
    boxes: tuple[p.Box, ...] = put(c.Array(c.Struct(p.Box)))


@record(37, "contest", version=2)
class AuditResult(Body):
    """What the audit measured after a round: risk as a fraction, rounded up."""

    commitment: bytes = put(c.DIGEST)
    round: int = put(c.COUNT)
    risk: p.Fraction = put(c.Struct(p.Fraction))
    minutes: p.Attachment | None = put(c.Optional(p.ATTACHMENT))
    corrects: bytes | None = put(CORRECTS, default=None)


@record(41, "contest")
class BallotManifest(Body):
    """The boxes of a contest, their seals, and how many ballots each holds at most: CSV station,seal,most.

    A station with several boxes has a row for each; a seal at several stations is of one box with the ballots
    of all of them.
    """

    boxes: p.Attachment = put(p.ATTACHMENT)


@record(42, "contest")
class DigitsCommitment(Body):
    """Digits of an audit's seed, committed to before anybody opens theirs.

    `digits` = SHA-256(32 random bytes, then the digits).
    """

    commitment: bytes = put(c.DIGEST)
    digits: bytes = put(c.DIGEST)


@record(43, "station/contest")
class CountCommitment(Body):
    """A count of the paper, committed to before its figures are said.

    `count` = SHA-256(32 random bytes, then the CBOR of the array [counts, classes, valid, vouchers]).
    """

    commitment: bytes = put(c.DIGEST)
    count: bytes = put(c.DIGEST)


@record(134, "station/contest")
class MixedCount(Body):
    """The count of the paper in a box with the ballots of several stations: the subject's and the `others`.

    It is of an audit whose manifest says so, and committed to as a hand count is.
    """

    others: tuple[str, ...] = put(c.Array(c.CODE, 1, 63))
    commitment: bytes = put(c.DIGEST)
    counts: tuple[int, ...] = put(c.COUNTS)
    classes: tuple[int, ...] = put(CLASSES)
    valid: int | None = put(c.Optional(c.COUNT), default=None)
    vouchers: int | None = put(c.Optional(c.COUNT), default=None)
    salt: bytes | None = put(c.Optional(c.SALT), default=None)
    corrects: bytes | None = put(CORRECTS, default=None)
