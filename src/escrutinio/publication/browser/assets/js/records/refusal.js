// Why something was refused: a key with values, which becomes words where a reader sees it.

import { fill, message } from "./words.js";

/** A refusal: `key` names a sentence of the catalogues, `values` fill its gaps, `cause` is what it quotes. */
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

  /** Whether it is of an election in another version of the formats, which is neither right nor wrong here. */
  get otherVersion() {
    return this.key === "definition-version";
  }

  /** Whether the quorum hangs on cosignatures of an algorithm that is not here, which are neither right nor wrong. */
  get unjudged() {
    return this.key === "cosignatures-unjudged";
  }

  /** Whether it names a file that could not be had, be it that it is not there or cannot be read. */
  get unread() {
    return this.unreadable || this.key === "fetch-missing";
  }

  /**
   * The sentence in a language.
   * @param {string} lang
   * @returns {string}
   */
  text(lang) {
    return fill(message(lang, "refusal", this.key), lang, this.values);
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
 * Words or bytes from outside, cut so that they can be quoted in a sentence.
 * @param {unknown} value
 * @returns {string}
 */
export function quoted(value) {
  const text = String(value);
  return `“${text.length > 80 ? `${text.slice(0, 80)}…` : text}”`;
}
