// The browser's reading of records, held against docs/vectors/records.json and qr2024.json, as Chromium's is.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";

import { equal, fromBase64, fromHex, toHex, toUtf8 } from "#js/records/bytes.js";
import { base45Encode } from "#js/records/base45.js";
import { decode, encode } from "#js/records/cbor.js";
import { keyId } from "#js/records/cose.js";
import { sha512 } from "#js/records/curve.js";
import { keyIsAcceptable, keyIsValid, verifier } from "#js/records/ed25519.js";
import { readFormCode } from "#js/records/form-code.js";
import { qrText, readQrText } from "#js/records/qr-text.js";
import { countsByOption, readCards, readQr2024 } from "#js/records/qr2024.js";
import { openRecord, readRecord } from "#js/records/record.js";
import { readReceiptCode, receiptCode } from "#js/records/receipt-code.js";
import { sha256 } from "#js/records/sha256.js";
import { toPlain } from "#js/records/shapes.js";
import { checkHere, packClaims, unpackClaims } from "#js/records/signatures.js";
import { checkSubject } from "#js/records/text.js";
import { readable } from "#js/records/sheet-text.js";
import { formatPercent } from "#js/records/words.js";
import { refusalOf, vectors } from "./vectors.js";

const RECORDS = vectors("records");
const OF_2024 = vectors("qr2024");

test("every honest record says what the vectors say", () => {
  for (const vector of RECORDS.records) {
    const { type, name, frame, election, issuedAt, body, raw } = openRecord(fromHex(vector.record));
    const said = { type, name, signer: frame.issuer, subject: frame.subject, election: toHex(election), issued_at: issuedAt };
    const { type: code, name: word, signer, subject, election: of, issued_at } = vector;
    assert.deepEqual(said, { type: code, name: word, signer, subject, election: of, issued_at });
    assert.deepEqual(toPlain(body), vector.body);
    assert.equal(toHex(frame.signed), vector.signed);
    assert.equal(toHex(sha256(raw)), vector.sha256);
    assert.equal(toHex(encode(decode(frame.payload))), vector.payload);
  }
});

test("every refused record is refused, and a bound is asked last", () => {
  for (const { reason, record, bound } of RECORDS.refused) {
    const key = refusalOf(() => openRecord(fromHex(record)));
    assert.ok(key, reason);
    const read = bound ? readRecord(fromHex(record)) : null;
    if (read && !read.known) {
      let why = read.beyond;
      while (why?.values.why) why = /** @type {typeof why} */ (why.values.why);
      assert.match(why?.key ?? "", /^bound-/, reason);
    } else assert.ok(!bound && refusalOf(() => readRecord(fromHex(record))), reason);
  }
});

for (const plain of [false, true]) {
  test(`every signature gets the answer of the vectors, ${plain ? "in BigInt" : "by WebCrypto"}`, async () => {
    for (const { reason, record, public_key, verifies } of RECORDS.signatures) {
      const { frame } = openRecord(fromHex(record));
      const key = fromHex(public_key);
      const check = await verifier(key, plain);
      const holds = equal(frame.kid, keyId(key)) && (await check(frame.signed, frame.signature));
      assert.equal(holds, verifies, reason);
    }
  });
}

test("every key is judged as in the vectors", () => {
  for (const { reason, public_key, acceptable, enrollable } of RECORDS.keys) {
    const key = fromHex(public_key);
    assert.deepEqual([keyIsAcceptable(key), keyIsValid(key)], [acceptable, enrollable], reason);
  }
});

test("a record and its QR text lead to each other, and what is none is refused", () => {
  for (const { record, qr } of RECORDS.records) {
    const { raw, real } = readQrText(qr);
    assert.equal(toHex(raw), record);
    assert.equal(qrText(raw, real), qr);
  }
  for (const { reason, text } of RECORDS.refused_qr) assert.ok(refusalOf(() => openRecord(readQrText(text).raw)), reason);
});

test("codes on the sheets of 2024 say what the vectors say", () => {
  const options = OF_2024.options.map((/** @type {string} */ code) => ({ code }));
  for (const { text, by_option, ...said } of OF_2024.accepted) {
    const sheet = readQr2024(text);
    assert.deepEqual(sheet, said);
    assert.deepEqual(countsByOption(sheet, readCards(OF_2024.cards), options), by_option);
  }
  for (const { reason, text } of OF_2024.refused) assert.ok(refusalOf(() => readQr2024(text)), reason);
});

test("a subject has room for the longest codes, and for no more", () => {
  const [station, contest] = ["s".repeat(64), "c".repeat(64)];
  assert.ok(checkSubject(`station/${station}/${contest}`));
  assert.equal(refusalOf(() => checkSubject(`station/${station}/${contest}x`)), "not-a-subject");
});

test("hashes are those of node at every length around a block", () => {
  for (const length of [...Array.from({ length: 260 }, (_, n) => n), 1_000]) {
    const text = Uint8Array.from({ length }, (_, at) => (at * 7 + length) % 256);
    assert.equal(toHex(sha256(text)), createHash("sha256").update(text).digest("hex"));
    assert.equal(toHex(sha512(text)), createHash("sha512").update(text).digest("hex"));
  }
});

test("base64 in another spelling is refused", () => {
  for (const text of ["A", "AA==AA==", "AB==", "A A=", "AA=", "AAA", "A-_=", "=AAA", "AA\n=="]) {
    assert.equal(refusalOf(() => fromBase64(text)), "not-base64", text);
  }
});

test("what is asked of a helper arrives as it was, whatever its lengths", async () => {
  const claims = RECORDS.signatures.map((/** @type {any} */ { record, public_key }) => {
    const { frame } = openRecord(fromHex(record));
    return { key: fromHex(public_key), signature: frame.signature.slice(), message: frame.signed };
  });
  const odd = [...claims, { key: new Uint8Array(), signature: new Uint8Array(1), message: new Uint8Array(70_000) }];
  assert.deepEqual(unpackClaims(packClaims(odd)), odd);
  assert.deepEqual(await checkHere(unpackClaims(packClaims(odd))), await checkHere(odd));
  assert.deepEqual(unpackClaims(packClaims([])), []);
});

test("a share is written as the publisher writes it", () => {
  const cases = JSON.parse(readFileSync(new URL("../base/percentages.json", import.meta.url), "utf8"));
  for (const [part, whole, written] of cases) assert.equal(formatPercent(part, whole, "en"), written);
});

test("a receipt code is read as people type it, and follows from the digest", () => {
  assert.equal(receiptCode(new Uint8Array(32)), "8849 0944"); // docs/formats.md
  for (const text of ["88490944", "8849 0944", " 8849-0944\n"]) assert.equal(readReceiptCode(text), "8849 0944");
  for (const text of ["8849094", "884909440", "8849  0944", "88 490944", "٨٨٤٩٠٩٤٤", "8849 O944"]) assert.equal(readReceiptCode(text), null, text);
});

test("the code of a blank form says where it belongs, and nothing else is one", () => {
  const code = 'ESCF:646746846946A46B46C46D46.:5+8D7$C$:5Z96746*:5ZKEPQE6VCG/DB2';
  const place = { election: "0001020304050607", form: "sheet", station: "n1.01", contest: "presidente" };
  assert.deepEqual(readFormCode(code), place);
  assert.equal(readable([code.toLowerCase(), code]), code);
  const of = (/** @type {string} */ text) => readFormCode(`ESCF:${base45Encode(toUtf8(text))}`);
  assert.deepEqual(of("0001020304050607/closing/n1.01"), { ...place, form: "closing", contest: "" });
  const none = ["0001020304050607/sheet/n1.01", "0001020304050607/closing/n1.01/presidente", "0001020304050607/other/n1.01", "000102030405060/closing/n1.01",
    "0001020304050607/sheet/n1.01/presidente/x", "0001020304050607/closing/-", "0001020304050607/closing/n1.01/", "0001020304050607", ""];
  for (const text of none) assert.equal(of(text), null, text);
  for (const text of ["ESCF:", "ESCF:A", code.slice(0, -1), `x${code}`, code.padEnd(1_001, "0")]) assert.equal(readFormCode(text), null, text);
});
