// Verifying a whole log in the browser: every entry read, every tile and the root recomputed, every signature
// checked with the keys that the log enrols, and the totals added up again.

import { concat, equal, toHex } from "./bytes.js";
import { keyId } from "./cose.js";
import { countSheets, mayState, readPlace } from "./counting.js";
import { keyIsAcceptable, verifier } from "./ed25519.js";
import { leafHash, treeRoot } from "./merkle.js";
import { openRecord } from "./record.js";
import { Refusal, refuse } from "./refusal.js";
import { ENTRIES, TILE_WIDTH, tileNames, tilePath } from "./tiles.js";

const AT_ONCE = 8; // fetches, and thousands of signatures, under way together
const [ENROLMENT, REVOCATION, ROLL, OPENING] = [3, 4, 6, 16];
const FIRST_WORDS = new Set([13, 14, 17]);

/** @typedef {import("./log.js").Log} Log */
/** @typedef {import("./record.js").Entry} Entry */
/** @typedef {(stage: "entries" | "tiles" | "signatures", done: number, all: number) => void} Progress */
/** @typedef {{ key: any, enrolled: number, revoked: number }} Held */
/**
 * `faults`: entries that state nothing, with the reason. `logKey`, `cosigned`: null without a trust file.
 * @typedef {{ size: number, root: string, logKey: any, cosigned: any[] | null,
 *   faults: { index: number, why: Refusal }[], refused: { index: number, code: string }[],
 *   totals: Map<string, import("./counting.js").Total> }} Verified
 */

/**
 * Verify a publication's log and add up what it holds; refused where the log itself does not hold together.
 * @param {Log} log
 * @param {Progress} [progress]
 * @returns {Promise<Verified>}
 */
export async function verifyElection(log, progress = () => {}) {
  const { size, root } = await log.checkpoint();
  const entries = await readEntries(log, size, progress);
  const leaves = entries.map(leafHash);
  await compareTiles(log, size, leaves, progress);
  if (!equal(treeRoot(leaves), root)) refuse("root-differs");
  const logKey = await log.logKey();
  const cosigned = await log.cosignatures();
  const { definition, election, rootKey } = await log.context();

  /** @type {{ index: number, why: Refusal }[]} */
  const faults = [];
  const opened = entries.map((raw, index) => attempt(faults, index, () => openOf(raw, index, election)));
  const keys = await enrolledKeys(opened, rootKey);
  const signed = await checkSignatures(opened, keys, rootKey, faults, progress);
  const place = await findPlace(log, definition.body, signed);
  const openings = openingsOf(signed, definition.body.officers_needed);
  const { totals, refused } = countSheets(signed, definition.body, place, openings);
  faults.sort((a, b) => a.index - b.index);
  return { size, root: toHex(root), logKey, cosigned, faults, refused, totals };
}

/**
 * @param {Log} log
 * @param {number} size
 * @param {Progress} progress
 * @returns {Promise<Uint8Array[]>}
 */
async function readEntries(log, size, progress) {
  /** @type {Uint8Array[]} */
  const entries = [];
  const names = tileNames(size, ENTRIES);
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const bundles = await Promise.all(names.slice(at, at + AT_ONCE).map(({ index }) => log.files.bundle(index, size)));
    entries.push(...bundles.flat());
    progress("entries", entries.length, size);
  }
  return entries;
}

/**
 * Every hash tile must be what the entries hash to.
 * @param {Log} log
 * @param {number} size
 * @param {Uint8Array[]} leaves
 * @param {Progress} progress
 */
async function compareTiles(log, size, leaves, progress) {
  let row = leaves;
  for (let level = 0; row.length; level++) {
    /** @type {Uint8Array[]} */
    const above = [];
    const names = tileNames(size, level);
    for (let at = 0; at < names.length; at += AT_ONCE) {
      await Promise.all(
        names.slice(at, at + AT_ONCE).map(async ({ index, width }) => {
          const computed = row.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
          const published = await log.files.tile(level, index, size);
          if (!equal(concat(...published), concat(...computed))) refuse("tile-differs", { path: tilePath(level, index, width) });
          if (width === TILE_WIDTH) above[index] = treeRoot(computed);
        }),
      );
      progress("tiles", Math.min(at + AT_ONCE, names.length), names.length);
    }
    row = above;
  }
}

/**
 * @template T
 * @param {{ index: number, why: Refusal }[]} faults
 * @param {number} index
 * @param {() => T} act
 * @returns {T | null}
 */
function attempt(faults, index, act) {
  try {
    return act();
  } catch (why) {
    if (!(why instanceof Refusal)) throw why;
    faults.push({ index, why });
    return null;
  }
}

/** @param {Uint8Array} raw @param {number} index @param {Uint8Array} election @returns {Entry} */
function openOf(raw, index, election) {
  const entry = openRecord(raw);
  return index === 0 || equal(entry.election, election) ? entry : refuse("entry-election");
}

/**
 * The keys that the operator's root enrols and revokes, by key id; the first enrolment of a key wins.
 * @param {(Entry | null)[]} opened
 * @param {Uint8Array} rootKey
 * @returns {Promise<Map<string, Held>>}
 */
async function enrolledKeys(opened, rootKey) {
  const rootId = keyId(rootKey);
  const check = await verifier(rootKey);
  /** @type {Map<string, Held>} */
  const keys = new Map();
  for (const [index, entry] of opened.entries()) {
    if (!entry || (entry.type !== ENROLMENT && entry.type !== REVOCATION)) continue;
    const { kid, signed, signature } = entry.frame;
    if (!equal(kid, rootId) || !(await check(signed, signature))) continue;
    if (entry.type === REVOCATION) {
      const held = keys.get(toHex(entry.body.kid));
      if (held) held.revoked = Math.min(held.revoked, index);
      continue;
    }
    for (const key of entry.body.keys) {
      const id = toHex(keyId(key.public_key));
      if (keyIsAcceptable(key.public_key) && !keys.has(id)) keys.set(id, { key, enrolled: index, revoked: Infinity });
    }
  }
  return keys;
}

/**
 * The records that a key in force signed, in log order; the others become faults.
 * @param {(Entry | null)[]} opened
 * @param {Map<string, Held>} keys
 * @param {Uint8Array} rootKey
 * @param {{ index: number, why: Refusal }[]} faults
 * @param {Progress} progress
 * @returns {Promise<import("./counting.js").Signed[]>}
 */
async function checkSignatures(opened, keys, rootKey, faults, progress) {
  const rootId = toHex(keyId(rootKey));
  /** @type {Map<string, Promise<import("./ed25519.js").Verifier>>} */
  const verifiers = new Map();
  const checkOne = async (/** @type {Entry} */ entry, /** @type {number} */ index) => {
    const kid = toHex(entry.frame.kid);
    const key = kid === rootId ? { name: entry.frame.issuer, public_key: rootKey, role: "root" } : keyAt(keys, kid, entry, index);
    if (!key) return { index, why: new Refusal("key-unknown", { kid }) };
    if (!verifiers.has(kid)) verifiers.set(kid, verifier(key.public_key));
    const check = await /** @type {Promise<import("./ed25519.js").Verifier>} */ (verifiers.get(kid));
    const holds = await check(entry.frame.signed, entry.frame.signature);
    return holds ? { index, entry, key } : { index, why: new Refusal("signature-bad") };
  };
  const signed = [];
  for (let at = 2; at < opened.length; at += AT_ONCE * 1_000) {
    const some = opened.slice(at, at + AT_ONCE * 1_000);
    for (const one of await Promise.all(some.map((entry, i) => entry && checkOne(entry, at + i)))) {
      if (one && "entry" in one) signed.push(one);
      else if (one) faults.push(one);
    }
    progress("signatures", at + some.length, opened.length);
  }
  return signed;
}

/** @param {Map<string, Held>} keys @param {string} kid @param {Entry} entry @param {number} index */
function keyAt(keys, kid, entry, index) {
  const held = keys.get(kid);
  const inForce = held && held.enrolled < index && index <= held.revoked && held.key.name === entry.frame.issuer;
  return inForce ? held.key : null;
}

/**
 * The records of one type that the authority's officers made effective, at the index where they became so.
 * @param {import("./counting.js").Signed[]} signed
 * @param {number} type
 * @param {number} needed officers who must say the same
 * @returns {{ index: number, entry: Entry }[]}
 */
function effective(signed, type, needed) {
  /** @type {Map<string, Set<string>>} */
  const waiting = new Map();
  return signed.filter(({ entry, key }) => {
    if (entry.type !== type) return false;
    if (key.role !== "authority") return key.role === "importer" && type === ROLL;
    const said = `${entry.frame.subject} ${JSON.stringify(entry.body, (_, value) => (value instanceof Uint8Array ? toHex(value) : value))}`;
    const who = (waiting.get(said) ?? new Set()).add(key.name);
    waiting.set(said, who.size < needed ? who : new Set());
    return who.size >= needed;
  });
}

/** @param {import("./counting.js").Signed[]} signed @param {number} needed @returns {Map<string, number>} */
function openingsOf(signed, needed) {
  const openings = new Map();
  for (const { index, entry } of effective(signed, OPENING, needed)) {
    if (!openings.has(entry.about.station)) openings.set(entry.about.station, index);
  }
  return openings;
}

/**
 * The areas, and the last roll before the first official sheet (the first roll, where all came later).
 * @param {Log} log
 * @param {any} definition its body
 * @param {import("./counting.js").Signed[]} signed
 */
async function findPlace(log, definition, signed) {
  const rolls = effective(signed, ROLL, definition.officers_needed);
  const first = signed.find(({ entry, key }) => FIRST_WORDS.has(entry.type) && mayState(key.role, entry.type === 13 ? 14 : entry.type, false));
  const before = rolls.filter(({ index }) => index < (first?.index ?? Infinity));
  const roll = before.at(-1) ?? rolls[0];
  const stations = roll ? await log.attachment(roll.entry.body.stations) : null;
  return readPlace(await log.attachment(definition.areas), stations);
}
