// Opening a record: what it says, who says it, of what, when. The signature is another question, since the
// key comes from the log and not from the record.

import { decode } from "./cbor.js";
import { split } from "./cose.js";
import { ENROLMENT_BEFORE, LAYOUTS } from "./layouts.js";
import { Refusal, refuse } from "./refusal.js";
import { DIGEST, TIME } from "./shapes.js";
import { readSubject } from "./subjects.js";

/** Types from here on never change keys or totals: one that a program does not know is left unread. */
export const UNREAD = 128;
const [DEFINITION, ENROLMENT] = [1, 3];
const HEAD = 4; // version, type, election, issued_at

/**
 * An opened record. `election` is 32 bytes, or none in a definition; `issuedAt` in seconds since 1970, as the
 * signer claims; `foreign`: of a type, or in a version of one, that this program does not know.
 * @typedef {{ raw: Uint8Array, frame: import("./cose.js").Frame, type: number, foreign: boolean, name: string,
 *   election: Uint8Array, issuedAt: number, body: Record<string, any>, about: import("./subjects.js").About }} Entry
 */

/**
 * A record as far as it can be read: its type may be one that this program does not know, and then its positions
 * are only held to be such as any payload has; `beyond`: it is all right but for a bound of the formats.
 * @typedef {{ known: true, entry: Entry } | { known: false, entry: Framed, beyond?: Refusal }} Read
 */
/** What can be said of a record of any type. @typedef {Pick<Entry, "raw" | "frame" | "type" | "foreign" | "election">} Framed */

/**
 * Read a record strictly.
 * @param {Uint8Array} raw
 * @returns {Entry}
 */
export function openRecord(raw) {
  const read = readRecord(raw);
  if (read.known) return read.entry;
  throw read.beyond ?? new Refusal("record-type", { type: read.entry.type });
}

/**
 * Read a record strictly, whatever its type.
 * @param {Uint8Array} raw
 * @returns {Read}
 */
export function readRecord(raw) {
  const frame = split(raw);
  const values = decode(frame.payload);
  if (!Array.isArray(values) || values.length < HEAD) return refuse("payload-array");
  const [version, type, election, issuedAt] = values;
  if (typeof version !== "number" || version < 1 || typeof type !== "number") return refuse("payload-array");
  const names = election instanceof Uint8Array ? election.length : -1;
  if (names !== (type === DEFINITION ? 0 : 32)) refuse("record-election");
  const named = type === DEFINITION ? new Uint8Array() : DIGEST(election);
  const layout = layoutOf(type, version);
  const framed = { raw, frame, type, foreign: !layout, election: named };
  /** @type {Refusal[]} */
  const beyond = [];
  const time = TIME(issuedAt, beyond);
  if (!layout) return { known: false, entry: framed, beyond: beyond[0] };
  const body = layout.body(values.slice(HEAD), beyond);
  const about = readSubject(layout.subject, frame.subject);
  if (beyond.length) return { known: false, entry: framed, beyond: beyond[0] };
  return { known: true, entry: { ...framed, name: layout.name, issuedAt: time, body, about } };
}

/**
 * How a record of a type is written in a version; undefined for what this program does not know, a later version among
 * it. Refused where it is an earlier one that is not read any more, or a definition of another.
 * @param {number} type
 * @param {number} version
 * @returns {import("./layouts.js").Layout | undefined}
 */
function layoutOf(type, version) {
  const known = LAYOUTS.get(type);
  if (!known || known.version === version) return known;
  if (type === ENROLMENT && version === ENROLMENT_BEFORE.version) return ENROLMENT_BEFORE;
  if (type === DEFINITION) return refuse("definition-version", { version, known: known.version });
  return version < known.version ? refuse("record-version", { name: known.name, version, known: known.version }) : undefined;
}
