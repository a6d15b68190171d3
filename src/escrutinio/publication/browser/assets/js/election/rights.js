// Who may say what (docs/formats.md, "Who may sign what").

/** @param {string} names @returns {Set<string>} */
const setOf = (names) => new Set(names.split(" "));

/** What states figures or that a machine starts empty: everything that is counted. */
export const BULK = setOf("zero-report tally-sheet manual-sheet copy hand-count");
export const OFFICIAL = setOf("tally-sheet manual-sheet");

/** What the authority says with as many officers as the definition asks for. */
export const BY_OFFICERS = setOf(
  "roll nomination-change station-change accreditation lifecycle contingency-opening ruling incident-disclosure audit-minutes " +
    "bulletin proclamation closing removal-request",
);
const ANYBODY = setOf("claim statement");
const AUDITS = setOf("audit-commitment audit-seed audit-sample audit-result");
const WATCHERS = setOf("acceptance copy hand-count incident-report complaint observation-report refusal-to-sign");

/** @type {Map<string, Set<string>[]>} */
const RIGHTS = new Map([
  ["root", [setOf("enrolment revocation witness-policy")]],
  ["authority", [ANYBODY, BY_OFFICERS, AUDITS, setOf("complaint co-record withdrawal witness-policy")]],
  ["receiver", [ANYBODY, setOf("arrival")]],
  ["machine", [ANYBODY, setOf("zero-report tally-sheet machine-event")]],
  ["board", [ANYBODY, setOf("manual-sheet seal-check hand-count")]],
  ["party", [ANYBODY, AUDITS, WATCHERS, setOf("co-record withdrawal")]],
  ["observer", [ANYBODY, AUDITS, WATCHERS, setOf("withdrawal")]],
  ["complaint-desk", [ANYBODY, setOf("complaint")]],
  ["importer", [ANYBODY, AUDITS, setOf("roll copy witness-policy withdrawal")]],
  ["press", [ANYBODY]],
]);

/**
 * Whether a role says such things, in this election: importers only in an imported one.
 * @param {string} role
 * @param {string} name of the record's type
 * @param {boolean} imported
 */
export function maySay(role, name, imported) {
  return (role !== "importer" || imported) && (RIGHTS.get(role) ?? []).some((kinds) => kinds.has(name));
}
