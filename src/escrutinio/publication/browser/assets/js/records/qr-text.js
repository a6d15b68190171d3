// A record as the text of a QR code (docs/formats.md): `ESC1:` and base45, or `ESCX:` where the election is
// not real. Whether that is true stands in the election's definition.

import { base45Decode, base45Encode } from "./base45.js";
import { MAX_RECORD } from "./cose.js";
import { refuse } from "./refusal.js";

const [REAL, NOT_REAL] = ["ESC1:", "ESCX:"];
const LONGEST = REAL.length + Math.floor(MAX_RECORD / 2) * 3 + 2;

/**
 * @param {Uint8Array} raw
 * @param {boolean} real as the election's definition says
 * @returns {string}
 */
export function qrText(raw, real) {
  if (raw.length > MAX_RECORD) refuse("record-long", { size: raw.length, limit: MAX_RECORD });
  return (real ? REAL : NOT_REAL) + base45Encode(raw);
}

/**
 * Whether a text begins as the QR text of a record does.
 * @param {string} text
 */
export function isQrText(text) {
  return text.startsWith(REAL) || text.startsWith(NOT_REAL);
}

/**
 * The bytes of the record in a QR text, and whether it says that its election is real.
 * @param {string} text
 * @returns {{ raw: Uint8Array, real: boolean }}
 */
export function readQrText(text) {
  if (text.length > LONGEST) refuse("qr-long");
  if (!isQrText(text) || text.length === REAL.length) refuse("qr-start", { real: REAL, other: NOT_REAL });
  return { raw: base45Decode(text.slice(REAL.length)), real: text.startsWith(REAL) };
}
