// The words of the pages: each speaker says the messages of one context of the catalogues.

import { knows, message, speaker } from "../records/words.js";

/** The station page, and the sandbox of the tour. */
export const say = speaker("station");
/** The page "Check a sheet". */
export const sayCheck = speaker("check");
/** The page that verifies everything, and verify.html. */
export const speak = speaker("verify");
/** The packing of an area. */
export const sayArea = speaker("area");

/**
 * Whether the page that verifies everything has a sentence of this key.
 * @param {string} lang
 * @param {string} key
 */
export function hasSentence(lang, key) {
  return knows(lang, "verify", key);
}

/**
 * The word for a type of record or a code inside one, or the code itself.
 * @param {string} lang
 * @param {string} code
 * @returns {string}
 */
export function wordFor(lang, code) {
  return message(lang, "code", code);
}

/**
 * The language of a page's element, as the element states it.
 * @param {HTMLElement} root
 * @returns {string}
 */
export function languageOf(root) {
  return root.dataset.lang ?? (document.documentElement.lang || "en");
}
