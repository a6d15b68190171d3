// Whether a log is the one that the reader saw before: an earlier checkpoint, kept or got from others, and the
// proof that the log only grew from it.

import { equal, toHex } from "../records/bytes.js";
import { consistencyProof, verifyConsistency } from "./merkle.js";
import { parseCheckpoint, verifyLogSignature } from "./note.js";
import { Refusal } from "../records/refusal.js";

const KEPT = "escrutinio checkpoint ";
const SEEN = "escrutinio seen ";

/** @typedef {{ state: "ok" | "bad" | "open", text: string, values: Record<string, string | number>, why?: Refusal }} Answer */

/** @param {import("./note.js").Checkpoint} checkpoint @param {import("./trust.js").Trust} trust */
async function vouched(checkpoint, trust) {
  try {
    await verifyLogSignature(checkpoint, trust);
    return true;
  } catch (why) {
    if (why instanceof Refusal) return false;
    throw why;
  }
}

/**
 * Hold a log against an earlier checkpoint of it; what is no checkpoint shows nothing.
 * @param {import("./log.js").Log} log
 * @param {Uint8Array} earlier
 * @returns {Promise<Answer>}
 */
export async function compareEarlier(log, earlier) {
  const now = await log.checkpoint();
  let before;
  try {
    before = parseCheckpoint(earlier);
  } catch (why) {
    if (why instanceof Refusal) return { state: "open", text: "earlier-bad", values: {}, why };
    throw why;
  }
  const values = { old: before.size, size: now.size };
  if (before.origin !== now.origin) return { state: "open", text: "earlier-other", values: { ...values, origin: before.origin } };
  try {
    if (log.trust) await verifyLogSignature(before, log.trust);
  } catch (why) {
    if (why instanceof Refusal) return { state: "open", text: "earlier-unsigned", values, why };
    throw why;
  }
  if (log.trust && !(await vouched(now, log.trust))) return { state: "open", text: "earlier-unvouched", values };
  if (before.size > now.size) return { state: "open", text: "earlier-behind", values };
  if (before.size === now.size) {
    return equal(before.root, now.root) ? { state: "ok", text: "earlier-same", values } : { state: "bad", text: "earlier-split", values };
  }
  try {
    const proof = before.size ? await consistencyProof(before.size, now.size, now.hashAt) : [];
    verifyConsistency(before.size, before.root, now.size, now.root, proof);
    return { state: "ok", text: "earlier-grown", values };
  } catch (why) {
    if (why instanceof Refusal && why.key.startsWith("consistency")) return { state: "bad", text: "earlier-rewritten", values, why };
    throw why;
  }
}

/**
 * Where the checkpoints of a log are kept: by its definition and its key, as a trust file names them, so that whoever
 * shows another log, or the same without its signature, changes nothing of it.
 * @param {import("./trust.js").Trust} trust
 */
function placeOf({ definition, logs }) {
  return `${KEPT}${toHex(definition)} ${logs.map(({ key }) => `${key.name}+${key.id}`).join(" ")}`;
}

/**
 * The checkpoint of a log that this browser kept from an earlier visit.
 * @param {import("./trust.js").Trust} trust
 * @returns {string} empty where there is none, or the browser keeps nothing
 */
export function keptCheckpoint(trust) {
  try {
    return localStorage.getItem(placeOf(trust)) ?? "";
  } catch {
    return "";
  }
}

/** The largest size of a log that any page of the site was shown in this browser, and its root (pages/seen.js): no
 * signature vouches for it. @typedef {{ size: number, root: string }} Seen */

/** All that this browser was shown, by the origin of the log; to be asked before a log is read, since it grows. @returns {Map<string, Seen>} */
export function seenHeads() {
  /** @type {Map<string, Seen>} */
  const found = new Map();
  try {
    for (const name of Object.keys(localStorage).filter((each) => each.startsWith(SEEN))) {
      const { size, root } = Object(JSON.parse(localStorage.getItem(name) ?? "null"));
      if (Number.isSafeInteger(size) && typeof root === "string") found.set(name.slice(SEEN.length), { size, root });
    }
  } catch {
    // a browser that keeps nothing, or something else under this name
  }
  return found;
}

/**
 * Keep a checkpoint that a trust file vouches for, unless a larger one is kept; and say what is kept now.
 * @param {import("./trust.js").Trust} trust
 * @param {string} text
 * @returns {"yes" | "larger" | "unable"}
 */
export function keepCheckpoint(trust, text) {
  const size = (/** @type {string} */ checkpoint) => Number(checkpoint.split("\n")[1]);
  try {
    const kept = localStorage.getItem(placeOf(trust));
    if (kept && size(kept) > size(text)) return "larger";
    localStorage.setItem(placeOf(trust), text);
    return localStorage.getItem(placeOf(trust)) === text ? "yes" : "unable";
  } catch {
    return "unable"; // the reader can still keep the checkpoint as a file
  }
}
