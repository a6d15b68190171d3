// What an area's files are called. It imports nothing, since the first page that a reader loads needs it.

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * How the files of an area are called: by its code, or as `data/areas.json` says (site/indexes.py).
 * @param {any} areas
 * @param {string} code
 * @returns {string}
 */
export function fileOf(areas, code) {
  const file = Object.prototype.hasOwnProperty.call(areas, code) ? areas[code]?.file : undefined;
  return typeof file === "string" && CODE.test(file) ? file : code;
}

/**
 * The center of a station, which is not told where its code begins with it.
 * @param {any} stations
 * @param {string} station
 */
export function centerOf(stations, station) {
  const listed = Object.prototype.hasOwnProperty.call(stations ?? {}, station) ? stations[station] : undefined;
  return String(listed?.center ?? station.slice(0, Math.max(0, station.lastIndexOf("."))));
}
