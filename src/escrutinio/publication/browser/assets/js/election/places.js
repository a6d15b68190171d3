// Where a station is, and what the site's indexes say of it. They are a convenience: what is found through them
// is checked against the log.

import { fileOf } from "./area-file.js";
import { refuse } from "../records/refusal.js";
import { isCode } from "../records/text.js";

const MAX_DEPTH = 32;

/** @typedef {import("../log/log.js").Log} Log */
/** A station as the index has it: entries with their status in log order, other entries about it, findings.
 * @typedef {{ area: string, station: string, center: string, centerName: string, registered: number | null,
 *   entries: { index: number, status: string }[], history: number[],
 *   findings: { code: string, entries: number[], said: Record<string, string> }[], next: string | null,
 *   previous: string | null }} Place */

/**
 * What an object of an index has of its own under a name; nothing inherited, whatever the name.
 * @param {any} object
 * @param {string} key
 * @returns {any}
 */
export function own(object, key) {
  return object && typeof object === "object" && Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * The index of an area. It is asked for by the area's code while the table of areas, which may call its files
 * otherwise, is still on its way: hardly any does.
 * @param {Log} log
 * @param {string} area
 * @returns {Promise<any>}
 */
async function indexOf(log, area) {
  const named = log.json(`data/index/${area}.json`);
  named.catch(() => {}); // looked at below, or not at all
  const file = fileOf(await log.json("data/areas.json"), area);
  return file === area ? named : log.json(`data/index/${file}.json`);
}

/**
 * The area that a station's code begins with, else the one that the index names.
 * @param {Log} log
 * @param {string} station
 * @returns {Promise<string | null>}
 */
export async function areaOfStation(log, station) {
  const areas = await log.json("data/areas.json");
  for (let size = station.length; size > 0; size--) {
    const start = station.slice(0, size);
    if (!isCode(start) || !own(areas, start)) continue;
    const index = await indexOf(log, start).catch(() => ({})); // an area without own stations
    if (own(own(index, "stations"), station)) return start;
    break;
  }
  const area = own(await log.json("data/index/areas-of-stations.json"), station);
  return isCode(area) ? area : null;
}

/**
 * @param {Log} log
 * @param {string} area
 * @param {string} station
 * @returns {Promise<Place | null>}
 */
export async function findPlace(log, area, station) {
  const index = await indexOf(log, area);
  const stations = own(index, "stations") ?? {};
  const listed = own(stations, station);
  if (!listed) return null;
  const codes = Object.keys(stations);
  const at = codes.indexOf(station);
  const center = String(listed.center ?? "");
  return {
    area,
    station,
    center,
    centerName: String(own(own(index, "centers"), center) ?? ""),
    registered: Number.isSafeInteger(listed.registered) ? listed.registered : null,
    entries: entriesOf(listed.entries),
    history: Array.isArray(listed.history) ? listed.history.filter(Number.isSafeInteger) : [],
    findings: findingsOf(listed.findings),
    previous: codes[at - 1] ?? null,
    next: codes[at + 1] ?? null,
  };
}

/**
 * A center as the index of its area has it: its name and stations.
 * @param {Log} log
 * @param {string} area
 * @param {string} center
 * @returns {Promise<{ name: string, stations: string[] } | null>}
 */
export async function findCenter(log, area, center) {
  const index = await indexOf(log, area);
  const stations = own(index, "stations") ?? {};
  const listed = Object.keys(stations).filter((code) => own(own(stations, code), "center") === center);
  return listed.length ? { name: String(own(own(index, "centers"), center) ?? ""), stations: listed } : null;
}

/** @param {any} said @returns {{ index: number, status: string }[]} */
function entriesOf(said) {
  if (!said || typeof said !== "object") return [];
  const found = Object.entries(said).flatMap(([status, indices]) =>
    (Array.isArray(indices) ? indices : []).map((index) => ({ index: Number(index), status })),
  );
  return found.sort((a, b) => a.index - b.index);
}

/** @param {any} said @returns {Place["findings"]} */
function findingsOf(said) {
  const rows = Array.isArray(said) ? said : [];
  return rows.map((row) => {
    const [code, entries, sentences] = Array.isArray(row) ? row : [];
    const indices = Array.isArray(entries) ? entries.filter(Number.isSafeInteger) : [];
    const texts = Object.entries(Object(sentences)).filter(([, text]) => typeof text === "string");
    return { code: String(code), entries: indices, said: Object.fromEntries(texts) };
  });
}

/**
 * An area and those above it, the outermost first, as code, name and name of its files.
 * @param {Log} log
 * @param {string} area
 * @returns {Promise<[string, string, string][]>}
 */
export async function pathOf(log, area) {
  const areas = await log.json("data/areas.json");
  /** @type {[string, string, string][]} */
  const path = [];
  for (let at = area; isCode(at) && path.length < MAX_DEPTH; at = own(own(areas, at), "parent")) {
    path.unshift([at, String(own(own(areas, at), "name") ?? at), fileOf(areas, at)]);
  }
  return path.length ? path : refuse("index-form", { path: "data/areas.json" });
}
