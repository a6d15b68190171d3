"""Sealing a record and opening one.

`open_record` reads strictly and says what a record states; whether its signer may say so, and whether
the signature holds, is asked with `verify`, since the key comes from the log and not from the record.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import NoReturn

import cbor2

from escrutinio.base.errors import RecordError
from escrutinio.core.records import codecs as c
from escrutinio.core.records.cose import MAX_RECORD, Frame, build, key_id, split
from escrutinio.core.records.keys import SigningKey, check_public_key, check_signature
from escrutinio.core.records.subjects import Subject, read_subject
from escrutinio.core.records.types import BY_CODE, BY_NAME, VERSION, Body, Charter, Definition, Enrolment

UNREAD = 128
"""Types from here on never change keys or totals: one that a program does not know is left unread."""

_HEAD = 4  # version, type, election, issued_at
_MAX_DEPTH = 16  # a definition needs 7


def _refuse(_value: object, _immutable: bool) -> NoReturn:
    raise ValueError("a map or a tag")


# The tags that cbor2 would otherwise read before anybody asks: big numbers, dates, regular expressions,
# MIME messages, references to earlier strings. They cost time and memory that the sender does not pay.
# fmt: off
_TAGS = dict.fromkeys((0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004,
                       43000, 55799), _refuse)
# fmt: on


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

    `type` is its number, `election` the 32 bytes that it names.
    """

    def __init__(self, code: int, election: bytes) -> None:
        super().__init__(f"record type {code} is not known to this program; a newer version may know it")
        self.type = code
        self.election = election


def seal(body: Body, *, key: SigningKey, signer: str, subject: str, election: bytes, issued_at: int) -> bytes:
    """Write `body` as a record signed with `key`. Raises RecordError when it does not fit the formats."""
    if (len(election) == 32) is isinstance(body, Definition) or len(election) not in (0, 32):
        raise RecordError("a record names its election by 32 bytes; only a definition names none")
    read_subject(body.SUBJECT, subject)
    for public_key in introduced_keys(body):
        check_public_key(public_key)
    values = [VERSION, body.TYPE, election, c.within("issued_at", c.TIME.encode, issued_at)]
    for name, codec in body.LAYOUT:
        value = getattr(body, name)
        if value is not None or not isinstance(codec, c.Trailing):
            values.append(c.within(f"{body.NAME}.{name}", codec.encode, value))
    head, to_sign = build(key.public_key, signer, subject, cbor2.dumps(values))
    raw = head + b"\x58\x40" + key.sign(to_sign)
    if len(raw) > MAX_RECORD:
        raise RecordError(f"the {body.NAME} would have {len(raw):,} bytes; {MAX_RECORD:,} are allowed")
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
    UnknownTypeError where nothing is but that this program does not know the type."""
    return open_frame(raw, split(raw))


def open_frame(raw: bytes, frame: Frame) -> Entry:
    """Read the payload of a record whose frame was already taken apart. Raises as `open_record` does."""
    values = decode_payload(frame.payload)
    code, election, issued_at = values[1], values[2], values[3]
    if type(code) is not int or not 0 <= code < c.UINT_LIMIT:
        raise RecordError(f"a record's type is a number, not {code!r:.40}")
    kind = BY_CODE.get(code)
    if type(election) is not bytes or len(election) != (0 if kind is Definition else 32):
        raise RecordError("the record does not name its election by 32 bytes (or none, in a definition)")
    if type(issued_at) is not int or not 0 <= issued_at < c.UINT_LIMIT:
        raise RecordError("the record does not say when it was issued by a whole number of seconds")
    if kind is None:
        for value in values[_HEAD:]:
            _check_item(value, 2)
        raise UnknownTypeError(code, election)
    plan = kind.LAYOUT
    if not c.fewest(plan) <= len(values) - _HEAD <= len(plan):
        raise RecordError(f"a {kind.NAME} has {_HEAD + len(plan)} positions, not {len(values)}")
    fields = {}
    for (name, codec), value in zip(plan, values[_HEAD:], strict=False):  # the last one may be left out
        try:
            fields[name] = codec.decode(value)
        except RecordError as error:
            raise RecordError(f"{kind.NAME}.{name}: {error}") from None
    about = read_subject(kind.SUBJECT, frame.subject)
    return Entry(raw, frame.kid, frame.issuer, frame.subject, election, issued_at, kind(**fields), about)


def decode_payload(payload: bytes) -> list[object]:
    """The payload's CBOR as a list of at least four positions, in the one encoding allowed.

    Its items may still be of a wrong type (negative, null, a float): the codecs of the type refuse those.
    """
    try:
        values = cbor2.loads(
            payload,
            max_depth=_MAX_DEPTH,
            allow_indefinite=False,
            object_hook=_refuse,
            tag_hook=_refuse,
            semantic_decoders=_TAGS,
        )
        again = cbor2.dumps(values) if type(values) is list else b""
    except Exception:  # cbor2 raises many kinds on hostile bytes, ValueError and MemoryError among them
        raise RecordError("the payload is not CBOR of numbers, bytes, text and arrays alone") from None
    if again != payload:
        raise RecordError("the payload is not one CBOR array in its shortest form")
    if len(values) < _HEAD or type(values[0]) is not int or values[0] != VERSION:
        raise RecordError(f"the record is not of version {VERSION}")
    return values  # type: ignore[no-any-return]


def _check_item(value: object, depth: int) -> None:
    """Refuse what no payload has, in one whose type is unknown: its positions have no codec to do so.

    `depth` counts the arrays, this value's own included, one inside another.
    """
    match value:
        case bytes() | str():
            return
        case int() if type(value) is int and 0 <= value < c.UINT_LIMIT:
            return
        case list() if depth <= _MAX_DEPTH:
            for item in value:
                _check_item(item, depth + 1)
            return
    raise RecordError("the payload is not made of numbers, bytes, text and arrays alone")


def verify(raw: bytes, public_key: bytes) -> None:
    """Check that the record names this key, and its signature. Raises RecordError if either does not hold."""
    frame = split(raw)
    if frame.kid != key_id(public_key):
        raise RecordError(f"the record names the key {frame.kid.hex()}, not {key_id(public_key).hex()}")
    check_signature(public_key, frame.signed, frame.signature)


def body_to_plain(body: Body) -> dict[str, object]:
    """A body as JSON and TOML write it."""
    return {name: codec.to_plain(getattr(body, name)) for name, codec in body.LAYOUT}


def body_from_plain(name: str, table: object) -> Body:
    """A body from a JSON or TOML table. Raises RecordError naming the key at fault."""
    kind = BY_NAME.get(name)
    if kind is None:
        raise RecordError(f"{name[:80]!r} is not a record type; known are: {', '.join(BY_NAME)}")
    try:
        return kind(**c.read_plain(kind, table))
    except RecordError as error:
        raise RecordError(f"{name}: {error}") from None
