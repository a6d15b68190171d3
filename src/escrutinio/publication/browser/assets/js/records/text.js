// Which texts, names and codes a record may carry (docs/formats.md, "Text").

import { toUtf8 } from "./bytes.js";
import { quoted, refuse } from "./refusal.js";

// Control characters, bidirectional controls, line separators; lone surrogates cannot come from UTF-8.
const SUSPECT = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const PATH = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/**
 * @param {string} value
 * @param {number} limit bytes of UTF-8
 * @returns {string}
 */
export function checkText(value, limit) {
  const bad = SUSPECT.exec(value);
  if (bad) refuse("text-sign", { sign: `U+${bad[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}` });
  if (toUtf8(value).length > limit) refuse("text-long", { limit });
  return value;
}

/** @param {string} value */
export function checkCode(value) {
  return isCode(value) ? value : refuse("not-a-code", { value: quoted(value) });
}

/**
 * Whether a text is a code: 1 to 64 of `A-Z a-z 0-9 . _ -`, the first a letter or digit.
 * @param {unknown} value
 * @returns {value is string}
 */
export function isCode(value) {
  return typeof value === "string" && value.length <= 64 && CODE.test(value);
}

/** @param {string} value */
export function checkName(value) {
  return value.length <= 64 && PATH.test(value) ? value : refuse("not-a-name", { value: quoted(value) });
}

const MAX_SUBJECT = "station/".length + 2 * 64 + 1; // its longest form, of the longest codes

/** @param {string} value */
export function checkSubject(value) {
  return value.length <= MAX_SUBJECT && PATH.test(value) ? value : refuse("not-a-subject", { value: quoted(value) });
}

/** @param {string} value */
export function checkDate(value) {
  const parts = DATE.exec(value);
  if (parts) {
    const [year, month, day] = parts.slice(1).map(Number);
    const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
    if (year >= 1 && day >= 1 && day <= days) return value;
  }
  return refuse("not-a-date", { value: quoted(value) });
}
