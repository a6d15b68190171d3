"""Sealing a record and opening one.

`open_record` reads strictly and says what a record states; whether its signer may say so, and whether
the signature holds, is asked with `verify`, since the key comes from the log and not from the record.
`read_record` leaves out the bounds (`bounds`), for whoever asks them after the signature or shows the record.
"""

from hashlib import sha256
from typing import Any

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import RecordError
from escrutinio.core.records import codecs as c
from escrutinio.core.records.bounds import check_bounds, check_time
from escrutinio.core.records.cbor import MAX_DEPTH, decode_strictly, encode
from escrutinio.core.records.cose import MAX_RECORD, Frame, build, key_id, split
from escrutinio.core.records.keys import KeyHolder, check_public_key, check_signature
from escrutinio.core.records.subjects import Subject, read_subject
from escrutinio.core.records.types import (
    BY_CODE,
    BY_NAME,
    EARLIER,
    Body,
    Charter,
    Definition,
    Earlier,
    Enrolment,
)

UNREAD = 128
"""Types from here on never change keys or totals: one that a program does not know is left unread."""

_HEAD = 4  # version, type, election, issued_at


@dataclass(frozen=True, slots=True)
class Entry:
    """An opened record: what it says (`body`), who says it (`signer`), of what (`subject`), when.

    `election` is 32 bytes, empty in a definition; `issued_at` seconds since 1970-01-01 UTC, as the
    signer claims; `raw` the record's bytes.
    """

    raw: bytes
    kid: bytes
    signer: str
    subject: str
    election: bytes
    issued_at: int
    body: Body
    about: Subject

    @property
    def digest(self) -> bytes:
        """SHA-256 of the record's bytes, its name wherever one record points at another."""
        return sha256(self.raw).digest()


class UnknownTypeError(RecordError):
    """A record is well framed, and of a type that this program does not know: not malformed, and not read.

    `type` is its number, `election` the 32 bytes that it names, `issued_at` when it says it was issued.
    """

    def __init__(self, code: int, election: bytes, issued_at: int) -> None:
        super().__init__("record-type", type=code)
        self.type = code
        self.election = election
        self.issued_at = issued_at


def seal(body: Body, *, key: KeyHolder, signer: str, subject: str, election: bytes, issued_at: int) -> bytes:
    """Write `body` as a record signed with `key`. Raises RecordError when it does not fit the formats,
    OutOfBoundsError where only a bound keeps it from being one."""
    if (len(election) == 32) is isinstance(body, Definition) or len(election) not in (0, 32):
        raise RecordError("record-election")
    read_subject(body.SUBJECT, subject)
    for public_key in introduced_keys(body):
        check_public_key(public_key)
    values = [body.VERSION, body.TYPE, election, c.within("issued_at", c.TIME.encode, issued_at)]
    for name, codec in body.LAYOUT:
        value = getattr(body, name)
        if value is not None or not isinstance(codec, c.Trailing):
            values.append(c.within(f"{body.NAME}.{name}", codec.encode, value))
    check_bounds(body, issued_at)
    head, to_sign = build(key.public_key, signer, subject, encode(values))
    raw = head + b"\x58\x40" + key.sign(to_sign)
    if len(raw) > MAX_RECORD:
        raise RecordError("body-long", name=body.NAME, size=len(raw), limit=MAX_RECORD)
    return raw


def introduced_keys(body: Body) -> tuple[bytes, ...]:
    """The public keys that a definition, a charter or an enrolment brings in; none in any other record.

    `seal` and whoever admits records to a log ask `check_public_key` of each.
    """
    match body:
        case Definition() | Charter():
            return (body.root_key,)
        case Enrolment():
            return tuple(key.public_key for key in body.keys)
        case _:
            return ()


def open_record(raw: bytes) -> Entry:
    """Read a record strictly; the signature is not checked. Raises RecordError with what is wrong,
    UnknownTypeError where nothing is but that this program does not know the type, OutOfBoundsError where
    nothing is but a bound."""
    try:
        entry = read_record(raw)
    except UnknownTypeError as unknown:
        check_time(unknown.issued_at)
        raise
    check_bounds(entry.body, entry.issued_at)
    return entry


def read_record(raw: bytes) -> Entry:
    """As `open_record`, of a record that may be beyond a bound."""
    return open_frame(raw, split(raw))


def open_frame(raw: bytes, frame: Frame) -> Entry:
    """Read the payload of a record whose frame was already taken apart. Raises as `read_record` does."""
    values = decode_payload(frame.payload)
    version, code, election, issued_at = values[:_HEAD]
    if type(code) is not int or not 0 <= code < c.UINT_LIMIT:
        raise RecordError("payload-array")
    kind = BY_CODE.get(code)
    if type(election) is not bytes or len(election) != (0 if kind is Definition else 32):
        raise RecordError("record-election")
    if type(issued_at) is not int or not 0 <= issued_at < c.UINT_LIMIT:
        raise RecordError("payload-array")
    if kind is not None and version != kind.VERSION:
        kind = _of_version(kind, version)
    if kind is None:
        for value in values[_HEAD:]:
            _check_item(value, 2)
        raise UnknownTypeError(code, election, issued_at)
    plan = kind.LAYOUT
    if not kind.LEAST <= len(values) - _HEAD <= len(plan):
        raise RecordError("body-positions", name=kind.NAME, size=len(values), want=_HEAD + len(plan))
    fields: dict[str, object] = {name: None for name, _ in plan[kind.LEAST :]}
    for (name, codec), value in zip(plan, values[_HEAD:], strict=False):
        try:
            fields[name] = codec.decode(value)
        except RecordError as error:
            raise RecordError("at-place", why=error, place=f"{kind.NAME}.{name}") from None
    about = read_subject(kind.SUBJECT, frame.subject)
    body = kind(**fields)
    now = body.now() if isinstance(body, Earlier) else body
    return Entry(raw, frame.kid, frame.issuer, frame.subject, election, issued_at, now, about)


def _of_version(kind: type[Body], version: int) -> type[Body] | None:
    """How a type was written in another version than today's; None for a later one, which is unknown.

    Raises RecordError for an earlier one that is not read any more, and for a definition of any other.
    """
    found = EARLIER.get((kind.TYPE, version))
    if found is None and kind is Definition:
        raise RecordError("definition-version", version=version, known=kind.VERSION)
    if found is None and version < kind.VERSION:
        raise RecordError("record-version", name=kind.NAME, version=version, known=kind.VERSION)
    return found


def decode_payload(payload: bytes) -> list[Any]:
    """The payload's CBOR as a list of at least four positions, in the one encoding allowed.

    Its items may still be of a wrong type (negative, null, a float): the codecs of the type refuse those.
    """
    values = decode_strictly(payload)
    if len(values) < _HEAD or type(values[0]) is not int or not 1 <= values[0] < c.UINT_LIMIT:
        raise RecordError("payload-array")
    return values


def _check_item(value: object, depth: int) -> None:
    """Refuse what no payload has, in one whose type is unknown: its positions have no codec to do so.

    `depth` counts the arrays, this value's own included, one inside another.
    """
    match value:
        case bytes() | str():
            return
        case int() if type(value) is int and 0 <= value < c.UINT_LIMIT:
            return
        case list() if depth <= MAX_DEPTH:
            for item in value:
                _check_item(item, depth + 1)
            return
    raise RecordError("payload-cbor")


def verify(raw: bytes, public_key: bytes) -> None:
    """Check that the record names this key, and its signature. Raises RecordError if either does not hold."""
    frame = split(raw)
    if frame.kid != key_id(public_key):
        raise RecordError("record-other-key", kid=frame.kid.hex(), given=key_id(public_key).hex())
    check_signature(public_key, frame.signed, frame.signature)


def body_to_plain(body: Body) -> dict[str, object]:
    """A body as JSON and TOML write it."""
    return {name: codec.to_plain(getattr(body, name)) for name, codec in body.LAYOUT}


def body_from_plain(name: str, table: object) -> Body:
    """A body from a JSON or TOML table. Raises RecordError naming the key at fault."""
    kind = BY_NAME.get(name)
    if kind is None:
        raise RecordError("record-type-name", name=repr(name[:80]), known=", ".join(BY_NAME))
    try:
        return kind(**c.read_plain(kind, table))
    except RecordError as error:
        raise RecordError("at-place", why=error, place=name) from None
