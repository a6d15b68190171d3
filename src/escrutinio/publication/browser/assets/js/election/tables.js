// The small tables that definitions and rolls carry as attachments: CSV (RFC 4180) in the one spelling that the formats
// allow. UTF-8 without a mark, lines that end in LF, the header first, quotes only around what needs them.

import { fromUtf8 } from "../records/bytes.js";
import { refuse } from "../records/refusal.js";
import { checkCode, checkText } from "../records/text.js";

const MAX_ROWS = 5_000_000; // five times the polling stations of India
const MAX_DEPTH = 64;
const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
const BLANK = /^[^\S\ufeff]*$/u; // what Python strips

/** `parents`: of each area, empty for the root; `names` as the table has them.
 * @typedef {{ parents: Map<string, string>, names: Map<string, string> }} Areas */
/** @typedef {{ area: string, registered: number | null }} Station */

/**
 * The rows of a table.
 * @param {Uint8Array} data
 * @param {string} header
 * @returns {string[][]}
 */
function rowsOf(data, header) {
  const lines = fromUtf8(data).split("\n");
  const width = header.split(",").length;
  if (lines.shift() !== header) refuse("table-form", { name: header, line: 1 });
  if (lines.pop() !== "" || lines.length > MAX_ROWS) refuse("table-form", { name: header, line: lines.length + 2 });
  return lines.map((line, at) => {
    const cells = cellsOf(line);
    return cells?.length === width ? cells : refuse("table-form", { name: header, line: at + 2 });
  });
}

/** The cells of a line; null where one is quoted without need, or left unquoted. @param {string} line */
function cellsOf(line) {
  const cells = [];
  FIELD.lastIndex = 0;
  for (let more = true; more; ) {
    const found = FIELD.exec(line);
    if (!found || (found[1] !== undefined && !/[",\r]/.test(found[1]))) return null;
    cells.push(found[1] === undefined ? found[2] : found[1].split('""').join('"'));
    more = found[3] === ",";
  }
  return cells;
}

/** @param {string} text @param {number} limit bytes */
function checkLabel(text, limit) {
  if (BLANK.test(text)) refuse("label-empty");
  checkText(text, limit);
}

/**
 * The areas that the definition names: one tree.
 * @param {Uint8Array} table CSV code,parent,level,name
 * @returns {Areas}
 */
export function readAreas(table) {
  const header = "code,parent,level,name";
  const [parents, names] = [new Map(), new Map()];
  const rows = rowsOf(table, header);
  for (const [at, [code, parent, level, name]] of rows.entries()) {
    if (parents.has(checkCode(code))) refuse("table-form", { name: header, line: at + 2 });
    checkLabel(level, 64);
    checkLabel(name, 200);
    parents.set(code, parent);
    names.set(code, name);
  }
  if (rows.filter(([, parent]) => !parent).length !== 1) refuse("areas-root");
  /** @type {Map<string, number>} */
  const depths = new Map();
  for (const [at, [code]] of rows.entries()) {
    const way = [];
    for (let place = code; place && !depths.has(place); place = parents.get(place)) {
      if (!parents.has(place) || way.length > MAX_DEPTH) refuse("table-form", { name: header, line: at + 2 });
      way.push(place);
    }
    for (const place of way.reverse()) depths.set(place, (depths.get(parents.get(place)) ?? -1) + 1);
    if ((depths.get(code) ?? 0) > MAX_DEPTH) refuse("table-form", { name: header, line: at + 2 });
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
  return stations.size ? stations : refuse("table-form", { name: header, line: 2 });
}

/**
 * Refused where the centers of a roll are not written as they should be.
 * @param {Uint8Array} table CSV center,area,name
 * @param {Areas} areas
 */
export function checkCenters(table, areas) {
  const header = "center,area,name";
  const seen = new Set();
  for (const [at, [center, area, name]] of rowsOf(table, header).entries()) {
    if (seen.has(checkCode(center)) || !areas.parents.has(area)) refuse("table-form", { name: header, line: at + 2 });
    checkText(name, 200);
    seen.add(center);
  }
}

/**
 * Refused where a roll declares the stations of an area that there is not, or of one twice.
 * @param {{ area: string, stations: number }[]} declared
 * @param {Areas} areas
 */
export function checkDeclared(declared, areas) {
  const seen = new Set();
  for (const { area } of declared) {
    if (seen.has(area) || !areas.parents.has(area)) refuse("declared-area", { area });
    seen.add(area);
  }
}
