"""The frame of a record: a tagged COSE_Sign1 (RFC 9052) in exactly one encoding.

    D2 84 | protected bstr | A0 | payload bstr | 58 40 signature(64)
    protected = {1: -8, 3: 60, 4: kid, 15: {1: iss, 2: sub}}

`split` takes the frame apart without decoding the payload. Every byte of it is either given by the
profile or has only one encoding, so a frame that splits would be written again with the same bytes.
"""

from hashlib import sha256

from escrutinio.base.dataclass import dataclass
from escrutinio.base.errors import RecordError
from escrutinio.core.records.text import check_name, check_subject

MAX_RECORD = 65_535

SIGNED = b"\x84\x6aSignature1"
"""How what a signature covers begins: the Sig_structure of RFC 9052, section 4.4."""

POSSESSION = b"escrutinio possession 2\n"
"""How what a proof of possession covers begins (`possession`), which no record begins with."""

_START = b"\xd2\x84"
_ALG_TYPE_KID = b"\xa4\x01\x27\x03\x18\x3c\x04\x48"  # {1: -8, 3: 60, 4: h'........'
_CLAIMS = b"\x0f\xa2\x01"  # 15: {1:
_TEXT, _BYTES = 0x60, 0x40


@dataclass(frozen=True, slots=True)
class Frame:
    """A record taken apart; `payload` is still CBOR, `signed` is what the signature covers."""

    kid: bytes
    issuer: str
    subject: str
    payload: bytes
    signed: bytes
    signature: bytes


def key_id(public_key: bytes) -> bytes:
    """The first 8 bytes of SHA-256(public key), by which records name their key."""
    return sha256(public_key).digest()[:8]


def build(public_key: bytes, issuer: str, subject: str, payload: bytes) -> tuple[bytes, bytes]:
    """The bytes before the signature, and the bytes to sign. Raises RecordError on a bad name or subject."""
    protected = b"".join(
        (
            _ALG_TYPE_KID,
            key_id(public_key),
            _CLAIMS,
            _string(_TEXT, check_name(issuer).encode()),
            b"\x02",
            _string(_TEXT, check_subject(subject).encode()),
        )
    )
    header, content = _string(_BYTES, protected), _string(_BYTES, payload)
    return _START + header + b"\xa0" + content, SIGNED + header + b"\x40" + content


def split(raw: bytes) -> Frame:
    """Take a record's frame apart (strict: see the module). Raises RecordError with what is wrong."""
    if len(raw) > MAX_RECORD:
        raise RecordError("record-long", size=len(raw), limit=MAX_RECORD)
    if raw[:2] != _START:
        raise RecordError("frame-start")
    head, after = _read(raw, 2, _BYTES, "protected header")
    if raw[after : after + 1] != b"\xa0":
        raise RecordError("frame-unprotected")
    body, end = _read(raw, after + 1, _BYTES, "payload")
    if raw[end : end + 2] != b"\x58\x40" or len(raw) != end + 66:
        raise RecordError("frame-signature")
    protected = raw[head:after]
    if protected[:8] != _ALG_TYPE_KID or protected[16:19] != _CLAIMS:
        raise RecordError("frame-header")
    name, at = _read(protected, 19, _TEXT, "issuer")
    if protected[at : at + 1] != b"\x02":
        raise RecordError("frame-header")
    subject, stop = _read(protected, at + 1, _TEXT, "subject")
    if stop != len(protected):
        raise RecordError("frame-header")
    return Frame(
        protected[8:16],
        check_name(_ascii(protected[name:at])),
        check_subject(_ascii(protected[subject:stop])),
        raw[body:end],
        b"".join((SIGNED, raw[2:after], b"\x40", raw[after + 1 : end])),
        raw[end + 2 :],
    )


def records_of(content: bytes) -> list[bytes]:
    """The records that stand one after another in some bytes (a CBOR sequence, RFC 8742), cut apart.

    Only their frames are looked at. Raises RecordError with the place of what is no record.
    """
    found = []
    start = 0
    while start < len(content):
        try:
            end = _frame_end(content, start)
        except RecordError as error:
            raise RecordError("at-byte", place=start, why=error) from None
        found.append(content[start:end])
        start = end
    return found


def _frame_end(data: bytes, start: int) -> int:
    if data[start : start + 2] != _START:
        raise RecordError("frame-start")
    _, after = _read(data, start + 2, _BYTES, "protected header")
    if data[after : after + 1] != b"\xa0":
        raise RecordError("frame-unprotected")
    _, end = _read(data, after + 1, _BYTES, "payload")
    if data[end : end + 2] != b"\x58\x40" or len(data) < end + 66:
        raise RecordError("frame-signature")
    return end + 66


def payload_start(raw: bytes) -> int:
    """Where the payload's CBOR begins in a record, for a quick look at its type; -1 if it cannot be found."""
    try:
        _, after = _read(raw, 2, _BYTES, "")
        return _read(raw, after + 1, _BYTES, "")[0]
    except RecordError:
        return -1


def _string(major: int, value: bytes) -> bytes:
    size = len(value)
    if size < 24:
        return bytes((major + size,)) + value
    if size < 256:
        return bytes((major + 24, size)) + value
    if size <= MAX_RECORD:
        return bytes((major + 25,)) + size.to_bytes(2, "big") + value
    raise RecordError("record-too-full", size=size, limit=MAX_RECORD)


def _read(data: bytes, at: int, major: int, what: str) -> tuple[int, int]:
    """Start and end of a string's content; its length must be written in the shortest form."""
    if at >= len(data):
        raise RecordError("frame-short")
    size = data[at] - major
    if 0 <= size < 24:
        start = at + 1
    elif size == 24 and at + 1 < len(data) and data[at + 1] >= 24:
        start, size = at + 2, data[at + 1]
    elif size == 25 and at + 2 < len(data) and data[at + 1]:
        start, size = at + 3, data[at + 1] << 8 | data[at + 2]
    else:
        raise RecordError("frame-string")
    if start + size > len(data):
        raise RecordError("frame-short")
    return start, start + size


def _ascii(value: bytes) -> str:
    try:
        return value.decode("ascii")
    except UnicodeDecodeError:
        raise RecordError("frame-ascii") from None
