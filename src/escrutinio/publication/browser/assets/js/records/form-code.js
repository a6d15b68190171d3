// The code of a blank form (docs/formats.md): where it belongs. It is no record.

import { base45Decode } from "./base45.js";
import { fromUtf8 } from "./bytes.js";
import { Refusal } from "./refusal.js";
import { isCode } from "./text.js";

const PREFIX = "ESCF:";
const LONGEST = 1_000;
const MINUTES = ["opening", "counting", "closing"];

/** `election`: the beginning of the definition's SHA-256, hexadecimal; `form`: "sheet" or one of `MINUTES`, on which
 * `contest` is "". @typedef {{ election: string, form: string, station: string, contest: string }} FormPlace */

/**
 * The place that the text of a QR code names; null where it is no code of a form.
 * @param {string} text
 * @returns {FormPlace | null}
 */
export function readFormCode(text) {
  if (!text.startsWith(PREFIX) || text.length > LONGEST) return null;
  const [election, form, station, ...rest] = plain(text.slice(PREFIX.length)).split("/");
  const [contest = ""] = rest;
  const codes = form === "sheet" ? rest.length === 1 && isCode(contest) : MINUTES.includes(form) && !rest.length;
  return codes && isCode(station) && /^[0-9a-f]{16}$/.test(election) ? { election, form, station, contest } : null;
}

/** @param {string} text */
function plain(text) {
  try {
    return fromUtf8(base45Decode(text));
  } catch (error) {
    if (error instanceof Refusal) return ""; // no base45, or no text
    throw error;
  }
}
