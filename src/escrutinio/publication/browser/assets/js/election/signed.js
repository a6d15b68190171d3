// The entries of a log opened, and who signed them: the keys that the log enrols up to each entry, and every signature.
// Entries are taken by the thousand, so that signatures are checked elsewhere while the next entries are opened here.

import { equal, nameOf, toHex } from "../records/bytes.js";
import { isNative } from "../records/ed25519.js";
import { readRecord } from "../records/record.js";
import { Refusal } from "../records/refusal.js";
import { HERE } from "../records/signatures.js";
import { consentsNeeded } from "./revoking.js";
import { addKeys, heardOn, keyAt, keyringOf, whyNot } from "./keys.js";

const SIGNATURES_AT_ONCE = 1_000;
const SLOW_AT_ONCE = 50; // without WebCrypto each takes milliseconds, and the reader wants to see it move
const AHEAD = 8; // batches under way together

/** @typedef {import("./keys.js").Found} Found */
/** @typedef {import("./keys.js").Key} Key */
/** @typedef {{ index: number, why: Refusal, marked?: import("./keys.js").Entry, keyless?: Found }} Fault an entry that states nothing, with the
 * reason; `marked`: it is right but for its key, which was revoked before and is heard on; `keyless`: no key in force signed it */
/** @typedef {{ index: number, type: number }} Unknown */
/** An entry and where it stands; `leaf` is its hash, by which repeats are known.
 * @typedef {{ index: number, raw: Uint8Array, leaf: Uint8Array }} Raw */
/**
 * What entries are by a key in force, in log order: `signed`, records of types that are not known, and those that are all
 * right but for a bound, or that its key was revoked before and is heard on; the others are `faults`. `checked` of `signatures` were checked.
 * @typedef {{ signed: import("./keys.js").Signed[], unknown: Unknown[], beyond: Fault[], faults: Fault[],
 *   keyring: import("./keys.js").Keyring, repeats: { index: number, first: number }[], checked: number,
 *   signatures: number }} Heard */
/** @typedef {{ found: Found, key: Key | null, holds: boolean,
 *   after: import("./keys.js").Held | null }} Judgement */
/** How entries are read. `sample`: check so many signatures only, drawn at random.
 * @typedef {{ progress: (stage: "signatures", done: number, all: number) => void, sample: number,
 *   signatures?: import("../records/signatures.js").Checker }} How */

/**
 * Open records and check who signed them.
 * @param {Raw[]} entries in log order, the definition and the charter among them
 * @param {Pick<import("../log/log.js").Context, "definition" | "election" | "rootKey">} context
 * @param {How} how
 * @returns {Promise<Heard>}
 */
export async function readSigned(entries, { definition, election, rootKey }, { progress, sample, signatures = HERE }) {
  const { once, repeats } = withoutRepeats(entries);
  const keyring = keyringOf(rootKey, consentsNeeded(definition.body, rootKey));
  /** @type {Heard} */
  const heard = { signed: [], unknown: [], beyond: [], faults: [], keyring, repeats, checked: 0, signatures: 0 };
  const records = once.filter(({ index }) => index >= 2); // definition and charter brought their own key
  const step = (await isNative()) ? SIGNATURES_AT_ONCE : SLOW_AT_ONCE;
  const sampled = sample < records.length; // a sample is drawn of all that can be opened
  /** @type {Promise<Judgement[]>[]} */
  const waiting = [];
  let done = 0;
  const take = async () => {
    const batch = (await waiting.shift()) ?? [];
    for (const one of batch) note(one, heard);
    done += batch.length;
    progress("signatures", done, Math.max(done, records.length - heard.faults.length));
  };
  for (let at = 0; at < records.length; at += sampled ? records.length : step) {
    const opened = open(sampled ? records : records.slice(at, at + step), election, heard.faults);
    await addKeys(keyring, opened);
    const drawn = drawSample(opened.length, sample);
    heard.signatures += opened.length;
    heard.checked += drawn?.size ?? opened.length;
    for (let from = 0; from < opened.length; from += step) {
      waiting.push(judge(opened.slice(from, from + step), from, keyring, drawn, signatures));
      if (waiting.length > AHEAD) await take();
    }
  }
  while (waiting.length) await take();
  for (const one of heard.faults) if (one.keyless) one.why = whyNot(keyring, one.keyless); // which may be enrolled later
  return heard;
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
    const name = nameOf(leaf);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else repeats.push({ index, first });
    return first === undefined;
  });
  return { once, repeats };
}

/**
 * Those entries that are records of this election; the others become faults.
 * @param {Raw[]} entries
 * @param {Uint8Array} election
 * @param {Fault[]} faults
 */
function open(entries, election, faults) {
  /** @type {Found[]} */
  const opened = [];
  for (const { index, raw } of entries) {
    try {
      const read = readRecord(raw);
      if (equal(read.entry.election, election)) opened.push({ index, ...read });
      else faults.push({ index, why: new Refusal("entry-election") });
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      faults.push({ index, why });
    }
  }
  return opened;
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
 * Whether keys in force signed records; a signature that is not drawn passes unchecked.
 * @param {Found[]} opened
 * @param {number} first place of the first of them
 * @param {import("./keys.js").Keyring} keyring
 * @param {Set<number> | null} drawn places whose signatures are checked; null for all
 * @param {import("../records/signatures.js").Checker} signatures
 * @returns {Promise<Judgement[]>}
 */
async function judge(opened, first, keyring, drawn, signatures) {
  const after = opened.map((found) => heardOn(keyring, found));
  const keys = opened.map((found, at) => keyAt(keyring, found) ?? after[at]?.key ?? null);
  const asked = opened.map((_, at) => keys[at] !== null && (drawn?.has(first + at) ?? true));
  /** @type {import("../records/signatures.js").Claim[]} */
  const claims = [];
  opened.forEach(({ entry: { frame } }, at) => {
    const key = keys[at];
    if (key && asked[at]) claims.push({ key: key.public_key, message: frame.signed, signature: frame.signature });
  });
  const held = (await signatures.check(claims)).values();
  return opened.map((found, at) => ({ found, key: keys[at], holds: !asked[at] || held.next().value === true, after: after[at] }));
}

/**
 * @param {Judgement} judgement
 * @param {Heard} heard
 */
function note({ found, key, holds, after }, { signed, unknown, beyond, faults }) {
  const { index, entry } = found;
  if (after && holds && found.known) beyond.push({ index, why: new Refusal("key-revoked", { kid: toHex(entry.frame.kid), index: after.revoked }), marked: found.entry });
  else if (after || !key) faults.push({ index, why: new Refusal("key-unknown", { kid: toHex(entry.frame.kid) }), keyless: found });
  else if (!holds) faults.push({ index, why: new Refusal("signature-bad") });
  else if (found.known) signed.push({ index, entry: found.entry, key });
  else if (found.beyond) beyond.push({ index, why: found.beyond });
  else unknown.push({ index, type: entry.type });
}
