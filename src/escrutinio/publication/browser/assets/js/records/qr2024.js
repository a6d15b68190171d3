// The QR code on the tally sheets of 28 July 2024: `center.table.protocol.serial!38 counts!null!blank`. It carries
// no signature: it says what a sheet shows, and proves nothing about who printed it.

import { refuse } from "./refusal.js";
import { isCode } from "./text.js";

const OPTIONS = 38;
const COUNT_LIMIT = 2 ** 32;
const COUNT = "(?:0|[1-9][0-9]{0,9})";
const FORM = new RegExp(
  `^([0-9]{9})\\.([0-9]{2})\\.([0-9])\\.([0-9]{4})!(${COUNT}(?:,${COUNT}){${OPTIONS - 1}})!(${COUNT})!(${COUNT})$`,
);

/** What such a code says; `counts` are of the 38 cards in their order.
 * @typedef {{ station: string, protocol: string, serial: string, counts: number[], null: number, blank: number }} Sheet2024 */
/** What the counts are of: `data/qr2024.json`.
 * @typedef {{ contest: string, card: { card: string, option: string }[] }} Cards2024 */

/** @param {string} text @returns {boolean} whether it looks like such a code, well formed or not */
export function looksLike2024(text) {
  return /^[0-9.]{1,24}![0-9,]*!/.test(text);
}

/**
 * @param {string} text
 * @returns {Sheet2024}
 */
export function readQr2024(text) {
  const found = FORM.exec(text);
  if (!found) return refuse("qr2024-form", { options: OPTIONS });
  const [, center, table, protocol, serial, votes, none, blank] = found;
  if (table === "00") refuse("qr2024-table");
  const sheet = { counts: votes.split(",").map(Number), null: Number(none), blank: Number(blank) };
  if (Math.max(...sheet.counts, sheet.null, sheet.blank) >= COUNT_LIMIT) refuse("qr2024-count", { limit: COUNT_LIMIT - 1 });
  return { station: `${center}.${table}`, protocol, serial, ...sheet };
}

/**
 * Read what the publication says the counts are of.
 * @param {Record<string, any>} said the content of data/qr2024.json
 * @returns {Cards2024}
 */
export function readCards(said) {
  const rows = Array.isArray(said.card) ? said.card : [];
  const fits = rows.length === OPTIONS && rows.every((row) => typeof row?.card === "string" && isCode(row.option));
  if (!fits || !isCode(said.contest)) refuse("qr2024-cards", { options: OPTIONS });
  return { contest: said.contest, card: rows.map(({ card, option }) => ({ card, option })) };
}

/**
 * A sheet's votes by the options of the contest, in the definition's order.
 * @param {Sheet2024} sheet
 * @param {Cards2024} cards
 * @param {{ code: string }[]} options
 * @returns {number[]}
 */
export function countsByOption(sheet, cards, options) {
  const votes = new Map(options.map(({ code }) => [code, 0]));
  cards.card.forEach(({ option }, at) => {
    const before = votes.get(option);
    if (before === undefined) refuse("qr2024-option", { option });
    votes.set(option, Number(before) + sheet.counts[at]);
  });
  return [...votes.values()];
}

/**
 * A sheet as a record of its contest would state it.
 * @param {Sheet2024} sheet
 * @param {Parameters<typeof countsByOption>[1]} cards
 * @param {any} contest of the definition
 * @returns {Record<string, any>}
 */
export function bodyOf(sheet, cards, contest) {
  const classes = contest.classes.map((/** @type {{ code: string }} */ { code }) => (code === "null" ? sheet.null : code === "blank" ? sheet.blank : 0));
  return { counts: countsByOption(sheet, cards, contest.options), classes, valid: null };
}
