"""Records that nobody should accept, each signed as well as it can be and wrong in one thing alone."""

from collections.abc import Callable

import cbor2

from escrutinio.core.records import types as t
from escrutinio.core.records.cose import split
from escrutinio.core.records.keys import SigningKey
from escrutinio.core.records.qr import qr_text
from tests.core.records.examples import MIDNIGHT, Example, election, example, key


def forge(
    by: SigningKey,
    payload: bytes,
    protected: bytes,
    *,
    start: bytes = b"\xd2\x84",
    unprotected: bytes = b"\xa0",
    end: bytes = b"",
) -> bytes:
    """A record of these parts, whatever they are, with a signature that holds for them."""
    header, content = cbor2.dumps(protected), cbor2.dumps(payload)
    signature = by.sign(b"\x84\x6aSignature1" + header + b"\x40" + content)
    return start + header + unprotected + content + cbor2.dumps(signature) + end


def protected_of(by: SigningKey, issuer: object, subject: object) -> bytes:
    """An honest protected header, or one with another issuer or subject."""
    return cbor2.dumps({1: -8, 3: 60, 4: by.kid, 15: {1: issuer, 2: subject}})


def bad_frames(sheet: Example) -> dict[str, bytes]:
    """Records whose frame is not the one of the profile, by what is wrong with it."""
    by, raw, signer, subject = key(sheet.by), sheet.raw, sheet.signer, sheet.subject
    payload, good = payload_of(sheet), protected_of(key(sheet.by), sheet.signer, sheet.subject)
    assert forge(by, payload, good) == raw
    kid = by.kid

    def header(value: object) -> bytes:
        return forge(by, payload, cbor2.dumps(value))

    claims = {1: signer, 2: subject}
    return {
        "empty": b"",
        "truncated": raw[:-1],
        "truncated: in the payload": raw[:100],
        "truncated: in the protected header": raw[:20],
        "trailing byte": raw + b"\x00",
        "second record behind the first": raw + raw,
        "no tag": raw[1:],
        "another tag (COSE_Sign)": forge(by, payload, good, start=b"\xd8\x62\x84"),
        "tag in two bytes": forge(by, payload, good, start=b"\xd8\x12\x84"),
        "array of five": forge(by, payload, good, start=b"\xd2\x85", end=b"\x00"),
        "array of indefinite length": forge(by, payload, good, start=b"\xd2\x9f", end=b"\xff"),
        "unprotected header not empty": forge(by, payload, good, unprotected=b"\xa1\x01\x00"),
        "unprotected header of indefinite length": forge(by, payload, good, unprotected=b"\xbf\xff"),
        "unprotected header in two bytes": forge(by, payload, good, unprotected=b"\xb8\x00"),
        "unprotected header is null": forge(by, payload, good, unprotected=b"\xf6"),
        "payload detached": raw.replace(cbor2.dumps(payload), b"\xf6"),
        "payload length in three bytes": raw.replace(
            cbor2.dumps(payload), b"\x59\x00" + bytes([len(payload)]) + payload
        ),
        "payload in pieces": raw.replace(cbor2.dumps(payload), b"\x5f" + cbor2.dumps(payload) + b"\xff"),
        "protected length in three bytes": raw.replace(
            cbor2.dumps(good), b"\x59\x00" + bytes([len(good)]) + good
        ),
        "signature of 63 bytes": raw[:-66] + b"\x58\x3f" + raw[-63:],
        "signature of 65 bytes": raw[:-66] + b"\x58\x41" + raw[-64:] + b"\x00",
        "algorithm ES256": header({1: -7, 3: 60, 4: kid, 15: claims}),
        "algorithm Ed25519 (-19)": header({1: -19, 3: 60, 4: kid, 15: claims}),
        "algorithm in two bytes": forge(by, payload, good.replace(b"\xa4\x01\x27", b"\xa4\x01\x38\x07")),
        "another content type": header({1: -8, 3: 50, 4: kid, 15: claims}),
        "kid of 7 bytes": header({1: -8, 3: 60, 4: kid[:7], 15: claims}),
        "no kid": header({1: -8, 3: 60, 15: claims}),
        "one label too many": header({1: -8, 3: 60, 4: kid, 15: claims, 16: 0}),
        "labels in another order": header({3: 60, 1: -8, 4: kid, 15: claims}),
        "label twice": forge(by, payload, b"\xa5" + good[1:4] + good[1:]),
        "no subject": header({1: -8, 3: 60, 4: kid, 15: {1: signer}}),
        "claims in another order": header({1: -8, 3: 60, 4: kid, 15: {2: subject, 1: signer}}),
        "one claim too many": header({1: -8, 3: 60, 4: kid, 15: {**claims, 6: MIDNIGHT}}),
        "byte behind the protected header's map": forge(by, payload, good + b"\x00"),
        "issuer is a number": forge(by, payload, protected_of(by, 7, subject)),
        "issuer empty": forge(by, payload, protected_of(by, "", subject)),
        "issuer with a space": forge(by, payload, protected_of(by, "machine 1", subject)),
        "issuer of 65 characters": forge(by, payload, protected_of(by, "m" * 65, subject)),
        "issuer not ASCII": forge(by, payload, protected_of(by, "máquina/1", subject)),
        "issuer with a dot for a name": forge(by, payload, protected_of(by, "machine/../root", subject)),
        "subject of 129 characters": forge(by, payload, protected_of(by, signer, "s" * 129)),
        "subject without contest": forge(by, payload, protected_of(by, signer, "010101001.01")),
        "subject with a part too many": forge(by, payload, protected_of(by, signer, subject + "/x")),
        "subject ends in a slash": forge(by, payload, protected_of(by, signer, "010101001.01/")),
        "65,536 bytes": longest(65_536),
    }


def bad_payloads(sheet: Example) -> dict[str, bytes]:
    """Records whose payload is refused, by what is wrong with it: a frame and signature without fault."""
    by, good = key(sheet.by), protected_of(key(sheet.by), sheet.signer, sheet.subject)
    head = [t.TallySheet.VERSION, t.TallySheet.TYPE, election(), MIDNIGHT]
    counts, tail = [120, 23, 256], [[7, 0, 1], [], [407], [408], [2], [1]]

    def items(*values: object, subject: str = sheet.subject) -> bytes:
        return forge(by, cbor2.dumps(list(values)), protected_of(by, sheet.signer, subject))

    def bytes_of(payload: bytes) -> bytes:
        return forge(by, payload, good)

    honest = cbor2.dumps([*head, counts, *tail])
    null_at = cbor2.dumps([*head, counts])[1:]  # the first five positions without the array's own byte
    behind = b"".join(map(cbor2.dumps, tail[1:]))

    def null_as(value: bytes) -> bytes:
        return bytes_of(b"\x8b" + null_at + b"\x83" + value + b"\x00\x01" + behind)

    def opening(reason: object) -> bytes:
        values = [1, t.ContingencyOpening.TYPE, election(), MIDNIGHT, reason]
        return items(*values, subject="010101001.01")

    def seal_check(seal: object, intact: int = 1) -> bytes:
        values = [1, t.SealCheck.TYPE, election(), MIDNIGHT, seal, intact]
        return items(*values, subject="010101001.01")

    def zero(software: object) -> bytes:
        return items(1, t.ZeroReport.TYPE, election(), MIDNIGHT, [0, 0, 0], software)

    def roll(frozen_on: str) -> bytes:
        return items(*values_of(example("roll"))[:-1], frozen_on, subject="election")

    def titled(titles: object) -> bytes:
        values = values_of(example("accreditation"))
        return items(*values[:4], titles, *values[5:], subject="observer/0000001")

    def named(text: bytes) -> bytes:
        values = cbor2.dumps([*values_of(example("accreditation"))[:4], [["es", "?"]], [], [], 0, 1])
        payload = values.replace(b"\x61?", text)
        return forge(by, payload, protected_of(by, sheet.signer, "observer/0000001"))

    return {
        "payload: empty": bytes_of(b""),
        "payload: not an array": bytes_of(b"\x00"),
        "payload: an array of three": items(2, t.TallySheet.TYPE, election()),
        "payload: trailing byte": bytes_of(honest + b"\x00"),
        "payload: truncated": bytes_of(honest[:-1]),
        "payload: array of indefinite length": bytes_of(b"\x9f" + honest[1:] + b"\xff"),
        "payload: array length in two bytes": bytes_of(b"\x98\x0b" + honest[1:]),
        "payload: array said to have 2^40 items": bytes_of(b"\x9b" + (2**40).to_bytes(8, "big")),
        "payload: byte string said to have 2^40 bytes": bytes_of(b"\x81\x5b" + (2**40).to_bytes(8, "big")),
        "payload: arrays nested 5,000 deep": bytes_of(b"\x81" * 5_000 + b"\x00"),
        "version 0": items(0, *head[1:], counts, *tail),
        "version 1, of a type whose shape has changed": items(1, *head[1:], counts, *tail),
        "version true": items(True, *head[1:], counts, *tail),
        "type 2^53": items(2, 2**53, *head[2:], counts, *tail),
        "type negative": items(2, -1, *head[2:], counts, *tail),
        "type true": items(2, True, *head[2:], counts, *tail),
        **bad_unknown(items),
        "type is text": items(2, "tally-sheet", *head[2:], counts, *tail),
        "election of 31 bytes": items(2, 14, election()[:31], MIDNIGHT, counts, *tail),
        "election empty": items(2, 14, b"", MIDNIGHT, counts, *tail),
        "election as text": items(2, 14, "e" * 32, MIDNIGHT, counts, *tail),
        "definition that names an election": items(
            2, 1, election(), *values_of(example("definition"))[3:], subject="election"
        ),
        "issued_at 2^53": items(*head[:3], 2**53, counts, *tail),
        "one position too few": items(*head, counts, *tail[:-1]),
        "one position too many": items(*head, counts, *tail, 0),
        "no counts": items(*head, [], *tail),
        "4,097 counts": items(*head, [0] * 4_097, *tail),
        "count 2^32": items(*head, [120, 23, 2**32], *tail),
        "count negative": items(*head, [120, -23, 256], *tail),
        "count null": items(*head, [120, None, 256], *tail),
        "count true": items(*head, [120, True, 256], *tail),
        "count as text": items(*head, [120, "23", 256], *tail),
        "count as float": items(*head, [120, 23.5, 256], *tail),
        "counts as a map": items(*head, {0: 120}, *tail),
        "counts nested": items(*head, [counts], *tail),
        "null in two bytes": null_as(b"\x18\x07"),
        "null in three bytes": null_as(b"\x19\x00\x07"),
        "null in nine bytes": null_as(b"\x1b" + (7).to_bytes(8, "big")),
        "null as a half float": null_as(b"\xf9\x47\x00"),
        "null as a double float": null_as(b"\xfb\x40\x1c" + bytes(6)),
        "null as a big number (tag 2)": null_as(b"\xc2\x41\x07"),
        "null as a big number of 4,000 bytes": null_as(b"\xc2\x59\x0f\xa0" + b"\xff" * 4_000),
        "null as a decimal fraction (tag 4)": null_as(b"\xc4\x82\x00\x07"),
        "null as a big float (tag 5)": null_as(b"\xc5\x82\x00\x07"),
        "null as a time (tag 1)": null_as(b"\xc1\x07"),
        "null with an unknown tag": null_as(b"\xd9\x03\xe8\x07"),
        "null as a rational (tag 30)": null_as(b"\xd8\x1e\x82\x07\x01"),
        "null as a regular expression (tag 35)": null_as(b"\xd8\x23\x61a"),
        "null as a MIME message (tag 36)": null_as(b"\xd8\x24\x61a"),
        "null as a shared value (tag 28)": null_as(b"\xd8\x1c\x07"),
        "null as a string reference (tags 256, 25)": null_as(b"\xd9\x01\x00\xd8\x19\x00"),
        "null as self-described CBOR (tag 55799)": null_as(b"\xd9\xd9\xf7\x07"),
        "null as CBOR null": null_as(b"\xf6"),
        "null as CBOR undefined": null_as(b"\xf7"),
        "null as CBOR false": null_as(b"\xf4"),
        "null as simple value 255": null_as(b"\xf8\xff"),
        "null as a reserved head (1C)": null_as(b"\x1c"),
        "null as a break": null_as(b"\xff"),
        "null as a map": null_as(b"\xa0"),
        "null as a map with a key twice": null_as(b"\xa2\x00\x01\x00\x01"),
        "null as an array": null_as(b"\x81\x07"),
        "optional of two items": items(*head, counts, *tail[:-1], [1, 1]),
        "optional as CBOR null": items(*head, counts, *tail[:-1], None),
        "optional without its array": items(*head, counts, *tail[:-1], 1),
        "code of no list": opening(99),
        "code as text": opening("no-power"),
        "digest of 31 bytes": zero(bytes(31)),
        "digest as text": zero("0" * 32),
        "date that is none": roll("2030-02-30"),
        "date without dashes": roll("20300601"),
        "code with a space": seal_check("seal 1"),
        "code empty": seal_check(""),
        "code of 65 characters": seal_check("s" * 65),
        "bit 2": seal_check("seal-1", 2),
        "text with a line feed": named(cbor2.dumps("Observa\ndores")),
        "text with NUL": named(cbor2.dumps("Observa\x00dores")),
        "text with a C1 control": named(cbor2.dumps("Observa\x85dores")),
        "text with a bidi override": named(cbor2.dumps("Observa\u202edores")),
        "text with a bidi isolate": named(cbor2.dumps("Observa\u2066dores")),
        "text with a left-to-right mark": named(cbor2.dumps("Observa\u200edores")),
        "text with a line separator": named(cbor2.dumps("Observa\u2028dores")),
        "text of 201 bytes": named(cbor2.dumps("x" * 201)),
        "text of 101 characters and 202 bytes": named(cbor2.dumps("ñ" * 101)),
        "text not UTF-8": named(b"\x62\xc3\x28"),
        "text with a surrogate in UTF-8": named(b"\x63\xed\xa0\x80"),
        "text in overlong UTF-8": named(b"\x62\xc1\x81"),
        "text in pieces": named(b"\x7f\x61a\x61b\xff"),
        "text as bytes": named(b"\x44abcd"),
        "title without language": titled([["Observadores"]]),
        "title as a map": titled([{0: "es"}]),
        "no titles": titled([]),
        "17 titles": titled([["es", "Observadores"]] * 17),
    }


def bad_unknown(items: Callable[..., bytes]) -> dict[str, bytes]:
    """Records of types that no version knows, which are malformed all the same."""
    head = [1, 200, election(), MIDNIGHT]
    deep: list[object] = []
    for _ in range(15):
        deep = [deep]
    return {
        "unknown type with an election of 31 bytes": items(1, 200, election()[:31], MIDNIGHT),
        "unknown type with no election": items(1, 99, b"", MIDNIGHT),
        "unknown type issued at no number": items(*head[:3], "now"),
        "unknown type without issued_at": items(*head[:3]),
        "unknown type of version 0": items(0, *head[1:]),
        "unknown type with a map": items(*head, {}),
        "unknown type with a map inside": items(*head, [[{}]]),
        "unknown type with a negative number": items(*head, -1),
        "unknown type with 2^53": items(*head, 2**53),
        "unknown type with a float": items(*head, [1.5]),
        "unknown type with null": items(*head, [None]),
        "unknown type with false": items(*head, [False]),
        "unknown type with a tag": items(*head, cbor2.CBORTag(1000, 7)),
        "unknown type with 17 arrays one in another": items(*head, deep),
    }


def bad_qr_texts() -> dict[str, str]:
    """Texts that are no QR text of a record, by what is wrong with them."""
    good = qr_text(b"\xd2\x84\x00\xff", real=True)
    return {
        "empty": "",
        "prefix alone": "ESC1:",
        "no prefix": good[5:],
        "prefix in small letters": "esc1:" + good[5:],
        "unknown prefix": "ESC2:" + good[5:],
        "space before the prefix": " " + good,
        "line feed at the end": good + "\n",
        "one character left over": good + "0",
        "small letter": good + "00a",
        "character outside base45": good + "00_",
        "character outside ASCII": good + "0Ñ0",
        "group of three above 65,535": good + "GGW",
        "greatest group of three": good + ":::",
        "group of two above 255": good + "V5",
        "greatest group of two": good + "::",
    }


def payload_of(each: Example) -> bytes:
    """The payload of an example, as CBOR."""
    return split(each.raw).payload


def values_of(each: Example) -> list[object]:
    """The positions of an example's payload."""
    return list(cbor2.loads(payload_of(each)))


def forged(each: Example, values: list[object]) -> bytes:
    """The example with these positions instead of its own, signed."""
    return forge(key(each.by), cbor2.dumps(values), protected_of(key(each.by), each.signer, each.subject))


def longest(size: int) -> bytes:
    """An honest record of exactly `size` bytes, from 20,000: an accreditation for many areas."""
    left = size - len(forge_areas([])) - 3  # one byte more for the payload's length, two for the array's
    codes = ["s" * 64] * ((left - 67) // 66)
    left -= 66 * len(codes)
    codes += ["s" * (left // 2 - 2), "s" * (left - left // 2 - 2)]
    return forge_areas(codes)


def forge_areas(codes: list[str]) -> bytes:
    values = values_of(example("accreditation"))
    values[5] = codes
    protected = protected_of(key("authority"), "authority/0000001", "observer/0000001")
    return forge(key("authority"), cbor2.dumps(values), protected)
