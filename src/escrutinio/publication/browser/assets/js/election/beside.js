// What is published beside a log: the files of data/, and the offline verifier.

import { equal, toHex } from "../records/bytes.js";
import { Refusal, refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";

export const DATAPACKAGE = "data/datapackage.json";
const VERIFIER = "verify.html";
const MAX_FILE = 256 * 1024 * 1024; // a browser holds it in memory
const MAX_RESOURCES = 100_000;
const PATH = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){0,3}$/;

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("./steps.js").Answer<never>} Answer */

/**
 * Every file that the description of `data/` lists is there and has the size and digest that it says.
 * @param {Log} log
 * @returns {Promise<Answer>}
 */
export async function checkFiles(log) {
  const { resources } = await log.json(DATAPACKAGE);
  if (!Array.isArray(resources) || !resources.length || resources.length > MAX_RESOURCES) refuse("index-form", { path: DATAPACKAGE });
  /** @type {string[]} */
  const large = [];
  for (const { path, bytes, hash } of resources.map(Object)) {
    if (typeof path !== "string" || !PATH.test(path) || !Number.isSafeInteger(bytes)) refuse("index-form", { path: DATAPACKAGE });
    const place = `data/${path}`;
    if (bytes > MAX_FILE) {
      large.push(path);
      continue;
    }
    const data = (await log.fetchFile(place, MAX_FILE)) ?? refuse("fetch-missing", { path: place });
    if (data.length !== bytes || `sha256:${toHex(sha256(data))}` !== hash) refuse("file-differs", { path: place });
  }
  const values = { count: resources.length - large.length, large: large.length };
  return large.length ? { state: "open", text: "files-large", values } : { text: "files-ok", values };
}

/**
 * The offline verifier of the publication is the one that the trust file names.
 * @param {Log} log
 * @returns {Promise<Answer>}
 */
export async function checkVerifier(log) {
  if (!log.trust) return { state: "open", text: "verifier-open" };
  if (!log.trust.verifierHtml) return { text: "verifier-unnamed" };
  const data = (await log.fetchFile(VERIFIER, MAX_FILE)) ?? refuse("fetch-missing", { path: VERIFIER });
  if (equal(sha256(data), log.trust.verifierHtml)) return { text: "verifier-ok" };
  throw new Refusal("verifier-differs", { found: toHex(sha256(data)), named: toHex(log.trust.verifierHtml) });
}
