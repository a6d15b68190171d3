"""Records: structure-aware mutants through both readers, and through Python's quick ones and its slow one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache, partial
from hashlib import sha256
from random import Random
from time import process_time
from typing import Any

import cbor2

from escrutinio.base.errors import RecordError
from escrutinio.core.election.bulk.columns import Columns, columns_of, read_columns
from escrutinio.core.election.bulk.machine_keys import open_enrolment
from escrutinio.core.records import types as t
from escrutinio.core.records.cose import build, split
from escrutinio.core.records.entry import Entry, UnknownTypeError, body_to_plain, open_record
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.opening import EntryError, Fault, Signer, open_signed
from tests.core.records.examples import EXAMPLES, election
from tests.fuzz.odd import NUMBERS, TEXTS, Item, Writer, altered, damaged, head
from tests.fuzz.subject import Mirrored, Subject, Tried, described

_NAMES = (
    "machine/1",
    "a",
    "a/b/c",
    "A" * 64,
    "A" * 65,
    "mé",
    "m/",
    "/m",
    "",
    "a\n",
    "party/azul",
    "x" * 23,
    "x" * 24,
)
_SUBJECTS = (
    "election", "n1.01/presidente", "a", "a/b", "a/b/c", "area/x", "station/x", "x" * 128, "x" * 129, "",
    "a\n", "s/" + "c" * 22, "election/", "area/", "x" * 23, "x" * 24, "x" * 23 + "/y", "a.b/c-d",
    "x" * 63 + "/" + "y" * 64, "x" * 100 + "/" + "y" * 27, "a/" + "b" * 65, "a" * 65 + "/b", *TEXTS,
)  # fmt: skip
_BIG = 140_000
_TYPES = (*range(48), *range(126, 137), 255, 256)


@cache
def parts_of(number: int) -> tuple[bytes, bytes, str, str, list[object], bytes]:
    """An honest record taken apart: raw, kid, issuer, subject, what its payload says, signature."""
    raw = EXAMPLES[number].raw
    frame = split(raw)
    return raw, frame.kid, frame.issuer, frame.subject, cbor2.loads(frame.payload), frame.signature


def mutant(random: Random) -> bytes:
    """A record of any type in which something may be wrong: in bytes, payload or frame."""
    raw, kid, issuer, subject, values, signature = parts_of(random.randrange(len(EXAMPLES)))
    if random.random() < 0.2:
        return damaged(random, raw)
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        values = altered(random, values)
    if random.random() < 0.1 and len(values) > 1:
        values = [values[0], random.choice(_TYPES), *values[2:]]
    writer = Writer(random, random.choice((0, 0, 0, 0.01, 0.05)))
    payload = writer.item(values) + (b"\x00" if random.random() < 0.02 else b"")
    return framed(random, writer, (kid, issuer, subject), payload, signature)


def framed(
    random: Random, writer: Writer, who: tuple[bytes, str, str], payload: bytes, signature: bytes
) -> bytes:
    """A frame around a payload, seldom as it should be in all its parts."""
    kid, issuer, subject = who

    def seldom(share: float, given: Any, *others: Any) -> Any:
        return random.choice(others) if random.random() < share else given

    name, about = seldom(0.08, issuer, *_NAMES), seldom(0.08, subject, *_SUBJECTS)
    claims: dict[int, object] = seldom(
        0.02,
        {1: name, 2: about},
        {2: about, 1: name},
        {1: name},
        {1: name, 2: about, 6: 1},
        {1: about, 2: name},
    )
    labels: list[tuple[object, object]] = [
        (1, seldom(0.03, Item(b"\x27"), Item(b"\x26"), Item(b"\x38\x07"), Item(b"\x32"), 8, "EdDSA")),
        (3, seldom(0.02, 60, 61, Item(b"\x18\x3d"), Item(b"\x19\x00\x3c"), "application/cbor")),
        (4, seldom(0.05, kid, kid[:7], kid + b"\x00", b"", bytes(8), kid.hex())),
        (15, claims),
    ]
    match random.randrange(60):
        case 0:
            random.shuffle(labels)
        case 1:
            labels.append((16, b"x"))
        case 2:
            labels.insert(0, labels[0])
        case 3:
            del labels[random.randrange(4)]
    protected = head(5, len(labels)) + b"".join(writer.item(a) + writer.item(b) for a, b in labels)
    begin = seldom(
        0.03, b"\xd2", b"", b"\xd8\x12", b"\xd8\x62", b"\xd9\x00\x12", b"\xd1", b"\xd9\xd9\xf7\xd2"
    )
    array = seldom(0.03, b"\x84", b"\x85", b"\x83", b"\x9f", b"\x98\x04")
    open_part = seldom(0.04, b"\xa0", b"\xa1\x04\x41\x00", b"\x80", b"\xbf\xff", b"\xb8\x00", b"\x40", b"")
    sealed = seldom(
        0.04, writer.item(signature), b"\x58\x3f" + signature[:63], b"\x58\x41" + signature + b"\x00",
        b"\x59\x00\x40" + signature, b"\x40", b"\xf6", b"\x58\x40",
    )  # fmt: skip
    raw = b"".join((begin, array, writer.item(protected), open_part, writer.item(payload), sealed))
    raw += seldom(0.03, b"", b"\x00", b"\xff", b"\xf6", raw)
    return bytes(raw[: random.randrange(len(raw))] if raw and random.random() < 0.02 else raw)


class Records(Mirrored[bytes]):
    """Mutants through `open_record` and the browser's `readRecord`."""

    name = "records"
    about = "structure-aware mutants of records of every type, Python and JavaScript"
    count = 160_000
    batch = 500
    command = "record"

    def make(self, random: Random) -> bytes:
        return mutant(random)[:_BIG]

    def question(self, given: bytes) -> Mapping[str, object]:
        return {"data": given.hex()}

    def python(self, given: bytes) -> object:
        try:
            entry = open_record(given)
        except UnknownTypeError as unknown:
            return {"unknown": unknown.type, "election": unknown.election.hex()}
        return {
            "name": entry.body.NAME,
            "issuer": entry.signer,
            "subject": entry.subject,
            "kid": entry.kid.hex(),
            "signed": split(given).signed.hex(),
            "election": entry.election.hex(),
            "at": entry.issued_at,
            "body": body_to_plain(entry.body),
        }


_SIGNING = SigningKey(sha256(b"key of the fuzzers").digest())
_QUICK = tuple(n for n, each in enumerate(EXAMPLES) if each.body.TYPE in (*t.BULK, t.Enrolment.TYPE))
_GROUPED = ("counts", "classes")
_MACHINE_KEYS = ("machine/1", "m/2", "m" * 20 + "/11", "m" * 21 + "/11", "machine", "a/b/c", "")


class Quick(Subject[tuple[bytes, Signer]]):
    """Sheets and enrolments through Python's quick readers, and through the one that reads every record."""

    name = "quick"
    about = "bulk records and enrolments, quick reader and slow reader in Python"
    count = 52_000
    batch = 1_000
    slow = 0.5
    needs_node = False

    def make(self, random: Random) -> tuple[bytes, Signer]:
        _, _, _, _, values, _ = parts_of(random.choice(_QUICK))
        values = [*values[:2], election(), *values[3:]]
        if values[1] == t.Enrolment.TYPE and random.random() < 0.7:
            values[4] = [self._machine_key(random) for _ in range(random.choice((0, 1, 1, 2, 30)))]
        for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
            values = altered(random, values)
        payload = Writer(random, random.choice((0, 0, 0.02))).item(values)
        issuer = random.choice(("machine/1", "m", "x" * 23, "x" * 24, "a/b/c", "root"))
        subject = random.choice(_SUBJECTS) if random.random() < 0.15 else "n1.01/presidente"
        if values[1:2] == [t.Enrolment.TYPE] and random.random() < 0.9:
            subject = "election"
        try:
            begin, signed = build(_SIGNING.public_key, issuer, subject, payload)
        except RecordError:
            issuer, subject = "machine/1", "n1.01/presidente"
            begin, signed = build(_SIGNING.public_key, issuer, subject, payload[:60_000])
        raw = begin + b"\x58\x40" + (_SIGNING.sign(signed) if random.random() < 0.9 else bytes(64))
        if random.random() < 0.2:
            at = random.randrange(len(raw) - 64)
            raw = raw[:at] + bytes((random.choice(b"\x18\x40\x58\x59\x78\x00\xff"),)) + raw[at + 1 :]
        named = issuer if random.random() < 0.8 else random.choice(("", "other", issuer + "x"))
        return raw, Signer(_SIGNING.public_key, named)

    @staticmethod
    def _machine_key(random: Random) -> list[object]:
        scope = [random.choice(("n1.01", "x" * 22, "x" * 23, "x" * 24, "a/b", "é"))]
        key = random.choice((_SIGNING.public_key, bytes(32), random.randbytes(32), random.randbytes(31)))
        role = random.choice((0, 1, 2, 3, 9, 10, 23, 24, random.choice(NUMBERS)))
        proof = [bytes(random.choice((64, 64, 64, 64, 63, 65)))] if random.random() < 0.95 else []
        return [random.choice(_MACHINE_KEYS), key, role, scope, [], [], *proof]

    def judge(self, inputs: Sequence[tuple[bytes, Signer]]) -> Iterator[Tried]:
        began = process_time()
        entries, signers = zip(*inputs, strict=True)
        try:
            rows = _rows(read_columns(entries, signers, election(), fewest=1))
        except Exception as error:
            yield Tried("crash in Python", described(error), b"".join(entries), process_time() - began)
            return
        each = (process_time() - began) / len(inputs)
        for place, (raw, signer) in enumerate(inputs):
            began = process_time()
            try:
                label, wrong = self._compare(raw, signer, rows.get(place))
            except Exception as error:
                label, wrong = "crash in Python", described(error)
            yield Tried(label, wrong, raw + signer.name.encode(), each + process_time() - began)

    def _compare(self, raw: bytes, signer: Signer, row: object) -> tuple[str, str]:
        slow = _answer(open_signed, raw, signer)
        keys = _answer(partial(open_enrolment, fewest=1), raw, signer)
        if keys != slow:
            return "enrolments differ", f"quick {keys!r:.800}\nslow {slow!r:.800}"
        if row is None:
            return "left to the slow reader", ""
        usual = isinstance(slow, Entry) and slow.body.TYPE in t.BULK
        wanted = _rows(columns_of([(0, slow)]))[0] if isinstance(slow, Entry) and usual else slow
        if row != wanted:
            return "sheets differ", f"quick {row!r:.800}\nslow {wanted!r:.800}"
        return "read alike", ""


def _rows(columns: Columns | None) -> dict[int, list[object]]:
    """What each place of a chunk says."""
    if columns is None:
        return {}
    grouped = [
        {
            row: tuple(each)
            for rows, values in groups
            for row, each in zip(rows.tolist(), values.tolist(), strict=True)
        }
        for groups in (columns.counts, columns.classes)
    ]
    others = [
        value if isinstance(value, list) else value.tolist()
        for value in (
            getattr(columns, each.name) for each in fields(columns)[1:] if each.name not in _GROUPED
        )
    ]
    places = enumerate(columns.place.tolist())
    return {
        place: [*(group.get(row, ()) for group in grouped), *(value[row] for value in others)]
        for row, place in places
    }


def _answer(read: Any, raw: bytes, signer: Signer) -> object:
    try:
        return read(raw, signer, election())
    except EntryError as refusal:
        return Fault(refusal.fault)
    except UnknownTypeError as unknown:
        return ("unknown", unknown.type)
