"""The first entries, the keys, and who agrees to them: definition, charter, enrolments."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import Body, Earlier, earlier, record
from escrutinio.core.records.codecs import put

__all__ = ["Charter", "CoRecord", "Definition", "Enrolment", "EnrolmentBefore", "Revocation", "WitnessPolicy"]


@record(1, "election", version=2)
class Definition(Body):
    """Entry 0: what is voted on. Its SHA-256 is the election's identity.

    Acts need `officers_needed` of the authority's names, or as many of whom `powers` say. The contests stand
    in `contests` or, where these have no room, in `contests_file`: the CBOR of an array of them. `paper`:
    areas and stations that count on paper. `articles`: the law behind the rules.
    """

    kind: k.Kind = put(c.Code(k.Kind))
    code: str = put(c.CODE)
    titles: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    place: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    voting_day: str = put(c.DATE)
    author_role: k.AuthorRole = put(c.Code(k.AuthorRole))
    author: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    root_key: bytes = put(c.KEY)
    officers_needed: int = put(c.Uint("uint8", 256))
    contests: tuple[p.Contest, ...] = put(p.CONTESTS)
    areas: p.Attachment = put(p.ATTACHMENT)
    calendar: tuple[p.Deadline, ...] = put(c.Array(c.Struct(p.Deadline), 0, 256))
    powers: tuple[p.Power, ...] = put(c.Array(c.Struct(p.Power), 0, 64), default=())
    courts: tuple[p.Court, ...] = put(c.Array(c.Struct(p.Court), 0, 64), default=())
    contests_file: p.Attachment | None = put(c.Optional(p.ATTACHMENT), default=None)
    paper: tuple[str, ...] = put(c.Array(c.CODE, 0, 4_096), default=())
    supplements: tuple[p.Supplement, ...] = put(c.Array(c.Struct(p.Supplement), 0, 16), default=())
    articles: tuple[p.Article, ...] = put(p.ARTICLES, default=())


@record(2, "election")
class Charter(Body):
    """Entry 1: whose log this is, and the root key of its operator."""

    origin: str = put(c.SHORT)
    role: k.LogRole = put(c.Code(k.LogRole))
    operator: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    root_key: bytes = put(c.KEY)
    predecessor: p.LogHead | None = put(c.Optional(c.Struct(p.LogHead)))


@record(3, "election", version=2)
class Enrolment(Body):
    """Keys and what they may do; signed by the operator's root, and by each of the keys for itself."""

    keys: tuple[p.EnrolledKey, ...] = put(c.Array(c.Struct(p.EnrolledKey), 1, 1_000))


@earlier(Enrolment, 1)
class EnrolmentBefore(Earlier):
    """Keys and what they may do, without a proof that their holders have them."""

    keys: tuple[p.KeyBefore, ...] = put(c.Array(c.Struct(p.KeyBefore), 1, 1_000))

    def now(self) -> Enrolment:
        """The same keys; their proof is empty, which no enrolment of today can say."""
        return Enrolment(
            tuple(
                p.EnrolledKey(key.name, key.public_key, key.role, key.scope, key.contests, key.titles, b"")
                for key in self.keys
            )
        )


@record(4, "election", version=2)
class Revocation(Body):
    """From here on, no record of this key is admitted; earlier ones stand and are marked.

    That of a party's or an observer's key has effect with the officers' consents (co-records) alone, in the
    log of the authority that wrote the definition.
    """

    kid: bytes = put(c.KID)
    reason: k.RevocationReason = put(c.Code(k.RevocationReason))
    legal_basis: str = put(c.LONG, default="")


@record(5, "election")
class WitnessPolicy(Body):
    """The operator's tlog-policy as an attachment, for information: trust never comes from the log."""

    policy: p.Attachment = put(p.ATTACHMENT)


@record(31, "election")
class CoRecord(Body):
    """Consent to a record of the root: a late enrolment, the revocation of a party's or an observer's key."""

    record: bytes = put(c.DIGEST)
