// The page of one polling station: reads its records from the log and checks them where the reader can see.
//
//   main#station[data-base][data-lang], station.html?a=<area>&s=<station>, or &c=<center> for a list of its stations
//     > nav.crumbs(ol), h1, dl.facts, p.links, p.lead, details.trust(input[type=file]), section.compare* (compare.js),
//       article.sheet* (sheet.js), section.findings, section.history (history.js), section.limits
//
// What the site's indexes say (which entries there are, names of places) is a convenience; what stands on a
// card comes from the log.

import { checkRecord } from "../election/check.js";
import { comparison } from "./compare.js";
import { el, fillElement, titleOf } from "./dom.js";
import { entryPages, findingsOf, historyOf } from "./history.js";
import { Log } from "../log/log.js";
import { areaOfStation, findCenter, findPlace, pathOf } from "../election/places.js";
import { Refusal } from "../records/refusal.js";
import { formatNumber } from "../records/words.js";
import { figuresOf, sheetCard } from "./sheet.js";
import { isCode } from "../records/text.js";
import { trustBox } from "./trust-box.js";
import { languageOf, say, wordFor } from "./say.js";

const MAX_CARDS = 200;
const OFFICIAL = ["tally-sheet", "manual-sheet"];
const LIMITS = ["limit-true", "limit-other", "limit-page", "limit-paper"];

/** @typedef {import("./trust-box.js").Chosen | null} Chosen */
/** @typedef {import("../election/places.js").Place} Place */
/** A record of the station with what was checked of it.
 * @typedef {{ standing: import("../log/log.js").Standing, checked: import("./sheet.js").Checked, status: string,
 *   contest: any }} Read */

/**
 * The station that an address names.
 * @param {Log} log
 * @param {URLSearchParams} query
 * @param {string} lang
 * @returns {Promise<Place | string>} the place, or the sentence that says why there is none
 */
async function placeOf(log, query, lang) {
  const station = query.get("s");
  if (!isCode(station)) return say(lang, "no-station");
  const given = query.get("a");
  const area = isCode(given) ? given : await areaOfStation(log, station);
  const place = area && (await findPlace(log, area, station));
  return place || say(lang, "station-unlisted", { station });
}

/** @param {Log} log @param {Place} place @returns {Promise<Read[]>} */
async function readEntries(log, { entries }) {
  const { definition } = await log.context();
  const found = [];
  for (const { index, status } of entries.slice(0, MAX_CARDS)) {
    const standing = await log.standing(index);
    const checked = await checkRecord(log, standing.index, standing.raw, standing.proof);
    const code = checked.entry?.about.contest;
    const contest = definition.body.contests.find((/** @type {any} */ one) => one.code === code);
    found.push({ standing, checked, status, contest });
  }
  return found;
}

/** Whether a record states figures of the vote. @param {Read} read */
function counts({ checked, contest }) {
  return Boolean(checked.entry && contest && checked.entry.name !== "zero-report");
}

/** The sheet on paper: the election's name, day and place. @param {any} definition @param {Place} place @param {string} lang */
function paperOf({ body }, place, lang) {
  const words = { election: titleOf(body.titles, lang, body.code), place: titleOf(body.place, lang, ""), day: body.voting_day };
  const center = [place.center, place.centerName].filter(Boolean).join(" · ");
  return { election: say(lang, "sheet-of", words), real: body.kind === "real", center, registered: place.registered };
}

/** The records that state figures, by contest, an official sheet first. @param {Read[]} reads */
function byContest(reads) {
  /** @type {Map<string, Read[]>} */
  const found = new Map();
  const official = (/** @type {Read} */ { checked }) => Number(OFFICIAL.includes(checked.entry?.name ?? ""));
  for (const read of reads.filter(counts).sort((a, b) => official(b) - official(a))) {
    found.set(read.contest.code, [...(found.get(read.contest.code) ?? []), read]);
  }
  return found;
}

/** @param {string} lang @param {Log} log @param {Read[]} reads @param {import("./sheet.js").Paper} paper */
function cards(lang, log, reads, paper) {
  const first = new Map([...byContest(reads)].map(([code, [read]]) => [code, columnOf(lang, read).figures]));
  const zero = (/** @type {Read} */ { checked }) => Number(checked.entry?.name === "zero-report");
  return [...reads].sort((a, b) => zero(a) - zero(b)).map((read, number) => {
    const { standing, checked, status, contest } = read;
    const others = counts(read) ? first.get(contest.code) : undefined;
    return sheetCard(lang, log, contest, standing, checked, { status, paper, others, explain: number === 0 });
  });
}

/** One table for each contest of which several records speak. @param {string} lang @param {Read[]} reads */
function comparisons(lang, reads) {
  const several = [...byContest(reads).values()].filter((some) => some.length > 1);
  return several.map((some) => {
    const { titles, code } = some[0].contest;
    return comparison(lang, titleOf(titles, lang, code), some.map((read) => columnOf(lang, read)));
  });
}

/** @param {string} lang @param {Read} read @returns {import("./compare.js").Column} */
function columnOf(lang, { standing, checked: { entry, signer }, contest }) {
  const by = (signer && titleOf(signer.titles, lang, "")) || entry?.frame.issuer || "";
  return {
    title: entry ? wordFor(lang, entry.name) : "",
    note: by,
    href: `#entry-${standing.index}`,
    figures: entry ? figuresOf(lang, contest, entry) : [],
  };
}

/** @param {Place} place @param {[string, string, string][]} path @param {string} lang @returns {HTMLElement[]} */
function heading(place, path, lang) {
  const { area, station } = place;
  const center = [place.center, place.centerName].filter(Boolean).join(" · ");
  const registered = place.registered === null ? "–" : formatNumber(place.registered, lang);
  const fact = (/** @type {string} */ key, /** @type {string} */ value) =>
    el("div", {}, el("dt", {}, say(lang, key)), el("dd", {}, el("bdi", {}, value)));
  const link = (/** @type {string} */ key, /** @type {string | null} */ code) =>
    code && el("a", { href: `station.html?a=${area}&s=${encodeURIComponent(code)}`, rel: key === "next" ? "next" : "prev" }, say(lang, key, { station: code }));
  return [
    crumbsOf(path, lang),
    el("h1", {}, say(lang, "station", { station })),
    el("dl.facts", {}, fact("center", center), fact("registered", registered)),
    el("p.links", {}, el("a", { href: `areas/${path.at(-1)?.[2] ?? area}.html` }, say(lang, "parish")), link("previous", place.previous), link("next", place.next)),
  ];
}

/**
 * The stations of a center, where the address names one and no station.
 * @param {Log} log
 * @param {URLSearchParams} query
 * @param {string} lang
 * @returns {Promise<HTMLElement[] | null>}
 */
async function centerList(log, query, lang) {
  const [area, center] = [query.get("a"), query.get("c")];
  if (query.has("s") || !isCode(area) || !isCode(center)) return null;
  const found = await findCenter(log, area, center);
  if (!found) return null;
  const link = (/** @type {string} */ code) => el("a", { href: `station.html?a=${area}&s=${code}` }, say(lang, "station", { station: code }));
  return [
    crumbsOf(await pathOf(log, area), lang),
    el("h1", {}, el("bdi", {}, found.name || center)),
    el("p", {}, `${say(lang, "center")} `, el("bdi", {}, center)),
    el("h2", {}, say(lang, "center-stations")),
    el("ul", {}, found.stations.map((code) => el("li", {}, link(code)))),
  ];
}

/** @param {[string, string, string][]} path @param {string} lang */
function crumbsOf(path, lang) {
  const crumbs = path.map(([, name, file]) => el("li", {}, el("a", { href: `areas/${file}.html` }, el("bdi", {}, name))));
  return el("nav.crumbs", { "aria-label": say(lang, "parish") }, el("ol", {}, crumbs));
}

/** @param {string} lang */
function limits(lang) {
  const items = LIMITS.map((key) => el("li", {}, say(lang, key)));
  return el("section.limits", {}, el("h2", {}, say(lang, "limits")), el("ul", {}, items));
}

/**
 * Show the station that the address names, and show it again when a trust file is chosen.
 * @param {HTMLElement} root
 * @param {Chosen} chosen
 * @param {string} [trouble]
 */
async function show(root, chosen, trouble = "") {
  const lang = languageOf(root);
  const log = new Log(new URL(root.dataset.base ?? "../", location.href).href, chosen?.trust);
  const box = trustBox(lang, chosen, trouble, (next, why) => void show(root, next, why), log.fetchFile);
  root.setAttribute("aria-busy", "true");
  fillElement(root, el("p", { role: "status" }, say(lang, "reading")));
  fillElement(root, await content(log, lang, box));
  root.setAttribute("aria-busy", "false");
}

/** @param {Log} log @param {string} lang @param {HTMLElement} box @returns {Promise<HTMLElement[]>} */
async function content(log, lang, box) {
  try {
    const query = new URLSearchParams(location.search);
    const center = await centerList(log, query, lang);
    if (center) return center;
    const place = await placeOf(log, query, lang);
    if (typeof place === "string") return [el("p", { role: "status" }, place)];
    document.title = say(lang, "station", { station: place.station });
    const { definition } = await log.context();
    const hrefOf = await entryPages(log);
    const reads = await readEntries(log, place);
    const compared = comparisons(lang, reads);
    const differs = compared.some((table) => table.querySelector("mark.differs"));
    const lead = !reads.length ? "station-empty" : differs ? "differs" : "verified";
    return [
      ...heading(place, await pathOf(log, place.area), lang),
      el("p.lead", {}, say(lang, lead)),
      box,
      ...compared,
      ...cards(lang, log, reads, paperOf(definition, place, lang)),
      findingsOf(lang, place, hrefOf),
      await historyOf(lang, log, place, hrefOf),
      limits(lang),
    ];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const missing = error.key === "fetch-missing" && String(error.values.path).startsWith("data/");
    return [el("p", { role: "alert" }, missing ? say(lang, "missing", { path: error.values.path }) : say(lang, "failed", { why: error })), box];
  }
}

const root = document.getElementById("station");
if (root) await show(root, null);
