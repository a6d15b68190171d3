// The tour's sandbox: change one figure in a copy of a record that exists in this browser only, in one of three
// ways, and see which step of the verification notices.
//
//   section#sandbox[data-base][data-lang][data-entry=<log index of a sheet>]
//     > p, form.controls(label, select, input, select, button*), p[role=status].result, section.checks (sheet.js)

import { equal, toHex } from "../records/bytes.js";
import { decode, encode } from "../records/cbor.js";
import { checkRecord } from "../election/check.js";
import { alter, keyId } from "../records/cose.js";
import { el, fillElement, titleOf } from "./dom.js";
import { Log } from "../log/log.js";
import { leafHash, rootOfProof } from "../log/merkle.js";
import { areaOfStation, findCenter, findPlace } from "../election/places.js";
import { foundFor } from "./found.js";
import { isCode } from "../records/text.js";
import { stationName } from "./station-head.js";
import { openRecord } from "../records/record.js";
import { Refusal } from "../records/refusal.js";
import { stepList } from "./sheet.js";
import { languageOf, say, wordFor } from "./say.js";

const LARGEST = 2 ** 32 - 1;
const COUNTS = 4; // position of the counts in a sheet's payload
const WAYS = ["change", "resign", "rewrite"];

/**
 * A copy of a record in which one count is another.
 * @param {import("../records/record.js").Entry} entry
 * @param {number} option
 * @param {number} votes
 * @param {string} way of `WAYS`; "resign" signs the copy with a key made for it
 * @returns {Promise<Uint8Array>}
 */
export async function alteredCopy(entry, option, votes, way) {
  const payload = /** @type {any[]} */ (decode(entry.frame.payload));
  payload[COUNTS][option] = votes;
  if (way !== "resign") return alter(entry.frame, { payload: encode(payload) });
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]));
  const kid = keyId(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const sign = async (/** @type {Uint8Array} */ signed) =>
    new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, /** @type {BufferSource} */ (signed)));
  return alter(entry.frame, { payload: encode(payload), kid, sign });
}

/**
 * How many bytes of a copy differ from the original, and which is the first, counted from 1.
 * @param {Uint8Array} original
 * @param {Uint8Array} copy
 * @returns {{ count: number, first: number, size: number }}
 */
export function difference(original, copy) {
  const size = Math.max(original.length, copy.length);
  const places = Array.from({ length: size }, (_, at) => at).filter((at) => original[at] !== copy[at]);
  return { count: places.length, first: (places[0] ?? -1) + 1, size };
}

/**
 * The sheet that the tour shows: of the station that the address names, which the steps before then speak of; else the
 * one suggested.
 * @param {Log} log
 * @param {string} lang
 * @param {HTMLElement} root
 * @returns {Promise<number>} its index
 */
async function chosenEntry(log, lang, root) {
  const suggested = Number(root.dataset.entry);
  const box = document.getElementById("tour-station");
  const query = new URLSearchParams(location.search);
  const [area, center, text] = [query.get("a"), query.get("c"), (query.get("s") ?? "").trim()];
  const page = "tour.html";
  if (box && isCode(area) && isCode(center)) {
    const found = await findCenter(log, area, center);
    const link = (/** @type {import("../election/places.js").Place} */ place) => el("a", { href: `${page}?a=${area}&s=${place.station}#tour-2` }, stationName(lang, place));
    if (found) fillElement(box, el("p", {}, say(lang, "center-stations")), el("ul", {}, found.stations.map((place) => el("li", {}, link(place)))));
    return suggested;
  }
  if (!box || !text) return suggested;
  const own = isCode(text) ? (isCode(area) ? area : await areaOfStation(log, text)) : null;
  const place = own && (await findPlace(log, own, text));
  if (!place) {
    fillElement(box, (await foundFor(log.base, text, lang, { page })).filter(({ tagName }) => tagName !== "H1"));
    return suggested;
  }
  const sheet = place.entries.find(({ status }) => status === "counted") ?? place.entries[0];
  fillElement(box, el("p", {}, el("b", {}, say(lang, sheet ? "tour-yours" : "tour-without", { station: stationName(lang, place) }))));
  const open = /** @type {HTMLAnchorElement | null} */ (document.getElementById("tour-open"));
  if (open) {
    open.href = `station.html?a=${place.area}&s=${place.station}`;
    fillElement(open, say(lang, "tour-open", { station: place.station }));
  }
  return sheet?.index ?? suggested;
}

/**
 * @param {HTMLElement} root
 */
async function start(root) {
  const lang = languageOf(root);
  const log = new Log(new URL(root.dataset.base ?? "../", location.href).href);
  try {
    const standing = await log.standing(await chosenEntry(log, lang, root));
    const entry = openRecord(standing.raw);
    const { definition } = await log.context();
    const contest = definition.body.contests.find((/** @type {any} */ one) => one.code === entry.about.contest);
    const result = el("p.result", { role: "status" });
    const checks = el("div");
    const showChecks = async (/** @type {Uint8Array} */ raw, /** @type {string} */ before, after = "") => {
      const { steps } = await checkRecord(log, standing.index, raw, standing.proof);
      const failed = steps.findIndex(({ state }) => state === "bad");
      const values = failed < 0 ? {} : { number: failed + 1, step: say(lang, `step-${steps[failed].id}`) };
      const verdict = say(lang, failed < 0 ? "sandbox-holds" : "sandbox-fails", values);
      fillElement(result, [before, verdict, after].join(" "));
      fillElement(checks, stepList(lang, steps));
    };
    const form = controls(lang, contest, entry, async (option, votes, way) => {
      if (!Number.isInteger(votes) || votes < 0 || votes > LARGEST) {
        fillElement(checks);
        return fillElement(result, say(lang, "sandbox-number", { most: LARGEST }));
      }
      const raw = await alteredCopy(entry, option, votes, way).catch(() => null);
      if (!raw) return fillElement(result, say(lang, "sandbox-no-key"));
      if (equal(raw, standing.raw)) return showChecks(raw, say(lang, "sandbox-same"));
      const what = optionTitle(contest, option, lang);
      const old = entry.body.counts[option];
      const told = say(lang, "sandbox-altered", { what, old, new: votes, ...difference(standing.raw, raw) });
      const { size, root: signed } = await log.checkpoint();
      const rewritten = toHex(rootOfProof(leafHash(raw), standing.index, size, standing.proof));
      const roots = say(lang, "sandbox-rewritten", { root: rewritten, signed: toHex(signed) });
      return way === "rewrite" ? showChecks(raw, told, roots) : showChecks(raw, told);
    });
    form.addEventListener("reset", () => showChecks(standing.raw, say(lang, "sandbox-original")));
    const about = { index: standing.index, type: wordFor(lang, entry.name), station: entry.about.station };
    fillElement(root, el("p", {}, say(lang, "sandbox-intro", about)), form, result, checks);
    await showChecks(standing.raw, say(lang, "sandbox-original"));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    fillElement(root, el("p", { role: "alert" }, say(lang, "failed", { why: error })));
  }
}

/** @param {any} contest @param {number} place @param {string} lang @returns {string} */
function optionTitle(contest, place, lang) {
  const option = contest?.options[place];
  if (!option) return say(lang, "option-number", { number: place + 1 });
  const candidate = contest.candidates[option.candidate];
  const name = candidate ? titleOf(candidate.titles, lang, candidate.code) : "";
  const card = titleOf(option.titles, lang, option.code);
  return name === card ? name : `${name} · ${card}`;
}

/**
 * @param {string} lang
 * @param {any} contest
 * @param {import("../records/record.js").Entry} entry
 * @param {(option: number, votes: number, way: string) => Promise<void>} attempt
 * @returns {HTMLElement}
 */
function controls(lang, contest, entry, attempt) {
  /** @type {number[]} */
  const counts = entry.body.counts;
  const what = counts.map((votes, at) => el("option", { value: String(at) }, `${optionTitle(contest, at, lang)}: ${votes}`));
  const how = WAYS.map((way) => el("option", { value: way }, say(lang, `sandbox-${way}`)));
  const option = /** @type {HTMLSelectElement} */ (el("select", { id: "sandbox-what" }, what));
  const way = /** @type {HTMLSelectElement} */ (el("select", { id: "sandbox-how" }, how));
  const number = { type: "number", id: "sandbox-votes", min: "0", max: String(LARGEST), step: "1" };
  const votes = /** @type {HTMLInputElement} */ (el("input", { ...number, value: String(counts[0] + 1) }));
  option.addEventListener("change", () => (votes.value = String(counts[Number(option.value)] + 1)));
  const labelled = (/** @type {HTMLElement} */ field) => el("p", {}, el("label", { for: field.id }, say(lang, field.id)), " ", field);
  const form = el(
    "form.controls",
    { novalidate: true }, // what is no number is answered in the reader's language
    [option, votes, way].map(labelled),
    el("p", {}, el("button", { type: "submit" }, say(lang, "sandbox-try")), " ", el("button", { type: "reset" }, say(lang, "sandbox-reset"))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(Number(option.value), votes.value.trim() ? Number(votes.value) : NaN, way.value);
  });
  return form;
}

const root = document.getElementById("sandbox");
if (root?.dataset.entry) void start(root);
