// Which records that are no sheets take effect: those by a key that may say them, of its scope, on which as many
// officers agree as the definition asks for, and which name the act that they replace (docs/formats.md, "Acts").

import { equal, toHex } from "../records/bytes.js";
import { sha256 } from "../records/sha256.js";
import { BULK, BY_OFFICERS, maySay } from "./rights.js";

/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {import("../records/record.js").Entry} Entry */
/**
 * "effective"; "consent" to one that takes effect, or to one that has not enough yet; "superseded": of a matter in which
 * another act is in force than the one that it names; "refused": its signer may not say it.
 * @typedef {"effective" | "consent" | "superseded" | "refused"} Standing
 */
/** @typedef {Signed & { standing: Standing }} Control */

/** What tells the matter of an act apart from others of its type, beside the subject. @type {Map<string, (body: any) => string>} */
const MATTERS = new Map([
  ["roll", () => ""],
  ["nomination-change", (/** @type {any} */ { candidate }) => candidate],
  ["station-change", () => ""],
  ["accreditation", () => ""],
  ["ruling", () => ""],
  ["audit-minutes", () => ""],
  ["bulletin", (/** @type {any} */ { number }) => String(number)],
  ["proclamation", () => ""],
]);

/** Everything that a record says, but not who, nor when. @param {Entry} entry */
function saidBy({ name, frame, body }) {
  return `${name} ${frame.subject} ${JSON.stringify(body, (_, value) => (value instanceof Uint8Array ? toHex(value) : value))}`;
}

/** The acts of officers of one log, heard in its order. */
class Acts {
  /** @param {number} needed officers */
  constructor(needed) {
    this.needed = needed;
    /** Who says the same, by what is said. @type {Map<string, Map<string, Set<string>>>} */
    this.waiting = new Map();
    /** The act in force in each matter. @type {Map<string, Entry>} */
    this.inForce = new Map();
  }

  /** @param {Signed} signed a record that its signer may say @returns {Standing} */
  hear({ entry, key }) {
    if (!BY_OFFICERS.has(entry.name)) return "effective";
    const tells = MATTERS.get(entry.name);
    const said = saidBy(entry);
    const matter = tells ? `${entry.name} ${entry.frame.subject} ${tells(entry.body)}` : said;
    const current = this.inForce.get(matter);
    if (tells && current) {
      if (said === saidBy(current)) return "consent";
      if (!entry.body.replaces || !equal(entry.body.replaces, sha256(current.raw))) return "superseded";
    } else if (tells && entry.body.replaces) return "superseded";
    const others = this.waiting.get(matter) ?? new Map();
    this.waiting.set(matter, others);
    const who = (others.get(said) ?? new Set()).add(key.name);
    others.set(said, who);
    if (key.role === "authority" && who.size < this.needed) return "consent";
    this.waiting.delete(matter);
    if (tells) this.inForce.set(matter, entry);
    return "effective";
  }
}

/**
 * How every record stands that is no sheet.
 * @param {Signed[]} signed in log order
 * @param {any} definition its body
 * @param {import("./roll.js").Place} place
 * @returns {Control[]}
 */
export function judgeActs(signed, definition, place) {
  const imported = definition.author_role === "importer";
  const acts = new Acts(definition.officers_needed);
  return signed
    .filter(({ entry }) => !BULK.has(entry.name))
    .map((one) => {
      const { entry, key } = one;
      const entitled = maySay(key.role, entry.name, imported) && (key.role === "root" || place.covers(key, entry.about));
      return { ...one, standing: entitled ? acts.hear(one) : "refused" };
    });
}

/** @param {Control[]} controls @param {string} name of a type @returns {Control[]} those that take effect */
export function effectiveOf(controls, name) {
  return controls.filter(({ entry, standing }) => standing === "effective" && entry.name === name);
}
