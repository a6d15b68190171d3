// Which sheets count, and their totals: the rules of docs/formats.md, written independently of the Python
// fold.

import { toHex } from "../records/bytes.js";
import { sha256 } from "../records/sha256.js";
import { effectiveOf } from "./acts.js";
import { BULK, OFFICIAL, organisationOf, sideOf } from "./rights.js";
import { asRuled } from "./ruled.js";
import { takenBack } from "./retractions.js";
import { contentOf, plus, refusalOf, soleSheet, validOf } from "./sheets.js";

const SPEAKS_FOR_NONE = new Set(["station-unknown", "key-out-of-scope"]);
/** It is the figures that are wrong; a ruling may select such a sheet all the same. */
const OF_FIGURES = new Set(["sum-mismatch", "marks-mismatch", "more-votes-than-registered"]);
export const [REPORTED, REPORTED_LATE, RULED, PAPER, COPIES] = ["reported", "reported-late", "ruled", "paper", "copies:"];

/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {import("./controls.js").Settled} Settled */
/** What a basis has: a sheet that counts per station, and why none does at others.
 * @typedef {{ counted: Map<string, Signed>, pending: Map<string, string>, annulled: Set<string> }} Basis */
/** Rows of a basis that may count, by station, and the reason of each station's first one that may not.
 * @typedef {{ rows: Map<string, Signed[]>, refused: Map<string, string> }} Heard */
/** @typedef {import("./sheets.js").Sum} Sum */
/**
 * Candidates in ballot order, classes of other ballots in the contest's, null where no counted sheet states them; `valid` ballots; `pending` and `annulled` are
 * stations. `areas`: of each area what it adds up to, [...candidates, valid, ...classes, sheets that do not state the
 * classes, stations counted, pending, annulled].
 * @typedef {{ candidates: Sum[], valid: Sum, classes: (Sum | null)[], stations: number, pending: string[], annulled: string[],
 *   areas: Map<string, Sum[]> }} Total
 */

/**
 * Whose sheets a sheet is added to: the official ones, the copies of one organisation, or hand counts.
 * @param {Signed} signed
 * @param {Map<import("./keys.js").Key, number>} late
 * @returns {string}
 */
function basisOf({ index, entry, key }, late) {
  if (entry.name === "hand-count") return PAPER;
  if (entry.name === "copy") return COPIES + organisationOf(key.name);
  if (entry.body.ruling) return RULED; // a recount or a repeated vote stands beside what was reported
  return (late.get(key) ?? -1) >= index ? REPORTED_LATE : REPORTED;
}

/**
 * The totals of every contest and basis, keyed `contest basis`.
 * @param {Signed[]} signed in log order
 * @param {any} definition its body
 * @param {Settled} settled
 * @param {boolean} official whether the log is the authority's own
 * @returns {{ totals: Map<string, Total>, refused: { index: number, code: string }[] }}
 */
export function countSheets(signed, definition, settled, official) {
  const contests = new Map(definition.contests.map((/** @type {any} */ contest) => [contest.code, contest]));
  const refused = [];
  /** @type {Map<string, Heard>} */
  const heard = new Map();
  /** Official sheets that a ruling may select, by their digest. @type {Map<string, Signed>} */
  const sound = new Map();
  const gone = takenBack(signed, settled.controls);
  const single = ofVouchers(settled.controls);
  const named = settled.rulings.some(({ entry }) => entry.body.sheet);
  for (const one of signed) {
    if (!BULK.has(one.entry.name)) continue;
    const { station = "", contest: code = "" } = one.entry.about;
    const contest = contests.get(code);
    const why = contest ? refusalOf(one, contest, settled) : "contest-unknown";
    if (why) refused.push({ index: one.index, code: why });
    if (!contest || one.entry.name === "zero-report" || (!why && gone.has(one.index))) continue;
    // What lay at the places that an audit of single vouchers drew is no count of the box.
    if (one.entry.name === "hand-count" && one.entry.body.audit && single.has(toHex(one.entry.body.audit))) continue;
    if (named && OFFICIAL.has(one.entry.name) && (!why || OF_FIGURES.has(why))) sound.set(toHex(sha256(one.entry.raw)), one);
    const name = `${code} ${basisOf(one, settled.late)}`;
    const basis = heard.get(name) ?? { rows: new Map(), refused: new Map() };
    heard.set(name, basis);
    if (!why) {
      basis.rows.set(station, [...(basis.rows.get(station) ?? []), one]);
    } else if (!SPEAKS_FOR_NONE.has(why) && !basis.refused.has(station)) basis.refused.set(station, why);
  }
  const totals = new Map();
  const rules = official || signed.some(({ entry }) => OFFICIAL.has(entry.name) && contests.has(entry.about.contest));
  for (const [code, contest] of contests) {
    const bases = basesOf(contest, heard, rules ? settled : { ...settled, rulings: [] }, sound);
    for (const [basis, found] of bases) totals.set(`${code} ${basis}`, totalOf(contest, found, settled.place));
  }
  return { totals, refused };
}

/**
 * The digests of the commitments to audits of single vouchers.
 * @param {import("./acts.js").Control[]} controls
 * @returns {Set<string>}
 */
function ofVouchers(controls) {
  const audits = effectiveOf(controls, "audit-commitment").filter(({ entry }) => entry.body.method === "bravo");
  return new Set(audits.map(({ entry }) => toHex(sha256(entry.raw))));
}

/**
 * What counts in each basis of a contest.
 * @param {any} contest
 * @param {Map<string, Heard>} heard
 * @param {Settled} settled
 * @param {Map<string, Signed>} sound
 * @returns {Map<string, Basis>}
 */
function basesOf({ code: contest, area: root }, heard, { place, rulings, rights }, sound) {
  /** @type {Map<string, Basis>} */
  const bases = new Map();
  for (const [name, said] of heard) {
    const [code, basis] = name.split(" ");
    if (code === contest && basis !== RULED) bases.set(basis, countBasis(said, basis === PAPER ? agreedCount : soleSheet));
  }
  if (rulings.length) {
    const mine = rulings.filter(({ entry }) => entry.about.contest === contest);
    const again = heard.get(`${contest} ${RULED}`)?.rows ?? new Map();
    const voting = [...place.stations].filter(([, { area }]) => place.above(area).has(root)).map(([station]) => station);
    bases.set(RULED, asRuled(bases.get(REPORTED), heard.get(`${contest} ${REPORTED}`), mine, { sound, again, voting, place, rights }));
  }
  return bases;
}

/**
 * @param {Heard} heard
 * @param {(rows: Signed[]) => Signed | "conflict" | null} choose
 * @returns {Basis}
 */
function countBasis({ rows, refused }, choose) {
  const basis = { counted: new Map(), pending: new Map(), annulled: new Set() };
  for (const [station, spoken] of rows) {
    const chosen = choose(spoken);
    if (chosen === "conflict") basis.pending.set(station, chosen);
    else if (chosen) basis.counted.set(station, chosen);
  }
  for (const [station, why] of refused) {
    if (!basis.counted.has(station) && !basis.pending.has(station)) basis.pending.set(station, why);
  }
  return basis;
}

/** Hand counts: what two sides found alike counts, unless two others agree on something else. @param {Signed[]} rows */
function agreedCount(rows) {
  /** @type {Map<string, Signed[]>} */
  const alike = new Map();
  for (const row of rows) {
    const content = contentOf(row.entry.body);
    alike.set(content, [...(alike.get(content) ?? []), row]);
  }
  const agreed = [...alike.values()].filter((group) => new Set(group.map(({ key }) => sideOf(key.name))).size > 1);
  return agreed.length > 1 ? "conflict" : agreed.length ? agreed[0][0] : null;
}

/**
 * @param {any} contest
 * @param {Basis} basis
 * @param {import("./roll.js").Place} place
 * @returns {Total}
 */
function totalOf(contest, { counted, pending, annulled }, place) {
  const size = contest.candidates.length;
  const others = contest.classes.length;
  const width = size + others + 5;
  /** @type {Map<string, Sum[]>} */
  const own = new Map();
  const row = (/** @type {string} */ station) => {
    const area = place.stations.get(station)?.area ?? "";
    const sums = own.get(area) ?? new Array(width).fill(0);
    own.set(area, sums);
    return sums;
  };
  for (const [station, { entry }] of counted) {
    const sums = row(station);
    const add = (/** @type {number} */ at, /** @type {number} */ votes) => (sums[at] = plus(sums[at], votes));
    entry.body.counts.forEach((/** @type {number} */ votes, /** @type {number} */ at) => add(contest.options[at].candidate, votes));
    const { classes } = entry.body;
    const told = others > 0 && classes.length === others;
    const beside = told ? classes : new Array(others).fill(0);
    [validOf(entry.body), ...beside, others && !told ? 1 : 0, 1].forEach((votes, at) => add(size + at, votes));
  }
  for (const station of pending.keys()) row(station)[width - 2] = plus(row(station)[width - 2], 1);
  for (const station of annulled) row(station)[width - 1] = plus(row(station)[width - 1], 1);
  /** @type {Map<string, Sum[]>} */
  const areas = new Map();
  for (const [area, sums] of own) {
    for (const above of place.above(area)) {
      if (!place.above(above).has(contest.area)) continue; // what lies above has more than this contest
      const before = areas.get(above) ?? new Array(width).fill(0);
      areas.set(above, before.map((sum, at) => plus(sum, sums[at])));
    }
  }
  const all = areas.get(contest.area) ?? new Array(width).fill(0);
  const classes = all.slice(size + 1, size + 1 + others);
  return {
    candidates: all.slice(0, size),
    valid: all[size],
    classes: classesUnknown(all[width - 4], all[width - 3]) ? classes.map(() => null) : classes,
    stations: Number(all[width - 3]),
    pending: [...pending.keys()],
    annulled: [...annulled],
    areas,
  };
}

/**
 * Whether no counted sheet states the classes of other ballots, so that they are not known.
 * @param {Sum} unread sheets that do not state them
 * @param {Sum} counted
 */
export function classesUnknown(unread, counted) {
  return unread > 0 && unread === counted;
}
