// What the publication states in data/results.json beside what was added up from the log.

import { Refusal } from "../records/refusal.js";
import { DATAPACKAGE } from "./beside.js";
import { classesUnknown } from "./counting.js";
import { plus } from "./sheets.js";

/** The versions of the tables and of the rules that this program makes again. */
const KNOWN = { tables: 3, rules: 3 };
const RESULTS = "data/results.json";
/** What pages call some columns, and what is left to `escrutinio verify`. */
const OF_PAGES = new Map([["counted", "stations_counted"], ["pending", "stations_pending"]]);
const [NAMES_VOTES, NAMES] = [/^([^/]+)\/(.+)\/([^/]+)\/votes\/([^/]+)$/, /^([^/]+)\/(.+)\/([^/]+)\/([^/]+)$/]; // a basis may have slashes
/** The columns beside those of candidates and classes; those of candidates make way for all. */
const COLUMNS = (
  "area parent level name stations_declared stations_in_roll stations_counted stations_pending stations_annulled " +
  "registered_in_counted registered_unknown_in_counted classes_unread_in_counted valid ballots"
).split(" ");
const NOT_HERE = new Set(["stations", "registered"]);
const MOST_DIFFERENCES = 50;

/** @typedef {import("./counting.js").Total} Total */
/** @typedef {import("./sheets.js").Sum} Sum */
/** @typedef {{ contest: string, basis: string, area: string, column: string, stated: Sum | null, computed: Sum | null }} Difference */
/**
 * `figures` of `areas` (of all bases together) were compared; `differences` are the first of `count`; `whole` has
 * what is stated for each contest and basis at the contest's area, by column.
 * @typedef {{ areas: number, figures: number, count: number, differences: Difference[],
 *   whole: Map<string, Record<string, Sum>> }} Compared
 */

/** What a publication says its tables were made by and from; it proves nothing.
 * @typedef {{ tables: number, rules: number, size: number }} Version */

/**
 * Hold the figures that the publication states against those of the log. Equal figures hold, whatever version is
 * stated; figures that differ fail only where they were made by the tables and rules of this program, from this log.
 * @param {import("../log/log.js").Log} log
 * @param {any} definition its body
 * @param {Map<string, Total>} totals
 * @returns {Promise<import("./steps.js").Answer<Compared>>}
 */
export async function checkTables(log, definition, totals) {
  const result = compareStated(await log.json(RESULTS, exactly), definition, totals);
  const { areas, figures, count } = result;
  const values = { areas, figures, count };
  if (!count) return { text: "tables-ok", values, result };
  const { size } = await log.checkpoint();
  const version = await readVersion(log);
  if (!version) return { state: "open", text: "tables-unversioned", values, result };
  if (version.tables !== KNOWN.tables || version.rules !== KNOWN.rules) {
    const known = { tables: KNOWN.tables, rules: KNOWN.rules };
    return { state: "open", text: "tables-version", values: { ...values, ...known, theirs: version.tables, others: version.rules }, result };
  }
  if (version.size !== size) return { state: "open", text: "tables-size", values: { ...values, size, stated: version.size }, result };
  return { state: "bad", text: "tables-differ", values, result };
}

/**
 * JSON whose whole numbers from 2^53 on are read as bigints.
 * @param {string} text
 */
export function exactly(text) {
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  const mark = `${crypto.getRandomValues(new Uint32Array(4))} `; // which no text of the file can begin with
  const marked = text.replace(tokens, (token) => (/^\d{16,}$/.test(token) ? `"${mark}${token}"` : token));
  return JSON.parse(marked, (_, value) => {
    if (typeof value !== "string" || !value.startsWith(mark)) return value;
    const number = BigInt(value.slice(mark.length));
    return number > Number.MAX_SAFE_INTEGER ? number : Number(number);
  });
}

/**
 * The version that data/datapackage.json states; null where it states none.
 * @param {import("../log/log.js").Log} log
 * @returns {Promise<Version | null>}
 */
async function readVersion(log) {
  try {
    const { escrutinio } = await log.json(DATAPACKAGE);
    const { tables, rules, size } = Object(escrutinio);
    return [tables, rules, size].every(Number.isSafeInteger) ? { tables, rules, size } : null;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** The columns of a contest's candidates and classes; a candidate's has `_` after it while another column has its name. @param {any} contest */
export function columnsOf({ candidates, classes }) {
  const others = codesOf(classes);
  const used = new Set([...COLUMNS, ...others]);
  const votes = codesOf(candidates).map((code) => {
    let name = code;
    while (used.has(name)) name += "_";
    used.add(name);
    return name;
  });
  return { votes, others };
}

/** @param {{ code: string }[]} parts */
function codesOf(parts) {
  return parts.map(({ code }) => code);
}

/**
 * An area's figures by the names of results.json; null for one that is not known.
 * @param {any} contest of the definition
 * @param {Sum[]} sums as in `Total.areas`
 * @returns {Map<string, Sum | null>}
 */
function figuresOf(contest, sums) {
  const [size, others] = [contest.candidates.length, contest.classes.length];
  const [valid, classes] = [sums[size], sums.slice(size + 1, size + 1 + others)];
  const [unread, counted, pending, annulled] = sums.slice(size + 1 + others);
  const names = columnsOf(contest);
  const known = !classesUnknown(unread, counted);
  /** @type {[string, Sum | null][]} */
  const rows = [
    ...names.votes.map((name, at) => /** @type {[string, Sum]} */ ([name, sums[at]])),
    ["valid", valid],
    ...names.others.map((name, at) => /** @type {[string, Sum | null]} */ ([name, known ? classes[at] : null])),
    ["ballots", known ? classes.reduce(plus, valid) : null],
    ["stations_counted", counted],
    ["stations_pending", pending],
    ["stations_annulled", annulled],
    ["classes_unread_in_counted", unread],
  ];
  return new Map(rows);
}

/** @param {any} contest @returns {Sum[]} of an area without a sheet */
function nothingOf({ candidates, classes }) {
  return new Array(candidates.length + classes.length + 5).fill(0);
}

/**
 * A figure as pages name it, `<contest>/<basis>/<area>/<what>` (docs/data.md), added up from the log; null where a
 * browser does not compute such a one, undefined where there is none, or it is not known.
 * @param {string} name
 * @param {any} definition its body
 * @param {Map<string, Total>} totals
 * @returns {Sum | null | undefined}
 */
export function figureOf(name, definition, totals) {
  const votes = NAMES_VOTES.exec(name);
  const parts = votes ?? NAMES.exec(name);
  const contest = definition.contests.find((/** @type {any} */ one) => one.code === parts?.[1]);
  const total = parts && totals.get(`${parts[1]} ${parts[2]}`);
  if (!parts || !contest || !total) return undefined;
  if (NOT_HERE.has(parts[4])) return null;
  const at = (votes ? contest.candidates : contest.classes).findIndex((/** @type {any} */ one) => one.code === parts[4]);
  const names = columnsOf(contest);
  const column = at >= 0 ? (votes ? names.votes : names.others)[at] : votes ? "" : OF_PAGES.get(parts[4]) ?? parts[4];
  return figuresOf(contest, total.areas.get(parts[3]) ?? nothingOf(contest)).get(column ?? "") ?? undefined;
}

/**
 * Compare every area of every contest and basis, in both directions.
 * @param {any} results the content of results.json, as the site gives it
 * @param {any} definition its body
 * @param {Map<string, Total>} totals
 * @returns {Compared}
 */
export function compareStated(results, definition, totals) {
  const stated = readStated(results);
  const names = new Set([...totals.keys(), ...stated.keys()]);
  /** @type {Compared} */
  const found = { areas: 0, figures: 0, count: 0, differences: [], whole: new Map() };
  for (const name of names) {
    const [code, basis] = name.split(" ");
    const contest = definition.contests.find((/** @type {any} */ one) => one.code === code);
    if (!contest) continue;
    const theirs = stated.get(name) ?? new Map();
    const ours = totals.get(name)?.areas ?? new Map();
    found.whole.set(name, Object.fromEntries(theirs.get(contest.area) ?? []));
    for (const area of new Set([...theirs.keys(), ...ours.keys()])) {
      found.areas += 1;
      for (const [column, computed] of figuresOf(contest, ours.get(area) ?? nothingOf(contest))) {
        const said = theirs.get(area)?.get(column) ?? null;
        found.figures += 1;
        if (said === computed) continue;
        found.count += 1;
        if (found.differences.length < MOST_DIFFERENCES) found.differences.push({ contest: code, basis, area, column, stated: said, computed });
      }
    }
  }
  return found;
}

/**
 * @param {any} results
 * @returns {Map<string, Map<string, Map<string, Sum>>>} contest and basis, area, column
 */
function readStated(results) {
  const found = new Map();
  for (const contest of listOf(results?.contests)) {
    for (const basis of listOf(contest?.bases)) {
      const rows = Object.entries(basis?.areas ?? {}).map(([area, row]) => {
        const cells = listOf(contest.columns).map((column, at) => [String(column), listOf(row)[at]]);
        return [area, new Map(/** @type {[string, any][]} */ (cells).filter(([, value]) => Number.isSafeInteger(value) || typeof value === "bigint"))];
      });
      found.set(`${contest.code} ${basis.code}`, new Map(/** @type {any} */ (rows)));
    }
  }
  return found;
}

/** @param {any} value @returns {any[]} */
function listOf(value) {
  return Array.isArray(value) ? value : [];
}
