// A sheet in hand, as the text of its QR code, held against verified records: the same, another, or not among them; and
// whether a key that they enrol signed it.

import { equal, toHex } from "../records/bytes.js";
import { signedBy } from "../log/foundations.js";
import { isQrText, readQrText } from "../records/qr-text.js";
import { bodyOf, looksLike2024, readCards, readQr2024 } from "../records/qr2024.js";
import { openRecord } from "../records/record.js";
import { Refusal } from "../records/refusal.js";
import { plainRefusal } from "./steps.js";
import { classesOf } from "./classes.js";
import { BULK } from "./rights.js";

const ZERO = "zero-report";
const CARDS = "data/qr2024.json";

/** @typedef {import("./keys.js").Signed} Signed */
/** A figure that differs: of a candidate by its place, of a class of ballots (`class <place>`), or "valid" ballots. @typedef {{ what: number | string, sheet: number, record: number }} Difference */
/**
 * `kind`: "same" (its very bytes stand at `index`), "signed" (authentic and not among these records), "revoked" (the
 * same by a key that was revoked), "marked" (its very bytes stand at `index`, by a key revoked before), "altered",
 * "stranger" (a key that these records do not enrol), "elsewhere" (another election), "unsigned", "unread" or "none" (no
 * sheet's text). `beside`: the records of its station and contest, with what they differ in.
 * @typedef {{ kind: string, station: string, contest: string, index: number | null, signer: string,
 *   why: import("./steps.js").PlainRefusal | null, beside: { index: number, type: string, signer: string, differences: Difference[] }[] }} Sheet
 */

/**
 * @param {string} text
 * @param {import("../log/log.js").Log} log of which the records are a part, or all
 * @param {import("../log/log.js").Context} context
 * @param {Pick<import("./election.js").Judged, "signed" | "beyond" | "keyring">} judged
 * @returns {Promise<Sheet>}
 */
export async function sheetBeside(text, log, context, judged) {
  /** @type {Sheet} */
  const blank = { kind: "none", station: "", contest: "", index: null, signer: "", why: null, beside: [] };
  try {
    if (isQrText(text)) return await ofRecord(readQrText(text).raw, blank, context, judged);
    if (looksLike2024(text)) return await of2024(text, blank, log, context, judged);
    return blank;
  } catch (why) {
    if (!(why instanceof Refusal)) throw why;
    return { ...blank, kind: "unread", why: plainRefusal(why) };
  }
}

/** @param {Uint8Array} raw @param {Sheet} blank @param {import("../log/log.js").Context} context @param {Pick<import("./election.js").Judged, "signed" | "beyond" | "keyring">} judged @returns {Promise<Sheet>} */
async function ofRecord(raw, blank, { definition, election }, { signed, beyond, keyring }) {
  const entry = openRecord(raw);
  const known = { ...blank, station: entry.about.station ?? "", contest: entry.about.contest ?? "", signer: entry.frame.issuer };
  if (!equal(entry.election, election)) return { ...known, kind: "elsewhere" };
  const same = signed.find((one) => equal(one.entry.raw, raw));
  const beside = besides(definition.body, signed, known.station, known.contest, entry.body, same?.index);
  if (same) return { ...known, kind: "same", index: same.index, beside };
  const marked = beyond.find((one) => one.marked && equal(one.marked.raw, raw));
  if (marked) return { ...known, kind: "marked", index: marked.index, why: plainRefusal(marked.why), beside };
  const held = keyring.held.get(toHex(entry.frame.kid));
  if (!held || held.key.name !== entry.frame.issuer) return { ...known, kind: "stranger", beside };
  if (!(await signedBy(entry, held.key.public_key))) return { ...known, kind: "altered", beside };
  if (held.revoked === Infinity) return { ...known, kind: "signed", beside };
  const why = new Refusal("key-revoked", { kid: toHex(entry.frame.kid), index: held.revoked });
  return { ...known, kind: "revoked", why: plainRefusal(why), beside };
}

/** @param {string} text @param {Sheet} blank @param {import("../log/log.js").Log} log @param {import("../log/log.js").Context} context @param {Pick<import("./election.js").Judged, "signed">} judged @returns {Promise<Sheet>} */
async function of2024(text, blank, log, { definition }, { signed }) {
  const sheet = readQr2024(text);
  const cards = readCards(await log.json(CARDS));
  const contest = definition.body.contests.find((/** @type {any} */ one) => one.code === cards.contest);
  const body = contest ? bodyOf(sheet, cards, contest) : { counts: [], classes: [], valid: null };
  const beside = besides(definition.body, signed, sheet.station, cards.contest, body);
  return { ...blank, kind: "unsigned", station: sheet.station, contest: cards.contest, beside };
}

/**
 * What the records of a station and contest say otherwise.
 * @param {any} definition
 * @param {Signed[]} signed
 * @param {string} station
 * @param {string} code of the contest
 * @param {any} body of the sheet
 * @param {number} [but] index of the record that the sheet is itself
 */
function besides(definition, signed, station, code, body, but) {
  const contest = definition.contests.find((/** @type {any} */ one) => one.code === code);
  const about = signed.filter(({ index, entry }) => index !== but && BULK.has(entry.name) && entry.name !== ZERO && entry.about.station === station && entry.about.contest === code);
  if (!contest || body.counts?.length !== contest.options.length) return [];
  const mine = figuresOf(contest, body);
  return about.map(({ index, entry }) => {
    const theirs = figuresOf(contest, entry.body);
    const differences = [...mine].filter(([what, sheet]) => theirs.has(what) && theirs.get(what) !== sheet).map(([what, sheet]) => ({ what, sheet, record: theirs.get(what) ?? 0 }));
    return { index, type: entry.name, signer: entry.frame.issuer, differences };
  });
}

/** Votes by candidate; valid ballots and those of each class, as far as they are stated. @param {any} contest @param {any} body @returns {Map<number | string, number>} */
function figuresOf(contest, body) {
  const found = new Map(contest.candidates.map((/** @type {any} */ _, /** @type {number} */ at) => [at, 0]));
  contest.options.forEach((/** @type {any} */ option, /** @type {number} */ at) => found.set(option.candidate, found.get(option.candidate) + body.counts[at]));
  if (contest.marks > 1 && body.valid !== null) found.set("valid", body.valid);
  for (const [at, { ballots }] of classesOf(contest, body).entries()) found.set(`class ${at}`, ballots);
  return found;
}
