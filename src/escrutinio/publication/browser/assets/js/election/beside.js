// What is published beside a log: the attachments that records name, the files of data/, and the offline verifier.

import { equal, toHex } from "../records/bytes.js";
import { Refusal, refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";

export const DATAPACKAGE = "data/datapackage.json";
const VERIFIER = "verify.html";
const WITHDRAWAL = 30;
const MAX_ATTACHMENT = 2 ** 28;
const MEDIA_TYPES = new Set(["text/csv", "text/plain", "application/json", "application/pdf", "image/jpeg", "image/png"]);
const MAX_FILE = 256 * 1024 * 1024; // a browser holds it in memory
const MAX_RESOURCES = 100_000;
const PATH = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){0,3}$/;

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../records/record.js").Entry} Entry */
/** @typedef {{ digest: Uint8Array, size: number, media_type: string }} Attachment */
/** @typedef {{ index: number, entry: Entry }} Placed */
/** @typedef {import("./steps.js").Answer<never>} Answer */

/** @param {any} value @returns {Attachment[]} */
function attachmentsIn(value) {
  if (Array.isArray(value)) return value.flatMap(attachmentsIn);
  return value?.digest instanceof Uint8Array && "media_type" in value ? [value] : [];
}

/**
 * The attachments that are still to be published, each with the first entry that names it: all but those that the
 * signer of every record naming them has withdrawn, and that settle no total.
 * @param {Placed[]} records
 * @param {Set<string>} needed digests, in hexadecimal, of those that totals depend on
 * @returns {Map<string, { index: number, attachment: Attachment }>}
 */
export function attachmentsOf(records, needed) {
  const ended = new Set(records.filter(({ entry }) => entry.type === WITHDRAWAL).map(({ entry }) => `${toHex(entry.body.attachment)} ${entry.frame.issuer}`));
  /** @type {Map<string, { index: number, attachment: Attachment }>} */
  const found = new Map();
  for (const { index, entry } of records) {
    for (const attachment of Object.values(entry.body).flatMap(attachmentsIn)) {
      const digest = toHex(attachment.digest);
      const gone = ended.has(`${digest} ${entry.frame.issuer}`) && !needed.has(digest);
      const key = `${digest} ${attachment.size} ${attachment.media_type}`;
      if (!gone && !found.has(key)) found.set(key, { index, attachment });
    }
  }
  return found;
}

/**
 * Every attachment that a record names is there, and is that file.
 * @param {Log} log
 * @param {Placed[]} records
 * @param {Set<string>} needed
 * @returns {Promise<Answer>}
 */
export async function checkAttachments(log, records, needed) {
  const named = attachmentsOf(records, needed);
  for (const { index, attachment } of named.values()) {
    const { size, digest, media_type: type } = attachment;
    if (!MEDIA_TYPES.has(type) || size > MAX_ATTACHMENT) refuse("attachment-kind", { index, type: type.slice(0, 80), size });
    const path = `attachments/${toHex(digest)}`;
    const data = (await log.fetchFile(path, size)) ?? refuse("fetch-missing", { path });
    if (data.length !== size || !equal(sha256(data), digest)) refuse("attachment-digest", { digest: toHex(digest) });
  }
  return { text: "attachments-ok", values: { count: named.size } };
}

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
