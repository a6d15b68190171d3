"""The browser's reading of records, held against docs/vectors/records.json and against the Python."""

from __future__ import annotations

import json
from hashlib import sha256, sha512
from typing import TYPE_CHECKING

import pytest

from escrutinio.base.errors import RecordError
from escrutinio.core.records.keys import check_public_key, key_is_acceptable
from tests.paths import ROOT

if TYPE_CHECKING:
    from tests.browser.conftest import Modules

pytestmark = pytest.mark.browser

VECTORS = json.loads((ROOT / "docs" / "vectors" / "records.json").read_text())

_OPEN_ALL = """
const { toPlain } = await import('/assets/js/records/shapes.js');
return args[0].map((hex) => {
  try {
    const entry = it.openRecord(bytes.fromHex(hex));
    return { type: entry.type, name: entry.name, signer: entry.frame.issuer, subject: entry.frame.subject,
      election: bytes.toHex(entry.election), issued_at: entry.issuedAt, body: toPlain(entry.body),
      kid: bytes.toHex(entry.frame.kid), signed: bytes.toHex(entry.frame.signed) };
  } catch (error) {
    if (error.name !== 'Refusal') throw error;
    return error.key;
  }
});"""

_VERIFY_ALL = """
const { verifier } = await import('/assets/js/records/ed25519.js');
const { keyId } = await import('/assets/js/records/cose.js');
return Promise.all(args[0].map(async ([hex, key]) => {
  const { frame } = it.openRecord(bytes.fromHex(hex));
  const check = await verifier(bytes.fromHex(key), args[1]);
  return bytes.equal(frame.kid, keyId(bytes.fromHex(key))) && check(frame.signed, frame.signature);
}));"""


def test_every_honest_record_says_the_same_in_both_languages(js: Modules) -> None:
    opened = js.value("record", _OPEN_ALL, [vector["record"] for vector in VECTORS["records"]])
    assert isinstance(opened, list)
    for found, vector in zip(opened, VECTORS["records"], strict=True):
        assert {key: found[key] for key in found if key != "kid"} == {
            key: vector[key] for key in found if key != "kid"
        }


def test_every_refused_record_is_refused(js: Modules) -> None:
    answers = js.value("record", _OPEN_ALL, [vector["record"] for vector in VECTORS["refused"]])
    assert isinstance(answers, list)
    accepted = [
        v["reason"] for v, answer in zip(VECTORS["refused"], answers, strict=True) if isinstance(answer, dict)
    ]
    assert accepted == []


@pytest.mark.parametrize("plain", [False, True], ids=["WebCrypto", "BigInt"])
def test_every_signature_gets_the_answer_of_the_vectors(js: Modules, plain: bool) -> None:
    cases = [(v["record"], v["public_key"]) for v in VECTORS["signatures"]]
    answers = js.value("record", _VERIFY_ALL, cases, plain)
    assert answers == [vector["verifies"] for vector in VECTORS["signatures"]]


def test_every_key_is_judged_as_in_the_vectors(js: Modules) -> None:
    code = (
        "return args[0].map((k) => [it.keyIsAcceptable(bytes.fromHex(k)), it.keyIsValid(bytes.fromHex(k))])"
    )
    answers = js.value("ed25519", code, [vector["public_key"] for vector in VECTORS["keys"]])
    assert answers == [[vector["acceptable"], vector["enrollable"]] for vector in VECTORS["keys"]]


def test_keys_with_one_changed_byte_are_judged_as_in_python(js: Modules) -> None:
    honest = bytes.fromhex(VECTORS["signers"][0]["public_key"])
    keys = [honest[:at] + bytes([value]) + honest[at + 1 :] for at in (0, 31) for value in range(0, 256, 5)]
    answers = js.value(
        "ed25519",
        "return args[0].map((k) => [it.keyIsAcceptable(bytes.fromHex(k)), it.keyIsValid(bytes.fromHex(k))])",
        [key.hex() for key in keys],
    )
    assert answers == [[key_is_acceptable(key), _is_valid(key)] for key in keys]


def _is_valid(key: bytes) -> bool:
    try:
        check_public_key(key)
    except RecordError:
        return False
    return True


def test_a_record_with_any_byte_changed_opens_no_more_or_verifies_no_more(js: Modules) -> None:
    vector = next(v for v in VECTORS["records"] if v["name"] == "tally-sheet")
    code = """
    const { verifySignature } = await import('/assets/js/records/ed25519.js');
    const raw = bytes.fromHex(args[0]);
    const key = bytes.fromHex(args[1]);
    const good = [];
    for (let at = 0; at < raw.length; at++) {
      const copy = raw.slice();
      copy[at] ^= 1 << at % 8;
      try {
        const { frame } = it.openRecord(copy);
        const { keyId } = await import('/assets/js/records/cose.js');
        const named = bytes.equal(frame.kid, keyId(key));
        if (named && await verifySignature(key, frame.signed, frame.signature)) good.push(at);
      } catch (error) {
        if (error.name !== 'Refusal') throw error;
      }
    }
    return good;"""
    assert js.value("record", code, vector["record"], vector["public_key"]) == []


def test_hashes_are_those_of_python_at_every_length_around_a_block(js: Modules) -> None:
    texts = [bytes(range(length % 256)) * (1 + length // 256) for length in (*range(0, 140), 255, 1_000)]
    hexes = [text.hex() for text in texts]
    short = js.value("sha256", "return args[0].map((t) => bytes.toHex(it.sha256(bytes.fromHex(t))))", hexes)
    long = js.value("curve", "return args[0].map((t) => bytes.toHex(it.sha512(bytes.fromHex(t))))", hexes)
    assert short == [sha256(text).hexdigest() for text in texts]
    assert long == [sha512(text).hexdigest() for text in texts]


def test_what_is_decoded_is_encoded_to_the_same_bytes(js: Modules) -> None:
    payloads = [vector["payload"] for vector in VECTORS["records"]]
    code = "return args[0].map((hex) => bytes.toHex(it.encode(it.decode(bytes.fromHex(hex)))))"
    assert js.value("cbor", code, payloads) == payloads


@pytest.mark.parametrize("text", ["A", "AA==AA==", "AB==", "A A=", "AA=", "AAA", "A-_=", "=AAA", "AA\n=="])
def test_base64_in_another_spelling_is_refused(js: Modules, text: str) -> None:
    assert js.refusal("bytes", "return it.fromBase64(args[0])", text) == "not-base64"


def test_a_bound_is_asked_last_and_said_apart(js: Modules) -> None:
    bounds = [vector["record"] for vector in VECTORS["refused"] if vector.get("bound")]
    malformed = [vector["record"] for vector in VECTORS["refused"] if not vector.get("bound")]
    code = """
    const asked = (hex) => {
      try {
        const { known, beyond } = it.readRecord(bytes.fromHex(hex));
        let why = beyond;
        while (why?.values.why) why = why.values.why;
        return known ? 'fine' : why?.key ?? 'unknown';
      } catch (error) {
        if (error.name !== 'Refusal') throw error;
        return 'malformed';
      }
    };
    return args[0].map(asked);"""
    kinds = js.value("record", code, bounds)
    assert isinstance(kinds, list)
    assert set(kinds) == {"bound-time", "bound-size", "bound-media-type", "bound-fraction"}
    assert js.value("record", code, malformed) == ["malformed"] * len(malformed)
