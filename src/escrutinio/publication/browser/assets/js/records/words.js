// What the languages say. The messages of one are files of a publication, written from the catalogue of that
// language (`words/<language>/<context>.js`), and each calls `learn`; the modules know keys and values alone.

/** `days`: how a day of each month is written. @typedef {{ endonym: string, thousands: string, decimal: string, percent: string, days: string[] }} Marks */
/** Says a message in a language, with its gaps filled.
 * @typedef {(lang: string, key: string, values?: Record<string, unknown>) => string} Say */

const SOURCE = "en";

/** @type {Map<string, Marks>} */
const MARKS = new Map();
/** By language and context. @type {Map<string, Record<string, string>>} */
const MESSAGES = new Map();

/**
 * Take in the messages of a context in a language.
 * @param {string} lang
 * @param {Marks} marks how the language calls itself and writes numbers and days
 * @param {string} context
 * @param {Record<string, string>} messages by key
 */
export function learn(lang, marks, context, messages) {
  MARKS.set(lang, marks);
  MESSAGES.set(`${lang} ${context}`, { ...MESSAGES.get(`${lang} ${context}`), ...messages });
}

/** The languages that were learnt. @returns {string[]} */
export function languages() {
  return [...MARKS.keys()];
}

/** How a language calls itself. @param {string} lang @returns {string} */
export function endonymOf(lang) {
  return MARKS.get(lang)?.endonym ?? lang;
}

/**
 * Whether a context has a message of this key.
 * @param {string} lang
 * @param {string} context
 * @param {string} key
 */
export function knows(lang, context, key) {
  return Object.prototype.hasOwnProperty.call(MESSAGES.get(`${lang} ${context}`) ?? {}, key);
}

/**
 * A message with its gaps not yet filled; in English where this language was not learnt, and where English was
 * not either, the key: a program that is no page says what is wrong by its code.
 * @param {string} lang
 * @param {string} context
 * @param {string} key
 * @returns {string}
 */
export function message(lang, context, key) {
  const known = [lang, SOURCE].find((each) => knows(each, context, key));
  return known === undefined ? key : (MESSAGES.get(`${known} ${context}`)?.[key] ?? key);
}

/**
 * What says the messages of a context.
 * @param {string} context
 * @returns {Say}
 */
export function speaker(context) {
  return (lang, key, values = {}) => fill(message(lang, context, key), lang, values);
}

/**
 * A sentence with its `{gaps}` filled; whole numbers get the thousands signs of the language.
 * @param {string} sentence
 * @param {string} lang
 * @param {Record<string, unknown>} values what a refusal quotes is said in the same language
 * @returns {string}
 */
export function fill(sentence, lang, values) {
  return sentence.replace(/\{(\w+)(?::,)?\}/g, (_, name) => {
    const value = values[name];
    if (value instanceof Error && "text" in value && typeof value.text === "function") return value.text(lang);
    return typeof value === "number" || typeof value === "bigint" ? formatNumber(value, lang) : String(value);
  });
}

/**
 * A whole number as the pages write it: 7.303.480 in Spanish, 7,303,480 in English.
 * @param {number | bigint} value
 * @param {string} lang
 * @returns {string}
 */
export function formatNumber(value, lang) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, MARKS.get(lang)?.thousands ?? ",");
}

/**
 * A part in percent, halves rounded up; a dash where there is nothing to be a part of. It gets as many more digits
 * than two as show that it is not none, a half or all, as the publisher's `Format.percent` (base/words/format.py).
 * @param {number} part
 * @param {number} whole
 * @param {string} lang
 * @returns {string}
 */
export function formatPercent(part, whole, lang) {
  if (!(whole > 0)) return "–";
  for (let digits = 2; ; digits++) {
    const scale = 10n ** BigInt(digits);
    const rounded = (200n * scale * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole));
    const edge = [0n, 50n, 100n].find((one) => one * scale === rounded);
    if (edge !== undefined && edge * BigInt(whole) !== 100n * BigInt(part)) continue;
    const { decimal, percent } = MARKS.get(lang) ?? { decimal: ".", percent: "%" };
    return `${formatNumber(rounded / scale, lang)}${decimal}${String(rounded % scale).padStart(digits, "0")}${percent}`;
  }
}

/**
 * A day written YYYY-MM-DD, in words; as it is where nobody has told how. The browser's own calendar is not asked:
 * on a slow phone it takes a fifth of a second to load.
 * @param {string} iso
 * @param {string} lang
 * @returns {string}
 */
export function formatDay(iso, lang) {
  const [year, month, day] = iso.split("-").map(Number);
  return MARKS.get(lang)?.days[month - 1]?.replace("{day}", String(day)).replace("{year}", String(year)) ?? iso;
}

/**
 * A number with one decimal, as the language writes it.
 * @param {number} value
 * @param {string} lang
 * @returns {string}
 */
export function formatTenths(value, lang) {
  return value.toFixed(1).replace(".", MARKS.get(lang)?.decimal ?? ".");
}
