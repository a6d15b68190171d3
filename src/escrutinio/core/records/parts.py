"""The pieces that records are made of: titles, attachments, contests, enrolled keys, announced rows."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records.codecs import part, put
from escrutinio.core.records.codes import Channel, Method, Refused, Role


@part
class Title:
    """A name in one language (BCP 47 tag)."""

    language: str = put(c.CODE)
    text: str = put(c.SHORT)


TITLES = c.Array(c.Struct(Title), 0, 16)


@part
class Attachment:
    """A file published beside the log: SHA-256, size in bytes, media type."""

    digest: bytes = put(c.DIGEST)
    size: int = put(c.UINT)
    media_type: str = put(c.SHORT)


ATTACHMENT = c.Struct(Attachment)
ATTACHMENTS = c.Array(ATTACHMENT, 0, 256)
REPLACES = c.Trailing(c.DIGEST)
"""The act of officers in force that an act takes the place of; there only where it takes one's place."""


@part
class Fraction:
    """A share as a fraction: 1/2, 5/100."""

    numerator: int = put(c.UINT)
    denominator: int = put(c.UINT)


@part
class Candidate:
    """Who can win: a person, a ticket or a list. Several options may add up to one."""

    code: str = put(c.CODE)
    titles: tuple[Title, ...] = put(TITLES)


@part
class Option:
    """One box on the ballot: a party's card for the candidate at index `candidate`."""

    code: str = put(c.CODE)
    titles: tuple[Title, ...] = put(TITLES)
    candidate: int = put(c.UINT)


@part
class Contest:
    """One thing voted on. Counts follow the order of `options`.

    `threshold`: for two rounds the share of valid votes that must be exceeded to win the first
    (1/2 where empty); for D'Hondt the share of valid votes a list needs to take part (none where empty).
    `area`: the area whose stations vote in it.
    """

    code: str = put(c.CODE)
    titles: tuple[Title, ...] = put(TITLES)
    method: Method = put(c.Code(Method))
    seats: int = put(c.UINT)
    threshold: Fraction | None = put(c.Optional(c.Struct(Fraction)))
    area: str = put(c.CODE)
    candidates: tuple[Candidate, ...] = put(c.Array(c.Struct(Candidate), 1, 4_096))
    options: tuple[Option, ...] = put(c.Array(c.Struct(Option), 1, 4_096))


@part
class Deadline:
    """A date of the electoral calendar, in seconds since 1970-01-01 UTC."""

    code: str = put(c.CODE)
    at: int = put(c.TIME)


@part
class EnrolledKey:
    """A public key and what it may do.

    `scope`: stations or areas it may speak of, all where empty; `contests` likewise. `titles`: the name
    of an organisation as people know it; empty for machines and boards.
    """

    name: str = put(c.NAME)
    public_key: bytes = put(c.KEY)
    role: Role = put(c.Code(Role))
    scope: tuple[str, ...] = put(c.Array(c.CODE, 0, 4_096))
    contests: tuple[str, ...] = put(c.Array(c.CODE, 0, 256))
    titles: tuple[Title, ...] = put(TITLES)


@part
class LogHead:
    """A log at one size: origin, number of entries, root hash."""

    origin: str = put(c.SHORT)
    size: int = put(c.UINT)
    root: bytes = put(c.DIGEST)


@part
class Declared:
    """How many stations an area has, as its authority states."""

    area: str = put(c.CODE)
    stations: int = put(c.COUNT)


@part
class MachineAt:
    """A machine and the station it is meant for."""

    machine: str = put(c.NAME)
    station: str | None = put(c.Optional(c.CODE))


@part
class Arrived:
    """One admitted entry of a batch: its channel and how many seconds after `issued_at` it came."""

    channel: Channel = put(c.Code(Channel))
    seconds: int = put(c.COUNT)


@part
class RefusedCount:
    """How many messages were not admitted, and why."""

    reason: Refused = put(c.Code(Refused))
    count: int = put(c.COUNT)


@part
class Announced:
    """One row of an announced result. `candidate` is a code of the definition, or "others".

    `percent` keeps the digits as announced ("51.20"); evidence depends on how many there were.
    """

    candidate: str = put(c.CODE)
    votes: int | None = put(c.Optional(c.UINT), default=None)
    percent: str | None = put(c.Optional(c.SHORT), default=None)
