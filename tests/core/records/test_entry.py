"""Sealing and opening: every type, every field, every bit."""

import json
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from itertools import product

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escrutinio.base.errors import RecordError
from escrutinio.core.records import codes as k
from escrutinio.core.records import types as t
from escrutinio.core.records.bounds import TIME_LIMIT
from escrutinio.core.records.cose import MAX_RECORD
from escrutinio.core.records.entry import (
    body_from_plain,
    body_to_plain,
    decode_payload,
    introduced_keys,
    open_record,
    seal,
    verify,
)
from tests.core.records.examples import (
    CORRECTING,
    EXAMPLES,
    MIDNIGHT,
    REPLACING,
    SEVERAL,
    TYPED,
    Example,
    election,
    example,
    key,
    titles,
)
from tests.core.records.forge import (
    bad_frames,
    bad_payloads,
    forged,
    longest,
    payload_of,
    values_of,
)
from tests.core.records.forge_signatures import mixed_key
from tests.core.records.strategies import ANY_BODY, ANY_CBOR, NAMES, SUBJECTS

SHEET = example("tally-sheet")
BAD = {**bad_frames(SHEET), **bad_payloads(SHEET)}
BY_NAME = [pytest.param(each, id=each.name) for each in EXAMPLES]
HOSTILE: tuple[object, ...] = (None, -1, 1.5, True, {}, 2**64 - 1, [[]], "\n", b"?")


def test_there_is_an_example_of_every_type() -> None:
    types = [each.body.TYPE for each in EXAMPLES if each not in (*REPLACING, *CORRECTING, *TYPED, *SEVERAL)]
    assert types == list(t.BY_CODE) == [*range(1, 45), *range(128, 137)]


def test_there_is_an_example_of_every_act_that_replaces_another() -> None:
    acts = {body.TYPE for body in t.BY_CODE.values() if body.LAYOUT[-1][0] == "replaces"}
    assert acts == {each.body.TYPE for each in REPLACING} == {6, 7, 8, 9, 24, 26, 27, 28, 40}


def test_an_audit_of_one_contest_has_one_position_less() -> None:
    (several,) = SEVERAL
    plain = body_to_plain(several.body)
    assert plain["beside"] == [
        {
            "contest": "council",
            "basis": "reported",
            "bound": "manifest",
            "most": None,
            "manifest": example("audit-commitment").body.manifest.hex(),  # type: ignore[attr-defined]
        }
    ]
    alone = replace(several, body=body_from_plain("audit-commitment", {**plain, "beside": None}))
    assert values_of(alone) == values_of(several)[:-1]
    with pytest.raises(RecordError):
        body_from_plain("audit-commitment", {**plain, "beside": []})


@pytest.mark.parametrize("each", [*REPLACING, *CORRECTING], ids=lambda each: each.name)
def test_what_replaces_or_corrects_another_has_one_position_more_only_then(each: Example) -> None:
    last = each.body.LAYOUT[-1][0]
    values = values_of(each)
    plain = body_to_plain(each.body)
    alone = replace(each, body=body_from_plain(each.body.NAME, {**plain, last: None}))
    digest = bytes.fromhex(str(plain[last]))
    assert values[-1] == digest
    if alone.body != t.Ruling(None, k.Decision.REVERSE, None, None, "Law, article 216", None):
        assert values_of(alone) == values[:-1]
        assert open_record(alone.raw).body == alone.body
    for bad in (None, [], [digest], 7, digest[:31]):
        with pytest.raises(RecordError, match=last):
            open_record(forged(each, [*values[:-1], bad]))
    with pytest.raises(RecordError, match="positions"):
        open_record(forged(each, [*values, digest]))


@pytest.mark.parametrize("each", BY_NAME)
def test_a_record_says_what_was_sealed(each: Example) -> None:
    raw = each.raw
    entry = open_record(raw)
    verify(raw, key(each.by).public_key)
    assert (entry.body, entry.signer, entry.subject) == (each.body, each.signer, each.subject)
    assert entry.kid == key(each.by).kid
    assert entry.issued_at == MIDNIGHT + each.body.TYPE
    assert entry.election == (b"" if each.body.TYPE == 1 else election())
    assert each.raw == raw, "sealing the same again gives the same bytes"


@settings(max_examples=150)
@given(ANY_BODY, NAMES, st.integers(0, TIME_LIMIT - 1), st.data())
def test_any_record_says_what_was_sealed(
    body: t.Body, signer: str, issued_at: int, data: st.DataObject
) -> None:
    if introduced_keys(body):
        body = _with_good_keys(body)
    subject = data.draw(SUBJECTS[body.SUBJECT])
    owner = b"" if isinstance(body, t.Definition) else election()
    raw = seal(body, key=key("root"), signer=signer, subject=subject, election=owner, issued_at=issued_at)
    entry = open_record(raw)
    assert (entry.body, entry.signer, entry.subject, entry.issued_at) == (body, signer, subject, issued_at)
    assert body_from_plain(body.NAME, json.loads(json.dumps(body_to_plain(body)))) == body


def _with_good_keys(body: t.Body) -> t.Body:
    good = key("machine").public_key
    if isinstance(body, t.Enrolment):
        return t.Enrolment(tuple(replace(enrolled, public_key=good) for enrolled in body.keys))
    assert isinstance(body, t.Definition | t.Charter)
    return replace(body, root_key=good)


@settings(max_examples=300)
@given(st.integers(0, len(SHEET.raw) * 8 - 1))
def test_a_record_with_any_bit_flipped_does_not_open_or_does_not_verify(bit: int) -> None:
    raw = bytearray(SHEET.raw)
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RecordError):
        _accept(bytes(raw), key(SHEET.by).public_key)


@pytest.mark.parametrize("each", BY_NAME)
@settings(max_examples=20)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_every_type_with_any_bit_flipped(each: Example, place: float, bit: int) -> None:
    raw = bytearray(each.raw)
    raw[int(place * len(raw))] ^= 1 << bit
    with pytest.raises(RecordError):
        _accept(bytes(raw), key(each.by).public_key)


def _accept(raw: bytes, public_key: bytes) -> None:
    open_record(raw)
    verify(raw, public_key)


def fields(each: Example) -> list[tuple[int, str]]:
    """The positions that its payload has, and what stands in them."""
    names = ["version", "type", "election", "issued_at", *body_to_plain(each.body)]
    return list(enumerate(names))[: len(values_of(each))]


def with_field(each: Example, position: int, value: object) -> list[object]:
    return [value if at == position else was for at, was in enumerate(values_of(each))]


@pytest.mark.parametrize("each", BY_NAME)
def test_a_field_of_another_shape_is_refused(each: Example) -> None:
    taken = []
    for position, name in fields(each):
        for value in HOSTILE:
            with suppress(RecordError):
                open_record(forged(each, with_field(each, position, value)))
                taken.append((name, value))
    assert taken == []


@pytest.mark.parametrize("each", BY_NAME)
def test_a_field_changed_after_signing_does_not_verify(each: Example) -> None:
    head = each.raw[: each.raw.index(payload_of(each)) - (2 if len(payload_of(each)) < 256 else 3)]
    why = {}
    for position, name in fields(each):
        altered = head + cbor2.dumps(cbor2.dumps(with_field(each, position, "another"))) + each.raw[-66:]
        with pytest.raises(RecordError) as refusal:
            verify(altered, key(each.by).public_key)
        why[name] = "does not match" in str(refusal.value)
    assert len(why) >= 4
    assert all(why.values()), why


@pytest.mark.parametrize("reason", BAD)
def test_what_is_not_a_record_is_refused(reason: str) -> None:
    with pytest.raises(RecordError) as refusal:
        open_record(BAD[reason])
    message = str(refusal.value)
    assert "\n" not in message
    assert len(message) < 300


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_opened(raw: bytes) -> None:
    with pytest.raises(RecordError):
        open_record(raw)


@settings(max_examples=100)
@given(st.sampled_from(EXAMPLES), st.lists(ANY_CBOR, max_size=12), st.integers(0, 16))
def test_any_cbor_is_refused_or_opened(each: Example, items: list[object], kept: int) -> None:
    raw = forged(each, values_of(each)[:kept] + items)
    with suppress(RecordError):
        assert open_record(raw).raw == raw


@pytest.mark.parametrize("start", [0, 24, 256, 65_536])
def test_no_tag_is_read_whatever_its_number(start: int) -> None:
    contents = (b"\x00", b"\x41\x01", b"\x61a", b"\x82\x00\x01", b"\x80")
    for tag in (*range(start, start + 400), 1004, 43_000, 55_799, 2**32 - 1):
        head = cbor2.dumps(tag)
        for content in contents:
            tagged = bytes([head[0] | 0xC0]) + head[1:] + content
            with pytest.raises(RecordError):
                decode_payload(b"\x84\x01\x0e\x40" + tagged)


@pytest.mark.parametrize(
    "payload",
    [
        b"\x9b" + (2**40).to_bytes(8, "big"),
        b"\x9a" + (2**31 - 1).to_bytes(4, "big") + bytes(60_000),
        b"\x81\x5b" + (2**40).to_bytes(8, "big"),
        b"\x81\x7a" + (2**31).to_bytes(4, "big"),
        b"\x81" * 65_000 + b"\x00",
        b"\xc1" * 65_000 + b"\x00",
        b"\xa1\x00" * 32_000 + b"\x00",
        b"\x81\xc2\x59\xf0\x00" + b"\xff" * 0xF000,
        b"\x81\xc4\x82\x1a\x7f\xff\xff\xff\x01",
        b"\x84\x01" + b"\xc2\x59\xf0\x00" + b"\xff" * 0xF000 + b"\x40\x00",
        b"\x99\x40\x00" + b"\x80" * 0x4000,
        b"\x81\xb9\x10\x00" + b"".join(b"\x8c" + bytes(k) + b"\x00" for k in product(b"\x20\x21", repeat=12)),
    ],
    ids=lambda payload: payload[:6].hex(),
)
def test_a_payload_cannot_ask_for_more_memory_than_it_pays_for(payload: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(RecordError):
            decode_payload(payload)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


def test_a_record_has_at_most_65535_bytes() -> None:
    raw = longest(MAX_RECORD)
    assert len(raw) == MAX_RECORD
    assert isinstance(open_record(raw).body, t.Accreditation)
    with pytest.raises(RecordError, match="65,536 bytes"):
        open_record(longest(MAX_RECORD + 1))
    body = t.Accreditation(titles("a", "b"), ("s" * 64,) * 1_000, (), 0, 0)
    with pytest.raises(RecordError, match=r"would have|do not fit"):
        _seal(body, subject="observer/1")


def _seal(
    body: t.Body, *, subject: str = "election", owner: bytes | None = None, issued_at: int = 0
) -> bytes:
    return seal(
        body,
        key=key("root"),
        signer="authority/root",
        subject=subject,
        election=election() if owner is None else owner,
        issued_at=issued_at,
    )


def test_sealing_refuses_what_opening_would() -> None:
    sheet = t.TallySheet((1, 2), (0, 0), None, None, None, None, None)
    here = "010101001.01/president"
    assert _seal(sheet, subject=here)
    with pytest.raises(RecordError, match="<station>/<contest>"):
        _seal(sheet, subject="president")
    with pytest.raises(RecordError, match=r"tally-sheet\.counts: Item 1"):
        _seal(replace(sheet, counts=(1, -2)), subject=here)
    with pytest.raises(RecordError, match=r"tally-sheet\.classes: The number"):
        _seal(replace(sheet, classes=(0, 2**32)), subject=here)
    with pytest.raises(RecordError, match="The number must be below"):
        _seal(sheet, subject=here, issued_at=-1)
    for owner in (b"", bytes(31), bytes(33)):
        with pytest.raises(RecordError, match="name its election by 32 bytes"):
            _seal(sheet, subject=here, owner=owner)
    with pytest.raises(RecordError, match="none, in a definition"):
        _seal(EXAMPLES[0].body)


@pytest.mark.parametrize("name", ["definition", "charter", "enrolment"])
def test_no_key_off_the_main_group_is_sealed_into_a_record(name: str) -> None:
    body = example(name).body
    assert introduced_keys(body)
    plain = json.loads(
        json.dumps(body_to_plain(body)).replace(introduced_keys(body)[0].hex(), mixed_key().hex())
    )
    with pytest.raises(RecordError, match="main group"):
        _seal(body_from_plain(name, plain), owner=b"" if name == "definition" else None)


def test_a_body_from_a_table_names_the_key_at_fault() -> None:
    with pytest.raises(RecordError, match="'sheet' is not a record type; known are: definition, "):
        body_from_plain("sheet", {})
    with pytest.raises(RecordError, match="tally-sheet: The key 'counts' is missing"):
        body_from_plain("tally-sheet", {"classes": []})
    with pytest.raises(RecordError, match="tally-sheet: counts: Item 0: A whole number was expected"):
        body_from_plain("tally-sheet", {"counts": ["7"]})
    with pytest.raises(RecordError, match="tally-sheet: A table was expected"):
        body_from_plain("tally-sheet", [])
