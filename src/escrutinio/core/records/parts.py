"""The pieces that records are made of: titles, attachments, contests, enrolled keys, announced rows."""

from __future__ import annotations

from escrutinio.core.records import codecs as c
from escrutinio.core.records.codecs import part, put
from escrutinio.core.records.codes import BoundSource, Channel, Method, Reading, Refused, Role, Ties


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
    size: int = put(c.Uint("file-size"))
    media_type: str = put(c.Text(c.SHORT.check, "media-type"))


ATTACHMENT = c.Struct(Attachment)
ATTACHMENTS = c.Array(ATTACHMENT, 0, 256)


@part
class TypedFrom:
    """The picture from which people typed a sheet: SHA-256 of its file; `reason`: what decided where two
    typings differed."""

    picture: bytes = put(c.DIGEST)
    reason: Reading | None = put(c.Optional(c.Code(Reading)), default=None)


@part
class Fraction:
    """A share of one as a fraction: 1/2, 5/100."""

    numerator: int = put(c.Uint("part"))
    denominator: int = put(c.Uint("whole"))


@part
class AuditedContest:
    """Another contest of an audit: the basis that is audited, and what bounds its boxes, as in the
    commitment."""

    contest: str = put(c.CODE)
    basis: str = put(c.SHORT)
    bound: BoundSource = put(c.Code(BoundSource))
    most: int | None = put(c.Optional(c.COUNT), default=None)
    manifest: bytes | None = put(c.Optional(c.DIGEST), default=None)


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
class Bar:
    """A share that must be reached: at least numerator/denominator of a base, or more than that (`more`).

    The base of votes is the valid ones and, of the contest's classes, those whose numbers stand in `beside`.
    Where a ballot may have several marks it is the sum of the votes of all candidates, and `beside` is empty.
    """

    numerator: int = put(c.Uint("part"))
    denominator: int = put(c.Uint("whole"))
    more: int = put(c.Uint("bit", 2), default=0)
    beside: tuple[int, ...] = put(c.Array(c.UINT, 0, 16), default=())


@part
class Win:
    """One way to win the first of two rounds: a share of the base, and a lead over the second where one is
    asked."""

    share: Bar = put(c.Struct(Bar))
    lead: Bar | None = put(c.Optional(c.Struct(Bar)), default=None)


@part
class BallotClass:
    """Ballots that are not valid votes, counted apart: null, blank, and what else the law tells apart."""

    code: str = put(c.CODE)
    titles: tuple[Title, ...] = put(TITLES)


@part
class Article:
    """The article of the law behind a rule of the definition."""

    rule: str = put(c.CODE)
    text: str = put(c.LONG)


ARTICLES = c.Array(c.Struct(Article), 0, 64)


@part
class FirstRound:
    """The first round that a contest is the second one of: the election's digest, and the contest's code
    there."""

    election: bytes = put(c.DIGEST)
    contest: str = put(c.CODE)


@part
class Contest:
    """One thing voted on. Counts follow the order of `options`, those of other ballots that of `classes`.

    `marks`: how many a ballot may have. `wins`: for two rounds the ways to win the first (more than half of
    the valid votes where empty). `threshold`: the share that a list needs to take part in a distribution
    (none where empty). `quorum`: the share of registered voters whose ballots make the vote valid. `order`:
    the numbers of all candidates, for ties that the law breaks by one. `area`: the area whose stations vote
    in it.
    """

    code: str = put(c.CODE)
    titles: tuple[Title, ...] = put(TITLES)
    method: Method = put(c.Code(Method))
    seats: int = put(c.UINT)
    marks: int = put(c.UINT)
    area: str = put(c.CODE)
    candidates: tuple[Candidate, ...] = put(c.Array(c.Struct(Candidate), 1, 4_096))
    options: tuple[Option, ...] = put(c.Array(c.Struct(Option), 1, 4_096))
    classes: tuple[BallotClass, ...] = put(c.Array(c.Struct(BallotClass), 0, 16))
    wins: tuple[Win, ...] = put(c.Array(c.Struct(Win), 0, 8), default=())
    threshold: Bar | None = put(c.Optional(c.Struct(Bar)), default=None)
    quorum: Bar | None = put(c.Optional(c.Struct(Bar)), default=None)
    ties: Ties = put(c.Code(Ties), default=Ties.OPEN)
    order: tuple[int, ...] = put(c.Array(c.UINT, 0, 4_096), default=())
    first: FirstRound | None = put(c.Optional(c.Struct(FirstRound)), default=None)
    articles: tuple[Article, ...] = put(ARTICLES, default=())


CONTESTS = c.Array(c.Struct(Contest), 0, 256)
"""The contests that stand in a definition itself."""

CONTESTS_FILE = c.Array(c.Struct(Contest), 1, 65_535)
"""Those that stand in an attachment of it."""


@part
class Power:
    """How many of which role an act needs: the act's record type, `authority` or `court`, how many names."""

    act: int = put(c.UINT)
    role: Role = put(c.Code(Role))
    needed: int = put(c.Uint("uint8", 256))


@part
class Court:
    """Who judges complaints; the names of its keys begin with `court/<code>`. A higher `instance` has the
    last word."""

    code: str = put(c.CODE)
    titles: tuple[Title, ...] = put(c.Array(c.Struct(Title), 1, 16))
    instance: int = put(c.Uint("uint8", 256))


@part
class Supplement:
    """Voters beyond the list whom the law lets vote at a station: staff, transit, agents of parties.

    `most`: how many a station at most, where the law says; `places`: areas or stations, all where empty.
    """

    code: str = put(c.CODE)
    titles: tuple[Title, ...] = put(TITLES)
    article: str = put(c.LONG)
    most: int | None = put(c.Optional(c.COUNT))
    places: tuple[str, ...] = put(c.Array(c.CODE))


@part
class Deadline:
    """A date of the electoral calendar, in seconds since 1970-01-01 UTC."""

    code: str = put(c.CODE)
    at: int = put(c.TIME)


@part
class EnrolledKey:
    """A public key and what it may do.

    `scope`: stations or areas it may speak of, all where empty; `contests` likewise. `titles`: the name of an
    organisation as people know it; empty for machines and boards. `proof`: the key's own signature of all
    this (`possession`), so that nobody is enrolled with a key that is not theirs.
    """

    name: str = put(c.NAME)
    public_key: bytes = put(c.KEY)
    role: Role = put(c.Code(Role))
    scope: tuple[str, ...] = put(c.Array(c.CODE, 0, 4_096))
    contests: tuple[str, ...] = put(c.Array(c.CODE, 0, 4_096))
    titles: tuple[Title, ...] = put(TITLES)
    proof: bytes = put(c.SIGNATURE, default=b"")


@part
class KeyBefore:
    """A public key and what it may do, as version 1 enrolled it: without proof that its holder has it."""

    name: str = put(c.NAME)
    public_key: bytes = put(c.KEY)
    role: Role = put(c.Code(Role))
    scope: tuple[str, ...] = put(c.Array(c.CODE, 0, 4_096))
    contests: tuple[str, ...] = put(c.Array(c.CODE, 0, 256))
    titles: tuple[Title, ...] = put(TITLES)


@part
class Box:
    """A box that was drawn: its station and, where single ballots are drawn, the ballot's place in it from
    1."""

    station: str = put(c.CODE)
    position: int | None = put(c.Optional(c.COUNT), default=None)


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
