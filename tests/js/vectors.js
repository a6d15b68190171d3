// What the tests under node share: the vectors of docs/vectors, and how a module answers.

import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";

import { Refusal } from "#js/records/refusal.js";

globalThis.crypto ??= /** @type {Crypto} */ (/** @type {unknown} */ (webcrypto)); // as in every browser

/**
 * A file of docs/vectors.
 * @param {string} name
 * @returns {any}
 */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../../docs/vectors/${name}.json`, import.meta.url), "utf8"));
}

/**
 * The key of the refusal that ends something, or null where it ends well.
 * @param {() => unknown} act
 * @returns {string | null}
 */
export function refusalOf(act) {
  try {
    act();
    return null;
  } catch (why) {
    if (why instanceof Refusal) return why.key;
    throw why;
  }
}
