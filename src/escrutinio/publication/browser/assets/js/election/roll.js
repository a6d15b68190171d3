// Where there are stations, and whose keys may speak of them: the areas of the definition and the roll in force.

import { Refusal } from "../records/refusal.js";
import { checkCenters, checkDeclared, readStations } from "./tables.js";

const MAX_DEPTH = 64;

/** @typedef {import("./tables.js").Areas} Areas */
/** @typedef {import("./tables.js").Station} Station */
/** An attachment that a record names; null where it is not there, or is another file.
 * @typedef {(named: { digest: Uint8Array, size: number }) => Promise<Uint8Array | null>} Attachments */

/**
 * The stations of the roll in force: the last readable one that took effect below the closing of the roll; where all
 * came later, the first readable one. One of which any part cannot be read is none.
 * @param {import("./acts.js").Control[]} rolls that take effect, in log order
 * @param {Areas} areas
 * @param {number} closed index of the closing, Infinity without one
 * @param {Attachments} attachment
 * @returns {Promise<Map<string, Station>>}
 */
export async function rollInForce(rolls, areas, closed, attachment) {
  /** @type {Map<string, Station> | null} */
  let chosen = null;
  for (const { index, entry } of rolls) {
    if (chosen && index > closed) break;
    chosen = (await readRoll(entry.body, areas, attachment)) ?? chosen;
  }
  return chosen ?? new Map();
}

/** @param {any} body of a roll @param {Areas} areas @param {Attachments} attachment */
async function readRoll({ stations, centers, declared }, areas, attachment) {
  const table = await attachment(stations);
  const names = centers && (await attachment(centers));
  if (!table || (centers && !names)) return null;
  try {
    if (names) checkCenters(names, areas);
    checkDeclared(declared, areas);
    return readStations(table, areas);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** Stations and areas that records may speak of. */
export class Place {
  /**
   * @param {Areas} areas
   * @param {Map<string, Station>} stations
   */
  constructor(areas, stations) {
    this.areas = areas;
    this.stations = stations;
    /** @type {Map<string, Set<string>>} */
    this.paths = new Map();
  }

  /**
   * An area and all above it; none for an area that there is not.
   * @param {string} area
   * @returns {Set<string>}
   */
  above(area) {
    const known = this.paths.get(area);
    if (known) return known;
    /** @type {Set<string>} */
    const path = new Set();
    for (let at = area; this.areas.parents.has(at) && path.size <= MAX_DEPTH; at = this.areas.parents.get(at) ?? "") path.add(at);
    this.paths.set(area, path);
    return path;
  }

  /**
   * The areas that a station lies in; none for a station that the roll lacks.
   * @param {string} station
   * @returns {Set<string>}
   */
  around(station) {
    return this.above(this.stations.get(station)?.area ?? "");
  }

  /**
   * Whether what is spoken of lies in a key's scope; the election as a whole does.
   * @param {import("./keys.js").Key} key
   * @param {import("../records/subjects.js").About} about
   */
  covers({ scope, contests }, { station, area, contest }) {
    if (contest !== undefined && contests.length && !contests.includes(contest)) return false;
    if (!scope.length || (station === undefined && area === undefined)) return true;
    if (station !== undefined && scope.includes(station)) return true;
    const within = station === undefined ? this.above(area ?? "") : this.around(station);
    return scope.some((code) => within.has(code));
  }
}
