// The records that settle how sheets are counted: the roll, what closes enrolment and the roll, openings, rulings.

import { effectiveOf, judgeActs } from "./acts.js";
import { lateKeys } from "./keys.js";
import { Rights } from "./rights.js";
import { Place, rollInForce } from "./roll.js";

/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {import("./acts.js").Control} Control */
/**
 * What the controls settle. `openings`: index of a station's first opening for a board's sheet; `late`: keys enrolled
 * above the closing of enrolment, and from which index they have their consents; `rulings` in log order; `controls`:
 * how every record stands that is no sheet.
 * `paper`: areas and stations that count on paper; `supplements`: who may vote beyond the list.
 * @typedef {{ place: Place, rights: Rights, openings: Map<string, number>, late: Map<import("./keys.js").Key, number>,
 *   rulings: Control[], controls: Control[], paper: string[], supplements: any[] }} Settled
 */

/**
 * Read what settles the count of sheets.
 * @param {Signed[]} signed in log order
 * @param {any} definition its body
 * @param {import("./keys.js").Keyring} keyring
 * @param {import("./roll.js").Areas} areas
 * @param {import("./roll.js").Attachments} attachment
 * @returns {Promise<Settled>}
 */
export async function settle(signed, definition, keyring, areas, attachment) {
  // Rolls and closings speak of the election as a whole, whatever stations there are.
  const rights = new Rights(definition);
  const first = judgeActs(signed, rights, new Place(areas, new Map()));
  const closings = effectiveOf(first, "closing");
  const closed = (/** @type {string} */ what) => closings.find(({ entry }) => entry.body.what === what)?.index ?? Infinity;
  const stations = await rollInForce(effectiveOf(first, "roll"), areas, closed("roll"), attachment);
  const place = new Place(areas, stations);
  const controls = judgeActs(signed, rights, place);
  for (const { index, entry } of effectiveOf(controls, "station-change")) {
    const found = stations.get(entry.about.station ?? "");
    if (found && index < closed("roll") && entry.body.registered !== null) found.registered = entry.body.registered;
  }
  /** @type {Map<string, number>} */
  const openings = new Map();
  for (const { index, entry } of effectiveOf(controls, "contingency-opening")) {
    const { station = "" } = entry.about;
    if (!openings.has(station)) openings.set(station, index);
  }
  const late = lateKeys(keyring, controls, closed("enrolment"));
  const { paper, supplements } = definition;
  return { place, rights, openings, late, rulings: effectiveOf(controls, "ruling"), controls, paper, supplements };
}
