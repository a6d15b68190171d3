"""Every record type: its code, its name, its positions (docs/formats.md, docs/formats.cddl).

A class here is the *body* of a record, what stands behind `[version, type, election, issued_at` in the
payload. Station, contest or whatever else it speaks of stands in the record's subject, never here.
The second argument of `@record` says which form the subject has.
"""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records import codes as k
from escrutinio.core.records import parts as p
from escrutinio.core.records.body import BY_CODE as BY_CODE
from escrutinio.core.records.body import BY_NAME as BY_NAME
from escrutinio.core.records.body import VERSION as VERSION
from escrutinio.core.records.body import Body as Body
from escrutinio.core.records.body import record
from escrutinio.core.records.codecs import put

# --- the first entries, and keys ---


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


# --- the authority ---


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


@record(7, "contest")
class NominationChange(Body):
    """What happened to a candidate after the definition; the options of the ballot stay."""

    candidate: str = put(c.CODE)
    change: k.Nomination = put(c.Code(k.Nomination))
    legal_basis: str = put(c.LONG)


@record(8, "station")
class StationChange(Body):
    """A station moved, closed, opened, merged or corrected after the roll was frozen."""

    change: k.StationChangeKind = put(c.Code(k.StationChangeKind))
    center: str = put(c.CODE)
    registered: int | None = put(c.Optional(c.COUNT))
    minutes: p.Attachment | None = put(c.Optional(p.ATTACHMENT))


@record(9, "signer")
class Accreditation(Body):
    """What an observer may observe: areas, contests (all where empty), from when until when."""

    titles: tuple[p.Title, ...] = put(c.Array(c.Struct(p.Title), 1, 16))
    areas: tuple[str, ...] = put(c.Array(c.CODE))
    contests: tuple[str, ...] = put(c.Array(c.CODE))
    starts: int = put(c.TIME)
    ends: int = put(c.TIME)


@record(10, "signer")
class Acceptance(Body):
    """An observer accepts, or does not, the accreditation whose record has this SHA-256."""

    accreditation: bytes = put(c.DIGEST)
    accepted: int = put(c.Uint("bit", 2))


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


# --- the machine and the polling board ---


@record(13, "station/contest")
class ZeroReport(Body):
    """The machine started with these counts, which should all be zero, and ran this software."""

    counts: tuple[int, ...] = put(c.COUNTS)
    software: bytes = put(c.DIGEST)


@record(14, "station/contest")
class TallySheet(Body):
    """The count of one station and contest by its machine.

    `counts` per option in the definition's order; `null` and `blank` ballots; `ballots` as the sheet
    itself adds them up, where it does.
    """

    counts: tuple[int, ...] = put(c.COUNTS)
    null: int = put(c.COUNT)
    blank: int = put(c.COUNT)
    ballots: int | None = put(c.Optional(c.COUNT))


@record(15, "station")
class MachineEvent(Body):
    """Something that happened to the machine, at the time its clock says."""

    event: k.EventKind = put(c.Code(k.EventKind))
    at: int = put(c.TIME)
    detail: int = put(c.COUNT)


@record(16, "station")
class ContingencyOpening(Body):
    """The authority opens a station for a manual sheet, and says why."""

    reason: k.Contingency = put(c.Code(k.Contingency))


@record(17, "station/contest")
class ManualSheet(Body):
    """A polling board's sheet, counted by hand after a contingency opening."""

    counts: tuple[int, ...] = put(c.COUNTS)
    null: int = put(c.COUNT)
    blank: int = put(c.COUNT)
    ballots: int | None = put(c.Optional(c.COUNT))
    voters: int | None = put(c.Optional(c.COUNT))


@record(18, "station/contest")
class Copy(Body):
    """What an organisation read off a sheet, independent of the authority.

    `voters` and `registered` as printed or written on it; `form` says what was read; `image` is the
    digest of the picture, `original` of the sheet's record where it was signed.
    """

    counts: tuple[int, ...] = put(c.COUNTS)
    null: int = put(c.COUNT)
    blank: int = put(c.COUNT)
    ballots: int | None = put(c.Optional(c.COUNT))
    voters: int | None = put(c.Optional(c.COUNT))
    registered: int | None = put(c.Optional(c.COUNT))
    form: k.Form = put(c.Code(k.Form))
    image: bytes | None = put(c.Optional(c.DIGEST))
    original: bytes | None = put(c.Optional(c.DIGEST))


@record(19, "station/contest")
class HandCount(Body):
    """The count of the paper in one box; `audit` is the digest of the audit's commitment, if for one."""

    counts: tuple[int, ...] = put(c.COUNTS)
    null: int = put(c.COUNT)
    blank: int = put(c.COUNT)
    vouchers: int | None = put(c.Optional(c.COUNT))
    audit: bytes | None = put(c.Optional(c.DIGEST))


@record(20, "station")
class SealCheck(Body):
    """A polling board looked at the seal of its machine or box."""

    seal: str = put(c.CODE)
    intact: int = put(c.Uint("bit", 2))


@record(21, "station/contest")
class RefusalToSign(Body):
    """A scrutineer did not sign the sheet; the sheet stays valid."""

    reason: k.RefusalReason = put(c.Code(k.RefusalReason))


# --- incidents, complaints, rulings ---


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


@record(25, "place")
class IncidentDisclosure(Body):
    """The authority says what went wrong with its own systems, from when until when."""

    category: k.Category = put(c.Code(k.Category))
    starts: int = put(c.TIME)
    ends: int | None = put(c.Optional(c.TIME))
    report: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)


@record(26, "audit")
class AuditMinutes(Body):
    """How an audit of the calendar ended."""

    outcome: k.AuditOutcome = put(c.Code(k.AuditOutcome))
    held_at: int = put(c.TIME)
    minutes: tuple[p.Attachment, ...] = put(p.ATTACHMENTS)


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


@record(28, "contest")
class Proclamation(Body):
    """The authority declares who is elected, from the log at one size."""

    elected: tuple[str, ...] = put(c.Array(c.CODE, 1))
    head: p.LogHead = put(c.Struct(p.LogHead))
    counts: tuple[int, ...] = put(c.COUNTS)


@record(29, "place")
class ObservationReport(Body):
    """An observer's report, committed now (`commitment` as in a complaint) and shown when they wish."""

    commitment: bytes = put(c.DIGEST)
    report: p.Attachment | None = put(c.Optional(p.ATTACHMENT))


@record(30, "election")
class Withdrawal(Body):
    """An attachment is no longer published; its digest stays."""

    attachment: bytes = put(c.DIGEST)
    reason: k.Removal = put(c.Code(k.Removal))


@record(31, "election")
class CoRecord(Body):
    """Consent to a late enrolment: the digest of the enrolment's record."""

    enrolment: bytes = put(c.DIGEST)


# --- what anybody says ---


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


# --- audits over boxes ---


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


BULK = frozenset({ZeroReport.TYPE, TallySheet.TYPE, ManualSheet.TYPE, Copy.TYPE, HandCount.TYPE})
