// What a worker does: verify what it is told, and say how far it is; or check signatures for one that does.

import { Log } from "../log/log.js";
import { verifyPlace } from "../election/one-place.js";
import { PartLog, verifyPart } from "../election/part.js";
import { Refusal } from "../records/refusal.js";
import { checkHere, unpackClaims } from "../records/signatures.js";
import { openSource } from "../log/source.js";
import { parseTrust } from "../log/trust.js";
import { plainRefusal } from "../election/steps.js";
import { verifyWhole } from "../election/whole.js";
import { Helpers } from "./verify-helpers.js";

/** @typedef {{ chosen: import("../log/source.js").Chosen, trust: Uint8Array | null, earlier: Uint8Array | null, sample: number | null, figures?: string[], stated?: number, sheet?: string }} Work */
/** @typedef {{ stage: string, done: number, all: number } | { report: import("../election/report.js").Report }
 *   | { refused: import("../election/steps.js").PlainRefusal }} Said */

/**
 * @param {Work} work
 * @param {import("../records/signatures.js").Checker} signatures
 * @param {(said: Said) => void} post
 */
async function verify({ chosen, trust: trustFile, earlier, sample, figures, stated, sheet }, signatures, post) {
  const progress = (/** @type {string} */ stage, /** @type {number} */ done, /** @type {number} */ all) => post({ stage, done, all });
  try {
    const trust = trustFile && parseTrust(trustFile);
    const { kind, fetchFile, place } = await openSource(chosen);
    const report =
      kind === "whole"
        ? await verifyWhole(new Log("", trust, fetchFile), { earlier, figures, stated, sheet, sample: sample ?? Infinity, progress, signatures })
        : place
          ? await verifyPlace(new PartLog(fetchFile, trust), place, { progress, sheet })
          : await verifyPart(new PartLog(fetchFile, trust), { progress, sheet });
    post({ report });
  } catch (error) {
    if (error instanceof Refusal) return post({ refused: plainRefusal(error) });
    post({ refused: plainRefusal(new Refusal("worker-failed", { text: String(error) })) });
    throw error;
  }
}

/** Answer what a worker that verifies asks. @param {import("./verify-helpers.js").Question} question */
async function help({ id, claims }) {
  const held = await checkHere(unpackClaims(claims)).catch(() => null);
  self.postMessage({ id, held: held && Uint8Array.from(held, Number) });
}

/** In a worker: verify whatever the page sends, or help such a worker. @param {() => Worker} startWorker of the same program */
export function serveWorker(startWorker) {
  self.addEventListener("message", async ({ data }) => {
    if ("claims" in data) return help(data);
    if (!("chosen" in data)) return;
    const helpers = new Helpers(startWorker);
    await verify(data, helpers, (said) => self.postMessage(said)).finally(() => helpers.end());
  });
}
