// The positions of every record type behind `[version, type, election, issued_at` (docs/formats.md, "Types").
// Written by hand from the format and not from the Python, so that a slip in one shows against the other.

import { ROLE, CATEGORY, titles, named, attachment, attachments, fraction, head, articles } from "./parts.js";
import { contest, enrolled, enrolledBefore, announced, arrived, refused, replaces, removal, committed } from "./parts.js";
import { corrects, counts, more, sheet, report } from "./parts.js";
import { Refusal } from "./refusal.js";
import { BIT, CODE, COUNT, COUNTS, DATE, DIGEST, KEY, KID, LONG, NAME, SALT, SHORT, TIME, UINT } from "./shapes.js";
import { array, bounded, optional, struct, trailing, uint, word } from "./shapes.js";

/** @typedef {{ name: string, version: number, subject: string, body: import("./shapes.js").Shape<Record<string, any>> }} Layout */

/** Type code to name, version, form of the subject (subjects.js) and shape of the body. @type {Map<number, Layout>} */
export const LAYOUTS = new Map();

/**
 * @param {number} code
 * @param {string} name
 * @param {string} subject
 * @param {Record<string, import("./shapes.js").Shape<any>>} fields
 * @param {number} [version]
 */
function type(code, name, subject, fields, version = 1) {
  LAYOUTS.set(code, { name, version, subject, body: struct(fields) });
}

/** How enrolments were written before: without proof that their holders have the keys. @type {Layout} */
export const ENROLMENT_BEFORE = { name: "enrolment", version: 1, subject: "election", body: struct({ keys: array(enrolledBefore, 1, 1_000) }) };

type(1, "definition", "election", {
  kind: word("real drill simulation"),
  code: CODE,
  titles: named,
  place: named,
  voting_day: DATE,
  author_role: word("authority importer"),
  author: named,
  root_key: KEY,
  officers_needed: uint(256),
  contests: array(contest, 0, 256),
  areas: attachment,
  calendar: array(struct({ code: CODE, at: TIME }), 0, 256),
  powers: array(struct({ act: UINT, role: ROLE, needed: uint(256) }), 0, 64),
  courts: array(struct({ code: CODE, titles: named, instance: uint(256) }), 0, 64),
  contests_file: optional(attachment),
  paper: array(CODE, 0, 4_096),
  supplements: array(struct({ code: CODE, titles, article: LONG, most: more, places: array(CODE) }), 0, 16),
  articles,
}, 2);
type(2, "charter", "election", {
  origin: SHORT,
  role: word("official party observer importer"),
  operator: named,
  root_key: KEY,
  predecessor: optional(head),
});
type(3, "enrolment", "election", { keys: array(enrolled, 1, 1_000) }, 2);
type(4, "revocation", "election", { kid: KID, reason: word("lost stolen replaced ended"), legal_basis: LONG }, 2);
type(5, "witness-policy", "election", { policy: attachment });
type(6, "roll", "election", {
  stations: attachment,
  centers: optional(attachment),
  declared: array(struct({ area: CODE, stations: COUNT })),
  frozen_on: DATE,
  replaces,
});
type(7, "nomination-change", "contest", {
  candidate: CODE,
  change: word("withdrawn substituted reinstated card-moved"),
  legal_basis: LONG,
  replaces,
});
type(8, "station-change", "station", {
  change: word("relocated closed opened merged corrected"),
  center: CODE,
  registered: optional(COUNT),
  minutes: optional(attachment),
  replaces,
});
type(9, "accreditation", "signer", {
  titles: named,
  areas: array(CODE),
  contests: array(CODE),
  starts: TIME,
  ends: TIME,
  replaces,
});
type(10, "acceptance", "signer", { accreditation: DIGEST, accepted: BIT });
type(11, "lifecycle", "lot", {
  step: word("assembled programmed quality-checked audited sealed shipped received installed replaced returned"),
  machines: array(struct({ machine: NAME, station: optional(CODE) })),
  software: optional(DIGEST),
  listing: optional(attachment),
});
type(12, "arrival", "election", { first: UINT, arrivals: array(arrived), refused: array(refused, 0, 16) });
type(13, "zero-report", "station/contest", { counts: COUNTS, software: DIGEST });
type(14, "tally-sheet", "station/contest", sheet, 2);
type(15, "machine-event", "station", {
  event: word("opened closed printed transmitted transmission-failed power-lost power-back fault reprinted"),
  at: TIME,
  detail: COUNT,
});
type(16, "contingency-opening", "station", {
  reason: word("machine-failed no-print no-power no-machine other"),
});
type(17, "manual-sheet", "station/contest", { ...sheet, ruling: optional(DIGEST) }, 2);
type(18, "copy", "station/contest", {
  ...sheet,
  registered: more,
  form: word("paper qr2024 photo table"),
  image: optional(DIGEST),
  original: optional(DIGEST),
}, 2);
type(19, "hand-count", "station/contest", { ...counts, vouchers: more, audit: optional(DIGEST), salt: optional(SALT), corrects }, 2);
type(20, "seal-check", "station", { seal: CODE, intact: BIT });
type(21, "refusal-to-sign", "station/contest", {
  reason: word("not-admitted figures-differ count-not-public copy-not-given other"),
});
type(22, "incident-report", "place", { ...report, report: attachments });
type(23, "complaint", "place", { ...report, ...committed });
const ruling = struct({
  complaint: optional(DIGEST),
  decision: word("uphold annul select dismiss recount repeat stay reverse"),
  sheet: optional(DIGEST),
  until: optional(TIME),
  legal_basis: LONG,
  minutes: optional(attachment),
  replaces,
});
/** A ruling has what it rules: the sheet that it selects, the end of a stay, the act that it reverses. */
const RULED = [
  { key: "ruling-sheet", holds: (/** @type {any} */ body) => (body.sheet !== null) === (body.decision === "select") },
  { key: "ruling-until", holds: (/** @type {any} */ body) => (body.until !== null) === (body.decision === "stay") },
  { key: "ruling-reverses", holds: (/** @type {any} */ body) => body.decision !== "reverse" || body.replaces !== null },
];
const unruled = (/** @type {any} */ body) => RULED.find(({ holds }) => !holds(body));
LAYOUTS.set(24, {
  name: "ruling",
  version: 2,
  subject: "matter",
  body: bounded(ruling, (body) => !unruled(body), (body) => new Refusal(unruled(body)?.key ?? "", {})),
});
type(25, "incident-disclosure", "place", {
  category: CATEGORY,
  starts: TIME,
  ends: optional(TIME),
  report: attachments,
});
type(26, "audit-minutes", "audit", {
  outcome: word("passed passed-with-remarks failed not-held"),
  held_at: TIME,
  minutes: attachments,
  replaces,
});
type(27, "bulletin", "contest-area", {
  number: COUNT,
  basis: word("reported ruled"),
  head,
  ...counts,
  stations: COUNT,
  replaces,
}, 2);
type(28, "proclamation", "contest", { elected: array(CODE, 1), head, counts: COUNTS, replaces });
type(29, "observation-report", "place", { ...committed, report: optional(attachment) });
type(30, "withdrawal", "election", removal);
type(31, "co-record", "election", { record: DIGEST });
type(32, "claim", "contest-area", {
  code: CODE,
  speaker: named,
  announced_on: DATE,
  rows: array(announced, 0, 4_096),
  valid: optional(UINT),
  null: optional(UINT),
  ballots: optional(UINT),
  registered: optional(UINT),
  covered: optional(SHORT),
  turnout: optional(SHORT),
  sources: array(LONG, 0, 64),
  in_reply_to: optional(DIGEST),
});
type(33, "statement", "election", {
  code: CODE,
  speaker: named,
  stated_on: optional(DATE),
  words: attachment,
  source: LONG,
  in_reply_to: optional(DIGEST),
});
const bounded_by = { bound: word("registered manifest law"), most: more };
const audited = struct({ contest: CODE, basis: SHORT, ...bounded_by, manifest: optional(DIGEST) });
type(34, "audit-commitment", "contest", {
  method: word("ppeb-betting srs-alpha bravo hot-audit"),
  risk_limit: fraction,
  head,
  basis: SHORT,
  ...bounded_by,
  bet: optional(fraction),
  manifest: optional(DIGEST),
  throwers: array(NAME, 1, 16),
  counters: array(NAME, 1, 64),
  follows: optional(DIGEST),
  beside: trailing(array(audited, 1, 64)),
}, 2);
type(35, "audit-seed", "contest", { ...committed, digits: CODE, salt: optional(SALT), instead_of: optional(NAME) }, 2);
type(36, "audit-sample", "contest", { ...committed, round: COUNT, boxes: array(struct({ station: CODE, position: more })) }, 2);
type(37, "audit-result", "contest", { ...committed, round: COUNT, risk: fraction, minutes: optional(attachment), corrects }, 2);
type(38, "closing", "election", { what: word("enrolment roll"), legal_basis: LONG });
type(39, "retraction", "election", { record: DIGEST, reason: word("misread other-sheet forged other") });
type(40, "lots", "contest", { among: array(CODE, 2, 4_096), drawn: array(CODE, 1, 4_096), minutes: attachments, replaces });
type(41, "ballot-manifest", "contest", { boxes: attachment });
type(42, "digits-commitment", "contest", { ...committed, digits: DIGEST });
type(43, "count-commitment", "station/contest", { ...committed, count: DIGEST });
type(44, "promise", "election", { record: DIGEST, by: TIME });
type(128, "removal-request", "election", { ...removal, legal_basis: LONG });
type(129, "sheet-status", "station/contest", {
  status: word(
    "unsigned illegible inconsistent challenged annulled not-installed two-agreed third-decided typings-differ",
  ),
  sheet: optional(DIGEST),
  note: optional(attachment),
  typed: trailing(
    struct({ picture: DIGEST, reason: optional(word("figures words sum correction other-line other")) }),
  ),
});
type(130, "custody", "station", {
  what: CODE,
  seal: CODE,
  change: word("sealed handed-over received opened"),
  at: TIME,
  minutes: attachments,
});
type(131, "checklist", "station", { points: attachment, holds: array(CODE, 0, 256), fails: array(CODE, 0, 256) });
type(132, "visit", "station", { starts: TIME, ends: optional(TIME), report: attachments });
type(133, "next-round", "contest", { definition: DIGEST, origin: SHORT });
const opened = { vouchers: more, salt: optional(SALT), corrects };
type(134, "mixed-count", "station/contest", { others: array(CODE, 1, 63), ...committed, ...counts, ...opened });
type(135, "extension", "place", { until: TIME, reason: LONG });
type(136, "waiting-set", "election", { count: COUNT, root: DIGEST, by: TIME, refused: COUNT });
