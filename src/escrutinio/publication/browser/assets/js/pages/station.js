// The page of one polling station: reads its records from the log and checks them where the reader can see.
//
//   main#station[data-base][data-lang], station.html?a=<area>&s=<station>, &c=<center> (center.js), or ?s=<text> (found.js)
//     > station-head.js, p.lead(.alarm), p, details.trust (trust-box.js), section.compare* (compare.js), section.records
//       (article.sheet*, sheet.js), section.findings, section.history (history.js), section.limits
//
// What the site's indexes say (which entries there are, names of places) is a convenience; what stands on a
// card comes from the log. The record is shown first; the program of all that stands around it (station-rest.js) is
// asked for then, as a slow phone would wait for it.

import { comparison } from "./compare.js";
import { el, fillElement, titleOf } from "./dom.js";
import { Log } from "../log/log.js";
import { areaOfStation, findPlace, pathOf, placeAround, widerFindings } from "../election/places.js";
import { byContest, readRecords } from "./read.js";
import { Refusal, refuse } from "../records/refusal.js";
import { isCode } from "../records/text.js";
import { figuresOf, sheetCard } from "./sheet.js";
import { entitle, stationHead, stationName } from "./station-head.js";
import { languageOf, say, wordFor } from "./say.js";

/** @typedef {import("./trust-box.js").Chosen | null} Chosen */
/** @typedef {import("../election/places.js").Place} Place */
/** @typedef {import("./read.js").Read} Read */

/**
 * The station that an address names, where there is one.
 * @param {Log} log
 * @param {URLSearchParams} query
 * @returns {Promise<Place | null>}
 */
async function placeOf(log, query) {
  const station = query.get("s");
  if (!isCode(station)) return null;
  const given = query.get("a");
  const there = isCode(given) ? await findPlace(log, given, station) : null;
  if (there) return there;
  const area = await areaOfStation(log, station); // the address may name another area, or none
  return area ? findPlace(log, area, station) : null;
}

/** The program of what stands around the records, and the words of what is refused. */
async function later() {
  const path = "station-rest.js";
  return (await import("./station-rest.js").catch(() => refuse("fetch-failed", { path }))).REST;
}

/** @param {string} lang @param {Read[]} reads @param {boolean} real @param {Place} place */
function cards(lang, reads, real, { registered }) {
  const first = new Map([...byContest(reads)].map(([code, [read]]) => [code, read]));
  const zero = (/** @type {Read} */ { checked }) => Number(checked.entry?.name === "zero-report");
  const whole = [...reads].sort((a, b) => Number(b.failed) - Number(a.failed) || zero(a) - zero(b));
  return whole.map((read) => {
    const { standing, checked, status, contest } = read;
    const reference = checked.entry?.name === "zero-report" ? undefined : first.get(contest?.code);
    const others = reference && reference !== read && !reference.failed ? columnOf(lang, reference, registered).figures : undefined;
    return sheetCard(lang, contest, standing, checked, { status, others, real, registered, open: reads.length === 1 });
  });
}

/** One table for each contest of which several records speak. @param {string} lang @param {Read[]} reads @param {Place} place */
function comparisons(lang, reads, { registered }) {
  const several = [...byContest(reads).values()].filter((some) => some.length > 1);
  return several.map((some) => {
    const { titles, code } = some[0].contest;
    return comparison(lang, titleOf(titles, lang, code), some.map((read) => columnOf(lang, read, registered)));
  });
}

/** @param {string} lang @param {Read} read @param {number | null} registered @returns {import("./compare.js").Column} */
function columnOf(lang, { standing, checked: { entry, signer }, contest, failed }, registered) {
  const by = (signer && titleOf(signer.titles, lang, "")) || entry?.frame.issuer || "";
  return {
    title: entry ? wordFor(lang, entry.name) : "",
    note: entry?.body.ruling ? say(lang, "counted-again", { who: by }) : by,
    href: `#entry-${standing.index}`,
    figures: entry ? figuresOf(lang, contest, entry, registered) : [],
    failed,
  };
}

/**
 * The sentence that a reader must not miss: a record that failed its check before all else.
 * @param {string} lang
 * @param {Read[]} reads
 * @param {boolean} differs
 * @returns {HTMLElement[]}
 */
function lead(lang, reads, differs) {
  const failed = reads.filter((read) => read.failed);
  if (failed.length) {
    const names = failed.map(({ standing, checked: { entry } }) => {
      const place = say(lang, "entry", { index: standing.index });
      return entry ? `${wordFor(lang, entry.name)} (${entry.frame.issuer}, ${place})` : place;
    });
    const said = say(lang, failed.length === 1 ? "failed-record" : "failed-records", { count: failed.length, names: names.join("; ") });
    const links = failed.map(({ standing }) => el("a", { href: `#entry-${standing.index}` }, say(lang, "failed-see", { index: standing.index })));
    return [el("p.lead.alarm", { role: "alert" }, `✗ ${said}`), el("p", {}, say(lang, "failed-next"), " ", ...links.flatMap((link) => [link, " "]))];
  }
  const log = reads.some(({ checked }) => checked.steps.some(({ state }) => state === "bad"));
  if (log) return [el("p.lead.alarm", { role: "alert" }, `✗ ${say(lang, "failed-log")}`)];
  return [el("p.lead", {}, say(lang, !reads.length ? "station-empty" : differs ? "differs" : "verified"))];
}

/** An entry that is no record of this station, and where all are. @param {string} lang @param {string} index */
function notHere(lang, index) {
  return el("p.note", { id: "not-here", role: "status" }, say(lang, "entry-elsewhere", { index: Number(index) }), " ", el("a", { href: "log.html" }, say(lang, "entry-log")));
}

/** Open the record that the address names, and say where there is none such; a link inside the page does the same. */
function openNamed() {
  const index = /^#entry-(\d{1,15})$/.exec(location.hash)?.[1];
  const named = index && document.querySelector(`#entry-${index} > details`);
  document.getElementById("not-here")?.remove();
  const records = document.querySelector("#station > section.records");
  if (index && records && !document.getElementById(`entry-${index}`)) records.before(notHere(languageOf(/** @type {HTMLElement} */ (records.parentElement)), index));
  if (!(named instanceof HTMLDetailsElement)) return;
  named.open = true;
  named.scrollIntoView();
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
  const box = async () => (await later()).trustBox(lang, chosen, trouble, (next, why) => void show(root, next, why), log.fetchFile);
  root.setAttribute("aria-busy", "true");
  fillElement(root, el("p", { role: "status" }, say(lang, "reading")));
  for await (const shown of content(log, lang, box)) {
    if (shown.first) fillElement(root, shown.parts);
    else root.append(...shown.parts.filter((part) => part !== null));
    root.dataset.shown = ""; // the record, or what is said instead
  }
  root.setAttribute("aria-busy", "false");
  openNamed();
}

/** What every station needs, asked for at once; what fails is heard of where it is needed. @param {Log} log */
function askAhead(log) {
  const asked = [log.context(), ...["proofs", "keys", "controls"].map((name) => log.json(`data/${name}.json`))];
  for (const one of asked) one.catch(() => {});
}

/**
 * What is shown first, and what comes below it.
 * @param {Log} log
 * @param {string} lang
 * @param {() => Promise<HTMLElement>} box
 * @returns {AsyncGenerator<{ first: boolean, parts: (HTMLElement | null)[] }>}
 */
async function* content(log, lang, box) {
  let first = true;
  try {
    const query = new URLSearchParams(location.search);
    const code = isCode(query.get("a"));
    if (code) askAhead(log);
    const center = code && query.has("c") && !query.has("s") ? await (await later()).centerPage(log, query, lang, await box()) : null;
    if (center) return yield { first: true, parts: center };
    const text = (query.get("s") ?? query.get("c") ?? "").trim();
    const place = text ? await placeOf(log, query) : null;
    if (!place) return yield { first: true, parts: await noStation(log, lang, query, text) };
    const [{ definition }, path, reads] = await Promise.all([log.context(), pathOf(log, place.area), readRecords(log, place.entries)]);
    if (reads.some(({ checked }) => checked.steps.some(({ why }) => why))) await later(); // for its words
    entitle(lang, definition, stationName(lang, place));
    const compared = comparisons(lang, reads, place);
    const differs = compared.some((table) => table.querySelector("mark.differs"));
    const real = definition.body.kind === "real";
    const records = reads.length > 1 && [el("h2", {}, say(lang, "records")), el("p.small.muted", {}, say(lang, "records-hint"))];
    const shown = el("section.records", {}, records || [], cards(lang, reads, real, place));
    yield { first, parts: [...stationHead(lang, definition, place, path), ...lead(lang, reads, differs), ...compared, shown] };
    first = false;
    const { endCards, entryPages, findingsOf, historyOf, limits, saveButton } = await later();
    endCards(lang, log, reads, { real, shown });
    const hrefOf = await entryPages(log);
    const whole = reads.length > 0 && !reads.some(({ failed }) => failed);
    const around = [findingsOf(lang, place, await widerFindings(log, place, path), hrefOf), await historyOf(lang, log, place, hrefOf)];
    yield { first, parts: [whole ? saveButton(lang, log, place) : null, await box(), ...around, limits(lang)] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const rest = await later().catch(() => null); // the connection may be gone
    const missing = error.key === "fetch-missing" && String(error.values.path).startsWith("data/");
    const said = !first ? say(lang, "rest-failed", { why: error }) : missing ? say(lang, "missing", { path: error.values.path }) : say(lang, "failed", { why: error });
    const more = rest ? [...rest.nextSteps(lang), await box()] : [];
    const title = first ? el("h1", {}, say(lang, "station-title")) : null;
    yield { first, parts: [title, el("p.alarm", { role: "alert" }, said), el("p", {}, say(lang, "failed-try")), ...more] };
  }
}

/** @param {Log} log @param {string} lang @param {URLSearchParams} query @param {string} text */
async function noStation(log, lang, query, text) {
  const { foundFor, nextSteps } = await later();
  if (!text) return [el("h1", {}, say(lang, "station-title")), el("p.lead", { role: "status" }, say(lang, "no-station")), ...nextSteps(lang)];
  return foundFor(log.base, text, lang, { around: await placeAround(log, query.get("a"), text).catch(() => null) });
}

document.documentElement.dataset.runs = ""; // what old-engine.js asks; the program that says it elsewhere comes later
const root = document.getElementById("station");
if (root) {
  addEventListener("hashchange", openNamed);
  void show(root, null);
}
