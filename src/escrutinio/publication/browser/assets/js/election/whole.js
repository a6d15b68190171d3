// Verifying a whole publication step by step, with an answer for each, as a report that can be sent from a worker
// to the page.

import { toHex } from "../records/bytes.js";
import { COPIES, PAPER, REPORTED, REPORTED_LATE, RULED } from "./counting.js";
import { compareEarlier } from "../log/earlier.js";
import { checkTree, judgeEntries, placed, readEntries } from "./election.js";
import { isNative } from "../records/ed25519.js";
import { verifyCosignatures } from "../log/note.js";
import { formatCheckpoint } from "../log/proof.js";
import { Refusal } from "../records/refusal.js";
import { toPlain } from "../records/shapes.js";
import { compareStated } from "./stated.js";

const ORDER = [REPORTED, REPORTED_LATE, RULED, COPIES, PAPER];
const RESULTS = "data/results.json";
const SHOWN = 100; // entries named of each kind of fault

/** A refusal as it travels from a worker. @typedef {{ key: string, values: Record<string, any> }} PlainRefusal */
/** @typedef {{ id: string, state: "ok" | "bad" | "open", text: string, values: Record<string, any>, why: PlainRefusal | null }} Step */
/**
 * `totals` by contest and basis at the contest's area; `faults`: entries that state nothing, the first of
 * `faultCount`; `refused`: entries that count in no total, by code; `checkpoint` and `earlier` as text.
 * @typedef {{ kind: "whole" | "part", origin: string, size: number, root: string, checkpoint: string, earlier: string,
 *   steps: Step[], definition: any, charter: any, native: boolean, seconds: number,
 *   totals: { contest: string, basis: string, total: any, stated: Record<string, number> | null }[],
 *   faults: { index: number, why: PlainRefusal }[], faultCount: number, refused: [string, number[], number][],
 *   compared: import("./stated.js").Compared | null, area: any }} Report
 */
/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("./election.js").Progress} Progress */

/** @param {Refusal} refusal @returns {PlainRefusal} */
export function plainRefusal({ key, values }) {
  const plain = Object.entries(values).map(([name, value]) => [name, value instanceof Refusal ? { refusal: plainRefusal(value) } : value]);
  return { key, values: Object.fromEntries(plain) };
}

/** @param {PlainRefusal} plain @returns {Refusal} */
export function revived({ key, values }) {
  const alive = Object.entries(values).map(([name, value]) => [name, value?.refusal ? revived(value.refusal) : value]);
  return new Refusal(key, Object.fromEntries(alive));
}

/** The steps of one verification, in the order in which they were answered. */
export class Steps {
  constructor() {
    /** @type {Step[]} */
    this.list = [];
  }

  /**
   * Take a step: what `act` returns is its answer and what later steps need; a refusal is the answer "bad".
   * @template T
   * @param {string} id
   * @param {() => Promise<{ state?: "ok" | "bad" | "open", text: string, values?: Record<string, any>, why?: Refusal | null, result?: T }>} act
   * @returns {Promise<T | null>}
   */
  async take(id, act) {
    try {
      const { state = "ok", text, values = {}, why = null, result } = await act();
      this.list.push({ id, state, text, values, why: why && plainRefusal(why) });
      return result ?? null;
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      this.list.push({ id, state: "bad", text: `${id}-bad`, values: {}, why: plainRefusal(why) });
      return null;
    }
  }

  /** @param {string} id of a step that others keep from being taken */
  skip(id) {
    this.list.push({ id, state: "open", text: "skipped", values: {}, why: null });
  }
}

/**
 * Verify a whole log. Refused only where there is no checkpoint to begin with.
 * @param {Log} log
 * @param {{ earlier?: Uint8Array | null, sample?: number, progress?: Progress }} how
 * @returns {Promise<Report>}
 */
export async function verifyWhole(log, { earlier = null, sample, progress = () => {} }) {
  const began = performance.now();
  const checkpoint = await log.checkpoint();
  const steps = new Steps();
  const entries = await steps.take("entries", async () => {
    const result = await readEntries(log, progress);
    return { text: "entries-ok", values: { size: result.length }, result };
  });
  const context = await log.foundations().catch(noRefusal);
  // Signatures are checked by other threads of the browser: they run while this one works on the tree.
  const judging = entries && context ? judgeEntries(placed(entries), context, (named) => log.attachment(named), { progress, sample }) : null;
  judging?.catch(() => {}); // its refusal is reported below, if the tree holds
  const whole =
    entries &&
    (await steps.take("tree", async () => {
      const tiles = await checkTree(log, entries, progress);
      return { text: "tree-ok", values: { tiles, root: toHex(checkpoint.root) }, result: true };
    }));
  if (!entries) steps.skip("tree");
  await takeOrigin(steps, log);
  await takeEarlier(steps, log, earlier);
  const judged = whole && judging ? await takeSignatures(steps, () => judging) : null;
  if (!judged) for (const id of whole ? ["counting"] : ["signatures", "counting"]) steps.skip(id);
  const compared = judged && context && (await takeStated(steps, log, context.definition.body, judged.totals));
  if (!compared && !steps.list.some(({ id }) => id === "stated")) steps.skip("stated");
  const report = await reportOf(log, steps, context, judged);
  return {
    ...report,
    kind: "whole",
    totals: report.totals.map((one) => ({ ...one, stated: compared?.whole.get(`${one.contest} ${one.basis}`) ?? null })),
    earlier: earlier ? new TextDecoder().decode(earlier) : "",
    compared,
    seconds: (performance.now() - began) / 1_000,
  };
}

/**
 * What every report says.
 * @param {Log} log
 * @param {Steps} steps
 * @param {import("../log/log.js").Context | null} context
 * @param {import("./election.js").Judged | null} judged
 * @returns {Promise<Omit<Report, "seconds">>}
 */
export async function reportOf(log, steps, context, judged) {
  const checkpoint = await log.checkpoint();
  /** @type {Map<string, number[]>} */
  const refused = new Map();
  for (const { index, code } of judged?.refused ?? []) refused.set(code, [...(refused.get(code) ?? []), index]);
  return {
    kind: "part",
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: toHex(checkpoint.root),
    checkpoint: new TextDecoder().decode(formatCheckpoint(checkpoint)),
    earlier: "",
    steps: steps.list,
    definition: context && toPlain(context.definition.body),
    charter: context && toPlain(context.charter.body),
    native: await isNative(),
    totals: [...(judged?.totals ?? [])].map(([name, { areas, ...total }]) => ({ ...basisOf(name), total, stated: null })).sort(byBasis),
    faults: (judged?.faults ?? []).slice(0, SHOWN).map(({ index, why }) => ({ index, why: plainRefusal(why) })),
    faultCount: judged?.faults.length ?? 0,
    refused: [...refused].map(([code, indices]) => /** @type {[string, number[], number]} */ ([code, indices.slice(0, SHOWN), indices.length])),
    compared: null,
    area: null,
  };
}

/** @param {string} name of a total: contest and basis */
function basisOf(name) {
  const [contest, basis] = name.split(" ");
  return { contest, basis };
}

/** Official sheets first, then copies by name, then paper. @param {{ basis: string }} a @param {{ basis: string }} b */
function byBasis(a, b) {
  const order = (/** @type {string} */ basis) => ORDER.indexOf(basis.startsWith(COPIES) ? COPIES : basis);
  return order(a.basis) - order(b.basis) || (a.basis < b.basis ? -1 : 1);
}

/**
 * Who vouches for the log, and who else saw it.
 * @param {Steps} steps
 * @param {Log} log
 */
export async function takeOrigin(steps, log) {
  const { origin, size, signatures } = await log.checkpoint();
  await steps.take("origin", async () => {
    const context = await log.foundations();
    if (!log.trust) return { state: "open", text: "origin-open", values: { origin, size } };
    const key = await log.logKey();
    log.checkFoundations(context);
    return { text: "origin-ok", values: { origin, id: key?.id ?? "", size } };
  });
  await steps.take("witnesses", async () => {
    const names = signatures.map(({ name }) => name).filter((name) => name !== origin);
    if (!log.trust) return { state: "open", text: names.length ? "witnesses-open" : "witnesses-none", values: { names: names.join(", ") } };
    const cosigned = await verifyCosignatures(await log.checkpoint(), log.trust);
    if (!cosigned.length) return { state: "open", text: "witnesses-none" };
    return { text: "witnesses-ok", values: { cosigned: cosigned.map(({ witness, timestamp }) => ({ witness, time: Number(timestamp) })) } };
  });
}

/**
 * @param {Steps} steps
 * @param {Log} log
 * @param {Uint8Array | null} earlier
 */
async function takeEarlier(steps, log, earlier) {
  await steps.take("earlier", async () => (earlier ? compareEarlier(log, earlier) : { state: "open", text: "earlier-none" }));
}

/**
 * @param {Steps} steps
 * @param {() => Promise<import("./election.js").Judged>} judge
 * @returns {Promise<import("./election.js").Judged | null>}
 */
export async function takeSignatures(steps, judge) {
  const judged = await steps.take("signatures", async () => {
    const result = await judge();
    const { faults, checked, signatures } = result;
    const values = { checked, signatures, faults: faults.length, missed: (100 * 0.99 ** checked).toPrecision(2) };
    if (faults.length) return { state: "bad", text: "signatures-faults", values, result };
    return checked < signatures ? { state: "open", text: "signatures-sample", values, result } : { text: "signatures-ok", values, result };
  });
  if (judged) {
    await steps.take("counting", async () => {
      const sheets = [...judged.totals.values()].reduce((sum, { stations }) => sum + stations, 0);
      const pending = [...judged.totals.values()].reduce((sum, one) => sum + one.pending.length, 0);
      return { text: "counting-ok", values: { sheets, pending, refused: judged.refused.length } };
    });
  }
  return judged;
}

/**
 * @param {Steps} steps
 * @param {Log} log
 * @param {any} definition
 * @param {Map<string, import("./counting.js").Total>} totals
 */
async function takeStated(steps, log, definition, totals) {
  return steps.take("stated", async () => {
    const results = await log.json(RESULTS).catch((/** @type {unknown} */ error) => {
      if (error instanceof Refusal && error.key === "fetch-missing") return null;
      throw error;
    });
    if (!results) return { state: "open", text: "stated-none" };
    const result = compareStated(results, definition, totals);
    return { state: result.count ? "bad" : "ok", text: result.count ? "stated-differs" : "stated-ok", values: { areas: result.areas, figures: result.figures, count: result.count }, result };
  });
}

/** @param {unknown} error @returns {null} */
export function noRefusal(error) {
  if (error instanceof Refusal) return null;
  throw error;
}
