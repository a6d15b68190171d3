// Which records that are no sheets take effect: those by a key that may say them, of its scope, on which as many
// officers agree as the definition asks for, and which name the act that they replace (docs/formats.md, "Acts").

import { equal, toHex } from "../records/bytes.js";
import { sha256 } from "../records/sha256.js";
import { BULK } from "./rights.js";

/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {import("../records/record.js").Entry} Entry */
/**
 * "effective"; "consent" to one that takes effect, or to one that has not enough yet; "superseded": of a matter in which
 * another act is in force than the one that it names; "overruled": in which a court of a higher instance has spoken;
 * "refused": its signer may not say it.
 * @typedef {"effective" | "consent" | "superseded" | "overruled" | "refused"} Standing
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
  ["lots", () => ""],
]);

/** Everything that a record says, but not who, nor when. @param {Entry} entry */
function saidBy({ name, frame, body }) {
  return `${name} ${frame.subject} ${JSON.stringify(body, (_, value) => (value instanceof Uint8Array ? toHex(value) : value))}`;
}

/** The acts of one log, heard in its order. */
class Acts {
  /** @param {import("./rights.js").Rights} rights */
  constructor(rights) {
    this.rights = rights;
    /** Who says the same, by whose act it is and what is said. @type {Map<string, Set<string>>} */
    this.waiting = new Map();
    /** The act in force in each matter, with the instance of its court. @type {Map<string, { entry: Entry, instance: number }>} */
    this.inForce = new Map();
  }

  /** @param {Signed} signed a record that its signer may say @returns {Standing} */
  hear({ entry, key }) {
    const { instance, whose } = this.rights.speaksFor(key.name, key.role);
    const tells = MATTERS.get(entry.name);
    const said = saidBy(entry);
    if (!tells) return this.agree(whose, said, key, entry);
    const matter = `${entry.name} ${entry.frame.subject} ${tells(entry.body)}`;
    const current = this.inForce.get(matter);
    if (current) {
      if (current.instance === instance && said === saidBy(current.entry)) return "consent";
      if (current.instance > instance) return "overruled";
      if (!entry.body.replaces || !equal(entry.body.replaces, sha256(current.entry.raw))) return "superseded";
    } else if (entry.body.replaces) return "superseded";
    const standing = this.agree(whose, said, key, entry);
    if (standing === "effective") this.inForce.set(matter, { entry, instance });
    return standing;
  }

  /**
   * Whether as many names say the same as it needs.
   * @param {string} whose
   * @param {string} said
   * @param {import("./keys.js").Key} key
   * @param {Entry} entry
   * @returns {"effective" | "consent"}
   */
  agree(whose, said, key, entry) {
    const needed = this.rights.needed(key.role, entry.name);
    if (needed < 2) return "effective";
    const what = `${whose} ${said}`;
    const who = (this.waiting.get(what) ?? new Set()).add(key.name);
    if (who.size < needed) {
      this.waiting.set(what, who);
      return "consent";
    }
    this.waiting.delete(what);
    return "effective";
  }
}

/**
 * How every record stands that is no sheet.
 * @param {Signed[]} signed in log order
 * @param {import("./rights.js").Rights} rights
 * @param {import("./roll.js").Place} place
 * @returns {Control[]}
 */
export function judgeActs(signed, rights, place) {
  const acts = new Acts(rights);
  return signed
    .filter(({ entry }) => !BULK.has(entry.name))
    .map((one) => {
      const { entry, key } = one;
      const entitled = rights.maySay(key.role, entry.name, key.name) && (key.role === "root" || place.covers(key, entry.about));
      return { ...one, standing: entitled ? acts.hear(one) : "refused" };
    });
}

/** @param {Control[]} controls @param {string} name of a type @returns {Control[]} those that take effect */
export function effectiveOf(controls, name) {
  return controls.filter(({ entry, standing }) => standing === "effective" && entry.name === name);
}
