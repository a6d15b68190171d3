// Verifying a part of a log: the records of one area with their proofs, as a zip or a folder carries them
// (docs/verifying-in-the-browser.md, "A part of the log").

import { fromBase64, fromUtf8 } from "../records/bytes.js";
import { judgeEntries } from "./election.js";
import { Log } from "../log/log.js";
import { leafHash } from "../log/merkle.js";
import { refuse } from "../records/refusal.js";
import { MAX_ENTRY } from "../log/tiles.js";
import { isCode } from "../records/text.js";
import { BULK } from "./rights.js";
import { Steps } from "./steps.js";
import { reportOf } from "./report.js";
import { sheetBeside } from "./sheet-beside.js";
import { takeCheckpoint, takeFoundations, takeRecords, takeSigners } from "./whole.js";

const MAX_PROOF = 640 * 1024;
const MAX_HASHES = 63;
const MAX_EXTRA = 64 * 1024;
const MAX_RECORDS = 65_535;
const AT_ONCE = 100;
const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const EXTRA = "extra ";

/** @typedef {import("../log/log.js").Standing} Standing */

/**
 * Read a .tlog-proof (C2SP): index, hashes from leaf to root, and the checkpoint's bytes. Nothing is verified.
 * @param {Uint8Array} data
 * @param {string} path
 * @returns {{ index: number, hashes: Uint8Array[], checkpoint: string }}
 */
export function parseProof(data, path) {
  const text = fromUtf8(data);
  const gap = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(0, gap)).split("\n");
  if (gap < 0 || lines.shift() !== FIRST_LINE) refuse("proof-form", { path });
  const extra = lines[0]?.startsWith(EXTRA) ? fromBase64((lines.shift() ?? "").slice(EXTRA.length)) : new Uint8Array();
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? "");
  const hashes = lines.map(fromBase64);
  const fits = Number.isSafeInteger(Number(index?.[1])) && extra.length <= MAX_EXTRA;
  if (!index || !fits || hashes.length > MAX_HASHES || hashes.some(({ length }) => length !== 32)) return refuse("proof-form", { path });
  return { index: Number(index[1]), hashes, checkpoint: text.slice(gap + 2) };
}

/** A part of a log: entries stand in it by their proofs, which lead to one checkpoint. */
export class PartLog extends Log {
  /**
   * @param {import("../log/tiles.js").Fetch} fetchFile
   * @param {import("../log/trust.js").Trust | null} trust
   */
  constructor(fetchFile, trust) {
    super("", trust, (path, limit) => fetchFile(path === "log/checkpoint" ? "checkpoint" : path, limit));
  }

  /**
   * The bytes of a record and the path that its proof gives.
   * @override
   * @param {number} index
   * @returns {Promise<Standing>}
   */
  async standing(index) {
    const [name, path] = [`records/${index}.cose`, `proofs/${index}.tlog-proof`];
    const raw = (await this.fetchFile(name, MAX_ENTRY)) ?? refuse("fetch-missing", { path: name });
    const proof = parseProof((await this.fetchFile(path, MAX_PROOF)) ?? refuse("fetch-missing", { path }), path);
    const checkpoint = await this.once("checkpoint text", async () => fromUtf8(await this.files.checkpoint()));
    if (proof.index !== index || proof.checkpoint !== checkpoint) refuse("proof-other", { path });
    return { index, raw, proof: proof.hashes, bundle: name };
  }
}

/**
 * Which area and which entries a part says it has.
 * @param {PartLog} log
 * @returns {Promise<{ area: string, entries: number[] }>}
 */
async function readList(log) {
  const path = "area.json";
  const { area, entries } = await log.json(path);
  const fits = isCode(area) && Array.isArray(entries) && entries.length <= MAX_RECORDS;
  const rises = fits && entries.every((index, at) => Number.isSafeInteger(index) && index > (entries[at - 1] ?? -1));
  return rises ? { area, entries } : refuse("index-form", { path });
}

/**
 * Verify a part of a log.
 * @param {PartLog} log
 * @param {{ progress?: import("./election.js").Progress, sheet?: string }} how `sheet`: the text of a QR code to look for
 * @returns {Promise<import("./report.js").Report>}
 */
export async function verifyPart(log, { progress = () => {}, sheet = "" }) {
  const began = performance.now();
  const { area, entries } = await readList(log);
  const steps = new Steps();
  let [context, judged] = /** @type {[import("../log/log.js").Context | null, import("./election.js").Judged | null]} */ ([null, null]);
  if (await takeCheckpoint(steps, log)) {
    await takeSigners(steps, log);
    const found = await steps.take("part", () => readPart(log, entries, progress));
    const foundations = found?.filter(({ index }) => index < 2).map(({ raw }) => raw);
    context = foundations ? await takeFoundations(steps, log, foundations) : null;
    const within = context;
    if (found && within) judged = await takeRecords(steps, () => judgeEntries(found, within, (named) => log.attachment(named), { progress }));
  }
  const report = await reportOf(log, steps, context, judged, "not-of-part");
  const seconds = (performance.now() - began) / 1_000;
  const beside = sheet && judged && context ? await sheetBeside(sheet, log, context, judged) : null;
  return { ...report, seconds, area: judged && areaOf(judged, area), sheet: beside };
}

/**
 * The records of a part, each by its proof.
 * @param {PartLog} log
 * @param {number[]} entries
 * @param {import("./election.js").Progress} progress
 * @returns {Promise<import("./steps.js").Answer<import("./election.js").Raw[]>>}
 */
export async function readPart(log, entries, progress) {
  const { size } = await log.checkpoint();
  const read = async (/** @type {number} */ index) => {
    const { raw, proof } = await log.standing(index);
    await log.verifyStanding(raw, index, proof);
    return { index, raw, leaf: leafHash(raw) };
  };
  const records = [];
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    records.push(...(await Promise.all(entries.slice(at, at + AT_ONCE).map(read))));
    progress("entries", records.length, entries.length);
  }
  return { text: "part-ok", values: { records: records.length, size }, result: records };
}

/**
 * The area's name, and what its stations' records say, in the order of the codes.
 * @param {import("./election.js").Judged} judged
 * @param {string} area
 */
function areaOf({ place, signed, totals, unknownTypes }, area) {
  const stations = [...place.stations].filter(([, one]) => place.above(one.area).has(area)).map(([code]) => code);
  /** @type {Map<string, any[]>} */
  const said = new Map(stations.sort().map((code) => [code, []]));
  for (const { index, entry } of signed) {
    if (!BULK.has(entry.name) || entry.name === "zero-report") continue;
    const { counts, classes } = entry.body;
    said.get(entry.about.station ?? "")?.push({ index, type: entry.name, contest: entry.about.contest, signer: entry.frame.issuer, counts, classes });
  }
  const sums = (unknownTypes.length ? [] : [...totals]).map(([name, { areas }]) => [name, areas.get(area) ?? null]).filter(([, sum]) => sum);
  return { code: area, name: place.areas.names.get(area) ?? area, stations: [...said], sums };
}
