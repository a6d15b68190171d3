// What a place's file says to a reader, from verified records alone; `publication/downloads/one_place.py` says the same,
// letter by letter.
//
//   p.notice*, h1, p, (h2, table*)*, h2, dl, h2, p*, h2, p

import { toHex } from "../records/bytes.js";
import { formatNumber, speaker } from "../records/words.js";
import { className, classesOf, titleIn } from "./classes.js";
import { BULK } from "./rights.js";

const say = speaker("place");
const ZERO = "zero-report";
const MORE = ["ballots", "voters", "supplement", "spoilt", "registered", "vouchers"];

/** @typedef {import("./keys.js").Signed} Signed */

/** The records of which a file speaks: those that state figures of its stations. @param {Signed} signed @param {string[]} stations */
export function isShown({ entry }, stations) {
  return BULK.has(entry.name) && entry.name !== ZERO && stations.includes(entry.about.station ?? "");
}

/**
 * Its title and the text, as HTML.
 * @param {string} lang
 * @param {{ body: any }} definition
 * @param {import("../log/note.js").Checkpoint} checkpoint
 * @param {{ place: string, stations: string[] }} about
 * @param {Signed[]} signed in log order
 * @returns {{ title: string, main: string }}
 */
export function placeText(lang, { body }, { origin, size, root }, { place, stations }, signed) {
  const name = stations.length === 1 ? text(lang, "station", { station: stations[0] }) : text(lang, "stations", { place, count: stations.length });
  const election = escaped(titleIn(body.titles, lang, body.code));
  const shown = signed.filter((one) => isShown(one, stations));
  const lines = [
    ...(body.kind === "real" ? [] : [`<p class="notice">${text(lang, `kind-${body.kind}`)}</p>`]),
    ...(body.author_role === "importer" ? [`<p class="notice">${text(lang, "imported")}</p>`] : []),
    `<h1>${name}</h1>`,
    `<p>${election} · ${escaped(titleIn(body.place, lang, ""))} · ${escaped(body.voting_day)}</p>`,
    ...stations.flatMap((station) => {
      const own = shown.filter(({ entry }) => entry.about.station === station);
      const head = stations.length === 1 ? [] : [`<h2>${text(lang, "station", { station })}</h2>`];
      return [...head, ...(own.length ? own.flatMap((one) => tableOf(lang, body, one)) : [`<p>${text(lang, "silent")}</p>`])];
    }),
    `<h2>${text(lang, "source")}</h2>`,
    `<dl><dt>${text(lang, "log")}</dt><dd>${escaped(origin)}</dd>`,
    `<dt>${text(lang, "size")}</dt><dd>${formatNumber(size, lang)}</dd>`,
    `<dt>${text(lang, "root")}</dt><dd>${toHex(root)}</dd></dl>`,
    `<h2>${text(lang, "check")}</h2>`,
    `<p>${text(lang, "check-how")}</p>`,
    `<h2>${text(lang, "limits")}</h2>`,
    `<p>${text(lang, "limits-why")}</p>`,
  ];
  return { title: `${name} · ${election}`, main: lines.join("\n") };
}

/** @param {string} lang @param {any} body of the definition @param {Signed} signed @returns {string[]} */
function tableOf(lang, body, { index, entry, key }) {
  const contest = body.contests.find((/** @type {any} */ one) => one.code === entry.about.contest);
  if (!contest || contest.options.length !== entry.body.counts.length) return [];
  const votes = contest.candidates.map(() => 0);
  contest.options.forEach((/** @type {any} */ option, /** @type {number} */ at) => (votes[option.candidate] += entry.body.counts[at]));
  const row = (/** @type {string} */ label, /** @type {number} */ count) => `<tr><th scope="row">${label}</th><td>${formatNumber(count, lang)}</td></tr>`;
  const who = bidi(titleIn(key.titles, lang, entry.frame.issuer));
  const time = new Date(entry.issuedAt * 1000).toISOString().slice(0, 16).replace("T", " ");
  const more = MORE.filter((name) => typeof entry.body[name] === "number");
  return [
    `<table><caption><strong>${bidi(titleIn(contest.titles, lang, contest.code))}</strong> · ${text(lang, entry.name)} · ${who} · ${text(lang, "entry")} <bdi>${formatNumber(index, lang)}</bdi> · <bdi>${time} UTC</bdi></caption>`,
    ...contest.candidates.map((/** @type {any} */ one, /** @type {number} */ at) => row(bidi(titleIn(one.titles, lang, one.code)), votes[at])),
    ...(contest.marks > 1 && entry.body.valid !== null ? [row(text(lang, "valid-ballots"), entry.body.valid)] : []),
    ...classesOf(contest, entry.body).map((one) => row(bidi(className(one, lang, say)), one.ballots)),
    ...more.map((name) => row(text(lang, name), entry.body[name])),
    "</table>",
  ];
}

/** The figures, names and numbers of such a text, apart from the words around them. @param {string} html */
export function cellsOf(html) {
  return [...html.matchAll(/<(bdi|td|dd|h1)>([^<]*)<\/\1>/g)].map(([, , content]) => content);
}

/** @param {string} lang @param {string} key @param {Record<string, string | number>} [values] */
function text(lang, key, values = {}) {
  return escaped(say(lang, key, values));
}

/** @param {string} content */
function bidi(content) {
  return `<bdi>${escaped(content)}</bdi>`;
}

/** @param {string} content */
function escaped(content) {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&#34;").replace(/'/g, "&#39;");
}
