// What a worker does: verify what it is told, and say how far it is.

import { Log } from "../log/log.js";
import { PartLog, verifyPart } from "../election/part.js";
import { Refusal } from "../records/refusal.js";
import { openSource } from "../log/source.js";
import { parseTrust } from "../log/trust.js";
import { plainRefusal } from "../election/steps.js";
import { verifyWhole } from "../election/whole.js";

/** @typedef {{ chosen: import("../log/source.js").Chosen, trust: Uint8Array | null, earlier: Uint8Array | null, sample: number | null }} Work */
/** @typedef {{ stage: string, done: number, all: number } | { report: import("../election/report.js").Report }
 *   | { refused: import("../election/steps.js").PlainRefusal }} Said */

/**
 * @param {Work} work
 * @param {(said: Said) => void} post
 */
export async function verify({ chosen, trust: trustFile, earlier, sample }, post) {
  const progress = (/** @type {string} */ stage, /** @type {number} */ done, /** @type {number} */ all) => post({ stage, done, all });
  try {
    const trust = trustFile && parseTrust(trustFile);
    const { kind, fetchFile } = await openSource(chosen);
    const report =
      kind === "whole"
        ? await verifyWhole(new Log("", trust, fetchFile), { earlier, sample: sample ?? Infinity, progress })
        : await verifyPart(new PartLog(fetchFile, trust), { progress });
    post({ report });
  } catch (error) {
    if (error instanceof Refusal) return post({ refused: plainRefusal(error) });
    post({ refused: plainRefusal(new Refusal("worker-failed", { text: String(error) })) });
    throw error;
  }
}

/** In a worker: verify whatever the page sends. */
export function serveWorker() {
  self.addEventListener("message", ({ data }) => void verify(data, (said) => self.postMessage(said)));
}
