// What the entries of a log say: every entry read, every signature checked with the keys that the log enrols, and the
// totals added up again.

import { equal, toHex } from "../records/bytes.js";
import { settle } from "./controls.js";
import { countSheets } from "./counting.js";
import { readAreas } from "./tables.js";
import { isNative, verifier } from "../records/ed25519.js";
import { keyAt, readKeys } from "./keys.js";
import { readRecord, UNREAD } from "../records/record.js";
import { Refusal } from "../records/refusal.js";
import { leafHash } from "../log/merkle.js";
import { ENTRIES, TILE_WIDTH, tileNames } from "../log/tiles.js";

const AT_ONCE = 8; // fetches under way together
const SIGNATURES_AT_ONCE = 2_000;
const SLOW_AT_ONCE = 50; // without WebCrypto each takes milliseconds, and the reader wants to see it move

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {{ index: number, why: Refusal }} Fault an entry that states nothing, with the reason */
/** @typedef {(stage: "entries" | "tiles" | "signatures" | "beside", done: number, all: number) => void} Progress */
/** An entry and where it stands; `leaf` is its hash, by which repeats are known.
 * @typedef {{ index: number, raw: Uint8Array, leaf: Uint8Array }} Raw */
/**
 * What entries say. `checked` of `signatures` were checked, all of them unless a sample was asked for. `unknownTypes`
 * and `unread` are records of types that this program does not know, signed by keys in force: those below 128 may
 * change keys or totals, so that nothing said of either can be judged; the others never do. `repeats` stood before and
 * say nothing again; `beyond` are all right but for a bound of the formats, and say nothing either; `unreadable` says
 * which file could not be read that totals depend on.
 * @typedef {{ index: number, type: number }} Unknown
 * @typedef {{ faults: Fault[], unknownTypes: Unknown[], unread: Unknown[], refused: { index: number, code: string }[], checked: number, signatures: number,
 *   totals: Map<string, import("./counting.js").Total>, place: import("./roll.js").Place, signed: Signed[],
 *   controls: import("./acts.js").Control[], keyring: import("./keys.js").Keyring, repeats: { index: number, first: number }[], beyond: Fault[],
 *   unreadable: Refusal | null }} Judged
 */
/**
 * @param {Uint8Array[]} entries
 * @param {Uint8Array[]} [leaves] their hashes, where they are known
 * @returns {Raw[]}
 */
export function placed(entries, leaves = entries.map(leafHash)) {
  return entries.map((raw, index) => ({ index, raw, leaf: leaves[index] }));
}

/**
 * All entries, in order. The last bundle is read first: a checkpoint may state any size.
 * @param {Log} log
 * @param {Progress} progress
 * @returns {Promise<Uint8Array[]>}
 */
export async function readEntries(log, progress) {
  const { size } = await log.checkpoint();
  /** @type {Uint8Array[]} */
  const entries = [];
  const read = (/** @type {number} */ index) => log.once(`bundle ${index}`, () => log.files.bundle(index, size));
  if (size) await read(Math.floor((size - 1) / TILE_WIDTH));
  /** @type {Promise<Uint8Array[]>[]} */
  let batch = [];
  const take = async () => {
    for (const bundle of await Promise.all(batch)) entries.push(...bundle);
    batch = [];
    progress("entries", entries.length, size);
  };
  for (const { index } of tileNames(size, ENTRIES)) {
    batch.push(read(index));
    if (batch.length === AT_ONCE) await take();
  }
  await take();
  return entries;
}

/**
 * The entries whose bytes stood nowhere before them, and the others.
 * @param {Raw[]} entries in log order
 */
function withoutRepeats(entries) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  /** @type {{ index: number, first: number }[]} */
  const repeats = [];
  const once = entries.filter(({ index, leaf }) => {
    const name = String.fromCharCode(...leaf);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else repeats.push({ index, first });
    return first === undefined;
  });
  return { once, repeats };
}

/**
 * Attachments for what settles the count: null for one that is missing or another file; what cannot be read is
 * remembered.
 * @param {(named: { digest: Uint8Array, size: number }) => Promise<Uint8Array>} find
 */
function quietly(find) {
  const reader = {
    /** @type {Refusal | null} */
    unreadable: null,
    read: async (/** @type {{ digest: Uint8Array, size: number }} */ named) => {
      try {
        return await find(named);
      } catch (why) {
        if (!(why instanceof Refusal)) throw why;
        if (why.unreadable) reader.unreadable ??= why;
        return null;
      }
    },
  };
  return reader;
}

/**
 * Open records, check who signed them, and count the sheets among them.
 * @param {Raw[]} entries in log order, the definition and the charter among them
 * @param {import("../log/log.js").Context} context
 * @param {(named: { digest: Uint8Array, size: number }) => Promise<Uint8Array>} attachment
 * @param {{ progress?: Progress, sample?: number }} [how] `sample`: check so many signatures only, drawn at random
 * @returns {Promise<Judged>}
 */
export async function judgeEntries(entries, { definition, charter, election, rootKey }, attachment, { progress = () => {}, sample = Infinity } = {}) {
  /** @type {Fault[]} */
  const faults = [];
  /** @type {import("./keys.js").Found[]} */
  const opened = [];
  const { once, repeats } = withoutRepeats(entries);
  for (const { index, raw } of once) {
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
  const { signed, unknown, beyond } = await checkSignatures(opened, keyring, drawn, faults, progress);
  for (const index of new Set(keyring.weak)) faults.push({ index, why: new Refusal("key-weak") });
  faults.sort((a, b) => a.index - b.index);
  const files = quietly(attachment);
  const areas = readAreas(await attachment(definition.body.areas));
  const settled = await settle(signed, definition.body, keyring, areas, files.read);
  const { totals, refused } = countSheets(signed, definition.body, settled, charter.body.role === "official");
  return {
    faults,
    unknownTypes: unknown.filter(({ type }) => type < UNREAD),
    unread: unknown.filter(({ type }) => type >= UNREAD),
    refused,
    totals,
    checked: Math.min(sample, opened.length),
    signatures: opened.length,
    place: settled.place,
    signed,
    controls: settled.controls,
    keyring,
    repeats,
    beyond,
    unreadable: files.unreadable,
  };
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
 * @returns {Promise<{ signed: Signed[], unknown: Unknown[], beyond: Fault[] }>}
 */
async function checkSignatures(opened, keyring, drawn, faults, progress) {
  /** @type {Map<string, Promise<import("../records/ed25519.js").Verifier>>} */
  const verifiers = new Map();
  const checkOne = async (/** @type {import("./keys.js").Found} */ found, /** @type {number} */ place) => {
    const { index, entry } = found;
    const kid = toHex(entry.frame.kid);
    const key = keyAt(keyring, found);
    if (!key) return { index, why: new Refusal("key-unknown", { kid }) };
    const good = found.known ? { index, entry: found.entry, key } : { index, type: entry.type, beyond: found.beyond };
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
  /** @type {Fault[]} */
  const beyond = [];
  const step = (await isNative()) ? SIGNATURES_AT_ONCE : SLOW_AT_ONCE;
  const batch = (/** @type {number} */ at) => Promise.all(opened.slice(at, at + step).map((found, i) => checkOne(found, at + i)));
  let next = batch(0);
  for (let at = 0; at < opened.length; at += step) {
    const current = next;
    next = batch(at + step); // so that the browser's threads have work while this one takes the answers
    for (const one of await current) {
      if ("why" in one) faults.push(one);
      else if (one.entry) signed.push(one);
      else if (one.beyond) beyond.push({ index: one.index, why: one.beyond });
      else unknown.push({ index: one.index, type: one.type });
    }
    progress("signatures", Math.min(at + step, opened.length), opened.length);
  }
  return { signed, unknown, beyond };
}
