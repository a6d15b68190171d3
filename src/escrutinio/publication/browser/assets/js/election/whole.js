// Verifying a whole publication check by check, with an answer for each, as a report that can be sent from a worker
// to the page.

import { toHex } from "../records/bytes.js";
import { Refusal } from "../records/refusal.js";
import { HERE } from "../records/signatures.js";
import { compareEarlier } from "../log/earlier.js";
import { readCharter, readDefinition } from "../log/foundations.js";
import { verifyCosignatures } from "../log/note.js";
import { checkReadable } from "../log/tiles.js";
import { checkRoot, checkTiles, treeOf } from "../log/tree.js";
import { leafHash } from "../log/merkle.js";
import { checkAttachments, claimedFiles, neededFiles } from "./attachments.js";
import { checkFiles, checkVerifier } from "./beside.js";
import { checkDefinition } from "./definition.js";
import { judgeEntries, placed, readEntries } from "./election.js";
import { OF_KEYS, reportOf, sureFaults } from "./report.js";
import { sheetBeside } from "./sheet-beside.js";
import { checkTables, figureOf } from "./stated.js";
import { Steps, revived } from "./steps.js";
import { readAreas } from "./tables.js";
import { checkBeside } from "./trust-beside.js";

/** @typedef {import("./report.js").Report} Report */
/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../log/log.js").Context} Context */
/** @typedef {import("./election.js").Judged} Judged */
/** @typedef {import("./election.js").Progress} Progress */

/**
 * Verify a whole publication. Refused only where there is no checkpoint to begin with.
 * @param {Log} log
 * @param {{ earlier?: Uint8Array | null, sample?: number, figures?: string[], stated?: number, sheet?: string, progress?: Progress,
 *   signatures?: import("../records/signatures.js").Checker }} how `stated`: figures are asked for as they were at that size, too
 * @returns {Promise<Report>}
 */
export async function verifyWhole(log, { earlier = null, sample, figures = [], stated = Infinity, sheet = "", progress = () => {}, signatures = HERE }) {
  const began = performance.now();
  const steps = new Steps();
  const seconds = () => (performance.now() - began) / 1_000;
  if (!(await takeCheckpoint(steps, log))) return { ...(await reportOf(log, steps, null, null)), kind: "whole", seconds: seconds() };
  await takeSigners(steps, log);
  signatures.expect(Math.min((await log.checkpoint()).size, sample ?? Infinity));
  const entries = await steps.take("bundles", () => readAll(log, progress));
  progress("tiles", 0, 1);
  const leaves = entries?.map(leafHash);
  const context = entries && (await takeFoundations(steps, log, entries, { published: true }));
  // Signatures may be checked by other threads: they run while this one works on the tree.
  const judging = entries && context && judgeEntries(placed(entries, leaves), context, (named) => log.attachment(named), { progress, sample, signatures });
  judging?.catch(() => {}); // its refusal is reported below
  if (entries) await takeTree(steps, log, entries, leaves, progress);
  await steps.take("earlier", async () => (earlier ? compareEarlier(log, earlier) : { text: log.trust ? "earlier-none" : "earlier-untrusted" }));
  const judged = judging && (await takeRecords(steps, () => judging));
  progress("beside", 0, 1);
  const compared = context && judged && (await takeTables(steps, log, context, judged));
  const told = context && judged && (await takeAttachments(steps, log, context, judged));
  await steps.take("files", () => checkFiles(log));
  await steps.take("verifier", () => checkVerifier(log));
  progress("beside", 1, 1);
  const report = await reportOf(log, steps, context, judged);
  return {
    ...report,
    kind: "whole",
    totals: report.totals.map((one) => ({ ...one, stated: compared?.whole.get(`${one.contest} ${one.basis}`) ?? null })),
    earlier: earlier ? new TextDecoder().decode(earlier) : "",
    compared,
    told,
    sheet: sheet && judged && context ? await sheetBeside(sheet, log, context, judged) : null,
    figures: context && judged && figuresOf(figures, context, judged),
    figuresThen: context && judged && entries && stated < entries.length ? figuresOf(figures, context, await judgedThen(log, context, entries.slice(0, stated))) : null,
    seconds: seconds(),
  };
}

/**
 * Figures by the names of pages; null where totals cannot be judged.
 * @param {string[]} names
 * @param {Context} context
 * @param {Judged} judged
 */
function figuresOf(names, { definition }, { unknownTypes, unreadable, totals }) {
  return unknownTypes.length || unreadable ? null : names.map((name) => figureOf(name, definition.body, totals));
}

/** What the first entries say, whose signatures were checked with all others. @param {Log} log @param {Context} context @param {Uint8Array[]} entries */
function judgedThen(log, context, entries) {
  return judgeEntries(placed(entries), context, (named) => log.attachment(named), { sample: 0 });
}

/**
 * 4: every entry is there; not judged of a log that is too large for that.
 * @param {Log} log
 * @param {Progress} progress
 * @returns {Promise<import("./steps.js").Answer<Uint8Array[]>>}
 */
async function readAll(log, progress) {
  const { size } = await log.checkpoint();
  try {
    checkReadable(size);
  } catch (why) {
    if (why instanceof Refusal) return { state: "open", text: "bundles-large", why };
    throw why;
  }
  const result = await readEntries(log, progress);
  return { text: "bundles-ok", values: { size: result.length }, result };
}

/**
 * 1: the checkpoint can be read. Refused where there is none.
 * @param {Steps} steps
 * @param {Log} log
 * @returns {Promise<boolean>}
 */
export async function takeCheckpoint(steps, log) {
  const read = await steps.take("checkpoint", async () => {
    const { origin, size, root } = await log.checkpoint();
    return { text: "checkpoint-ok", values: { origin, size, root: toHex(root) }, result: true };
  });
  const why = steps.taken.get("checkpoint")?.why;
  if (why?.key.startsWith("fetch-")) throw revived(why);
  return read ?? false;
}

/**
 * 2 and 3: a trusted key signed the checkpoint, and as many witnesses saw it as the trust file asks for.
 * @param {Steps} steps
 * @param {Log} log
 */
export async function takeSigners(steps, log) {
  const { origin, size, signatures } = await log.checkpoint();
  await steps.take("log-signature", async () => {
    const key = await log.logKey();
    const values = { origin, id: key?.id ?? "", size };
    return key ? { text: "log-signature-ok", values } : { state: "open", text: "log-signature-open", values };
  });
  await steps.take("cosignatures", async () => {
    const names = signatures.map(({ name }) => name).filter((name) => name !== origin);
    if (!log.trust) return { state: "open", text: names.length ? "cosignatures-open" : "cosignatures-unknown", values: { names: names.join(", ") } };
    const cosigned = await verifyCosignatures(await log.checkpoint(), log.trust);
    if (!cosigned.length) return { text: "cosignatures-none" };
    return { text: "cosignatures-ok", values: { cosigned: cosigned.map(({ witness, timestamp }) => ({ witness, time: Number(timestamp) })) } };
  });
}

/**
 * 7 and 8: what is voted on and whose log this is; a charter that is none is a fault of the records, 9.
 * @param {Steps} steps
 * @param {Log} log
 * @param {Uint8Array[]} entries the first two, at least, where the log has as many
 * @param {{ areas?: boolean, published?: boolean }} [what] `areas`: whether their table is at hand; `published`: whether
 *   this is a whole publication, which has a copy of the trust file
 * @returns {Promise<Context | null>}
 */
export async function takeFoundations(steps, log, [first = new Uint8Array(), second = new Uint8Array()], { areas: known = true, published = false } = {}) {
  await steps.take("trust-file", async () => {
    if (!log.trust) return { state: "open", text: "trust-file-open" };
    log.checkNamed(first, second);
    if (published) await checkBeside(log, log.trust);
    return { text: "trust-file-ok" };
  });
  const definition = await steps.take("definition", async () => {
    const result = await readDefinition(first, (named) => log.attachment(named));
    if (!known) return { text: "definition-place", result };
    const areas = readAreas(await log.attachment(result.body.areas));
    checkDefinition(result.body, areas);
    return { text: "definition-ok", values: { areas: areas.parents.size }, result };
  });
  if (!definition) return null;
  const { origin } = await log.checkpoint();
  try {
    return await readCharter(definition, second, origin);
  } catch (why) {
    if (!(why instanceof Refusal)) throw why;
    steps.put("records", "bad", "records-charter", {}, why);
    return null;
  }
}

/**
 * 5 and 6: the entries give the root, and the published tiles.
 * @param {Steps} steps
 * @param {Log} log
 * @param {Uint8Array[]} entries
 * @param {Uint8Array[] | undefined} leaves their hashes
 * @param {Progress} progress
 */
async function takeTree(steps, log, entries, leaves, progress) {
  const tree = treeOf(entries, leaves);
  const fits = await steps.take("root", async () => {
    await checkRoot(log, tree);
    return { text: "root-ok", values: { size: entries.length }, result: true };
  });
  await steps.take("tiles", async () => {
    await checkTiles(log, tree, fits ?? false, (done, all) => progress("tiles", done, all));
    return { text: "tiles-ok", values: { tiles: tree.tiles.length } };
  });
}

/**
 * 9 and 10: every entry is a record of this election, and a key in force signed it.
 * @param {Steps} steps
 * @param {() => Promise<Judged>} judge
 * @returns {Promise<Judged | null>}
 */
export async function takeRecords(steps, judge) {
  /** @type {Judged} */
  let judged;
  try {
    judged = await judge();
  } catch (why) {
    if (!(why instanceof Refusal)) throw why;
    const state = why.unreadable ? "open" : "bad"; // the table of areas, which was read before
    steps.put("attachments", state, "attachments-bad", {}, why);
    return null;
  }
  const { checked, signatures, unknownTypes, unread, repeats, beyond } = judged;
  const [unknown] = unknownTypes;
  const about = { index: unknown?.index ?? 0, type: unknown?.type ?? 0, more: unknownTypes.length - 1 };
  const faults = sureFaults(judged);
  const malformed = faults.filter(({ why }) => !OF_KEYS.has(why.key));
  const unsigned = faults.filter(({ why }) => OF_KEYS.has(why.key));
  if (malformed.length) steps.put("records", "bad", "records-faults", { faults: malformed.length });
  else if (unknown) steps.put("records", "open", "records-unknown", about);
  else {
    const said = { records: signatures, unread: unread.length, repeats: repeats.length, beyond: beyond.length };
    steps.put("records", "ok", unread.length + repeats.length + beyond.length ? "records-noted" : "records-ok", said);
  }
  const values = { checked, signatures, faults: unsigned.length, missed: (100 * 0.99 ** checked).toPrecision(2) };
  if (unsigned.length) steps.put("signatures", "bad", "signatures-faults", values);
  else if (faults.length < judged.faults.length) steps.put("signatures", "open", "signatures-unknown", about);
  else if (checked < signatures) steps.put("signatures", "open", "signatures-sample", values);
  else steps.put("signatures", "ok", "signatures-ok", values);
  return judged;
}

/**
 * 11: the attachments that records name.
 * @param {Steps} steps
 * @param {Log} log
 * @param {Context} context
 * @param {Judged} judged
 */
async function takeAttachments(steps, log, { definition, charter }, { controls }) {
  const needed = neededFiles(definition.body, controls);
  const claimed = claimedFiles([{ index: 0, entry: definition }, { index: 1, entry: charter }], controls, needed);
  return steps.take("attachments", () => checkAttachments(log, claimed, needed));
}

/**
 * 12: the tables, as far as a browser makes them again.
 * @param {Steps} steps
 * @param {Log} log
 * @param {Context} context
 * @param {Judged} judged
 */
async function takeTables(steps, log, { definition }, { totals, refused, unreadable, unknownTypes: [unknown] }) {
  if (unreadable) {
    steps.put("tables", "open", "tables-unread", {}, unreadable);
    return null;
  }
  if (unknown) {
    steps.put("tables", "open", "tables-unknown", { index: unknown.index, type: unknown.type });
    return null;
  }
  return steps.take("tables", async () => {
    const answer = await checkTables(log, definition.body, totals);
    const sum = (/** @type {(total: import("./counting.js").Total) => number} */ of) => [...totals.values()].reduce((all, one) => all + of(one), 0);
    const counted = { sheets: sum(({ stations }) => stations), pending: sum((one) => one.pending.length), refused: refused.length };
    return { ...answer, values: { ...answer.values, ...counted } };
  });
}
