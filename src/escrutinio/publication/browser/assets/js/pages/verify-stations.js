// The stations of a part of the log that was verified, with what each of their records says.

import { className, classesOf } from "../election/classes.js";
import { el, titleOf } from "./dom.js";
import { formatNumber } from "../records/words.js";
import { hasSentence, speak } from "./say.js";

const MOST_STATIONS = 3_000;

/** @typedef {import("../election/report.js").Report} Report */

/** @param {string} lang @param {Report} report @returns {HTMLElement} */
export function stationList(lang, { area, definition }) {
  const record = (/** @type {any} */ said) => {
    const contest = definition.contests.find((/** @type {any} */ one) => one.code === said.contest);
    const about = { ...said, index: formatNumber(said.index, lang), type: hasSentence(lang, said.type) ? speak(lang, said.type) : said.type, contest: titleOf(contest?.titles ?? [], lang, said.contest) };
    /** @type {number[]} */
    const votes = (contest?.candidates ?? []).map(() => 0);
    said.counts.forEach((/** @type {number} */ count, /** @type {number} */ at) => (votes[contest?.options[at]?.candidate ?? 0] += count));
    const figures = votes.map((count, at) => `${titleOf(contest.candidates[at].titles, lang, contest.candidates[at].code)} ${formatNumber(count, lang)}`);
    const rest = contest ? classesOf(contest, said).map((one) => `${className(one, lang, speak)} ${formatNumber(one.ballots, lang)}`) : [];
    return el("li", {}, el("bdi", {}, speak(lang, "record", about)), el("br"), el("span.figures", {}, [...figures, ...rest].join(" · ")));
  };
  const station = (/** @type {[string, any[]]} */ [code, records]) =>
    el("li", {}, el("strong", {}, `${speak(lang, "station")} ${code}`), records.length ? el("ul", {}, records.map(record)) : ` – ${speak(lang, "station-silent")}`);
  return el("section.stations", {}, el("h3", {}, speak(lang, "stations")), el("ul", {}, area.stations.slice(0, MOST_STATIONS).map(station)));
}
