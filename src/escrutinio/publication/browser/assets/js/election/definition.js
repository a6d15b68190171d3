// What a definition must not say: parts that contradict each other.

import { refuse } from "../records/refusal.js";

const MAX_SEATS = 10_000;
const OTHERS = "others"; // in an announced result, the candidates that it does not name
const POWERFUL = new Set(["authority", "court"]);
const NAMED_CLASSES = new Set(["null", "blank", "spoilt", "challenged"]); // which the pages have words for
/** Columns of the tables and figures of the pages, which no class of ballots may be called. */
const RESERVED = new Set(
  (
    "area parent level name stations_declared stations_in_roll stations_counted stations_pending stations_annulled " +
    "registered_in_counted registered_unknown_in_counted classes_unread_in_counted index type signer basis station status " +
    "reason valid votes ballots voters registered supplement stations counted pending annulled"
  ).split(" "),
);
const RULES = new Set("method seats marks wins threshold quorum ties classes counting supplement rulings officers calendar other".split(" "));

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
 * @param {any} body with its contests, wherever they stand
 * @param {import("./tables.js").Areas} areas
 */
export function checkDefinition(body, areas) {
  const { powers, courts, supplements, calendar } = body;
  hold(distinct(codesOf(body.contests)), "contests");
  for (const [what, parts] of Object.entries({ calendar, courts, supplements })) hold(distinct(codesOf(parts)), what);
  hold(distinct(powers.map((/** @type {any} */ { act, role }) => `${act} ${role}`)), "powers");
  hold(powers.every((/** @type {any} */ { role, needed }) => POWERFUL.has(role) && needed >= 1), "powers");
  hold(!courts.length === !powers.some((/** @type {any} */ { role }) => role === "court"), "courts");
  hold(courts.every((/** @type {any} */ { instance }) => instance >= 1), "courts");
  hold(supplements.every((/** @type {any} */ { article }) => article.trim()), "supplements");
  hold([body.titles, body.place, body.author, ...courts.map((/** @type {any} */ { titles }) => titles)].every(oneEach), "titles");
  hold(body.officers_needed >= 1, "officers_needed");
  checkArticles(body.articles, "articles");
  for (const contest of body.contests) {
    checkContest(contest);
    hold(areas.parents.has(contest.area), `${contest.code}: area`);
  }
}

/** @param {{ rule: string, text: string }[]} articles @param {string} what */
function checkArticles(articles, what) {
  hold(articles.every(({ rule, text }) => RULES.has(rule) && text.trim() !== ""), what);
}

/** @param {any} contest */
function checkContest({ code, titles, method, seats, marks, candidates, options, classes, wins, threshold, quorum, ties, order, articles }) {
  hold(distinct(codesOf(candidates)) && !codesOf(candidates).includes(OTHERS), `${code}: candidates`);
  hold(distinct(codesOf(options)), `${code}: options`);
  hold(distinct(codesOf(classes)) && !codesOf(classes).some((one) => RESERVED.has(one)), `${code}: classes`);
  hold(classes.every((/** @type {any} */ one) => one.titles.length || NAMED_CLASSES.has(one.code)), `${code}: classes`);
  hold([{ titles }, ...candidates, ...options, ...classes].every((part) => oneEach(part.titles)), `${code}: titles`);
  const taken = new Set(options.map((/** @type {any} */ option) => option.candidate));
  const each = candidates.every((/** @type {any} */ _, /** @type {number} */ at) => taken.has(at));
  hold(each && Math.max(...taken) < candidates.length, `${code}: options`);
  hold(seats >= 1 && seats <= MAX_SEATS && (method !== "two-round" || seats === 1), `${code}: seats`);
  hold(marks >= 1 && marks <= options.length && (method !== "two-round" || marks === 1), `${code}: marks`);
  hold(!threshold || (method !== "plurality" && method !== "two-round"), `${code}: threshold`);
  hold(!wins.length || method === "two-round", `${code}: wins`);
  const bars = [threshold, quorum, ...wins.flatMap((/** @type {any} */ { share, lead }) => [share, lead])].filter((bar) => bar);
  hold(bars.every((bar) => isBar(bar, classes.length) && (marks === 1 || !bar.beside.length)), `${code}: threshold`);
  const sorted = [...order].sort((a, b) => a - b);
  const whole = sorted.length === candidates.length && sorted.every((number, at) => number === at);
  hold(ties === "order" ? whole : !order.length, `${code}: order`);
  checkArticles(articles, `${code}: articles`);
}

/** Whether a share is above 0 and can be reached, and its base one of the contest's. @param {any} bar @param {number} classes */
function isBar({ numerator, denominator, more, beside }, classes) {
  const reachable = numerator > 0 && (more ? numerator < denominator : numerator <= denominator);
  return reachable && distinct(beside.map(String)) && beside.every((/** @type {number} */ one) => one < classes);
}
