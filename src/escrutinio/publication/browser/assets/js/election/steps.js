// The checks of a verification: fifteen, with numbers that never change, the same for every publication and in every
// program that makes them. Each holds ("ok"), fails ("bad"), or cannot be judged ("open"), and says why.

import { Refusal } from "../records/refusal.js";

/** The checks in order: a check's number is its place here, from 1. */
export const CHECKS = [
  "checkpoint",
  "log-signature",
  "cosignatures",
  "bundles",
  "root",
  "tiles",
  "trust-file",
  "definition",
  "records",
  "signatures",
  "attachments",
  "tables",
  "files",
  "verifier",
  "earlier",
];

/** A refusal as it travels from a worker. @typedef {{ key: string, values: Record<string, any> }} PlainRefusal */
/** @typedef {"ok" | "bad" | "open"} State */
/** `number`: of the check; null for what is checked of a part of a log alone.
 * @typedef {{ id: string, number: number | null, state: State, text: string, values: Record<string, any>, why: PlainRefusal | null }} Step */
/**
 * @template T
 * @typedef {{ state?: State, text: string, values?: Record<string, any>, why?: Refusal | null, result?: T }} Answer
 */

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

/** Checks of the log's own files. */
const OF_LOG = new Set(["bundles", "root", "tiles", "part", "earlier"]);

/** The answers of one verification. */
export class Steps {
  constructor() {
    /** @type {Map<string, Step>} */
    this.taken = new Map();
  }

  /**
   * Take a step: what `act` returns is its answer and what later steps need; a refusal is the answer "bad", but
   * where a file could not be read: nothing is wrong that is known of, and the step is open. So it is where a file
   * of the log is not there: a mirror may be behind or not whole, and nothing follows from that about the log; and
   * where the election is of another version of the formats, or cosigned in a way that cannot be judged here.
   * @template T
   * @param {string} id
   * @param {() => Promise<Answer<T>>} act
   * @returns {Promise<T | null>}
   */
  async take(id, act) {
    try {
      const { state = "ok", text, values = {}, why = null, result } = await act();
      this.put(id, state, text, values, why);
      return result ?? null;
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      if (why.otherVersion || why.unjudged) this.put(id, "open", "other-version", {}, why);
      else if (why.unreadable || (why.unread && OF_LOG.has(id))) this.put(id, "open", "unreadable", {}, why);
      else this.put(id, "bad", `${id}-bad`, {}, why);
      return null;
    }
  }

  /**
   * Give a step its answer.
   * @param {string} id
   * @param {State} state
   * @param {string} text
   * @param {Record<string, any>} [values]
   * @param {Refusal | null} [why]
   */
  put(id, state, text, values = {}, why = null) {
    const place = CHECKS.indexOf(id);
    this.taken.set(id, { id, number: place < 0 ? null : place + 1, state, text, values, why: why && plainRefusal(why) });
  }

  /**
   * All checks by their numbers, those that were not reached among them, and then what is checked of a part alone.
   * @param {string} otherwise why a check that was not made was not
   * @returns {Step[]}
   */
  finish(otherwise = "skipped") {
    for (const id of CHECKS) if (!this.taken.has(id)) this.put(id, "open", otherwise);
    const place = (/** @type {Step} */ { number }) => number ?? Infinity;
    return [...this.taken.values()].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  }
}

/** What was verified, in one word. @typedef {"bad" | "behind" | "unread" | "sample" | "part" | "ok" | "open" | "unjudged"} Verdict */

const OF_TRUST = ["log-signature", "cosignatures", "trust-file"];
const OF_PART = ["checkpoint", "log-signature", "cosignatures", "trust-file", "definition", "records", "signatures", "part", "written"];

/**
 * The answer of all steps together; nothing is authentic while a check is open.
 * @param {{ kind: "whole" | "part", steps: Step[] }} report
 * @returns {Verdict}
 */
export function verdictOf({ kind, steps }) {
  if (steps.some(({ state }) => state === "bad")) return "bad";
  if (steps.some(({ text }) => text === "earlier-behind")) return "behind";
  if (steps.some(({ state, why }) => state === "open" && why && revived(why).unread)) return "unread";
  const needed = steps.filter(({ id, number }) => (kind === "part" ? OF_PART.includes(id) : number !== null));
  const open = needed.filter(({ state }) => state === "open");
  if (open.some(({ text }) => text === "signatures-sample")) return "sample";
  if (open.some(({ id, text }) => !OF_TRUST.includes(id) && text !== "verifier-open")) return "unjudged";
  if (open.length) return "open";
  return kind === "part" ? "part" : "ok";
}
