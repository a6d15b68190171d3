// Why something was refused, in words a reader can act on, in either language of the pages.

import { REFUSALS } from "./refusals.js";

/** A refusal: `key` names a sentence of refusals.js, `values` fill its gaps, `cause` is what it quotes. */
export class Refusal extends Error {
  /**
   * @param {string} key
   * @param {Record<string, string | number | bigint | Refusal>} [values]
   */
  constructor(key, values = {}) {
    super();
    this.name = "Refusal";
    this.key = key;
    this.values = values;
    this.message = this.text("en");
  }

  /** Whether nothing is wrong that is known of: a file is there, or was, and could not be read. */
  get unreadable() {
    return this.key === "fetch-failed";
  }

  /**
   * The sentence in a language of the pages.
   * @param {string} lang "es" or "en"
   * @returns {string}
   */
  text(lang) {
    return fill(REFUSALS[lang][this.key], lang, this.values);
  }
}

/**
 * Stop with a refusal.
 * @param {string} key
 * @param {Record<string, string | number | bigint | Refusal>} [values]
 * @returns {never}
 */
export function refuse(key, values) {
  throw new Refusal(key, values);
}

/**
 * A sentence with its `{gaps}` filled; whole numbers get the language's thousands signs.
 * @param {string} sentence
 * @param {string} lang
 * @param {Record<string, unknown>} values
 * @returns {string}
 */
export function fill(sentence, lang, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    if (value instanceof Refusal) return value.text(lang);
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
  return String(value).replace(/\B(?=(\d{3})+$)/g, lang === "es" ? "." : ",");
}

/**
 * Words or bytes from outside, cut so that they can be quoted in a sentence.
 * @param {unknown} value
 * @returns {string}
 */
export function quoted(value) {
  const text = String(value);
  return `“${text.length > 80 ? `${text.slice(0, 80)}…` : text}”`;
}
