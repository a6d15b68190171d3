// Where there are stations: the areas of the definition and the roll, from their CSV attachments.

import { fromUtf8 } from "../records/bytes.js";
import { refuse } from "../records/refusal.js";
import { checkCode } from "../records/text.js";

const MAX_DEPTH = 64;

/** @typedef {{ area: string, registered: number | null }} Station */
/** `parents`: of each area, empty for the root; `names` as the table has them.
 * @typedef {{ parents: Map<string, string>, names: Map<string, string> }} Areas */

/**
 * Rows of a CSV attachment whose cells, but the last, hold codes or numbers, which need no quotes.
 * @param {Uint8Array} data
 * @param {string} header
 * @returns {string[][]}
 */
function rowsOf(data, header) {
  const lines = fromUtf8(data).split("\n");
  const width = header.split(",").length;
  if (lines.shift() !== header || lines.pop() !== "") refuse("table-form", { name: header, line: 1 });
  return lines.map((line, at) => {
    const cells = line.split(",");
    const last = cells.splice(width - 1).join(",");
    if (cells.length < width - 1 || (last.includes(",") && !last.startsWith('"'))) refuse("table-form", { name: header, line: at + 2 });
    return [...cells, /^"(?:[^"]|"")*"$/.test(last) ? last.slice(1, -1).replaceAll('""', '"') : last];
  });
}

/**
 * The areas that the definition names.
 * @param {Uint8Array} table CSV code,parent,level,name
 * @returns {Areas}
 */
export function readAreas(table) {
  const rows = rowsOf(table, "code,parent,level,name");
  const parents = new Map(rows.map(([code, parent]) => [checkCode(code), parent]));
  const names = new Map(rows.map(([code, , , name]) => [code, name]));
  for (const [at, [, parent]] of rows.entries()) {
    if (parent && !parents.has(parent)) refuse("table-form", { name: "code,parent,level,name", line: at + 2 });
  }
  return { parents, names };
}

/**
 * The stations of a roll, by code.
 * @param {Uint8Array} table CSV station,center,area,registered
 * @param {Areas} areas
 * @returns {Map<string, Station>}
 */
export function readStations(table, areas) {
  const header = "station,center,area,registered";
  /** @type {Map<string, Station>} */
  const stations = new Map();
  for (const [at, [station, center, area, registered]] of rowsOf(table, header).entries()) {
    const number = registered === "" ? null : Number(registered);
    const fits = /^(0|[1-9]\d{0,9})?$/.test(registered) && (number ?? 0) < 2 ** 32 && areas.parents.has(area);
    if (!fits || stations.has(checkCode(station)) || !checkCode(center)) refuse("table-form", { name: header, line: at + 2 });
    stations.set(station, { area, registered: number });
  }
  return stations;
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
    for (let at = area; this.areas.parents.has(at) && path.size < MAX_DEPTH; at = this.areas.parents.get(at) ?? "") path.add(at);
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
