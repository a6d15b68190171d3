"""Every codec carries every value through CBOR and through JSON, and refuses what it does not carry."""

import json
from contextlib import suppress
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrutinio.base.errors import RecordError
from escrutinio.core.records import codecs as c
from escrutinio.core.records.codes import Kind, Step
from escrutinio.core.records.parts import Contest, EnrolledKey, Title
from tests.core.records.strategies import ANY_CBOR, values

CODECS: list[c.Codec[Any]] = [
    c.UINT, c.COUNT, c.TIME, c.COUNTS, c.DIGEST, c.KID, c.CODE, c.NAME, c.DATE, c.SHORT, c.LONG,
    c.Code(Step), c.Optional(c.COUNT), c.Array(c.CODE, 1, 3), c.Struct(Title), c.Struct(Contest),
    c.Struct(EnrolledKey), c.Array(c.Array(c.COUNT)),
]  # fmt: skip
NAMES = [codec.cddl for codec in CODECS]


@pytest.mark.parametrize("codec", CODECS, ids=NAMES)
@settings(max_examples=30)
@given(data=st.data())
def test_a_value_comes_back_from_cbor(codec: c.Codec[Any], data: st.DataObject) -> None:
    value = data.draw(values(codec))
    assert codec.from_plain(json.loads(json.dumps(codec.to_plain(value)))) == value
    assert codec.decode(cbor2.loads(cbor2.dumps(codec.encode(value)))) == value


@pytest.mark.parametrize("codec", CODECS, ids=NAMES)
@settings(max_examples=30)
@given(raw=ANY_CBOR)
def test_nothing_raises_anything_but_a_record_error(codec: c.Codec[Any], raw: object) -> None:
    try:
        value = codec.decode(raw)
    except RecordError:
        pass
    else:
        assert codec.encode(value) == raw
    with suppress(RecordError):
        codec.from_plain(raw)


@pytest.mark.parametrize(
    ("codec", "raw", "reason"),
    [
        (c.UINT, 2**53, "The number must be below"),
        (c.UINT, -1, "The number must be below"),
        (c.COUNT, 2**32, "The number must be below"),
        (c.COUNT, True, "A whole number was expected"),
        (c.COUNT, 1.0, "A whole number was expected"),
        (c.COUNT, "1", "A whole number was expected"),
        (c.COUNT, None, "A whole number was expected"),
        (c.COUNTS, [], "0 items"),
        (c.COUNTS, [0] * 4_097, "The list has"),
        (c.COUNTS, [1, -1], "Item 1: The number must be"),
        (c.COUNTS, [1, 2**32], "Item 1: The number must be"),
        (c.COUNTS, [1, True], "A whole number was expected"),
        (c.COUNTS, (1, 2), "was expected"),
        (c.DIGEST, bytes(31), "32 bytes"),
        (c.DIGEST, bytearray(32), "32 bytes"),
        (c.CODE, b"code", "Text was expected"),
        (c.Code(Kind), 3, "3 stands for nothing in the list kind"),
        (c.Code(Kind), False, "A whole number was expected"),
        (c.Code(Kind), 2**64, "stands for nothing"),
        (c.Optional(c.COUNT), [1, 2], "no item or one"),
        (c.Optional(c.COUNT), None, "no item or one"),
        (c.Array(c.COUNT, 1, 2), [1, 2, 3], "3 items; 1 to 2"),
        (c.Struct(Title), ["es"], "2 positions"),
        (c.Struct(Title), ["es", 5], "text: Text was"),
    ],
)
def test_bytes_that_do_not_fit_are_refused_with_the_reason(
    codec: c.Codec[Any], raw: object, reason: str
) -> None:
    with pytest.raises(RecordError, match=reason):
        codec.decode(raw)


@pytest.mark.parametrize(
    ("codec", "raw", "reason"),
    [
        (c.KID, "00" * 7, "hexadecimal"),
        (c.KID, "00 " * 8, "hexadecimal"),
        (c.KID, "0g" * 8, "hexadecimal"),
        (c.KID, 5, "in hexadecimal were expected"),
        (c.Code(Kind), "reel", "'reel' is none of: real, drill, simulation"),
        (c.Code(Kind), 0, "is none of"),
        (c.Struct(Title), ["es", "x"], "A table was expected"),
        (c.Struct(Title), {"language": "es"}, "The key 'text' is missing"),
        (c.Struct(Title), {"language": "es", "text": "x", "Text": "y"}, "The key 'Text' is not known"),
        (c.Struct(Title), {"language": "es", "text": "\ud800"}, "text: The text has"),
    ],
)
def test_tables_that_do_not_fit_are_refused_with_the_reason(
    codec: c.Codec[Any], raw: object, reason: str
) -> None:
    with pytest.raises(RecordError, match=reason):
        codec.from_plain(raw)


def test_what_an_author_leaves_out_is_empty() -> None:
    plain = {"name": "party/1", "public_key": "00" * 32, "role": "party"}
    key = c.Struct(EnrolledKey).from_plain(plain)
    assert (key.scope, key.contests, key.titles) == ((), (), ())
