// Where a station is, and what the site's indexes say of it. They are a convenience: what is found through them
// is checked against the log.

import { centerOf, fileOf } from "./area-file.js";
import { Refusal } from "../records/refusal.js";
import { isCode } from "../records/text.js";
import { TILE_WIDTH } from "../log/tile-names.js";

const MAX_DEPTH = 32;

/** @typedef {import("../log/log.js").Log} Log */
/** A sentence of the rules, with entries that show it. @typedef {{ code: string, entries: number[], said: Record<string, string> }} Finding */
/** A station as the index has it: entries in log order with their status and where they stand in their bundles, other
 * entries about it, what the rules noticed there, and the numbers of what they noticed in more than one station by one of
 * its entries.
 * @typedef {{ area: string, station: string, center: string, centerName: string, registered: number | null,
 *   entries: { index: number, status: string, at: import("../log/log.js").At | null }[], history: number[],
 *   findings: Finding[], wide: number[], next: string | null, previous: string | null }} Place */

/**
 * What an object of an index has of its own under a name; nothing inherited, whatever the name.
 * @param {any} object
 * @param {string} key
 * @returns {any}
 */
export function own(object, key) {
  return object && typeof object === "object" && Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined;
}

/**
 * The index of an area, asked for by the area's code; hardly any has files of another name.
 * @param {Log} log
 * @param {string} area
 * @returns {Promise<any>}
 */
async function indexOf(log, area) {
  const named = await log.json(`data/index/${area}.json`).catch((error) => error);
  if (own(named, "area") === area) return named;
  const file = fileOf(await log.json("data/areas.json"), area);
  if (file !== area) return log.json(`data/index/${file}.json`);
  throw named instanceof Error ? named : new Refusal("index-form", { path: `data/index/${area}.json` });
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
 * The index of an area, as above; null where the election has no such area.
 * @param {Log} log
 * @param {string} area
 * @returns {Promise<any>}
 */
async function indexIfThere(log, area) {
  try {
    return await indexOf(log, area);
  } catch (error) {
    if (!(error instanceof Refusal) || own(await log.json("data/areas.json"), area)) throw error;
    return null;
  }
}

/**
 * The place that an address speaks of though not of a station in it: its area, else the innermost that its code begins
 * with, as code, name and name of its files.
 * @param {Log} log
 * @param {string | null} area
 * @param {string} text
 * @returns {Promise<[string, string, string] | null>}
 */
export async function placeAround(log, area, text) {
  const areas = await log.json("data/areas.json");
  const starts = isCode(text) ? [...Array(text.length).keys()].map((cut) => text.slice(0, text.length - cut)) : [];
  const code = [area, ...starts].find((one) => isCode(one) && own(areas, one));
  return code ? [code, String(own(areas[code], "name") ?? code), fileOf(areas, code)] : null;
}

/**
 * @param {Log} log
 * @param {string} area
 * @param {string} station
 * @returns {Promise<Place | null>}
 */
export async function findPlace(log, area, station) {
  const index = await indexIfThere(log, area);
  const stations = own(index, "stations") ?? {};
  const listed = own(stations, station);
  if (!listed) return null;
  return placeIn(index, area, station);
}

/** @param {any} index @param {string} area @param {string} station that is in it @returns {Place} */
function placeIn(index, area, station) {
  const stations = own(index, "stations");
  const listed = own(stations, station);
  const codes = Object.keys(stations);
  const at = codes.indexOf(station);
  const center = centerOf(stations, station);
  return {
    area,
    station,
    center,
    centerName: String(own(own(index, "centers"), center) ?? ""),
    registered: Number.isSafeInteger(listed.registered) ? listed.registered : null,
    entries: entriesOf(listed.entries, listed.at, own(index, "nodes")),
    history: numbersOf(listed.history),
    findings: findingsOf(listed.findings),
    wide: numbersOf(listed.wide),
    previous: codes[at - 1] ?? null,
    next: codes[at + 1] ?? null,
  };
}

/**
 * A center as the index of its area has it: its name and stations.
 * @param {Log} log
 * @param {string} area
 * @param {string} center
 * @returns {Promise<{ name: string, stations: Place[] } | null>}
 */
export async function findCenter(log, area, center) {
  const index = await indexIfThere(log, area);
  const stations = own(index, "stations") ?? {};
  const listed = Object.keys(stations).filter((code) => centerOf(stations, code) === center);
  const name = String(own(own(index, "centers"), center) ?? "");
  return listed.length ? { name, stations: listed.map((station) => placeIn(index, area, station)) } : null;
}

/**
 * What the rules noticed in more than one station: by an entry of this one, and in the election or in an area that it lies
 * in.
 * @param {Log} log
 * @param {Place} place
 * @param {[string, string, string][]} path of its area
 * @returns {Promise<{ here: Finding[], around: Finding[] }>}
 */
export async function widerFindings(log, place, path) {
  const listed = await log.json("data/findings-wide.json");
  const rows = Array.isArray(listed) ? listed : [];
  const within = new Set(path.map(([code]) => code));
  const inside = (/** @type {any} */ row) => Array.isArray(row) && (typeof row[3] !== "string" || within.has(row[3]));
  const here = rows.filter((_, number) => place.wide.includes(number));
  return { here: findingsOf(here), around: findingsOf(rows.filter((row) => inside(row) && !here.includes(row))) };
}

/** @param {any} said @returns {number[]} */
function numbersOf(said) {
  return Array.isArray(said) ? said.filter(Number.isSafeInteger) : [];
}

/**
 * @param {any} said
 * @param {any} places a first byte and a length for each, in log order
 * @param {any} nodes hashes of bundles
 * @returns {Place["entries"]}
 */
function entriesOf(said, places, nodes) {
  if (!said || typeof said !== "object") return [];
  const found = Object.entries(said).flatMap(([status, indices]) => numbersOf(indices).map((index) => ({ index, status })));
  const known = numbersOf(places);
  const nodesAt = (/** @type {number} */ index) => String(own(nodes, String(Math.floor(index / TILE_WIDTH))) ?? "");
  const place = (/** @type {number} */ index, /** @type {number} */ at) => ({ first: known[2 * at], length: known[2 * at + 1], nodes: nodesAt(index) });
  return found
    .sort((a, b) => a.index - b.index)
    .map((one, at) => ({ ...one, at: known.length === 2 * found.length ? place(one.index, at) : null }));
}

/** @param {any} said @returns {Finding[]} */
function findingsOf(said) {
  const rows = Array.isArray(said) ? said : [];
  return rows.map((row) => {
    const [code, entries, sentences] = Array.isArray(row) ? row : [];
    const texts = Object.entries(Object(sentences)).filter(([, text]) => typeof text === "string");
    return { code: String(code), entries: numbersOf(entries), said: Object.fromEntries(texts) };
  });
}

/**
 * An area and those above it, the outermost first, as code, name and name of its files.
 * @param {Log} log
 * @param {string} area
 * @returns {Promise<[string, string, string][]>}
 */
export async function pathOf(log, area) {
  const said = own(await indexOf(log, area), "path");
  const path = (Array.isArray(said) ? said : []).slice(0, MAX_DEPTH).filter((row) => Array.isArray(row) && isCode(row[0]));
  return path.map(([code, name, file]) => [code, String(name), isCode(file) ? file : code]);
}
