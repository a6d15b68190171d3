// What else the log says of a station: the lives of its machines, incidents, complaints, rulings; and findings.
//
//   section.history > h2, p, div.scroll > table(tr.ok|bad > td: what, who, when, entry)
//   section.findings > h2, p, ul(li > p, p.small(a*))

import { checkRecord } from "../election/check.js";
import { el, timeOf, titleOf } from "./dom.js";
import { formatNumber } from "../records/words.js";
import { say, wordFor } from "./say.js";

const MOST = 120;

/** @typedef {import("../records/record.js").Entry} Entry */
/** @typedef {import("../election/places.js").Place} Place */

/**
 * The entries about a station, each read from the log and checked; refused where the log cannot be read.
 * @param {string} lang
 * @param {import("../log/log.js").Log} log
 * @param {Place} place
 * @param {HrefOf} hrefOf
 * @returns {Promise<HTMLElement>}
 */
export async function historyOf(lang, log, place, hrefOf) {
  const rows = [];
  for (const index of place.history.slice(0, MOST)) {
    const standing = await log.standing(index);
    const checked = await checkRecord(log, index, standing.raw, standing.proof);
    const link = el("a", { href: hrefOf(index) }, formatNumber(index, lang));
    rows.push(historyRow(lang, place.station, link, checked));
  }
  const title = say(lang, "history");
  const section = el("section.history", {}, el("h2", {}, title));
  if (!rows.length) section.append(el("p.muted", {}, say(lang, "history-none")));
  else {
    const head = ["what", "who", "when", "entry"].map((key) => el("th.t", { scope: "col" }, say(lang, `history-${key}`)));
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
    el("th.t", { scope: "row" }, entry ? whatOf(lang, station, entry) : "?"),
    el("td.t", {}, el("bdi", {}, organisation || (entry?.frame.issuer ?? ""))),
    el("td.t", {}, when === null ? "" : timeOf(when)),
    el("td.t", {}, link, ` ${holds ? "✓" : "✗"} `, el("span.small", {}, say(lang, holds ? "holds" : "fails"), why && `: ${why.text(lang)}`)),
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
  const code = body.step ?? body.event ?? body.change ?? body.decision ?? body.category ?? body.reason ?? body.outcome;
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
 * The findings of a station, each with its entries.
 * @param {string} lang
 * @param {Place} place
 * @param {HrefOf} hrefOf
 * @returns {HTMLElement}
 */
export function findingsOf(lang, { findings, entries }, hrefOf) {
  const shown = new Set(entries.map(({ index }) => index));
  const link = (/** @type {number} */ index) =>
    el("a", { href: shown.has(index) ? `#entry-${index}` : hrefOf(index) }, formatNumber(index, lang));
  const items = findings.slice(0, MOST).map((finding) =>
    el(
      "li",
      {},
      finding.said[lang] ?? finding.said.en ?? finding.code,
      " ",
      el("span.small.muted", {}, say(lang, "findings-entries"), finding.entries.slice(0, 12).flatMap((index) => [" ", link(index)])),
    ),
  );
  return el(
    "section.findings",
    {},
    el("h2", {}, say(lang, "findings")),
    el("p.small.muted", {}, say(lang, items.length ? "findings-hint" : "findings-none")),
    items.length > 0 && el("ul", {}, items),
  );
}
