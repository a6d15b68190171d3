// Moments as the pages write them, by the clocks of the election's place: what base/words/format.py
// writes in Python. Both are held against tests/data/moments.json.

import { formatDay, formatNumber } from "../records/words.js";

const LAST = 253_402_300_799; // of the year 9999
const MINUS = "\u2212";
const NBSP = "\u00a0";

/**
 * The minutes by which the clocks of the place are ahead of UTC, as the page states them; 0 where it does not.
 * @returns {number}
 */
export function pageOffset() {
  const given = Number(globalThis.document?.documentElement.dataset.utcOffset ?? 0);
  return Number.isInteger(given) && Math.abs(given) <= 840 ? given : 0;
}

/**
 * A second since 1970 as day, hour and minute, with what the clocks are called: "4 de mayo de 2031, 18:02 (UTC−3)".
 * @param {number | bigint} seconds
 * @param {string} lang
 * @param {number} [offset] minutes that the clocks are ahead of UTC
 * @returns {string}
 */
export function momentOf(seconds, lang, offset = pageOffset()) {
  const there = local(seconds, offset);
  return there === null ? `1970 + ${formatNumber(seconds, lang)}${NBSP}s` : `${formatDay(there.slice(0, 10), lang)}, ${clockOf(seconds, offset)}`;
}

/**
 * The day on which a second falls, in words.
 * @param {number | bigint} seconds
 * @param {string} lang
 * @param {number} [offset]
 */
export function dayOfMoment(seconds, lang, offset = pageOffset()) {
  const there = local(seconds, offset);
  return there === null ? `1970 + ${formatNumber(seconds, lang)}${NBSP}s` : formatDay(there.slice(0, 10), lang);
}

/**
 * Hour and minute of a second, with what the clocks are called: "18:02 (UTC−3)".
 * @param {number | bigint} seconds
 * @param {number} [offset]
 */
export function clockOf(seconds, offset = pageOffset()) {
  return `${local(seconds, offset)?.slice(11) ?? "–"}${NBSP}${zone(offset)}`;
}

/**
 * "2031-05-04T18:02" by these clocks; null beyond the calendars.
 * @param {number | bigint} seconds
 * @param {number} offset
 */
function local(seconds, offset) {
  const there = Math.max(Number(seconds) + 60 * offset, 0);
  return there > LAST || Number.isNaN(there) ? null : new Date(there * 1000).toISOString().slice(0, 16);
}

/** @param {number} offset */
function zone(offset) {
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  if (offset === 0) return "UTC";
  return `(UTC${offset < 0 ? MINUS : "+"}${hours}${minutes ? `:${String(minutes).padStart(2, "0")}` : ""})`;
}
