"""Bulk entries in columns: reading many at once accepts and reads exactly what `records` does."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256
from itertools import product

import cbor2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from escrutinio.core.election.bulk import machine_keys as enrolment
from escrutinio.core.election.bulk.columns import FEWEST, read_columns
from escrutinio.core.election.bulk.machine_keys import open_enrolment
from escrutinio.core.election.columns import ChunkColumns, Rows, decode_chunk
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.bounds import TIME_LIMIT
from escrutinio.core.records.codes import Form, Role
from escrutinio.core.records.cose import build, split
from escrutinio.core.records.entry import Entry, UnknownTypeError, seal
from escrutinio.core.records.keys import SMALL_ORDER, SigningKey
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from tests.core.election.build import key

ELECTION = sha256(b"election").digest()
NAME = "machine/1"
SIGNER = Signer(key(NAME).public_key, NAME)
SHAPES = {"presidente": (4, 2)}

counts = st.lists(
    st.one_of(st.integers(0, 30), st.integers(0, 5_000), st.integers(0, 2**32 - 1)), min_size=1, max_size=40
).map(tuple)
count = st.one_of(st.integers(0, 300), st.integers(0, 2**32 - 1))
optional = st.none() | count
digest = st.binary(min_size=32, max_size=32)
classes = st.lists(count, max_size=3).map(tuple)
stated = dict.fromkeys(("valid", "ballots", "voters", "supplement", "spoilt"), optional)
bodies: st.SearchStrategy[t.Body] = st.one_of(
    st.builds(t.ZeroReport, counts, digest),
    st.builds(t.TallySheet, counts, classes, **stated),
    st.builds(t.ManualSheet, counts, classes, **stated, ruling=st.none() | digest),
    st.builds(
        t.Copy, counts, classes, **stated, registered=optional,
        form=st.sampled_from(Form), image=st.none() | digest, original=st.none() | digest,
    ),
    st.builds(
        t.HandCount, counts, classes, valid=optional, vouchers=optional, audit=st.none() | digest,
        salt=st.none() | digest,
    ),
)  # fmt: skip


def record(body: t.Body, subject: str = "n1.01/presidente", at: int = 1_922_400_000) -> bytes:
    return seal(body, key=key(NAME), signer=NAME, subject=subject, election=ELECTION, issued_at=at)


def signed(payload: bytes, subject: str = "n1.01/presidente") -> bytes:
    """A frame around any payload, with a signature that holds."""
    head, to_sign = build(key(NAME).public_key, NAME, subject, payload)
    return head + b"\x58\x40" + key(NAME).sign(to_sign)


NEVER = 1_000_000
"""More sheets than any chunk of these tests has: all of them are opened one by one."""


def said(columns: ChunkColumns) -> dict[str, object]:
    """A chunk's columns as values that can be compared: every byte of them, and what type they are of."""
    rows = {
        (code, name): value if isinstance(value, str) else (str(value.dtype), value.shape, value.tobytes())
        for code, of in columns.rows.items()
        for name, value in ((name, getattr(of, name)) for name in Rows.__slots__)
    }
    return {name: getattr(columns, name) for name in ChunkColumns.__slots__} | {"rows": rows}


def agree(entries: Sequence[bytes], signers: Sequence[Signer | None] | None = None) -> ChunkColumns:
    """What a chunk says, after both ways said the same, faults and their words included."""
    signers = [SIGNER] * len(entries) if signers is None else signers
    at_once, one_by_one = (
        decode_chunk(entries, signers, ELECTION, SHAPES, fewest=fewest) for fewest in (1, NEVER)
    )
    assert said(at_once) == said(one_by_one)
    return at_once


def read_at_once(entries: Sequence[bytes], signer: Signer = SIGNER) -> list[int]:
    found = read_columns(entries, [signer] * len(entries), ELECTION, fewest=1)
    return [] if found is None else found.place.tolist()


times = st.integers(0, 30) | st.integers(0, 2**32 - 1)
sheets = st.lists(st.tuples(bodies, times), min_size=1, max_size=6)


@given(sheets)
def test_both_ways_read_the_same(bodies: list[tuple[t.Body, int]]) -> None:
    entries = [record(body, at=at) for body, at in bodies]
    assert read_at_once(entries) == list(range(len(entries)))
    columns = agree(entries)
    assert len(columns.rows["presidente"].place) == len(entries)


@given(st.integers(2**32, TIME_LIMIT - 1))
def test_times_of_the_far_future_are_left_to_records(at: int) -> None:
    raw = record(t.TallySheet((1, 2, 3, 4), (5, 6)), at=at)
    assert read_at_once([raw]) == []
    assert agree([raw]).rows["presidente"].issued_at.tolist() == [at]


@given(bodies, st.integers(1, 64), st.integers(1, 64), st.integers(1, 63))
def test_names_and_subjects_of_any_length_are_read_at_once(
    body: t.Body, name: int, station: int, contest: int
) -> None:
    by, about = "n" * name, f"{'s' * station}/{'c' * contest}"
    raw = seal(body, key=key(NAME), signer=by, subject=about, election=ELECTION, issued_at=1)
    signer = Signer(key(NAME).public_key, by)
    found = read_columns([raw], [signer], ELECTION, fewest=1)
    assert found is not None
    assert (found.station, found.contest) == (["s" * station], ["c" * contest])
    altered = Signer(signer.public_key, by[:-1] + "m")
    assert read_at_once([raw], altered) == []


def altered(data: st.DataObject, sheet: bytes) -> bytes:
    raw = bytearray(sheet)
    at = data.draw(st.integers(0, len(raw) - 1))
    match data.draw(st.sampled_from(("none", "flip", "cut", "insert", "extend", "end"))):
        case "flip":
            raw[at] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del raw[at]
        case "insert":
            raw.insert(at, data.draw(st.integers(0, 255)))
        case "extend":
            raw += b"\0"
        case "end":
            del raw[at:]
    return bytes(raw)


@given(st.lists(bodies, min_size=1, max_size=5), st.data())
def test_both_ways_agree_on_altered_records(bodies: list[t.Body], data: st.DataObject) -> None:
    agree([altered(data, record(body)) for body in bodies])


@given(st.lists(bodies, min_size=1, max_size=3), st.data())
def test_both_ways_agree_on_altered_payloads_that_are_signed(
    bodies: list[t.Body], data: st.DataObject
) -> None:
    payloads = [split(record(body)).payload for body in bodies]
    agree([signed(altered(data, payload)) for payload in payloads])


scalars = st.one_of(
    st.integers(0, 2**33), st.binary(max_size=33), st.sampled_from([ELECTION, True, None, 1.5, "x", 14, 1])
)
items = st.one_of(scalars, st.lists(scalars, max_size=3))


@given(st.data(), st.sampled_from((13, 14, 17, 18, 19)))
def test_both_ways_agree_on_signed_payloads_of_any_content(data: st.DataObject, kind: int) -> None:
    good = record(t.TallySheet((1, 2, 3, 4), (5, 6)))
    values: list[object] = [t.BY_CODE[kind].VERSION, kind, ELECTION, 7, [1, 2, 3, 4]]
    values += data.draw(st.lists(items, max_size=8))
    for _ in range(data.draw(st.integers(0, 1))):
        values[data.draw(st.integers(0, len(values) - 1))] = data.draw(items)
    agree([good, signed(cbor2.dumps(values)), good])


@pytest.mark.parametrize(
    "payload",
    [
        "8b02 0e {e} 07 8401020304 820506 {after}",
        "8b02 0e {e} 1807 8401020304 820506 {after}",
        "8b02 0e {e} 07 9f01020304ff 820506 {after}",
        "8b02 0e {e} 07 840102031804 820506 {after}",
        "8b02 0e {e} 07 8401020304 82c2410506 {after}",
        "8b02 0e {e} 07 8401020304 9f0506ff {after}",
        "8b02 0e {e} 07 8401020304 820506 9fff 80 80 80 80",
        "8b02 0e {e} 07 8401020304 820506 {after} 00",
        "9f02 0e {e} 07 8401020304 820506 {after} ff",
        "8b02 180e {e} 07 8401020304 820506 {after}",
        "8b01 0e {e} 07 8401020304 820506 {after}",
        "8b03 0e {e} 07 8401020304 820506 {after}",
        "8bf5 0e {e} 07 8401020304 820506 {after}",
        "8b02 0e {e} 07 84010203f5 820506 {after}",
        "8b02 0e {e} 07 8401020320 820506 {after}",
        "8b02 0e {e} 07 84010203fb3ff0000000000000 820506 {after}",
        "8b02 0e {e} 07 84010203 1b0000000100000000 820506 {after}",
        "8b02 0e {e} 07 80 820506 {after}",
        "8b02 0e {e} 1b0020000000000000 8401020304 820506 {after}",
        "8b02 0e {e} 07 8401020304 820506 820102 80 80 80 80",
        "8b02 0e {e} 07 8401020304 820506 f6 80 80 80 80",
        "8c02 0e {e} 07 8401020304 820506 {after} 80",
    ],
)
def test_encodings_that_the_format_does_not_allow(payload: str) -> None:
    raw = signed(bytes.fromhex(payload.format(e="5820" + ELECTION.hex(), after="80" * 5)))
    chunk = agree([raw])
    fine = payload == "8b02 0e {e} 07 8401020304 820506 {after}"
    later = payload.startswith("8b03")  # the same type in a version that is not known
    assert [fault for _, fault, _ in chunk.faults] == ([] if fine or later else [Fault.MALFORMED])
    assert len(chunk.rows) == fine


@pytest.mark.parametrize(
    "subject", ["n1.01", "n1.01/presidente/x", "a" * 64 + "/presidente", "n" * 90 + "/p"]
)
def test_subjects_of_other_forms_and_lengths(subject: str) -> None:
    agree([signed(cbor2.dumps([2, 14, ELECTION, 7, [1, 2, 3, 4], [5, 6], [], [], [], [], []]), subject)])


@pytest.mark.parametrize("place", [0, 31, 32, 63])
@pytest.mark.parametrize("byte", [0x00, 0x10, 0x7F, 0xFF])
def test_signatures_near_a_bound(place: int, byte: int) -> None:
    raw = record(t.TallySheet((1, 2, 3, 4), (5, 6)))
    at = len(raw) - 64 + place
    agree([raw, raw[:at] + bytes([byte]) + raw[at + 1 :]])


@pytest.mark.parametrize("point", sorted(SMALL_ORDER))
def test_keys_and_points_of_small_order(point: bytes) -> None:
    raw = record(t.TallySheet((1, 2, 3, 4), (5, 6)))
    forged = raw[:-64] + point + raw[-32:]
    columns = agree([raw, forged, raw], [SIGNER, SIGNER, Signer(point, NAME)])
    assert [place for place, _, _ in columns.faults] == [1, 2]


@pytest.mark.parametrize("public_key", [b"", b"\7" * 31, b"\7" * 33, b"\xff" * 32])
def test_keys_that_are_none(public_key: bytes) -> None:
    raw = record(t.TallySheet((1, 2, 3, 4), (5, 6)))
    columns = agree([raw, raw], [SIGNER, Signer(public_key, NAME)])
    assert [place for place, _, _ in columns.faults] == [1]


def test_a_chunk_of_contests_and_numbers_of_options() -> None:
    sheets = [
        record(t.TallySheet((number,) * (1 + number % 5), (5, 6)), f"n1.{number:02}/{contest}")
        for number in range(20)
        for contest in ("presidente", "alcalde")
    ]
    columns = agree(sheets)
    assert columns.rows["presidente"].fits.tolist() == [number % 5 == 3 for number in range(20)]
    assert columns.unknown_contest == tuple(range(1, 40, 2))


def test_a_few_sheets_are_opened_one_by_one() -> None:
    raw = record(t.TallySheet((1, 2, 3, 4), (5, 6)))
    assert read_columns([raw] * (FEWEST - 1), [SIGNER] * (FEWEST - 1), ELECTION) is None
    found = read_columns([raw] * FEWEST, [SIGNER] * FEWEST, ELECTION)
    assert found is not None
    assert found.place.tolist() == list(range(FEWEST))


def test_a_record_of_another_election() -> None:
    raw = signed(cbor2.dumps([2, 14, sha256(b"other").digest(), 7, [1, 2, 3, 4], [1, 2], [], [], [], [], []]))
    (fault,) = decode_chunk([raw], [SIGNER], ELECTION, SHAPES).faults
    assert fault[1] is Fault.MALFORMED
    assert "another election" in fault[2]


def chunk() -> tuple[list[bytes], list[Signer | None]]:
    sheet = record(t.TallySheet((1, 2, 3, 4), (5, 6)))
    entries = [
        sheet,
        record(t.ZeroReport((0, 0, 0, 0), b"\7" * 32)),
        record(
            t.Copy(
                (1, 2, 3, 4),
                (0, 0),
                voters=9,
                registered=10,
                form=Form.PHOTO,
                image=b"\1" * 32,
                original=b"\2" * 32,
            )
        ),
        record(t.TallySheet((1, 2), (5, 6))),
        record(t.TallySheet((1, 2), (5, 6)), "n1.01/alcalde"),
        record(t.SealCheck("A", 1), "n1.01"),
        sheet[:-1] + bytes([sheet[-1] ^ 1]),
        sheet,
        b"",
    ]
    signers: list[Signer | None] = [SIGNER] * len(entries)
    signers[7] = None
    return entries, signers


def check(columns: ChunkColumns) -> None:
    rows = columns.rows["presidente"]
    assert rows.place.tolist() == [0, 1, 2, 3]
    assert rows.counts.tolist() == [[1, 2, 3, 4], [0] * 4, [1, 2, 3, 4], [0] * 4]
    assert rows.fits.tolist() == [True, True, True, False]
    assert rows.voters.tolist() == [-1, -1, 9, -1]
    assert rows.registered.tolist() == [-1, -1, 10, -1]
    assert rows.form.tolist() == [255, 255, Form.PHOTO, 255]
    assert rows.original.tolist() == [-1, -1, 0, -1]
    assert rows.digest.tolist() == [-1, 1, -1, -1]
    assert columns.digests == (b"\2" * 32, b"\7" * 32)
    assert rows.stations.split("\n") == ["n1.01"] * 4
    assert columns.unknown_contest == (4,)
    assert columns.controls == (5,)
    assert [(place, fault) for place, fault, _ in columns.faults] == [
        (6, Fault.BAD_SIGNATURE),
        (7, Fault.UNKNOWN_KEY),
        (8, Fault.MALFORMED),
    ]
    assert columns.leaves[:32] == sha256(b"\0" + chunk()[0][0]).digest()


def test_a_chunk_of_everything() -> None:
    check(decode_chunk(*chunk(), ELECTION, SHAPES))
    check(agree(*chunk()))


def test_a_chunk_in_another_process() -> None:
    with ProcessPoolExecutor(1) as pool:
        check(pool.submit(decode_chunk, *chunk(), ELECTION, SHAPES).result())


def test_columns_have_the_types_that_tables_have() -> None:
    rows = decode_chunk(*chunk(), ELECTION, SHAPES).rows["presidente"]
    assert rows.counts.dtype == np.uint32
    assert rows.ballots.dtype == np.int64
    assert rows.kind.dtype == np.uint8
    assert rows.digest.dtype == np.int32
    assert rows.original.dtype == np.int32


def hostile(form: str) -> bytes:
    """What cbor2 by itself would act upon, at a cost: `form` names it. The key's name and kid are public."""
    regex = ("(?i)" + "[\0-\uffff]" * 9_000).encode()
    mime = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 1_300
    colliding = b"".join(b"\x8c" + bytes(one) + b"\x00" for one in product(b"\x20\x21", repeat=12))
    return {
        "a regular expression": b"\xd8\x23\x79" + len(regex).to_bytes(2, "big") + regex,
        "a message of many parts": b"\xd8\x24\x79" + len(mime).to_bytes(2, "big") + mime,
        "a large number": b"\xc5\x82\x1a\x7f\xff\xff\xff\x01",
        "a map of keys with one hash": b"\xb9\x10\x00" + colliding,
    }[form]


FORMS = ["a regular expression", "a message of many parts", "a large number", "a map of keys with one hash"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["a sheet's counts", "a key of an enrolment"])
def test_nothing_that_acts_is_decoded_however_quick_the_reader(form: str, place: str) -> None:
    head, content = b"\x58\x20" + ELECTION + b"\x00", hostile(form)
    started = time.process_time()
    if place == "a sheet's counts":
        chunk = decode_chunk([signed(b"\x8b\x02\x0e" + head + content)], [SIGNER], ELECTION, SHAPES)
        assert [fault for _, fault, _ in chunk.faults] == [Fault.MALFORMED]
    else:
        with pytest.raises(EntryError) as refused:
            open_enrolment(signed(b"\x85\x02\x03" + head + b"\x81" + content, "election"), ROOT, ELECTION)
        assert refused.value.fault is Fault.MALFORMED
    assert time.process_time() - started < 0.1, "one entry costs milliseconds"


# --- enrolments ---

names = st.sampled_from(["machine/1", "machine/0000001", "authority", "a/b/c", "x" * 23, "x" * 24, "y" * 64])
codes = st.sampled_from(["n1.01", "norte", "s" * 23, "s" * 24, "s" * 64])
enrolled = st.builds(
    p.EnrolledKey,
    names,
    st.integers(1, 20).map(lambda n: SigningKey(bytes([n]) * 32).public_key),
    st.sampled_from(Role),
    st.lists(codes, max_size=2).map(tuple),
    st.lists(st.sampled_from(["presidente"]), max_size=1).map(tuple),
    st.lists(st.just(p.Title("es", "Azul")), max_size=1).map(tuple),
    st.binary(min_size=64, max_size=64),
)
ROOT = Signer(key(NAME).public_key, "")


@given(st.lists(enrolled, min_size=1, max_size=4).map(tuple))
def test_enrolments_open_as_records_open_them(keys: tuple[p.EnrolledKey, ...]) -> None:
    raw = record(t.Enrolment(keys), "election")
    assert open_enrolment(raw, ROOT, ELECTION, fewest=1) == open_signed(raw, ROOT, ELECTION)


USUAL: list[object] = ["machine/1", bytes(range(32)), 2, ["n1.01"], [], [], bytes(64)]


def opened(raw: bytes, way: Callable[[bytes, Signer, bytes], Entry]) -> Entry | tuple[Fault | None, str]:
    try:
        return way(raw, ROOT, ELECTION)
    except EntryError as error:
        return error.fault, str(error)
    except UnknownTypeError as error:
        return None, str(error)


def agree_on_keys(raw: bytes) -> None:
    assert opened(raw, partial(open_enrolment, fewest=1)) == opened(raw, open_signed)


@given(st.integers(0, 6), items)
def test_enrolments_of_any_content_are_refused_alike(position: int, item: object) -> None:
    odd = [*USUAL[:position], item, *USUAL[position + 1 :]]
    agree_on_keys(signed(cbor2.dumps([2, 3, ELECTION, 7, [USUAL, odd, USUAL]]), "election"))


@given(st.lists(st.just(USUAL), min_size=1, max_size=4), st.data())
def test_altered_enrolments_are_read_alike(keys: list[list[object]], data: st.DataObject) -> None:
    payload = cbor2.dumps([2, 3, ELECTION, 7, keys])
    agree_on_keys(signed(altered(data, payload), "election"))
    agree_on_keys(altered(data, signed(payload, "election")))


def test_the_usual_enrolment_is_read_quickly() -> None:
    raw = signed(cbor2.dumps([2, 3, ELECTION, 7, [USUAL, USUAL]]), "election")
    assert enrolment._quickly(raw, ROOT, ELECTION, 1) == open_signed(raw, ROOT, ELECTION)
    spoiled = raw[:-1] + bytes([raw[-1] ^ 1])
    with pytest.raises(EntryError) as refused:
        open_enrolment(spoiled, ROOT, ELECTION, fewest=1)
    assert refused.value.fault is Fault.BAD_SIGNATURE


def test_an_enrolment_has_some_hundred_keys_at_most() -> None:
    keys = [[f"m/{number:03}", bytes(range(32)), 2, ["n1"], [], [], bytes(64)] for number in range(560)]
    agree_on_keys(signed(cbor2.dumps([2, 3, ELECTION, 7, keys]), "election"))
    for size in (1_000, 1_001):
        agree_on_keys(signed(cbor2.dumps([2, 3, ELECTION, 7, [[]] * size]), "election"))
