"""What organisations, observers and anybody else say: copies, reports, claims, statements."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import Body, record
from escrutinio.core.records.codecs import put
from escrutinio.core.records.types.counts import Sheet

__all__ = [
    "Acceptance",
    "Claim",
    "Copy",
    "ObservationReport",
    "Retraction",
    "SheetStatus",
    "Statement",
    "Visit",
]


@record(10, "signer")
class Acceptance(Body):
    """An observer accepts, or does not, the accreditation whose record has this SHA-256."""

    accreditation: bytes = put(c.DIGEST)
    accepted: int = put(c.Uint("bit", 2))


@record(18, "station/contest", version=2, bulk=True)
class Copy(Sheet):
    """What an organisation read off a sheet, independent of the authority.

    No item in `classes` where they were not read. `registered` as printed or written on it; `form` says what
    was read; `image` is the digest of the picture, `original` of the sheet's record where it was signed.
    """

    registered: int | None = put(c.Optional(c.COUNT), default=None)
    form: k.Form = put(c.Code(k.Form), kw_only=True)
    image: bytes | None = put(c.Optional(c.DIGEST), default=None)
    original: bytes | None = put(c.Optional(c.DIGEST), default=None)


@record(29, "place")
class ObservationReport(Body):
    """An observer's report, committed now (`commitment` as in a complaint) and shown when they wish."""

    commitment: bytes = put(c.DIGEST)
    report: p.Attachment | None = put(c.Optional(p.ATTACHMENT))


@record(32, "contest-area")
class Claim(Body):
    """Totals that anybody announced, with their source.

    `announced_on` as a day; percentages as text, exactly as announced; `covered` is the share of stations
    or sheets the announcement says it stands on.
    """

    code: str = put(c.CODE)
    speaker: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    announced_on: str = put(c.DATE)
    rows: tuple[p.Announced, ...] = put(c.Array(c.Struct(p.Announced), 0, 4_096))
    valid: int | None = put(c.Optional(c.UINT))
    null: int | None = put(c.Optional(c.UINT))
    ballots: int | None = put(c.Optional(c.UINT))
    registered: int | None = put(c.Optional(c.UINT))
    covered: str | None = put(c.Optional(c.SHORT))
    turnout: str | None = put(c.Optional(c.SHORT))
    sources: tuple[str, ...] = put(c.Array(c.LONG, 0, 64))
    in_reply_to: bytes | None = put(c.Optional(c.DIGEST))


@record(33, "election")
class Statement(Body):
    """Who said what in public, in reply to what; the words are an attachment."""

    code: str = put(c.CODE)
    speaker: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    stated_on: str | None = put(c.Optional(c.DATE))
    words: p.Attachment = put(p.ATTACHMENT)
    source: str = put(c.LONG)
    in_reply_to: bytes | None = put(c.Optional(c.DIGEST))


@record(39, "election")
class Retraction(Body):
    """Its signer takes back a copy or a claim of their own, by the digest of its record; both stay to be
    read."""

    record: bytes = put(c.DIGEST)
    reason: k.Retracted = put(c.Code(k.Retracted))


@record(129, "station/contest")
class SheetStatus(Body):
    """What is the matter with a station's sheet, how it was read, or why there is none; `sheet` is the digest
    of its record.

    `typed` where it was typed from a picture; `note` may then be what of the picture may be shown.
    """

    status: k.SheetFact = put(c.Code(k.SheetFact))
    sheet: bytes | None = put(c.Optional(c.DIGEST))
    note: p.Attachment | None = put(c.Optional(p.ATTACHMENT))
    typed: p.TypedFrom | None = put(c.Trailing(c.Struct(p.TypedFrom)), default=None)


@record(132, "station")
class Visit(Body):
    """An observer was at a station, from when until when; what was seen there is an attachment."""

    starts: int = put(c.TIME)
    ends: int | None = put(c.Optional(c.TIME))
    report: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)
