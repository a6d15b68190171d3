// The page of one polling station: reads its records from the log and checks them where the reader can see.
//
//   main#station[data-base][data-lang], station.html?a=<area>&s=<station>
//     > nav.crumbs(ol), h1, dl.facts, p, details.trust(input[type=file]), article.sheet* (sheet.js), section.limits
//
// What the site's indexes say (which entries there are, names of places) is a convenience; what stands on a
// card comes from the log.

import { checkRecord } from "./check.js";
import { el, fillElement } from "./dom.js";
import { say } from "./i18n.js";
import { Log } from "./log.js";
import { Refusal, formatNumber } from "./refusal.js";
import { figuresOf, sheetCard } from "./sheet.js";
import { isCode } from "./text.js";
import { parseTrust } from "./trust.js";

const MAX_CARDS = 200;
const MAX_DEPTH = 32;
const LIMITS = ["limit-true", "limit-other", "limit-page", "limit-paper"];

/** @typedef {{ name: string, trust: import("./trust.js").Trust } | null} Chosen */
/** @typedef {{ area: string, station: string, listed: any, path: [string, string][] }} Place */

/**
 * Where a station is and which entries the index names.
 * @param {Log} log
 * @param {URLSearchParams} query
 * @param {string} lang
 * @returns {Promise<Place | string>} the place, or the sentence that says why there is none
 */
async function findPlace(log, query, lang) {
  const station = query.get("s");
  if (!isCode(station)) return say(lang, "no-station");
  const given = query.get("a");
  const area = isCode(given) ? given : own(await log.json("data/index/areas-of-stations.json"), station);
  if (!isCode(area)) return say(lang, "station-unlisted", { station });
  const listed = own(own(await log.json(`data/index/${area}.json`), "stations") ?? {}, station);
  if (!listed) return say(lang, "station-unlisted", { station });
  const areas = await log.json("data/areas.json");
  /** @type {[string, string][]} */
  const path = [];
  for (let at = area; isCode(at) && path.length < MAX_DEPTH; at = own(areas, at)?.parent) {
    path.unshift([at, String(own(areas, at)?.name ?? at)]);
  }
  return { area, station, listed, path };
}

/** @param {Record<string, any>} object @param {string} key */
function own(object, key) {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** @param {Log} log @param {Place} place @param {string} lang @returns {Promise<HTMLElement[]>} */
async function cards(log, { listed }, lang) {
  const { definition } = await log.context();
  const rows = Array.isArray(listed.entries) ? listed.entries.slice(0, MAX_CARDS) : [];
  /** @type {Map<string, import("./sheet.js").Figure[]>} */
  const first = new Map();
  const found = [];
  for (const [index, , , , status] of rows) {
    const standing = await log.standing(Number(index));
    const checked = await checkRecord(log, standing.index, standing.raw, standing.proof);
    const code = checked.entry?.about.contest;
    const contest = definition.body.contests.find((/** @type {any} */ one) => one.code === code);
    if (checked.entry && contest && checked.entry.name !== "zero-report" && !first.has(contest.code)) {
      first.set(contest.code, figuresOf(lang, contest, checked.entry));
    }
    const others = checked.entry?.name === "zero-report" ? undefined : first.get(contest?.code);
    found.push(sheetCard(lang, log.base, contest, standing, checked, { status: String(status), others }));
  }
  return found;
}

/** @param {Place} place @param {string} lang @returns {HTMLElement[]} */
function heading({ area, station, listed, path }, lang) {
  const crumbs = path.map(([code, name]) => el("li", {}, el("a", { href: `areas/${code}.html` }, el("bdi", {}, name))));
  const center = [listed.center, listed.name].filter(Boolean).map(String).join(" · ");
  const registered = Number.isSafeInteger(listed.registered) ? formatNumber(listed.registered, lang) : "–";
  const fact = (/** @type {string} */ key, /** @type {string} */ value) =>
    el("div", {}, el("dt", {}, say(lang, key)), el("dd", {}, el("bdi", {}, value)));
  return [
    el("nav.crumbs", { "aria-label": say(lang, "parish") }, el("ol", {}, crumbs)),
    el("h1", {}, say(lang, "station", { station })),
    el("dl.facts", {}, fact("center", center), fact("registered", registered)),
    el("p", {}, el("a", { href: `areas/${area}.html` }, say(lang, "parish"))),
  ];
}

/**
 * @param {string} lang
 * @param {Chosen} chosen
 * @param {(file: File) => void} choose
 * @param {string} trouble
 */
function trustBox(lang, chosen, choose, trouble) {
  const input = /** @type {HTMLInputElement} */ (el("input", { type: "file", id: "trust-file", accept: ".toml" }));
  input.addEventListener("change", () => input.files?.[0] && choose(input.files[0]));
  return el(
    "details.trust",
    { open: Boolean(chosen || trouble) },
    el("summary", {}, say(lang, "trust")),
    el("p", {}, say(lang, "trust-hint")),
    el("p", {}, el("label", { for: "trust-file" }, say(lang, "trust-label")), " ", input),
    el("p", { role: "status" }, trouble || (chosen && say(lang, "trust-loaded", { name: chosen.name }))),
  );
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
  const lang = root.dataset.lang === "es" ? "es" : "en";
  const choose = async (/** @type {File} */ file) => {
    try {
      const trust = parseTrust(new Uint8Array(await file.slice(0, 2 ** 20 + 1).arrayBuffer()));
      await show(root, { name: file.name, trust });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await show(root, null, say(lang, "trust-failed", { why: error }));
    }
  };
  const log = new Log(new URL(root.dataset.base ?? "../", location.href).href, chosen?.trust);
  root.setAttribute("aria-busy", "true");
  fillElement(root, el("p", { role: "status" }, say(lang, "reading")));
  fillElement(root, await content(log, lang, trustBox(lang, chosen, choose, trouble)));
  root.setAttribute("aria-busy", "false");
}

/** @param {Log} log @param {string} lang @param {HTMLElement} box @returns {Promise<HTMLElement[]>} */
async function content(log, lang, box) {
  try {
    const place = await findPlace(log, new URLSearchParams(location.search), lang);
    if (typeof place === "string") return [el("p", { role: "status" }, place)];
    document.title = say(lang, "station", { station: place.station });
    const found = await cards(log, place, lang);
    const differs = found.some((card) => card.querySelector("mark.differs"));
    const lead = !found.length ? "station-empty" : differs ? "differs" : "verified";
    return [...heading(place, lang), el("p.lead", {}, say(lang, lead)), box, ...found, limits(lang)];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [el("p", { role: "alert" }, say(lang, "failed", { why: error })), box];
  }
}

const root = document.getElementById("station");
if (root) await show(root, null);
