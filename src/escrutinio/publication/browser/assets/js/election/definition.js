// What a definition must not say: parts that contradict each other.

import { refuse } from "../records/refusal.js";

const MAX_SEATS = 10_000;
const OTHERS = "others"; // in an announced result, the candidates that it does not name

/** @param {boolean} holds @param {string} what */
function hold(holds, what) {
  if (!holds) refuse("definition-part", { what });
}

/** @param {string[]} values */
function distinct(values) {
  return new Set(values).size === values.length;
}

/** @param {{ code: string }[]} parts */
function codesOf(parts) {
  return parts.map(({ code }) => code);
}

/** @param {{ language: string }[]} titles */
function oneEach(titles) {
  return distinct(titles.map(({ language }) => language));
}

/**
 * Refused where the parts of a definition contradict each other, or a contest is held in an area that there is not.
 * @param {any} body
 * @param {import("./tables.js").Areas} areas
 */
export function checkDefinition(body, areas) {
  hold(distinct(codesOf(body.contests)), "contests");
  hold(distinct(codesOf(body.calendar)), "calendar");
  hold([body.titles, body.place, body.author].every(oneEach), "titles");
  hold(body.officers_needed >= 1, "officers_needed");
  for (const contest of body.contests) {
    checkContest(contest);
    hold(areas.parents.has(contest.area), `${contest.code}: area`);
  }
}

/** @param {any} contest */
function checkContest({ code, titles, method, seats, threshold, candidates, options }) {
  hold(distinct(codesOf(candidates)) && !codesOf(candidates).includes(OTHERS), `${code}: candidates`);
  hold(distinct(codesOf(options)), `${code}: options`);
  hold([{ titles }, ...candidates, ...options].every((part) => oneEach(part.titles)), `${code}: titles`);
  const taken = new Set(options.map((/** @type {any} */ option) => option.candidate));
  const each = candidates.every((/** @type {any} */ _, /** @type {number} */ at) => taken.has(at));
  hold(each && Math.max(...taken) < candidates.length, `${code}: options`);
  hold(seats >= 1 && seats <= MAX_SEATS && (method !== "two-round" || seats === 1), `${code}: seats`);
  if (!threshold) return;
  hold(method !== "plurality" && threshold.numerator > 0 && threshold.numerator < threshold.denominator, `${code}: threshold`);
}
