// What the text of a QR code is, held against a log: the answers of "Check a sheet".

import { equal, toHex } from "../records/bytes.js";
import { readFormCode } from "../records/form-code.js";
import { receiptCode } from "../records/receipt-code.js";
import { sha256 } from "../records/sha256.js";
import { checkRecord } from "../election/check.js";
import { judgeEntries, placed, readEntries } from "../election/election.js";
import { hasRoomFor, rightOf, whyNotEntitled } from "../election/entitled.js";
import { heardWhenRevoked } from "../election/revoking.js";
import { BULK, Rights } from "../election/rights.js";
import { validOf } from "../election/sheets.js";
import { signedBy } from "../log/foundations.js";
import { leafHash, treeRoot } from "../log/merkle.js";
import { areaOfStation, findPlace, own } from "../election/places.js";
import { isQrText, readQrText } from "../records/qr-text.js";
import { bodyOf, looksLike2024, readCards, readQr2024 } from "../records/qr2024.js";
import { openRecord, readRecord } from "../records/record.js";
import { Refusal, refuse } from "../records/refusal.js";
import { attempt } from "../records/sheet-text.js";
import { checkReadable } from "../log/tiles.js";

const MOST = 60; // records of one station that are read
const KEY_REFUSALS = ["key-unknown", "key-late", "key-enrolment", "key-not-root"];

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../records/record.js").Entry} Entry */
/** A record of the station in the log, with what was checked of it.
 * @typedef {{ index: number, status: string, entry: Entry, signer: import("../log/log.js").Signer | null, holds: boolean }} Spoken */
/**
 * `kind`: "in-log", "not-in-log" (the whole log was read), "not-found" (it was not), "unknown-key", "altered",
 * "not-in-force", "out-of-scope" (its key may not say this), "mislabelled", "other-election", "broken" (begins as a record and is none), "unsigned", "form" (the code of a blank form: `form`),
 * "form-elsewhere" (of another election), "unread" (an entry of a type that this program does not know), or "other" (no
 * sheet's QR code). `logged`: it was not handed in, but found in the log.
 * `marked`: where it stands, or would, of a party or an observer whose key was revoked (not in force): what they sign
 * enters all the same, and counts in no total.
 * `real`: what the election says of itself; `says`: what the text says of it.
 * @typedef {{ kind: string, logged: boolean, form: import("../records/form-code.js").FormPlace | null, marked: "in-log" | "not-in-log" | "not-found" | null, real: boolean, says: boolean | null, why: Refusal | null, raw: Uint8Array | null,
 *   entry: Entry | null, signer: import("../log/log.js").Signer | null, index: number | null, area: string | null,
 *   station: string | null, contest: any, spoken: Spoken[], unsigned: import("../records/qr2024.js").Sheet2024 | null,
 *   body: Record<string, any> | null }} Answer
 */

/**
 * @param {Log} log
 * @param {string} text what a QR code carries, as read or pasted
 * @param {{ whole: boolean, progress?: (done: number, all: number) => void }} options `whole`: read the whole log
 *   where the index does not name the record
 * @returns {Promise<Answer>}
 */
export async function identify(log, text, options) {
  const blank = await blankOf(log);
  const said = text.trim();
  const form = readFormCode(said);
  if (form) return identifyForm(log, form, blank);
  if (isQrText(said)) return identifyRecord(log, said, options, blank);
  if (looksLike2024(said)) return identify2024(log, said, blank);
  return { ...blank, kind: "other" };
}

/**
 * The records of a log that have a receipt code: none, one, or a few by chance; for this the whole log is read.
 * @param {Log} log
 * @param {string} code as `readReceiptCode` gives it
 * @param {(done: number, all: number) => void} [progress]
 * @returns {Promise<Answer[]>}
 */
export async function identifyReceipt(log, code, progress) {
  const blank = await blankOf(log);
  const { all } = await wholeOf(log, progress);
  const answers = [];
  for (const [at, raw] of all.entries()) {
    if (receiptCode(sha256(raw)) !== code) continue;
    const entry = attempt(() => openRecord(raw));
    const known = { ...blank, raw, index: at, logged: true };
    if (entry instanceof Refusal) answers.push({ ...known, kind: "unread", why: entry });
    else answers.push(await aboutRecord(log, entry, { whole: false }, known));
  }
  return answers;
}

/** @param {Log} log @returns {Promise<Omit<Answer, "kind">>} */
async function blankOf(log) {
  const { definition } = await log.context();
  const real = definition.body.kind === "real";
  const nothing = { logged: false, form: null, marked: null, real, says: null, why: null, raw: null, entry: null, signer: null, index: null, area: null };
  return { ...nothing, station: null, contest: null, spoken: [], unsigned: null, body: null };
}

/** @param {Log} log @param {import("../records/form-code.js").FormPlace} form @param {Omit<Answer, "kind">} blank @returns {Promise<Answer>} */
async function identifyForm(log, form, blank) {
  const { election, definition } = await log.context();
  if (!toHex(election).startsWith(form.election)) return { ...blank, kind: "form-elsewhere", form };
  const area = await areaOfStation(log, form.station);
  const contest = definition.body.contests.find((/** @type {any} */ one) => one.code === form.contest) ?? null;
  return { ...blank, kind: "form", form, station: form.station, area, contest };
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
  const known = { ...blank, raw, says };
  if (!equal(entry.election, election)) return { ...known, entry, station: entry.about.station ?? null, kind: "other-election" };
  if (says !== blank.real) return { ...known, entry, station: entry.about.station ?? null, kind: "mislabelled" };
  return aboutRecord(log, entry, options, known);
}

/**
 * What a record of this election is, handed in or, with an index in `given`, found in the log.
 * @param {Log} log
 * @param {Entry} entry
 * @param {{ whole: boolean, progress?: (done: number, all: number) => void }} options
 * @param {Omit<Answer, "kind">} given
 * @returns {Promise<Answer>}
 */
async function aboutRecord(log, entry, options, given) {
  const { definition, rootKey } = await log.context();
  const known = { ...given, entry, station: entry.about.station ?? null };
  const beside = await besideOf(log, known.station, entry.about.contest);
  const named = given.index ?? beside.spoken.find((one) => equal(one.entry.raw, entry.raw))?.index ?? null;
  const found = { ...known, ...beside, index: named };
  const whole = named === null && options.whole ? await readWhole(log, entry, options.progress) : null;
  const { index, signer, why } = whole ?? { index: named, ...(await asIndexed(log, entry, named)) };
  if (!signer) return { ...known, kind: "unknown-key", index, why };
  if (!(await signedBy(entry, signer.publicKey))) return { ...known, kind: "altered", index, signer, why: new Refusal("signature-bad") };
  const answer = { ...found, index, signer, body: entry.body, why };
  const stands = index !== null ? "in-log" : whole ? "not-in-log" : "not-found";
  if (!why) return { ...answer, kind: stands };
  const heard = why.key === "key-revoked" && heardWhenRevoked(definition.body, rootKey, signer.role) && (await hasRoomFor(log, entry, signer));
  return { ...answer, kind: kindOf(why), marked: heard ? stands : null };
}

/** @param {Refusal} why */
function kindOf({ key }) {
  return key === "key-revoked" || key === "key-late" ? "not-in-force" : "out-of-scope";
}

/**
 * Whose key signs a record, as the site's indexes have it, and why it may not say this; without a signer, why there is
 * none.
 * @param {Log} log
 * @param {Entry} entry
 * @param {number | null} index
 * @returns {Promise<{ signer: import("../log/log.js").Signer | null, why: Refusal | null }>}
 */
async function asIndexed(log, entry, index) {
  const { size } = await log.checkpoint();
  const signer = await signerOf(log, entry);
  if (signer instanceof Refusal) return { signer: null, why: signer };
  const why = await whyNotEntitled(log, entry, index ?? size, signer);
  return why && signer.role === "root" ? { signer: null, why } : { signer, why };
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
    const body = bodyOf(unsigned, cards, contest);
    return { ...known, ...(await besideOf(log, unsigned.station, contest.code)), body };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...known, why: error };
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
 * Where a record stands, and what its key may say there, after reading every entry and holding them all against the
 * checkpoint's root. What the site's indexes say is not asked.
 * @param {Log} log
 * @param {Entry} entry
 * @param {(done: number, all: number) => void} [progress]
 * @returns {Promise<{ index: number | null, signer: import("../log/log.js").Signer | null, why: Refusal | null }>}
 *   `index`: null where it is shown not to stand in the log
 */
async function readWhole(log, entry, progress) {
  const { size } = await log.checkpoint();
  const { all, leaves } = await wholeOf(log, progress);
  const mine = leafHash(entry.raw);
  const found = leaves.findIndex((leaf) => equal(leaf, mine));
  const [index, at] = found < 0 ? [null, size] : [found, found];
  const context = await log.context();
  const said = placed(all, leaves).filter(({ index: place, raw }) => place < 2 || settles(raw));
  const judged = await judgeEntries(said, context, (named) => log.attachment(named));
  const [unknown] = judged.unknownTypes;
  if (unknown) refuse("record-type", { type: unknown.type });
  const { held, root: rootKey, rootId } = judged.keyring;
  const kid = toHex(entry.frame.kid);
  const enrolled = kid === rootId ? { key: rootKey, enrolled: 1, revoked: Infinity } : held.get(kid);
  const known = enrolled && (kid === rootId || enrolled.key.name === entry.frame.issuer);
  if (!known) return { index, signer: null, why: new Refusal("key-unknown", { kid }) };
  const { key } = enrolled;
  const signer = { ...key, name: entry.frame.issuer, publicKey: key.public_key, enrolled: enrolled.enrolled };
  const rights = new Rights(context.definition.body);
  const why = rightOf(entry, at, signer, enrolled.revoked, rights) ?? (judged.place.covers(key, entry.about) ? null : new Refusal("key-scope"));
  return { index, signer: why && key.role === "root" ? null : signer, why };
}

/**
 * Every entry, held against the checkpoint's root, and the hashes of the leaves.
 * @param {Log} log
 * @param {(done: number, all: number) => void} [progress]
 */
async function wholeOf(log, progress = () => {}) {
  const { size, root } = await log.checkpoint();
  checkReadable(size);
  const all = await readEntries(log, (_, done, of) => progress(done, of));
  const leaves = all.map(leafHash);
  if (!equal(treeRoot(leaves), root)) refuse("root-differs");
  return { all, leaves };
}

/** Whether bytes are a record that is no sheet: what keys and scopes follow from. @param {Uint8Array} raw */
function settles(raw) {
  const opened = attempt(() => readRecord(raw));
  return !(opened instanceof Refusal) && !(opened.known && BULK.has(opened.entry.name));
}

/**
 * Whether two records say the same votes: counts, valid ballots, and those of each class where both state them.
 * @param {Record<string, any>} one
 * @param {Record<string, any>} other
 */
export function sameVotes(one, other) {
  const told = one.classes?.length && other.classes?.length;
  const votes = (/** @type {Record<string, any>} */ body) => JSON.stringify([body.counts, validOf(body), told ? body.classes : []]);
  return Boolean(own(one, "counts") && own(other, "counts")) && votes(one) === votes(other);
}
