// Who may say what (docs/formats.md, "Who may sign what").

import { LAYOUTS } from "../records/layouts.js";

/** @param {string} names @returns {Set<string>} */
const setOf = (names) => new Set(names.split(" "));

/** What states figures or that a machine starts empty: everything that is counted. */
export const BULK = setOf("zero-report tally-sheet manual-sheet copy hand-count");
export const OFFICIAL = setOf("tally-sheet manual-sheet");

/** What the authority says with as many officers as the definition asks for. */
export const BY_OFFICERS = setOf(
  "roll nomination-change station-change accreditation lifecycle contingency-opening ruling incident-disclosure audit-minutes " +
    "bulletin proclamation closing removal-request lots next-round extension",
);
/** What a definition may let courts say, with the numbers of their types. @type {Map<string, number>} */
const JUDGED = new Map([
  ["ruling", 24],
  ["lots", 40],
  ["removal-request", 128],
]);
const ANYBODY = setOf("claim statement retraction");
const AUDITS = setOf("audit-commitment digits-commitment audit-seed audit-sample audit-result count-commitment mixed-count");
const KEEPING = setOf("ballot-manifest custody checklist sheet-status");
const WATCHERS = setOf(
  "acceptance copy hand-count incident-report complaint observation-report refusal-to-sign visit checklist sheet-status",
);

/** @type {Map<string, Set<string>[]>} */
const RIGHTS = new Map([
  ["root", [setOf("enrolment revocation witness-policy")]],
  ["authority", [ANYBODY, BY_OFFICERS, AUDITS, KEEPING, setOf("complaint co-record withdrawal witness-policy")]],
  ["receiver", [ANYBODY, setOf("arrival promise waiting-set")]],
  ["machine", [ANYBODY, setOf("zero-report tally-sheet machine-event")]],
  ["board", [ANYBODY, KEEPING, setOf("manual-sheet seal-check hand-count count-commitment mixed-count")]],
  ["party", [ANYBODY, AUDITS, WATCHERS, setOf("co-record withdrawal")]],
  ["observer", [ANYBODY, AUDITS, WATCHERS, setOf("withdrawal")]],
  ["complaint-desk", [ANYBODY, setOf("complaint")]],
  ["importer", [ANYBODY, AUDITS, setOf("roll copy witness-policy withdrawal sheet-status")]],
  ["press", [ANYBODY]],
  ["court", [ANYBODY, setOf("withdrawal")]],
]);

/** Whether a power over an act, by the number of its type, has an effect for a role; of a type that only later versions
 * know, nobody here can say that it has none. @param {number} act @param {string} role */
export function mayBeGiven(act, role) {
  const name = LAYOUTS.get(act)?.name;
  return !name || (role === "court" ? JUDGED.has(name) : BY_OFFICERS.has(name));
}

/** Whom a key belongs to: its name up to the second slash. @param {string} name */
export function organisationOf(name) {
  return name.split("/").slice(0, 2).join("/");
}

/** Whose word a count of the paper is: all officers of the authority are one side. @param {string} name */
export function sideOf(name) {
  return name.startsWith("authority/") ? "authority" : organisationOf(name);
}

/** Who may say what in one election, and of how many names an act needs the consent, by its definition. */
export class Rights {
  /** @param {any} definition its body */
  constructor(definition) {
    this.imported = definition.author_role === "importer";
    this.officers = definition.officers_needed;
    /** @type {Map<string, number>} */
    this.powers = new Map(definition.powers.map((/** @type {any} */ { act, role, needed }) => [`${act} ${role}`, needed]));
    /** @type {Map<string, number>} */
    this.instances = new Map(definition.courts.map((/** @type {any} */ { code, instance }) => [`court/${code}`, instance]));
    this.numbers = new Map([...LAYOUTS].map(([number, { name }]) => [name, number]));
  }

  /**
   * Whether a role says such things: importers only in an imported election, courts what the definition lets them,
   * if it has them.
   * @param {string} role
   * @param {string} name of the record's type
   * @param {string} signer the name of the key
   */
  maySay(role, name, signer) {
    if (role === "importer" && !this.imported) return false;
    if (role === "court" && JUDGED.has(name)) return this.powers.has(`${JUDGED.get(name)} court`) && this.instances.has(organisationOf(signer));
    return (RIGHTS.get(role) ?? []).some((kinds) => kinds.has(name));
  }

  /** Of how many names an act needs the consent. @param {string} role @param {string} name */
  needed(role, name) {
    const power = this.powers.get(`${this.numbers.get(name)} ${role}`);
    if (role === "court" && JUDGED.has(name)) return power ?? 1;
    return role === "authority" && BY_OFFICERS.has(name) ? power ?? this.officers : 1;
  }

  /** Whose act it is that a key signs, and of which instance: 0 of whoever is no court of the definition.
   * @param {string} name of the key @param {string} role @returns {{ instance: number, whose: string }} */
  speaksFor(name, role) {
    const court = organisationOf(name);
    const instance = role === "court" ? this.instances.get(court) : undefined;
    return instance === undefined ? { instance: 0, whose: role } : { instance, whose: court };
  }
}
