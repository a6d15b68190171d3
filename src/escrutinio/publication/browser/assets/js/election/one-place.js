// Verifying a place's file: its records by their proofs, who signed them, and that what a reader sees in it is what they
// say (docs/verifying-in-the-browser.md, "One place as one file").

import { readPart } from "./part.js";
import { framed } from "../log/place-file.js";
import { cellsOf, isShown, placeText } from "./place-text.js";
import { Refusal } from "../records/refusal.js";
import { reportOf } from "./report.js";
import { Rights } from "./rights.js";
import { sheetBeside } from "./sheet-beside.js";
import { readSigned } from "./signed.js";
import { Steps } from "./steps.js";
import { takeCheckpoint, takeFoundations, takeRecords, takeSigners } from "./whole.js";

/** @typedef {import("../log/log.js").Context} Context */
/** @typedef {import("../log/place-file.js").PlaceFile} PlaceFile */
/** @typedef {import("./signed.js").Raw} Raw */

/**
 * @param {import("./part.js").PartLog} log of the file's own records
 * @param {PlaceFile} file
 * @param {{ progress?: import("./election.js").Progress, sheet?: string }} how `sheet`: the text of a QR code to look for
 * @returns {Promise<import("./report.js").Report>}
 */
export async function verifyPlace(log, file, { progress = () => {}, sheet = "" }) {
  const began = performance.now();
  const { place, stations, entries } = file.payload;
  const steps = new Steps();
  let [context, judged] = /** @type {[Context | null, import("./election.js").Judged | null]} */ ([null, null]);
  if (await takeCheckpoint(steps, log)) {
    await takeSigners(steps, log);
    const found = await steps.take("part", () => readPart(log, entries.map(([index]) => index), progress));
    const foundations = found?.filter(({ index }) => index < 2).map(({ raw }) => raw);
    context = foundations ? await takeFoundations(steps, log, foundations, { areas: false }) : null;
    if (found && context) judged = await judgeHere(steps, found, context, progress);
    if (judged && context) await takeWritten(steps, log, file, context, judged);
  }
  const report = await reportOf(log, steps, context, judged, "not-of-part");
  const seconds = (performance.now() - began) / 1_000;
  const area = judged && { code: place, name: stations.join(", "), stations: stations.map((code) => [code, saidOf(judged, code)]), sums: [] };
  const beside = sheet && judged && context ? await sheetBeside(sheet, log, context, judged) : null;
  return { ...report, seconds, area, sheet: beside };
}

/**
 * Who signed the records. What settles the count, and where a station lies, is not in such a file.
 * @param {Steps} steps
 * @param {Raw[]} found
 * @param {Context} context
 * @param {import("./election.js").Progress} progress
 */
function judgeHere(steps, found, context, progress) {
  const rights = new Rights(context.definition.body);
  return takeRecords(steps, async () => {
    const { unknown, ...heard } = await readSigned(found, context, { progress, sample: Infinity });
    for (const { index, entry, key } of heard.signed) {
      if (!rights.maySay(key.role, entry.name, key.name)) heard.faults.push({ index, why: new Refusal("key-role") });
    }
    const none = { refused: [], totals: new Map(), controls: [], unreadable: null };
    return /** @type {any} */ ({ ...heard, ...none, unknownTypes: unknown.filter(({ type }) => type < 128), unread: unknown.filter(({ type }) => type >= 128) });
  });
}

/**
 * What is written in the file is what its records say, letter by letter. Other words around the same figures may be those
 * of another version, and are not vouched for.
 * @param {Steps} steps
 * @param {import("./part.js").PartLog} log
 * @param {PlaceFile} file
 * @param {Context} context
 * @param {import("./election.js").Judged} judged
 */
async function takeWritten(steps, log, { text, payload, written }, { definition }, { signed }) {
  const checkpoint = await log.checkpoint();
  await steps.take("written", async () => {
    const whole = framed(payload.language, placeText(payload.language, definition, checkpoint, payload, signed), written);
    if (whole === text) return { text: "written-ok" };
    const [theirs, ours] = [cellsOf(text), cellsOf(whole)];
    const at = [...theirs, ...ours].findIndex((_, place) => theirs[place] !== ours[place]);
    const known = at < Math.max(theirs.length, ours.length);
    if (at >= 0 && known) return { state: "bad", text: "written-differs", values: { theirs: theirs[at] ?? "–", ours: ours[at] ?? "–" } };
    return { state: "open", text: "written-words" };
  });
}

/** What the records say of one station, as a part's list has it. @param {import("./election.js").Judged} judged @param {string} code */
function saidOf({ signed }, code) {
  return signed
    .filter((one) => isShown(one, [code]))
    .map(({ index, entry }) => ({ index, type: entry.name, contest: entry.about.contest, signer: entry.frame.issuer, counts: entry.body.counts, classes: entry.body.classes }));
}
