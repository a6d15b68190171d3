// The records that settle how sheets are counted: which of them take effect, and what they settle.

import { toHex } from "../records/bytes.js";
import { lateKeys } from "./keys.js";
import { Place, readAreas, readStations } from "./roll.js";
import { Refusal } from "../records/refusal.js";

const [ENROLMENT, REVOCATION, ROLL, STATION_CHANGE, OPENING, RULING, CO_RECORD] = [3, 4, 6, 8, 16, 24, 31];
const [ZERO_REPORT, TALLY, MANUAL, COPY, HAND_COUNT] = [13, 14, 17, 18, 19];

/** Which roles say what, of the types that bear on totals. @type {Map<number, string[]>} */
const RIGHTS = new Map([
  [ENROLMENT, ["root"]],
  [REVOCATION, ["root"]],
  [ROLL, ["authority", "importer"]],
  [STATION_CHANGE, ["authority"]],
  [OPENING, ["authority"]],
  [RULING, ["authority"]],
  [CO_RECORD, ["authority", "party"]],
  [ZERO_REPORT, ["machine"]],
  [TALLY, ["machine"]],
  [MANUAL, ["board"]],
  [COPY, ["party", "observer", "importer"]],
  [HAND_COUNT, ["board", "party", "observer"]],
]);
const CONTROLS = new Set([ENROLMENT, REVOCATION, ROLL, STATION_CHANGE, OPENING, RULING, CO_RECORD]);
const BY_OFFICERS = new Set([ROLL, STATION_CHANGE, OPENING, RULING]);

/** @typedef {import("./keys.js").Signed} Signed */
/** An attachment that a record names. @typedef {(named: { digest: Uint8Array, size: number }) => Promise<Uint8Array>} Attachments */
/**
 * What the controls settle. `openings`: index of a station's first opening for a board's sheet; `late`: keys
 * enrolled late, and from which index they have their consents; `rulings` in log order.
 * @typedef {{ place: Place, openings: Map<string, number>, late: Map<import("./keys.js").Key, number>,
 *   rulings: Signed[] }} Settled
 */

/**
 * Whether a role says such things, in this election: importers only in an imported one.
 * @param {string} role
 * @param {number} type
 * @param {boolean} imported
 */
export function maySay(role, type, imported) {
  return (role !== "importer" || imported) && (RIGHTS.get(type)?.includes(role) ?? false);
}

/**
 * The controls that take effect, in log order: what as many officers say as the definition asks for does so at
 * the record that completes the number.
 * @param {Signed[]} signed
 * @param {any} definition its body
 * @param {Place} place
 * @returns {Signed[]}
 */
function effective(signed, definition, place) {
  const imported = definition.author_role === "importer";
  /** @type {Map<string, Set<string>>} */
  const waiting = new Map();
  return signed.filter(({ entry, key }) => {
    if (!CONTROLS.has(entry.type) || !maySay(key.role, entry.type, imported)) return false;
    if (key.role !== "root" && !place.covers(key, entry.about)) return false;
    if (!BY_OFFICERS.has(entry.type) || key.role !== "authority" || definition.officers_needed < 2) return true;
    const said = `${entry.type} ${entry.frame.subject} ${JSON.stringify(entry.body, (_, value) => (value instanceof Uint8Array ? toHex(value) : value))}`;
    const who = (waiting.get(said) ?? new Set()).add(key.name);
    waiting.set(said, who.size < definition.officers_needed ? who : new Set());
    return who.size >= definition.officers_needed;
  });
}

/**
 * Read what settles the count of sheets.
 * @param {Signed[]} signed in log order
 * @param {any} definition its body
 * @param {import("./keys.js").Keyring} keyring
 * @param {Attachments} attachment
 * @returns {Promise<Settled>}
 */
export async function settle(signed, definition, keyring, attachment) {
  const imported = definition.author_role === "importer";
  const contests = new Set(definition.contests.map((/** @type {any} */ contest) => contest.code));
  const first = signed.find(
    ({ entry, key }) =>
      [ZERO_REPORT, TALLY, MANUAL].includes(entry.type) &&
      contests.has(entry.about.contest) &&
      maySay(key.role, entry.type, imported),
  );
  const firstSheet = first?.index ?? Infinity;
  const areas = readAreas(await attachment(definition.areas));
  const rolls = effective(signed, definition, new Place(areas, new Map())).filter(({ entry }) => entry.type === ROLL);
  const stations = await rollInForce(rolls, areas, firstSheet, attachment);
  const place = new Place(areas, stations);
  const controls = effective(signed, definition, place);
  /** @type {Map<string, number>} */
  const openings = new Map();
  for (const { index, entry } of controls) {
    const { station = "" } = entry.about;
    if (entry.type === OPENING && !openings.has(station)) openings.set(station, index);
    const found = stations.get(station);
    if (entry.type !== STATION_CHANGE || !found || index > firstSheet) continue;
    if (entry.body.registered !== null) found.registered = entry.body.registered;
  }
  const rulings = controls.filter(({ entry }) => entry.type === RULING);
  return { place, openings, late: lateKeys(keyring, controls, definition, firstSheet), rulings };
}

/**
 * The last readable roll before the first official sheet; where all came later, the first readable one.
 * @param {Signed[]} rolls
 * @param {import("./roll.js").Areas} areas
 * @param {number} firstSheet
 * @param {Attachments} attachment
 */
async function rollInForce(rolls, areas, firstSheet, attachment) {
  /** @type {Map<string, import("./roll.js").Station> | null} */
  let chosen = null;
  for (const { index, entry } of rolls) {
    if (chosen && index > firstSheet) break;
    const table = await attachment(entry.body.stations);
    try {
      chosen = readStations(table, areas);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // a roll that cannot be read is none
    }
  }
  return chosen ?? new Map();
}
