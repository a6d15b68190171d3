// What the publication states in data/results.json beside what was added up from the log.

const FIXED = ["valid", "null", "blank", "ballots", "stations_counted", "stations_pending", "stations_annulled"];
const MOST_DIFFERENCES = 50;

/** @typedef {import("./counting.js").Total} Total */
/** @typedef {{ contest: string, basis: string, area: string, column: string, stated: number | null, computed: number }} Difference */
/**
 * `figures` of `areas` (of all bases together) were compared; `differences` are the first of `count`; `whole` has
 * what is stated for each contest and basis at the contest's area, by column.
 * @typedef {{ areas: number, figures: number, count: number, differences: Difference[],
 *   whole: Map<string, Record<string, number>> }} Compared
 */

/**
 * An area's figures by the names of results.json.
 * @param {any} contest of the definition
 * @param {number[]} sums as in `Total.areas`
 * @returns {Map<string, number>}
 */
function figuresOf(contest, sums) {
  const size = contest.candidates.length;
  const valid = sums.slice(0, size).reduce((sum, votes) => sum + votes, 0);
  const [none, blank, counted, pending, annulled] = sums.slice(size);
  const fixed = [valid, none, blank, valid + none + blank, counted, pending, annulled];
  /** @type {[string, number][]} */
  const rows = contest.candidates.map((/** @type {any} */ candidate, /** @type {number} */ at) => [candidate.code, sums[at]]);
  return new Map([...rows, ...FIXED.map((name, at) => /** @type {[string, number]} */ ([name, fixed[at]]))]);
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
      for (const [column, computed] of figuresOf(contest, ours.get(area) ?? new Array(contest.candidates.length + 5).fill(0))) {
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
 * @returns {Map<string, Map<string, Map<string, number>>>} contest and basis, area, column
 */
function readStated(results) {
  const found = new Map();
  for (const contest of listOf(results?.contests)) {
    for (const basis of listOf(contest?.bases)) {
      const rows = Object.entries(basis?.areas ?? {}).map(([area, row]) => {
        const cells = listOf(contest.columns).map((column, at) => [String(column), listOf(row)[at]]);
        return [area, new Map(/** @type {[string, any][]} */ (cells).filter(([, value]) => Number.isSafeInteger(value)))];
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
