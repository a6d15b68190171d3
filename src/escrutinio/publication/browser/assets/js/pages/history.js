// What else the log says of a station: the lives of its machines, incidents, complaints, rulings; and findings.
//
//   section.history > h2, p, div.scroll > table(tr.ok|bad > td: what, who, when, entry)
//   section.findings > h2, p, ul(li > p, p.small(a*))

import { checkRecord } from "../election/check.js";
import { el, titleOf } from "./dom.js";
import { formatNumber } from "../records/words.js";
import { momentOf } from "./times.js";
import { say, wordFor } from "./say.js";

const MOST = 120;

/** @typedef {import("../records/record.js").Entry} Entry */
/** @typedef {import("../election/places.js").Place} Place */
/** @typedef {import("../election/places.js").Finding} Finding */

/**
 * The entries about a station, each read from the log and checked; refused where the log cannot be read.
 * @param {string} lang
 * @param {import("../log/log.js").Log} log
 * @param {Place} place
 * @param {HrefOf} hrefOf
 * @returns {Promise<HTMLElement>}
 */
export async function historyOf(lang, log, place, hrefOf) {
  const rows = await Promise.all(
    place.history.slice(0, MOST).map(async (index) => {
      const standing = await log.standing(index);
      const checked = await checkRecord(log, index, standing.raw, standing.proof);
      const link = el("a", { href: hrefOf(index) }, say(lang, "entry", { index }));
      return historyRow(lang, place.station, link, checked);
    }),
  );
  const title = say(lang, "history");
  const section = el("section.history", {}, el("h2", {}, title));
  if (!rows.length) section.append(el("p.muted", {}, say(lang, "history-none")));
  else {
    const head = ["what", "who", "when"].map((key) => el("th.t", { scope: "col" }, say(lang, `history-${key}`)));
    const table = el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows));
    const region = { tabindex: "0", role: "region", "aria-label": title };
    section.append(el("p.small.muted", {}, say(lang, "history-hint")), el("div.scroll.wide", region, table));
  }
  const more = place.history.length - MOST;
  if (more > 0) section.append(el("p", {}, say(lang, "history-more", { count: more })));
  return section;
}

/**
 * @param {string} lang
 * @param {string} station
 * @param {HTMLElement} link to the entry
 * @param {import("./sheet.js").Checked} checked
 */
function historyRow(lang, station, link, { entry, signer, steps }) {
  const holds = steps.every(({ state }) => state !== "bad");
  const organisation = signer && titleOf(signer.titles, lang, "");
  const when = entry && (entry.body.at ?? entry.body.starts ?? entry.issuedAt);
  const why = steps.find(({ state }) => state === "bad")?.why;
  return el(
    `tr.${holds ? "ok" : "bad"}`,
    {},
    el("th.t", { scope: "row" }, entry ? whatOf(lang, station, entry) : "?", el("span.small.note-of", {}, link, ` ${holds ? "✓" : "✗"} `, say(lang, holds ? "holds" : "fails"), why && `: ${why.text(lang)}`)),
    el("td.t", {}, el("bdi", {}, organisation || (entry?.frame.issuer ?? ""))),
    el("td.t", {}, when === null ? "" : momentOf(when, lang)),
  );
}

/**
 * What a record says of the station, in few words.
 * @param {string} lang
 * @param {string} station
 * @param {Entry} entry
 * @returns {(string | HTMLElement)[]}
 */
function whatOf(lang, station, { name, frame, body }) {
  const code = body.step ?? body.event ?? body.change ?? body.decision ?? body.category ?? body.reason ?? body.outcome ?? body.status;
  const seal = body.intact === undefined ? undefined : body.intact ? "intact" : "broken";
  const machines = (body.machines ?? [])
    .filter((/** @type {any} */ one) => one.station === station)
    .map((/** @type {any} */ one) => one.machine);
  const about = [...machines, ...(name === "lifecycle" ? [frame.subject] : []), ...(body.seal ? [body.seal] : [])];
  const said = code ?? seal;
  const words = said === undefined ? "" : `: ${wordFor(lang, said)}`;
  return [wordFor(lang, name), words, ...(about.length ? [" ", el("span.small.muted", {}, el("bdi", {}, about.join(" · ")))] : [])];
}

/** Where the pages of the log write an entry out. @typedef {(index: number) => string} HrefOf */

/**
 * @param {import("../log/log.js").Log} log
 * @returns {Promise<HrefOf>}
 */
export async function entryPages(log) {
  const starts = await log.json("data/log-pages.json").catch(() => []); // without it, the first page of the log will do
  const known = Array.isArray(starts) ? starts : [];
  return (index) => {
    const number = known.filter((start) => start <= index).length;
    return number ? `log/${number}.html#e${index}` : "log.html";
  };
}

/**
 * What the rules noticed at a station, and what they noticed in the election or in a place that it lies in.
 * @param {string} lang
 * @param {Place} place
 * @param {{ here: Finding[], around: Finding[] }} wider of more than one station
 * @param {HrefOf} hrefOf
 * @returns {HTMLElement}
 */
export function findingsOf(lang, { findings, entries }, { here, around }, hrefOf) {
  const shown = new Set(entries.map(({ index }) => index));
  const link = (/** @type {number} */ index) =>
    el("a", { href: shown.has(index) ? `#entry-${index}` : hrefOf(index) }, formatNumber(index, lang));
  const item = (/** @type {Finding} */ finding) =>
    el(
      "li",
      { "data-finding": finding.code },
      finding.said[lang] ?? finding.said.en ?? finding.code,
      " ",
      finding.entries.length > 0 && el("span.small.muted", {}, say(lang, "findings-entries"), finding.entries.slice(0, 6).flatMap((index) => [" ", link(index)])),
      finding.entries.length > 6 && " …",
    );
  const own = [...findings, ...here];
  return el(
    "section.findings",
    {},
    el("h2", {}, say(lang, "findings")),
    el("p.small.muted", {}, say(lang, own.length ? "findings-hint" : "findings-none")),
    own.length > 0 && el("ul", {}, own.slice(0, MOST).map(item)),
    around.length > 0 &&
      el(
        "details.around",
        {},
        el("summary", {}, say(lang, "findings-around", { count: around.length })),
        el("p.small.muted", {}, say(lang, "findings-around-hint"), " ", el("a", { href: "findings.html" }, say(lang, "findings-all"))),
        el("ul", {}, around.slice(0, MOST).map(item)),
      ),
  );
}
