// Opening a record: what it says, who says it, of what, when. The signature is another question, since the
// key comes from the log and not from the record.

import { decode } from "./cbor.js";
import { split } from "./cose.js";
import { LAYOUTS } from "./layouts.js";
import { refuse } from "./refusal.js";
import { DIGEST, TIME } from "./shapes.js";
import { readSubject } from "./subjects.js";

const VERSION = 1;
const DEFINITION = 1;
const HEAD = 4; // version, type, election, issued_at

/**
 * An opened record. `election` is 32 bytes, or none in a definition; `issuedAt` in seconds since 1970, as the
 * signer claims.
 * @typedef {{ raw: Uint8Array, frame: import("./cose.js").Frame, type: number, name: string,
 *   election: Uint8Array, issuedAt: number, body: Record<string, any>, about: import("./subjects.js").About }} Entry
 */

/**
 * Read a record strictly.
 * @param {Uint8Array} raw
 * @returns {Entry}
 */
export function openRecord(raw) {
  const frame = split(raw);
  const values = decode(frame.payload);
  if (!Array.isArray(values) || values.length < HEAD) return refuse("payload-array");
  const [version, type, election, issuedAt] = values;
  if (version !== VERSION) refuse("record-version", { version: VERSION });
  const layout = typeof type === "number" ? LAYOUTS.get(type) : undefined;
  if (typeof type !== "number" || !layout) return refuse("record-type", { type: String(type).slice(0, 20) });
  const names = election instanceof Uint8Array ? election.length : -1;
  if (names !== (type === DEFINITION ? 0 : 32)) refuse("record-election");
  return {
    raw,
    frame,
    type,
    name: layout.name,
    election: type === DEFINITION ? new Uint8Array() : DIGEST(election),
    issuedAt: TIME(issuedAt),
    body: layout.body(values.slice(HEAD)),
    about: readSubject(layout.subject, frame.subject),
  };
}
