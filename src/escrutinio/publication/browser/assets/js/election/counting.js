// Which sheets count, and their totals: the rules of docs/verifying-in-the-browser.md, written independently
// of the Python fold.

import { BULK, OFFICIAL, maySay } from "./rights.js";

const SPEAKS_FOR_NONE = new Set(["station-unknown", "key-out-of-scope"]);
export const [REPORTED, REPORTED_LATE, RULED, PAPER, COPIES] = ["reported", "reported-late", "ruled", "paper", "copies:"];

/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {import("./controls.js").Settled} Settled */
/** What a basis has: a sheet that counts per station, and why none does at others.
 * @typedef {{ counted: Map<string, Signed>, pending: Map<string, string>, annulled: Set<string> }} Basis */
/** Rows of a basis that may count, by station, and the reason of each station's first one that may not.
 * @typedef {{ rows: Map<string, Signed[]>, refused: Map<string, string> }} Heard */
/** A number of votes, exact: a bigint from 2^53 on. @typedef {number | bigint} Sum */
/**
 * Candidates in ballot order; `pending` and `annulled` are stations. `areas`: of each area what it adds up to,
 * [...candidates, null, blank, stations counted, pending, annulled].
 * @typedef {{ candidates: Sum[], null: Sum, blank: Sum, stations: number, pending: string[], annulled: string[],
 *   areas: Map<string, Sum[]> }} Total
 */

/** The exact sum of two. @param {Sum} a @param {Sum} b @returns {Sum} */
export function plus(a, b) {
  const sum = Number(a) + Number(b);
  return typeof a === "number" && typeof b === "number" && Number.isSafeInteger(sum) ? sum : BigInt(a) + BigInt(b);
}

/** @param {Record<string, any>} body @returns {number} */
export function votesOf(body) {
  return body.counts.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0) + (body.null ?? 0) + (body.blank ?? 0);
}

/**
 * Why a sheet does not count, or null.
 * @param {Signed} signed
 * @param {any} contest
 * @param {Settled} settled
 * @param {boolean} imported
 * @returns {string | null}
 */
function refusalOf({ index, entry, key }, contest, { place, openings }, imported) {
  const { about, body, name } = entry;
  const station = place.stations.get(about.station ?? "");
  const opened = name !== "manual-sheet" || (openings.get(about.station ?? "") ?? Infinity) < index;
  if (!station || !place.above(station.area).has(contest.area)) return "station-unknown";
  if (!maySay(key.role, name, imported) || !place.covers(key, about) || !opened) return "key-out-of-scope";
  if (body.counts.length !== contest.options.length) return "wrong-option-count";
  if (name === "zero-report") return null;
  const votes = votesOf(body);
  if (name !== "hand-count" && body.ballots !== null && body.ballots !== votes) return "sum-mismatch";
  const registered = station.registered ?? body.registered ?? Infinity;
  return votes > registered ? "more-votes-than-registered" : null;
}

/**
 * Whose sheets a sheet is added to: the official ones, the copies of one organisation, or hand counts.
 * @param {Signed} signed
 * @param {Map<import("./keys.js").Key, number>} late
 * @returns {string}
 */
function basisOf({ index, entry, key }, late) {
  if (entry.name === "hand-count") return PAPER;
  if (entry.name === "copy") return COPIES + organisation(key.name);
  return (late.get(key) ?? -1) >= index ? REPORTED_LATE : REPORTED;
}

/** Whom a key belongs to: its name up to the second slash. @param {string} name */
function organisation(name) {
  return name.split("/").slice(0, 2).join("/");
}

/**
 * Everything that a sheet says, apart from when it was issued.
 * @param {Record<string, any>} body
 * @returns {string}
 */
function contentOf({ counts, null: none, blank, ballots, voters, registered, vouchers }) {
  return JSON.stringify([counts, none, blank, ballots ?? null, voters ?? null, registered ?? null, vouchers ?? null]);
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
  const imported = definition.author_role === "importer";
  const contests = new Map(definition.contests.map((/** @type {any} */ contest) => [contest.code, contest]));
  const refused = [];
  /** @type {Map<string, Heard>} */
  const heard = new Map();
  /** @type {Map<number, Signed>} */
  const sound = new Map();
  for (const one of signed) {
    if (!BULK.has(one.entry.name)) continue;
    const { station = "", contest: code = "" } = one.entry.about;
    const contest = contests.get(code);
    const why = contest ? refusalOf(one, contest, settled, imported) : "contest-unknown";
    if (why) refused.push({ index: one.index, code: why });
    if (!contest || one.entry.name === "zero-report") continue;
    const name = `${code} ${basisOf(one, settled.late)}`;
    const basis = heard.get(name) ?? { rows: new Map(), refused: new Map() };
    heard.set(name, basis);
    if (!why) {
      sound.set(one.index, one);
      basis.rows.set(station, [...(basis.rows.get(station) ?? []), one]);
    } else if (!SPEAKS_FOR_NONE.has(why) && !basis.refused.has(station)) basis.refused.set(station, why);
  }
  const totals = new Map();
  const rules = official || signed.some(({ entry }) => OFFICIAL.has(entry.name) && contests.has(entry.about.contest));
  for (const [code, contest] of contests) {
    const bases = basesOf(code, heard, rules ? settled : { ...settled, rulings: [] }, sound);
    for (const [basis, found] of bases) totals.set(`${code} ${basis}`, totalOf(contest, found, settled.place));
  }
  return { totals, refused };
}

/**
 * What counts in each basis of a contest.
 * @param {string} contest
 * @param {Map<string, Heard>} heard
 * @param {Settled} settled
 * @param {Map<number, Signed>} sound
 * @returns {Map<string, Basis>}
 */
function basesOf(contest, heard, { place, rulings }, sound) {
  /** @type {Map<string, Basis>} */
  const bases = new Map();
  for (const [name, said] of heard) {
    const [code, basis] = name.split(" ");
    if (code === contest) bases.set(basis, countBasis(said, basis === PAPER ? agreedCount : soleSheet));
  }
  if (rulings.length) {
    const mine = rulings.filter(({ entry }) => entry.about.contest === contest && place.stations.has(entry.about.station ?? ""));
    bases.set(RULED, asRuled(bases.get(REPORTED), heard.get(`${contest} ${REPORTED}`), mine, sound));
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

/** A station's first sheet counts, unless another differs; a machine's comes before a board's. @param {Signed[]} rows */
function soleSheet(rows) {
  const machines = rows.filter(({ entry }) => entry.name !== "manual-sheet");
  const said = machines.length ? machines : rows;
  if (said.length === 1) return said[0];
  const first = contentOf(said[0].entry.body);
  return said.every(({ entry }) => contentOf(entry.body) === first) ? said[0] : "conflict";
}

/** Hand counts: what two organisations found alike counts, unless two others agree on something else. @param {Signed[]} rows */
function agreedCount(rows) {
  /** @type {Map<string, Signed[]>} */
  const alike = new Map();
  for (const row of rows) {
    const content = contentOf(row.entry.body);
    alike.set(content, [...(alike.get(content) ?? []), row]);
  }
  const agreed = [...alike.values()].filter((group) => new Set(group.map(({ key }) => organisation(key.name))).size > 1);
  return agreed.length > 1 ? "conflict" : agreed.length ? agreed[0][0] : null;
}

/**
 * As reported, with the last ruling about each station; upheld and dismissed change nothing.
 * @param {Basis | undefined} reported
 * @param {Heard | undefined} heard
 * @param {Signed[]} rulings
 * @param {Map<number, Signed>} sound
 * @returns {Basis}
 */
function asRuled(reported, heard, rulings, sound) {
  const counted = new Map(reported?.counted);
  const annulled = new Set();
  for (const { index, entry } of rulings) {
    const { station = "" } = entry.about;
    const { decision, entry: named } = entry.body;
    const chosen = decision === "select" ? selected(sound.get(named ?? -1), index, entry) : reported?.counted.get(station);
    if (decision === "select" && !chosen) continue;
    annulled.delete(station);
    if (decision === "annul") annulled.add(station);
    if (decision !== "annul" && chosen) counted.set(station, chosen);
    else counted.delete(station);
  }
  const pending = new Map();
  const open = [...(reported?.pending ?? [])].filter(([, why]) => why === "conflict");
  for (const [station, why] of [...open, ...(heard?.refused ?? [])]) {
    if (!counted.has(station) && !annulled.has(station) && !pending.has(station)) pending.set(station, why);
  }
  return { counted, pending, annulled };
}

/**
 * The sheet, copy or hand count that a ruling selects: of its station and contest, and below it.
 * @param {Signed | undefined} named
 * @param {number} index
 * @param {import("../records/record.js").Entry} ruling
 */
function selected(named, index, { about }) {
  const fits = named && named.index < index && named.entry.about.station === about.station;
  return fits && named.entry.about.contest === about.contest ? named : null;
}

/**
 * @param {any} contest
 * @param {Basis} basis
 * @param {import("./roll.js").Place} place
 * @returns {Total}
 */
function totalOf(contest, { counted, pending, annulled }, place) {
  const size = contest.candidates.length;
  /** @type {Map<string, Sum[]>} */
  const own = new Map();
  const row = (/** @type {string} */ station) => {
    const area = place.stations.get(station)?.area ?? "";
    const sums = own.get(area) ?? new Array(size + 5).fill(0);
    own.set(area, sums);
    return sums;
  };
  for (const [station, { entry }] of counted) {
    const sums = row(station);
    const add = (/** @type {number} */ at, /** @type {number} */ votes) => (sums[at] = plus(sums[at], votes));
    entry.body.counts.forEach((/** @type {number} */ votes, /** @type {number} */ at) => add(contest.options[at].candidate, votes));
    [entry.body.null, entry.body.blank, 1].forEach((votes, at) => add(size + at, votes));
  }
  for (const station of pending.keys()) row(station)[size + 3] = plus(row(station)[size + 3], 1);
  for (const station of annulled) row(station)[size + 4] = plus(row(station)[size + 4], 1);
  /** @type {Map<string, Sum[]>} */
  const areas = new Map();
  for (const [area, sums] of own) {
    for (const above of place.above(area)) {
      if (!place.above(above).has(contest.area)) continue; // what lies above has more than this contest
      const before = areas.get(above) ?? new Array(size + 5).fill(0);
      areas.set(above, before.map((sum, at) => plus(sum, sums[at])));
    }
  }
  const all = areas.get(contest.area) ?? new Array(size + 5).fill(0);
  return {
    candidates: all.slice(0, size),
    null: all[size],
    blank: all[size + 1],
    stations: Number(all[size + 2]),
    pending: [...pending.keys()],
    annulled: [...annulled],
    areas,
  };
}
