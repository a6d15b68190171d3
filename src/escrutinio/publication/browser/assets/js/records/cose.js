// The frame of a record: a tagged COSE_Sign1 (RFC 9052) in the one encoding that the profile allows.
//
//   D2 84 | protected bstr | A0 | payload bstr | 58 40 signature(64)
//   protected = {1: -8, 3: 60, 4: kid, 15: {1: iss, 2: sub}}

import { concat, equal, fromUtf8, toUtf8 } from "./bytes.js";
import { encodeString } from "./cbor.js";
import { refuse } from "./refusal.js";
import { sha256 } from "./sha256.js";
import { checkName, checkSubject } from "./text.js";

export const MAX_RECORD = 65_535;

const ALG_TYPE_KID = Uint8Array.of(0xa4, 0x01, 0x27, 0x03, 0x18, 0x3c, 0x04, 0x48); // {1: -8, 3: 60, 4: h'…8'
const CLAIMS = Uint8Array.of(0x0f, 0xa2, 0x01); // 15: {1:
const SIGNATURE1 = concat(Uint8Array.of(0x84, 0x6a), toUtf8("Signature1"));
const EMPTY_BYTES = Uint8Array.of(0x40); // the external data of a Sig_structure
const BYTES = 2;
const TEXT = 3;

/**
 * A record taken apart: `payload` is still CBOR, `signed` is the Sig_structure that the signature covers.
 * @typedef {{ kid: Uint8Array, issuer: string, subject: string, payload: Uint8Array, signed: Uint8Array,
 *   signature: Uint8Array }} Frame
 */

/**
 * Take a record's frame apart, refusing any byte that the profile does not give.
 * @param {Uint8Array} raw
 * @returns {Frame}
 */
export function split(raw) {
  if (raw.length > MAX_RECORD) refuse("record-long", { size: raw.length, limit: MAX_RECORD });
  if (raw[0] !== 0xd2 || raw[1] !== 0x84) refuse("frame-start");
  const header = readString(raw, 2, BYTES);
  if (raw[header.end] !== 0xa0) refuse("frame-unprotected");
  const body = readString(raw, header.end + 1, BYTES);
  if (raw[body.end] !== 0x58 || raw[body.end + 1] !== 0x40 || raw.length !== body.end + 66) refuse("frame-signature");
  return {
    ...readProtected(header.content),
    payload: body.content,
    signed: concat(
      SIGNATURE1,
      raw.subarray(2, header.end),
      EMPTY_BYTES,
      raw.subarray(header.end + 1, body.end),
    ),
    signature: raw.subarray(body.end + 2),
  };
}

/**
 * @param {Uint8Array} header
 * @returns {{ kid: Uint8Array, issuer: string, subject: string }}
 */
function readProtected(header) {
  if (!equal(header.subarray(0, 8), ALG_TYPE_KID) || !equal(header.subarray(16, 19), CLAIMS)) refuse("frame-header");
  const issuer = readString(header, 19, TEXT);
  if (header[issuer.end] !== 0x02) refuse("frame-header");
  const subject = readString(header, issuer.end + 1, TEXT);
  if (subject.end !== header.length) refuse("frame-header");
  return {
    kid: header.subarray(8, 16),
    issuer: checkName(fromUtf8(issuer.content)),
    subject: checkSubject(fromUtf8(subject.content)),
  };
}

/**
 * A string at `at`, whose length (at most 65,535) must be written in the shortest form.
 * @param {Uint8Array} data
 * @param {number} at
 * @param {number} major
 * @returns {{ content: Uint8Array, end: number }}
 */
function readString(data, at, major) {
  let size = data[at] - (major << 5);
  let start = at + 1;
  if (size === 24 && data[at + 1] >= 24) {
    size = data[at + 1];
    start = at + 2;
  } else if (size === 25 && data[at + 1] >= 1 && at + 2 < data.length) {
    size = data[at + 1] * 256 + data[at + 2];
    start = at + 3;
  } else if (!(size >= 0 && size < 24)) {
    refuse("frame-string");
  }
  if (start + size > data.length) refuse("frame-short");
  return { content: data.subarray(start, start + size), end: start + size };
}

/**
 * The first 8 bytes of SHA-256(public key), by which records name their key.
 * @param {Uint8Array} publicKey
 * @returns {Uint8Array}
 */
export function keyId(publicKey) {
  return sha256(publicKey).subarray(0, 8);
}

/**
 * The same statement in other words or by another key: what an altered copy of a record is made of.
 * @param {Frame} frame
 * @param {{ payload?: Uint8Array, kid?: Uint8Array, sign?: (signed: Uint8Array) => Promise<Uint8Array> }} changes
 *   without `sign`, the old signature is kept
 * @returns {Promise<Uint8Array>}
 */
export async function alter(frame, { payload = frame.payload, kid = frame.kid, sign }) {
  const issuer = encodeString(TEXT, toUtf8(frame.issuer));
  const subject = encodeString(TEXT, toUtf8(frame.subject));
  const header = encodeString(BYTES, concat(ALG_TYPE_KID, kid, CLAIMS, issuer, Uint8Array.of(0x02), subject));
  const body = encodeString(BYTES, payload);
  const signature = sign ? await sign(concat(SIGNATURE1, header, EMPTY_BYTES, body)) : frame.signature;
  return concat(Uint8Array.of(0xd2, 0x84), header, Uint8Array.of(0xa0), body, Uint8Array.of(0x58, 0x40), signature);
}
