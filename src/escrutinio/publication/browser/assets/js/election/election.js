// What the entries of a log say: every entry read, every signature checked with the keys that the log enrols, and the
// totals added up again.

import { equal, toHex } from "../records/bytes.js";
import { settle } from "./controls.js";
import { countSheets } from "./counting.js";
import { isNative, verifier } from "../records/ed25519.js";
import { keyAt, readKeys } from "./keys.js";
import { readRecord, UNREAD } from "../records/record.js";
import { Refusal } from "../records/refusal.js";
import { ENTRIES, tileNames } from "../log/tiles.js";

const AT_ONCE = 8; // fetches under way together
const SIGNATURES_AT_ONCE = 2_000;
const SLOW_AT_ONCE = 50; // without WebCrypto each takes milliseconds, and the reader wants to see it move

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {{ index: number, why: Refusal }} Fault an entry that states nothing, with the reason */
/** @typedef {(stage: "entries" | "tiles" | "signatures" | "beside", done: number, all: number) => void} Progress */
/**
 * What entries say. `checked` of `signatures` were checked, all of them unless a sample was asked for. `unknownTypes`
 * and `unread` are records of types that this program does not know, signed by keys in force: those below 128 may
 * change keys or totals, so that nothing said of either can be judged; the others never do.
 * @typedef {{ index: number, type: number }} Unknown
 * @typedef {{ faults: Fault[], unknownTypes: Unknown[], unread: Unknown[], refused: { index: number, code: string }[], checked: number, signatures: number,
 *   totals: Map<string, import("./counting.js").Total>, place: import("./roll.js").Place, signed: Signed[] }} Judged
 */
/** @param {Uint8Array[]} entries @returns {{ index: number, raw: Uint8Array }[]} */
export function placed(entries) {
  return entries.map((raw, index) => ({ index, raw }));
}

/**
 * All entries, in order.
 * @param {Log} log
 * @param {Progress} progress
 * @returns {Promise<Uint8Array[]>}
 */
export async function readEntries(log, progress) {
  const { size } = await log.checkpoint();
  /** @type {Uint8Array[]} */
  const entries = [];
  const names = tileNames(size, ENTRIES);
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const bundles = await Promise.all(names.slice(at, at + AT_ONCE).map(({ index }) => log.files.bundle(index, size)));
    for (const bundle of bundles) entries.push(...bundle);
    progress("entries", entries.length, size);
  }
  return entries;
}

/**
 * Open records, check who signed them, and count the sheets among them.
 * @param {{ index: number, raw: Uint8Array }[]} entries in log order, the definition and the charter among them
 * @param {import("../log/log.js").Context} context
 * @param {import("./controls.js").Attachments} attachment
 * @param {{ progress?: Progress, sample?: number }} [how] `sample`: check so many signatures only, drawn at random
 * @returns {Promise<Judged>}
 */
export async function judgeEntries(entries, { definition, election, rootKey }, attachment, { progress = () => {}, sample = Infinity } = {}) {
  /** @type {Fault[]} */
  const faults = [];
  /** @type {import("./keys.js").Found[]} */
  const opened = [];
  for (const { index, raw } of entries) {
    if (index < 2) continue; // definition and charter, which brought their own key
    try {
      const read = readRecord(raw);
      if (equal(read.entry.election, election)) opened.push({ index, ...read });
      else faults.push({ index, why: new Refusal("entry-election") });
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      faults.push({ index, why });
    }
  }
  const keyring = await readKeys(opened.filter((one) => one.known), rootKey);
  const drawn = drawSample(opened.length, sample);
  const { signed, unknown } = await checkSignatures(opened, keyring, drawn, faults, progress);
  const settled = await settle(signed, definition.body, keyring, attachment);
  const { totals, refused } = countSheets(signed, definition.body, settled);
  faults.sort((a, b) => a.index - b.index);
  const checked = Math.min(sample, opened.length);
  const unknownTypes = unknown.filter(({ type }) => type < UNREAD);
  const unread = unknown.filter(({ type }) => type >= UNREAD);
  return { faults, unknownTypes, unread, refused, totals, checked, signatures: opened.length, place: settled.place, signed };
}

/**
 * Which of so many are drawn, by the browser's random numbers; null for all.
 * @param {number} all
 * @param {number} sample
 * @returns {Set<number> | null}
 */
function drawSample(all, sample) {
  if (sample >= all) return null;
  /** @type {Set<number>} */
  const drawn = new Set();
  const random = new Uint32Array(1);
  while (drawn.size < sample) {
    crypto.getRandomValues(random);
    if (random[0] < 2 ** 32 - (2 ** 32 % all)) drawn.add(random[0] % all);
  }
  return drawn;
}

/**
 * The records that a key in force signed, in log order, and those of types that are not known; the others become
 * faults.
 * @param {import("./keys.js").Found[]} opened
 * @param {import("./keys.js").Keyring} keyring
 * @param {Set<number> | null} drawn places whose signatures are checked; null for all
 * @param {Fault[]} faults
 * @param {Progress} progress
 * @returns {Promise<{ signed: Signed[], unknown: Unknown[] }>}
 */
async function checkSignatures(opened, keyring, drawn, faults, progress) {
  /** @type {Map<string, Promise<import("../records/ed25519.js").Verifier>>} */
  const verifiers = new Map();
  const checkOne = async (/** @type {import("./keys.js").Found} */ found, /** @type {number} */ place) => {
    const { index, entry } = found;
    const kid = toHex(entry.frame.kid);
    const key = keyAt(keyring, found);
    if (!key) return { index, why: new Refusal("key-unknown", { kid }) };
    const good = found.known ? { index, entry: found.entry, key } : { index, type: entry.type };
    if (drawn && !drawn.has(place)) return good;
    if (!verifiers.has(kid)) verifiers.set(kid, verifier(key.public_key));
    const check = await /** @type {Promise<import("../records/ed25519.js").Verifier>} */ (verifiers.get(kid));
    const holds = await check(entry.frame.signed, entry.frame.signature);
    return holds ? good : { index, why: new Refusal("signature-bad") };
  };
  /** @type {Signed[]} */
  const signed = [];
  /** @type {Unknown[]} */
  const unknown = [];
  const step = (await isNative()) ? SIGNATURES_AT_ONCE : SLOW_AT_ONCE;
  const batch = (/** @type {number} */ at) => Promise.all(opened.slice(at, at + step).map((placed, i) => checkOne(placed, at + i)));
  let next = batch(0);
  for (let at = 0; at < opened.length; at += step) {
    const current = next;
    next = batch(at + step); // so that the browser's threads have work while this one takes the answers
    for (const one of await current) {
      if ("why" in one) faults.push(one);
      else if (one.entry) signed.push(one);
      else unknown.push(one);
    }
    progress("signatures", Math.min(at + step, opened.length), opened.length);
  }
  return { signed, unknown };
}
