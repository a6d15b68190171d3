// What the text of a QR code is, held against a log: the answers of "Check a sheet".

import { equal } from "../records/bytes.js";
import { checkRecord } from "../election/check.js";
import { keyId } from "../records/cose.js";
import { signedBy } from "../log/log.js";
import { leafHash, treeRoot } from "../log/merkle.js";
import { areaOfStation, findPlace, own, pathOf } from "./places.js";
import { isQrText, readQrText } from "../records/qr-text.js";
import { countsByOption, looksLike2024, readCards, readQr2024 } from "../records/qr2024.js";
import { openRecord } from "../records/record.js";
import { Refusal, refuse } from "../records/refusal.js";
import { ENTRIES, tileNames } from "../log/tiles.js";

const MOST = 60; // records of one station that are read
const KEY_REFUSALS = ["key-unknown", "key-late", "key-enrolment", "key-not-root"];

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../records/record.js").Entry} Entry */
/** A record of the station in the log, with what was checked of it.
 * @typedef {{ index: number, status: string, entry: Entry, signer: import("../log/log.js").Signer | null, holds: boolean }} Spoken */
/**
 * `kind`: "in-log", "not-in-log" (the whole log was read), "not-found" (it was not), "unknown-key", "altered",
 * "other-election", "broken" (begins as a record and is none), "unsigned", or "other" (no sheet's QR code).
 * `real`: what the election says of itself; `says`: what the text says of it.
 * @typedef {{ kind: string, real: boolean, says: boolean | null, why: Refusal | null, raw: Uint8Array | null,
 *   entry: Entry | null, signer: import("../log/log.js").Signer | null, index: number | null, area: string | null,
 *   station: string | null, contest: any, spoken: Spoken[], unsigned: import("../records/qr2024.js").Sheet2024 | null,
 *   body: Record<string, any> | null, revoked: number | null, inScope: boolean }} Answer
 * `revoked`: the entry that revokes the key, if any; `inScope`: whether its enrolment lets it say this.
 */

/**
 * @param {Log} log
 * @param {string} text what a QR code carries, as read or pasted
 * @param {{ whole: boolean, progress?: (done: number, all: number) => void }} options `whole`: read the whole log
 *   where the index does not name the record
 * @returns {Promise<Answer>}
 */
export async function identify(log, text, options) {
  const { definition } = await log.context();
  const real = definition.body.kind === "real";
  const said = text.trim();
  const nothing = { real, says: null, why: null, raw: null, entry: null, signer: null, index: null, area: null };
  const free = { revoked: null, inScope: true };
  const blank = { ...nothing, ...free, station: null, contest: null, spoken: [], unsigned: null, body: null };
  if (isQrText(said)) return identifyRecord(log, said, options, blank);
  if (looksLike2024(said)) return identify2024(log, said, blank);
  return { ...blank, kind: "other" };
}

/**
 * @param {Log} log
 * @param {string} text
 * @param {{ whole: boolean, progress?: (done: number, all: number) => void }} options
 * @param {Omit<Answer, "kind">} blank
 * @returns {Promise<Answer>}
 */
async function identifyRecord(log, text, options, blank) {
  const opened = attempt(() => {
    const { raw, real } = readQrText(text);
    return { raw, says: real, entry: openRecord(raw) };
  });
  if (opened instanceof Refusal) return { ...blank, kind: "broken", says: text.startsWith("ESC1"), why: opened };
  const { raw, says, entry } = opened;
  const { election } = await log.context();
  const known = { ...blank, raw, says, entry, station: entry.about.station ?? null };
  if (!equal(entry.election, election)) return { ...known, kind: "other-election" };
  const signer = await signerOf(log, entry);
  if (signer instanceof Refusal) return { ...known, kind: "unknown-key", why: signer };
  if (!(await signedBy(entry, signer.publicKey))) return { ...known, kind: "altered", signer, why: new Refusal("signature-bad") };
  const beside = await besideOf(log, known.station, entry.about.contest);
  const bounds = { revoked: await revocationOf(log, entry), inScope: await inScope(log, entry, signer, beside.area) };
  const found = { ...known, ...beside, ...bounds, signer, body: entry.body };
  const named = beside.spoken.find((one) => equal(one.entry.raw, raw));
  if (named) return { ...found, kind: "in-log", index: named.index };
  if (!options.whole) return { ...found, kind: "not-found" };
  const index = await searchLog(log, raw, options.progress);
  return { ...found, kind: index === null ? "not-in-log" : "in-log", index };
}

/** @param {Log} log @param {string} text @param {Omit<Answer, "kind">} blank @returns {Promise<Answer>} */
async function identify2024(log, text, blank) {
  const unsigned = attempt(() => readQr2024(text));
  if (unsigned instanceof Refusal) return { ...blank, kind: "broken", why: unsigned };
  const { definition } = await log.context();
  const known = { ...blank, kind: "unsigned", station: unsigned.station, unsigned };
  try {
    const cards = readCards(await log.json("data/qr2024.json"));
    const contest = definition.body.contests.find((/** @type {any} */ one) => one.code === cards.contest);
    if (!contest) refuse("qr2024-cards", { options: unsigned.counts.length });
    const body = { counts: countsByOption(unsigned, cards, contest.options), null: unsigned.null, blank: unsigned.blank };
    return { ...known, ...(await besideOf(log, unsigned.station, contest.code)), body };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...known, why: error };
  }
}

/**
 * @template T
 * @param {() => T} act
 * @returns {T | Refusal}
 */
function attempt(act) {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** Whose key signs the record, if the log enrols it. @param {Log} log @param {Entry} entry */
async function signerOf(log, entry) {
  const { size } = await log.checkpoint();
  try {
    return await log.signer(entry, size);
  } catch (error) {
    if (error instanceof Refusal && KEY_REFUSALS.includes(error.key)) return error;
    throw error;
  }
}

/**
 * The first entry, among those that the index names, by which the operator's root revokes the key.
 * @param {Log} log
 * @param {Entry} entry
 * @returns {Promise<number | null>}
 */
async function revocationOf(log, { frame }) {
  const controls = await log.json("data/controls.json");
  const named = own(controls, "revocation");
  const { rootKey } = await log.context();
  for (const index of Array.isArray(named) ? named : []) {
    const revocation = await log.entry(Number(index));
    if (revocation.name === "revocation" && equal(revocation.body.kid, frame.kid) && (await signedBy(revocation, rootKey))) return index;
  }
  return null;
}

/**
 * Whether the key's enrolment lets it speak of this station and contest.
 * @param {Log} log
 * @param {Entry} entry
 * @param {import("../log/log.js").Signer} signer
 * @param {string | null} area
 */
async function inScope(log, { about, frame }, signer, area) {
  if (signer.role === "root" || !about.station) return true;
  const enrolment = await log.entry(signer.enrolled);
  const held = enrolment.body.keys.find((/** @type {any} */ key) => equal(keyId(key.public_key), frame.kid));
  const places = [about.station, ...(area ? (await pathOf(log, area)).map(([code]) => code) : [])];
  const here = !held.scope.length || held.scope.some((/** @type {string} */ code) => places.includes(code));
  return here && (!held.contests.length || held.contests.includes(about.contest));
}

/**
 * What the log has of the same station and contest, as far as the index names it; each is checked.
 * @param {Log} log
 * @param {string | null} station
 * @param {string | undefined} code of the contest
 */
async function besideOf(log, station, code) {
  const { definition } = await log.context();
  const contest = definition.body.contests.find((/** @type {any} */ one) => one.code === code) ?? null;
  const area = station && (await areaOfStation(log, station));
  const place = station && area ? await findPlace(log, area, station) : null;
  /** @type {Spoken[]} */
  const spoken = [];
  for (const { index, status } of place?.entries.slice(0, MOST) ?? []) {
    const standing = await log.standing(index);
    const { entry, signer, steps } = await checkRecord(log, index, standing.raw, standing.proof);
    if (entry?.about.contest !== code || !entry) continue;
    spoken.push({ index, status, entry, signer, holds: steps.every(({ state }) => state !== "bad") });
  }
  return { contest, area: place ? area : null, spoken };
}

/**
 * Where a record stands, after reading every entry and holding them all against the checkpoint's root.
 * @param {Log} log
 * @param {Uint8Array} raw
 * @param {(done: number, all: number) => void} [progress]
 * @returns {Promise<number | null>} null where it is shown not to stand in the log
 */
async function searchLog(log, raw, progress = () => {}) {
  const { size, root } = await log.checkpoint();
  /** @type {Uint8Array[]} */
  const leaves = [];
  let found = null;
  for (const { index } of tileNames(size, ENTRIES)) {
    for (const entry of await log.files.bundle(index, size)) {
      if (found === null && equal(entry, raw)) found = leaves.length;
      leaves.push(leafHash(entry));
    }
    progress(leaves.length, size);
  }
  if (!equal(treeRoot(leaves), root)) refuse("root-differs");
  return found;
}

/**
 * Whether two records say the same votes: counts, null and blank ballots.
 * @param {Record<string, any>} one
 * @param {Record<string, any>} other
 */
export function sameVotes(one, other) {
  const votes = (/** @type {Record<string, any>} */ body) => JSON.stringify([body.counts, body.null ?? 0, body.blank ?? 0]);
  return Boolean(own(one, "counts") && own(other, "counts")) && votes(one) === votes(other);
}
