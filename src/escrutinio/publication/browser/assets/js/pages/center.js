// The page of a polling center: its records read, checked and added up by this browser, and its stations.
//
//   nav.crumbs, h1, p.code, p.not-real, p.lead, section.center-totals(h2, div.scroll > table), section(h2, ul)

import { besideTable } from "./compare.js";
import { el, titleOf } from "./dom.js";
import { readRecords, isOfficial } from "./read.js";
import { className, classesOf } from "../election/classes.js";
import { findCenter, pathOf } from "../election/places.js";
import { validOf } from "../election/sheets.js";
import { isCode } from "../records/text.js";
import { formatNumber, formatPercent } from "../records/words.js";
import { say, wordFor } from "./say.js";
import { crumbsOf, entitle, notReal, numberOf } from "./station-head.js";

/** @typedef {import("./read.js").Read} Read */
/** The sum of one basis: votes by candidate, valid ballots and those of each class, and of how many stations with how many registered.
 * @typedef {{ title: string, votes: number[], valid: number, classes: (number | null)[], unread: number, stations: number, registered: number | null }} Sum `unread`:
 * sheets that do not say their classes; a class that none says is null */

/**
 * The center that the address names where it names no station.
 * @param {import("../log/log.js").Log} log
 * @param {URLSearchParams} query
 * @param {string} lang
 * @param {HTMLElement} box of the trust file
 * @returns {Promise<HTMLElement[] | null>}
 */
export async function centerPage(log, query, lang, box) {
  const [area, center] = [query.get("a"), query.get("c")];
  if (query.has("s") || !isCode(area) || !isCode(center)) return null;
  const found = await findCenter(log, area, center);
  if (!found) return null;
  const [{ definition }, path] = await Promise.all([log.context(), pathOf(log, area)]);
  const reads = await Promise.all(found.stations.map(({ entries }) => readRecords(log, entries.filter(({ status }) => status === "counted"))));
  const name = found.name || center;
  entitle(lang, definition, name);
  const failed = reads.flat().filter((read) => read.failed).length;
  const link = (/** @type {import("../election/places.js").Place} */ place) => el("a", { href: `station.html?a=${area}&s=${place.station}` }, say(lang, "station-number", { number: numberOf(place), station: place.station }));
  const state = (/** @type {import("../election/places.js").Place} */ { entries }) => (entries.some(({ status }) => status === "counted") ? null : el("span.small.muted", {}, ` ${say(lang, entries.length ? "center-pending" : "center-without")}`));
  return [
    crumbsOf(lang, path),
    el("h1", {}, el("bdi", {}, name)),
    el("p.code", {}, say(lang, "center"), " ", el("bdi", {}, center)),
    notReal(lang, definition),
    failed ? el("p.lead.alarm", { role: "alert" }, `✗ ${say(lang, "center-failed", { count: failed })}`) : el("p.lead", {}, say(lang, reads.flat().length ? "center-read" : "center-empty")),
    box,
    ...definition.body.contests.map((/** @type {any} */ contest) => totalsOf(lang, contest, reads, found.stations)),
    el("section", {}, el("h2", {}, say(lang, "center-stations")), el("ul", {}, found.stations.map((place) => el("li", {}, link(place), state(place))))),
  ].filter((one) => one instanceof HTMLElement);
}

/**
 * @param {string} lang
 * @param {any} contest
 * @param {Read[][]} reads by station
 * @param {import("../election/places.js").Place[]} stations
 */
function totalsOf(lang, contest, reads, stations) {
  const sums = sumsOf(lang, contest, reads, stations);
  if (!sums.length) return null;
  const all = (/** @type {Sum} */ { valid, classes }) => classes.reduce((/** @type {number} */ sum, each) => sum + (each ?? 0), valid);
  const cell = (/** @type {Sum} */ { title }, /** @type {import("./dom.js").Child[]} */ ...children) => el("td", { "data-of": title }, children);
  const number = (/** @type {Sum} */ sum, /** @type {number} */ value, /** @type {string | false} */ share = false) => cell(sum, formatNumber(value, lang), share && el("span.share", {}, share));
  const figure = (/** @type {Sum} */ sum, /** @type {number | null} */ value) => (value === null ? cell(sum, "–") : number(sum, value));
  const row = (/** @type {string} */ label, /** @type {(sum: Sum) => HTMLElement} */ each) => el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, label)), sums.map(each));
  const title = titleOf(contest.titles, lang, contest.code);
  const percent = (/** @type {Sum} */ sum, /** @type {number} */ votes) => formatPercent(votes, sum.valid, lang);
  return el(
    "section.center-totals",
    {},
    el("h2", {}, el("bdi", {}, title)),
    el("p.small.muted", {}, say(lang, "center-how")),
    el(
      "div.scroll.wide",
      { tabindex: "0", role: "region", "aria-label": title },
      el(
        besideTable(sums.length),
        {},
        el("thead", {}, el("tr", {}, el("th.t", { scope: "col" }, say(lang, "figure")), sums.map((sum) => el("th", { scope: "col" }, el("bdi", {}, sum.title))))),
        el("tbody", {}, contest.candidates.map((/** @type {any} */ one, /** @type {number} */ at) => row(titleOf(one.titles, lang, one.code), (sum) => number(sum, sum.votes[at], percent(sum, sum.votes[at]))))),
        el(
          "tfoot",
          {},
          row(say(lang, contest.marks > 1 ? "valid-ballots" : "valid"), (sum) => number(sum, sum.valid)),
          contest.classes.map((/** @type {any} */ one, /** @type {number} */ at) => row(className(one, lang, say), (sum) => figure(sum, sum.classes[at]))),
          row(say(lang, "turnout"), (sum) => (sum.registered && !sum.unread ? number(sum, all(sum), formatPercent(all(sum), sum.registered, lang)) : cell(sum, "–"))),
          row(say(lang, "stations-counted"), (sum) => cell(sum, say(lang, "stations-of", { count: sum.stations, all: stations.length }))),
        ),
      ),
    ),
  );
}

/** @param {string} lang @param {any} contest @param {Read[][]} reads @param {import("../election/places.js").Place[]} stations @returns {Sum[]} */
function sumsOf(lang, contest, reads, stations) {
  /** @type {Map<string, Sum>} */
  const found = new Map();
  reads.forEach((some, station) => {
    for (const read of some.filter((one) => one.contest === contest && !one.failed && one.checked.entry?.body.counts)) {
      const entry = /** @type {import("../records/record.js").Entry} */ (read.checked.entry);
      const title = basisOf(lang, read);
      const sum = found.get(title) ?? { title, votes: contest.candidates.map(() => 0), valid: 0, classes: contest.classes.map(() => null), unread: 0, stations: 0, registered: 0 };
      contest.options.forEach((/** @type {any} */ option, /** @type {number} */ at) => (sum.votes[option.candidate] += entry.body.counts[at]));
      sum.valid += validOf(entry.body);
      const stated = classesOf(contest, entry.body);
      for (const [at, { ballots }] of stated.entries()) sum.classes[at] = (sum.classes[at] ?? 0) + ballots;
      sum.unread += Number(stated.length < contest.classes.length);
      sum.stations += 1;
      const registered = stations[station].registered;
      sum.registered = sum.registered === null || registered === null ? null : sum.registered + registered;
      found.set(title, sum);
    }
  });
  const official = (/** @type {Sum} */ { title }) => Number(title === say(lang, "basis-official"));
  return [...found.values()].sort((a, b) => official(b) - official(a));
}

/** What a record's figures rest on: official sheets, or whose copies. @param {string} lang @param {Read} read */
function basisOf(lang, read) {
  const { entry, signer } = read.checked;
  if (isOfficial(read)) return say(lang, "basis-official");
  const who = (signer && titleOf(signer.titles, lang, "")) || (entry?.frame.issuer ?? "");
  if (signer?.role === "importer") return who; // it is named by what it imports
  return entry?.name === "copy" ? say(lang, "basis-copies", { who }) : `${wordFor(lang, entry?.name ?? "")} · ${who}`;
}
