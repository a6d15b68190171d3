// Which sheets count, and their totals: the simple rules of docs/verifying-in-the-browser.md, written
// independently of the Python fold. Rulings, late keys and changes of stations are left to the fold.

import { fromUtf8 } from "./bytes.js";
import { refuse } from "./refusal.js";
import { checkCode } from "./text.js";

const TALLY = 14;
const MANUAL = 17;
const COPY = 18;
const SHEETS = new Set([TALLY, MANUAL, COPY]);

/** @typedef {import("./record.js").Entry} Entry */
/** A record whose signature holds, and the key it is by.
 * @typedef {{ index: number, entry: Entry, key: { name: string, role: string, scope: string[], contests: string[] } }} Signed */
/** @typedef {{ area: string, registered: number | null }} Station */
/** @typedef {{ parents: Map<string, string>, stations: Map<string, Station> }} Place */
/** @typedef {{ candidates: number[], null: number, blank: number, stations: number, pending: string[] }} Total */

/**
 * Rows of a CSV attachment whose first columns hold codes or numbers, which need no quotes.
 * @param {Uint8Array} data
 * @param {string} header
 * @returns {string[][]}
 */
function rowsOf(data, header) {
  const lines = fromUtf8(data).split("\n");
  if (lines.shift() !== header || lines.pop() !== "") refuse("table-form", { name: header, line: 1 });
  return lines.map((line, at) => {
    const cells = line.split(",");
    return cells.length >= header.split(",").length ? cells : refuse("table-form", { name: header, line: at + 2 });
  });
}

/**
 * The areas and stations that records may speak of.
 * @param {Uint8Array} areas CSV code,parent,level,name
 * @param {Uint8Array | null} roll CSV station,center,area,registered
 * @returns {Place}
 */
export function readPlace(areas, roll) {
  const parents = new Map(rowsOf(areas, "code,parent,level,name").map(([code, parent]) => [checkCode(code), parent]));
  const rows = roll ? rowsOf(roll, "station,center,area,registered") : [];
  const stations = rows.map(([station, , area, registered], at) => {
    if (!/^(0|[1-9]\d{0,9})?$/.test(registered)) refuse("table-form", { name: "roll", line: at + 2 });
    const place = { area: checkCode(area), registered: registered === "" ? null : Number(registered) };
    return /** @type {[string, Station]} */ ([checkCode(station), place]);
  });
  return { parents, stations: new Map(stations) };
}

/**
 * A station's area and all above it.
 * @param {Place} place
 * @param {string} area
 * @returns {Set<string>}
 */
function areasAbove(place, area) {
  const above = new Set();
  for (let at = area; at && !above.has(at); at = place.parents.get(at) ?? "") above.add(at);
  return above;
}

/**
 * Whether the role of a key says such things, in this election.
 * @param {string} role
 * @param {number} type
 * @param {boolean} imported
 */
export function mayState(role, type, imported) {
  if (type === TALLY) return role === "machine";
  if (type === MANUAL) return role === "board";
  return role === "party" || role === "observer" || (role === "importer" && imported);
}

/** @param {Record<string, any>} body @returns {number} */
function votesOf(body) {
  return body.counts.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0) + body.null + body.blank;
}

/**
 * Why a sheet does not count, or null.
 * @param {Signed} signed
 * @param {any} contest
 * @param {Place} place
 * @param {boolean} imported
 * @param {Map<string, number>} openings index of the first contingency opening by station
 * @returns {string | null}
 */
function refusalOf({ index, entry, key }, contest, place, imported, openings) {
  const { about, body, type } = entry;
  const station = place.stations.get(about.station ?? "");
  const above = station ? areasAbove(place, station.area) : new Set();
  const inScope = !key.scope.length || key.scope.some((code) => code === about.station || above.has(code));
  const inContest = !key.contests.length || key.contests.includes(contest.code);
  const opened = type !== MANUAL || (openings.get(about.station ?? "") ?? Infinity) < index;
  if (!station || !above.has(contest.area)) return "station-unknown";
  if (!mayState(key.role, type, imported) || !inContest || !inScope || !opened) return "key-out-of-scope";
  if (body.counts.length !== contest.options.length) return "wrong-option-count";
  const votes = votesOf(body);
  if (body.ballots !== null && body.ballots !== votes) return "sum-mismatch";
  const registered = station.registered ?? body.registered ?? Infinity;
  return votes > registered ? "more-votes-than-registered" : null;
}

/**
 * Whose sheets a sheet is added to: the official ones, or the copies of one organisation.
 * @param {Entry} entry
 * @returns {string}
 */
function basisOf({ type, frame }) {
  return type === COPY ? `copies:${frame.issuer.split("/").slice(0, 2).join("/")}` : "reported";
}

/**
 * Everything that a sheet says, apart from when it was issued.
 * @param {Record<string, any>} body
 * @returns {string}
 */
function contentOf({ counts, null: none, blank, ballots, voters, registered }) {
  return JSON.stringify([counts, none, blank, ballots, voters ?? null, registered ?? null]);
}

/**
 * The totals of every contest and basis, keyed `contest basis`.
 * @param {Signed[]} signed in log order
 * @param {any} definition its body
 * @param {Place} place
 * @param {Map<string, number>} openings
 * @returns {{ totals: Map<string, Total>, refused: { index: number, code: string }[] }}
 */
export function countSheets(signed, definition, place, openings) {
  const imported = definition.author_role === "importer";
  const contests = new Map(definition.contests.map((/** @type {any} */ contest) => [contest.code, contest]));
  const refused = [];
  /** Sheets that may count, by contest and basis, then by station. @type {Map<string, Map<string, Signed[]>>} */
  const heard = new Map();
  for (const one of signed) {
    if (!SHEETS.has(one.entry.type)) continue;
    const { station = "", contest: code = "" } = one.entry.about;
    const contest = contests.get(code);
    const why = contest ? refusalOf(one, contest, place, imported, openings) : "contest-unknown";
    if (why) refused.push({ index: one.index, code: why });
    if (!contest) continue;
    const name = `${code} ${basisOf(one.entry)}`;
    const stations = heard.get(name) ?? new Map();
    heard.set(name, stations);
    const spoken = stations.get(station) ?? [];
    if (!why) spoken.push(one);
    if (!why || (why !== "key-out-of-scope" && why !== "station-unknown")) stations.set(station, spoken);
  }
  const totals = new Map();
  for (const [name, stations] of heard) totals.set(name, totalOf(contests.get(name.split(" ")[0]), stations));
  return { totals, refused };
}

/**
 * The first sheet of a station counts, unless another says something else; a machine's comes before a board's.
 * @param {any} contest
 * @param {Map<string, Signed[]>} stations
 * @returns {Total}
 */
function totalOf(contest, stations) {
  const total = { candidates: contest.candidates.map(() => 0), null: 0, blank: 0, stations: 0, pending: /** @type {string[]} */ ([]) };
  for (const [station, spoken] of stations) {
    const machines = spoken.filter(({ entry }) => entry.type !== MANUAL);
    const said = machines.length ? machines : spoken;
    const contents = new Set(said.map(({ entry }) => contentOf(entry.body)));
    if (contents.size !== 1) {
      total.pending.push(station);
      continue;
    }
    const { body } = said[0].entry;
    body.counts.forEach((/** @type {number} */ votes, /** @type {number} */ at) => {
      total.candidates[contest.options[at].candidate] += votes;
    });
    total.null += body.null;
    total.blank += body.blank;
    total.stations += 1;
  }
  return total;
}
