"""The frame: what is built splits, what splits would be built again, and nothing else splits."""

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.base.errors import RecordError
from escrutinio.core.records.cose import MAX_RECORD, build, payload_start, split
from tests.core.records.examples import example, key
from tests.core.records.strategies import NAMES

PUBLIC = key("machine").public_key


@given(
    NAMES,
    NAMES,
    st.integers(0, 300).map(bytes) | st.sampled_from([bytes(65_000)]),
    st.binary(min_size=64, max_size=64),
)
def test_what_is_built_splits(issuer: str, subject: str, payload: bytes, signature: bytes) -> None:
    head, signed = build(PUBLIC, issuer, subject, payload)
    raw = head + b"\x58\x40" + signature
    frame = split(raw)
    assert (frame.kid, frame.issuer, frame.subject) == (key("machine").kid, issuer, subject)
    assert (frame.payload, frame.signed, frame.signature) == (payload, signed, signature)
    assert raw[payload_start(raw) :][: len(payload)] == payload


def test_another_cbor_library_reads_the_frame_as_a_cose_sign1() -> None:
    raw = example("tally-sheet").raw
    tag = cbor2.loads(raw)
    protected, unprotected, payload, signature = tag.value
    frame = split(raw)
    assert (tag.tag, dict(unprotected), payload, signature) == (18, {}, frame.payload, frame.signature)
    assert cbor2.loads(protected) == {1: -8, 3: 60, 4: frame.kid, 15: {1: frame.issuer, 2: frame.subject}}
    assert frame.signed == cbor2.dumps(["Signature1", protected, b"", payload])


@given(
    st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: example("tally-sheet").raw[:70] + rest)
)
def test_bytes_split_or_are_refused(raw: bytes) -> None:
    assert payload_start(raw) <= len(raw)
    with pytest.raises(RecordError):
        split(raw)


@given(st.data())
def test_an_altered_frame_is_refused_or_another_one_of_the_same_bytes(data: st.DataObject) -> None:
    raw = bytearray(example("tally-sheet").raw)
    for place in data.draw(st.lists(st.integers(0, 69), min_size=1, max_size=3)):
        raw[place] = data.draw(st.integers(0, 255))
    try:
        frame = split(bytes(raw))
    except RecordError:
        return
    head = b"\xa4\x01\x27\x03\x18\x3c\x04\x48" + frame.kid + b"\x0f\xa2\x01"
    protected = head + cbor2.dumps(frame.issuer) + b"\x02" + cbor2.dumps(frame.subject)
    again = [
        b"\xd2\x84",
        cbor2.dumps(protected),
        b"\xa0",
        cbor2.dumps(frame.payload),
        b"\x58\x40",
        frame.signature,
    ]
    assert b"".join(again) == raw


def test_a_payload_too_long_for_a_record_is_refused() -> None:
    with pytest.raises(RecordError, match="do not fit"):
        build(PUBLIC, "machine/1", "election", bytes(MAX_RECORD + 1))
    with pytest.raises(RecordError, match="70,000 bytes; at most 65,535"):
        split(bytes(70_000))
