// Which copies and claims their own signers took back (docs/formats.md, "Retractions").

import { toHex } from "../records/bytes.js";
import { sha256 } from "../records/sha256.js";
import { effectiveOf } from "./acts.js";

const TAKEN = new Set(["copy", "claim"]);

/** @typedef {import("./keys.js").Signed} Signed */

/**
 * The index of each record that was taken back, with that of the first retraction that did so. A sheet of a contest that
 * there is not is nobody's to take back.
 * @param {Signed[]} signed every record by a key in force
 * @param {import("./acts.js").Control[]} controls
 * @returns {Map<number, number>}
 */
export function takenBack(signed, controls) {
  /** @type {Map<number, number>} */
  const found = new Map();
  const retractions = effectiveOf(controls, "retraction");
  if (!retractions.length) return found;
  const said = new Map(signed.filter(({ entry }) => TAKEN.has(entry.name)).map((one) => [toHex(sha256(one.entry.raw)), one]));
  for (const { index, entry } of retractions) {
    const about = said.get(toHex(entry.body.record));
    if (!about || about.index >= index || about.entry.frame.issuer !== entry.frame.issuer) continue;
    if (!found.has(about.index)) found.set(about.index, index);
  }
  return found;
}
