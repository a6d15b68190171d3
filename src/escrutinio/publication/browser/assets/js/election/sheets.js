// What one sheet says, and why it does not count (docs/formats.md, "Sheets").

/** A number of votes, exact: a bigint from 2^53 on. @typedef {number | bigint} Sum */
/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {import("./controls.js").Settled} Settled */

/** The exact sum of two. @param {Sum} a @param {Sum} b @returns {Sum} */
export function plus(a, b) {
  const sum = Number(a) + Number(b);
  return typeof a === "number" && typeof b === "number" && Number.isSafeInteger(sum) ? sum : BigInt(a) + BigInt(b);
}

/** @param {number[]} numbers @returns {number} */
export const added = (numbers) => numbers.reduce((sum, n) => sum + n, 0);

/** Valid ballots: as stated; else what the counts add up to, one mark a ballot. @param {Record<string, any>} body @returns {number} */
export function validOf({ counts, valid }) {
  return valid ?? added(counts);
}

/** All ballots. @param {Record<string, any>} body @returns {number} */
export function votesOf(body) {
  return validOf(body) + added(body.classes ?? []);
}

/** Whether there are marks that its valid ballots cannot have. @param {Record<string, any>} body @param {number} marks */
function tooManyMarks({ counts, valid }, marks) {
  return marks > 1 && (added(counts) > marks * valid || Math.max(...counts) > valid);
}

/** Whether a station is one of these places, or lies in one. @param {string} code @param {string} area @param {string[]} places @param {import("./roll.js").Place} place */
export function isIn(code, area, places, place) {
  return places.some((one) => one === code || place.above(area).has(one));
}

/**
 * By how many ballots a sheet may exceed its list: of what it states as many as the law allows at its station, all of it
 * where the law gives no number; what is not stated is taken to be as much as the law allows.
 * @param {string} code
 * @param {string} area
 * @param {number | null} stated
 * @param {Settled} settled
 */
function beyondList(code, area, stated, { supplements, place }) {
  const here = supplements.filter(({ places }) => !places.length || isIn(code, area, places, place));
  const most = added(here.map((/** @type {any} */ one) => one.most ?? 0));
  if (here.some((/** @type {any} */ one) => one.most === null)) return Math.max(stated ?? 0, most);
  return stated === null ? most : Math.min(stated, most);
}

/**
 * Why a sheet does not count, or null.
 * @param {Signed} signed
 * @param {any} contest
 * @param {Settled} settled
 * @returns {string | null}
 */
export function refusalOf({ index, entry, key }, contest, settled) {
  const { place, openings, paper, rights } = settled;
  const { about, body, name } = entry;
  const code = about.station ?? "";
  const station = place.stations.get(code);
  if (!station || !place.above(station.area).has(contest.area)) return "station-unknown";
  const ordered = body.ruling || isIn(code, station.area, paper, place);
  const opened = name !== "manual-sheet" || ordered || (openings.get(code) ?? Infinity) < index;
  if (!rights.maySay(key.role, name, key.name) || !place.covers(key, about) || !opened) return "key-out-of-scope";
  if (body.counts.length !== contest.options.length) return "wrong-option-count";
  if (name === "zero-report") return null;
  const told = body.classes.length === contest.classes.length;
  if (!told && (name !== "copy" || body.classes.length)) return "wrong-option-count";
  if ((body.valid !== null) !== contest.marks > 1) return "wrong-option-count";
  const votes = votesOf(body);
  if (name !== "hand-count" && told && body.ballots !== null && body.ballots !== votes) return "sum-mismatch";
  if (tooManyMarks(body, contest.marks)) return "marks-mismatch";
  const registered = station.registered ?? body.registered ?? Infinity;
  const most = registered + beyondList(code, station.area, body.supplement ?? null, settled);
  return votes > most ? "more-votes-than-registered" : null;
}

/**
 * Everything that a sheet says, apart from when it was issued.
 * @param {Record<string, any>} body
 * @returns {string}
 */
export function contentOf({ counts, classes, valid, ballots, voters, supplement, spoilt, registered, vouchers }) {
  const rest = [ballots, voters, supplement, spoilt, registered, vouchers].map((one) => one ?? null);
  return JSON.stringify([counts, classes, valid, ...rest]);
}

/**
 * A station's first sheet counts, unless another differs; a machine's comes before a board's.
 * @param {import("./keys.js").Signed[]} rows one at least
 */
export function soleSheet(rows) {
  const machines = rows.filter(({ entry }) => entry.name !== "manual-sheet");
  const said = machines.length ? machines : rows;
  if (said.length === 1) return said[0];
  const first = contentOf(said[0].entry.body);
  return said.every(({ entry }) => contentOf(entry.body) === first) ? said[0] : "conflict";
}
