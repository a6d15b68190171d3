// The receipt code of a record: eight digits that a station writes on the paper (docs/formats.md). A reminder and no
// proof: whoever has the record can work it out, and two records may share one.

import { sha256 } from "./sha256.js";
import { toUtf8 } from "./bytes.js";

const START = toUtf8("escrutinio receipt\n");

/**
 * The code of the record with this SHA-256, in two groups of four digits.
 * @param {Uint8Array} digest
 * @returns {string}
 */
export function receiptCode(digest) {
  const hashed = sha256(Uint8Array.from([...START, ...digest])).subarray(0, 8);
  const digits = String(hashed.reduce((number, byte) => (number * 256 + byte) % 100_000_000, 0)).padStart(8, "0");
  return `${digits.slice(0, 4)} ${digits.slice(4)}`;
}

/**
 * A code as people type it, with a space, a hyphen or neither, as `receiptCode` writes it; null for any other text.
 * @param {string} text
 * @returns {string | null}
 */
export function readReceiptCode(text) {
  const found = /^([0-9]{4})[ -]?([0-9]{4})$/.exec(text.trim());
  return found && `${found[1]} ${found[2]}`;
}
