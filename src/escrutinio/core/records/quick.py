"""Reading bulk records quickly, since an election has one for each of its stations at least.

Reading quickly does not judge an entry's parts one by one: it takes the values that the entry seems to have,
writes the record that has those values, in the one encoding allowed, and compares. Equal bytes are the
record that `records` would read; anything else is left to `records`, whose answer is the one that holds.
So both ways accept the same bytes and read the same from them.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from escrutinio.base.errors import RecordError
from escrutinio.core.records import types as t
from escrutinio.core.records.bounds import TIME_LIMIT
from escrutinio.core.records.cbor import decode
from escrutinio.core.records.codes import Form
from escrutinio.core.records.cose import MAX_RECORD
from escrutinio.core.records.entry import Entry
from escrutinio.core.records.keys import check_signature
from escrutinio.core.records.opening import EntryError, Fault, Signer

NO_FORM = 255
NOT_STATED = -1


class Sheet(NamedTuple):
    """One bulk entry, its fields as in `Rows`; numbers not stated are -1, and there may be no digest."""

    station: str
    contest: str
    kind: int
    issued_at: int
    counts: Sequence[int]
    null: int
    blank: int
    ballots: int
    voters: int
    registered: int
    form: int
    original: bool
    digest: bytes | None


def sheet_of(entry: Entry) -> Sheet:
    """An opened bulk record as a row."""
    body, about = entry.body, entry.about
    assert isinstance(body, t.ZeroReport | t.TallySheet | t.ManualSheet | t.Copy | t.HandCount)
    zero, hand, copy = (isinstance(body, kind) for kind in (t.ZeroReport, t.HandCount, t.Copy))
    digest = getattr(body, "software" if zero else "audit", None) if zero or hand else None
    return Sheet(
        station=about.station or "",
        contest=about.contest or "",
        kind=body.TYPE,
        issued_at=entry.issued_at,
        counts=body.counts,
        null=getattr(body, "null", 0),
        blank=getattr(body, "blank", 0),
        ballots=_stated(getattr(body, "vouchers" if hand else "ballots", None)),
        voters=_stated(getattr(body, "voters", None)),
        registered=_stated(getattr(body, "registered", None)),
        form=getattr(body, "form", NO_FORM),
        original=copy and getattr(body, "original", None) is not None,
        digest=digest,
    )


def _stated(value: int | None) -> int:
    return NOT_STATED if value is None else value


class _Uints(dict[int, bytes]):
    """Unsigned integers as CBOR in their shortest form (RFC 8949, section 4.2.1); small ones are at hand.

    Only counts: looking up anything else raises TypeError or KeyError.
    """

    def __missing__(self, value: int) -> bytes:
        if type(value) is not int or not 0 <= value < 2**32:
            raise KeyError(value)
        return written_uint(value)


def written_uint(value: int) -> bytes:
    """An unsigned integer in its shortest form. Raises ValueError if it has none."""
    if value < 24:
        return bytes((value,))
    for head, size in ((0x18, 1), (0x19, 2), (0x1A, 4), (0x1B, 8)):
        if value < 1 << 8 * size:
            return bytes((head,)) + value.to_bytes(size, "big")
    raise ValueError(value)


def written_array(size: int) -> bytes:
    """The head of an array of this size."""
    head = written_uint(size)
    return bytes((head[0] | 0x80,)) + head[1:]


_UINT = _Uints({value: written_uint(value) for value in range(2_048)})
_ARRAY = tuple(map(written_array, range(256)))
_FORMS = frozenset(map(int, Form))

_Rest = tuple[int, int, int, int, int, int, bool, bytes | None]
"""The fields of a `Sheet` from `null` on."""


def _number(optional: Sequence[int]) -> tuple[int, bytes]:
    """An optional count, and how it is written."""
    return (optional[0], b"\x81" + _UINT[optional[0]]) if optional else (NOT_STATED, b"\x80")


def _bytes(optional: Sequence[bytes]) -> tuple[bytes | None, bytes]:
    """An optional digest, and how it is written."""
    return (optional[0], b"\x81" + _digest(optional[0])) if optional else (None, b"\x80")


def _digest(value: bytes) -> bytes:
    if len(value) != 32:
        raise ValueError(value)
    return b"\x58\x20" + value


def _zero_report(software: bytes) -> tuple[_Rest, bytes]:
    return (0, 0, -1, -1, -1, NO_FORM, False, software), _digest(software)


def _tally_sheet(null: int, blank: int, stated: Sequence[int]) -> tuple[_Rest, bytes]:
    ballots, written = _number(stated)
    return (null, blank, ballots, -1, -1, NO_FORM, False, None), _UINT[null] + _UINT[blank] + written


def _manual_sheet(null: int, blank: int, *stated: Sequence[int]) -> tuple[_Rest, bytes]:
    (ballots, first), (voters, second) = map(_number, stated)
    rest = (null, blank, ballots, voters, -1, NO_FORM, False, None)
    return rest, b"".join((_UINT[null], _UINT[blank], first, second))


def _copy(
    null: int, blank: int, ballots: Sequence[int], voters: Sequence[int], registered: Sequence[int],
    form: int, image: Sequence[bytes], original: Sequence[bytes],
) -> tuple[_Rest, bytes]:  # fmt: skip
    if form not in _FORMS:
        raise ValueError(form)
    (a, first), (b, second), (c, third) = _number(ballots), _number(voters), _number(registered)
    rest = (null, blank, a, b, c, form, bool(original), None)
    written = [_UINT[null], _UINT[blank], first, second, third, _UINT[form]]
    written += _bytes(image)[1], _bytes(original)[1]
    return rest, b"".join(written)


def _hand_count(null: int, blank: int, stated: Sequence[int], named: Sequence[bytes]) -> tuple[_Rest, bytes]:
    (vouchers, first), (audit, second) = _number(stated), _bytes(named)
    rest = (null, blank, vouchers, -1, -1, NO_FORM, False, audit)
    return rest, b"".join((_UINT[null], _UINT[blank], first, second))


_READERS: dict[int, tuple[bytes, Callable[..., tuple[_Rest, bytes]]]] = {
    kind.TYPE: (bytes((0x85 + positions, t.VERSION, kind.TYPE, 0x58, 0x20)), reader)
    for kind, positions, reader in (
        (t.ZeroReport, 1, _zero_report),
        (t.TallySheet, 3, _tally_sheet),
        (t.ManualSheet, 4, _manual_sheet),
        (t.Copy, 8, _copy),
        (t.HandCount, 4, _hand_count),
    )
}
"""How the payload of each bulk record begins, and who reads what follows its counts."""

_PROTECTED = b"\xa4\x01\x27\x03\x18\x3c\x04\x48"
_CLAIMS = b"\x0f\xa2\x01"
_SIGNED = b"\x84\x6aSignature1"
_SUBJECT = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_MOST_SUBJECT = 128
_MOST_NAME = 64


def read_sheet(raw: bytes, signer: Signer, election: bytes) -> Sheet | None:
    """Read one bulk entry; None where it is not the usual record.

    Raises EntryError if all is well but the signature.
    """
    try:
        if raw[:3] != b"\xd2\x84\x58" or len(raw) > MAX_RECORD:
            return None
        end, stop = 4 + raw[3], len(raw) - 66
        subject = _subject(raw, end, signer.name.encode())
        at = end + (3 if raw[end + 1] == 0x58 else 4)
        payload = raw[at:stop]
        sheet = _payload(payload, subject, election)
        size = _UINT[len(payload)]
        framed = b"\xa0" + bytes((size[0] | 0x40,)) + size[1:]
        if raw[end:at] != framed or raw[stop : stop + 2] != b"\x58\x40":
            return None
    except Exception:  # hostile bytes raise many kinds, and all mean the same: this is not the usual record
        return None
    signed = b"".join((_SIGNED, raw[2:end], b"\x40", raw[end + 1 : stop]))
    try:
        check_signature(signer.public_key, signed, raw[stop + 2 :])
    except RecordError as error:
        raise EntryError(Fault.BAD_SIGNATURE, error) from None
    return sheet


def _subject(raw: bytes, end: int, name: bytes) -> bytes:
    """The subject in a protected header that ends at `end`. Raises ValueError if it is not that of `name`."""
    claims = b"%b%b%b\x02" % (_CLAIMS, _text_head(len(name)), name)
    at = 20 + len(claims)
    if not 0 < len(name) <= _MOST_NAME or raw[4:12] != _PROTECTED or raw[20:at] != claims or end < 28:
        raise ValueError(name)
    size = end - at - (1 if end - at < 25 else 2)
    head = _text_head(size)
    subject = raw[at + len(head) : end]
    if raw[at : at + len(head)] != head or len(subject) != size:
        raise ValueError(head)
    if len(subject) > _MOST_SUBJECT or not _SUBJECT.fullmatch(subject):
        raise ValueError(subject)
    return subject


def _text_head(size: int) -> bytes:
    """The head of a text of this many bytes, below 256."""
    return bytes((0x60 + size,)) if size < 24 else bytes((0x78, size))


def _payload(payload: bytes, subject: bytes, election: bytes) -> Sheet:
    """What a payload says. Raises one of many exceptions if it is not exactly that of a bulk record."""
    _, kind, _, issued_at, counts, *values = decode(payload)
    start, reader = _READERS[kind]
    rest, end = reader(*values)
    size = len(counts)
    array = _ARRAY[size] if size < 256 else written_array(size)
    written = (start, election, written_uint(issued_at), array, *[_UINT[count] for count in counts], end)
    if b"".join(written) != payload or not 0 < size <= 4_096 or not 0 <= issued_at < TIME_LIMIT:
        raise ValueError(payload)
    station, contest = subject.decode().split("/")
    return Sheet(station, contest, kind, issued_at, counts, *rest)
