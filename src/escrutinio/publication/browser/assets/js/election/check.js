// The five steps from the bytes of a record to what the reader trusts, each with its answer.

import { equal, toHex } from "../records/bytes.js";
import { keyId } from "../records/cose.js";
import { signedBy } from "../log/foundations.js";
import { whyNotEntitled } from "./entitled.js";
import { leafHash, rootOfProof } from "../log/merkle.js";
import { readRecord } from "../records/record.js";
import { Refusal, refuse } from "../records/refusal.js";

/**
 * `state`: "ok", "bad", or "open" where nothing is wrong and nothing is shown either. `text` names a sentence of
 * the station page, with its `values`; `why` is the refusal behind "bad".
 * @typedef {{ id: string, state: "ok" | "bad" | "open", text: string, values: Record<string, any>,
 *   why: Refusal | null }} Step
 */
/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../records/record.js").Entry} Entry */

/**
 * Check the bytes that are said to stand at an index of a log.
 * @param {Log} log
 * @param {number} index
 * @param {Uint8Array} raw the bytes as published, or an altered copy of them
 * @param {Uint8Array[]} proof their path to the root
 * @returns {Promise<{ entry: Entry | null, signer: import("../log/log.js").Signer | null, steps: Step[] }>}
 */
export async function checkRecord(log, index, raw, proof) {
  /** @type {Entry | null} */
  let entry = null;
  /** @type {import("../log/log.js").Signer | null} */
  let signer = null;
  const steps = [
    await step("form", async () => {
      const { known, entry: opened } = readRecord(raw);
      const { election } = await log.context();
      if (index > 0 && !equal(opened.election, election)) refuse("entry-election");
      if (!known) return open("form-unknown", { type: opened.type });
      entry = opened;
      return ok("form-ok", { size: raw.length, type: opened.name });
    }),
    await step("signature", async () => {
      if (!entry) return open("signature-open");
      signer = await log.signer(entry, index);
      if (!(await signedBy(entry, signer.publicKey))) refuse("signature-bad");
      const why = await whyNotEntitled(log, entry, index, signer);
      if (why) throw why;
      const values = { kid: toHex(keyId(signer.publicKey)), name: signer.name, role: signer.role };
      return ok(signer.role === "root" ? "signature-root" : "signature-ok", { ...values, enrolled: signer.enrolled });
    }),
    await step("inclusion", async () => {
      const { size, root } = await log.checkpoint();
      const reached = rootOfProof(leafHash(raw), index, size, proof);
      if (!equal(reached, root)) refuse("proof-root");
      return ok("inclusion-ok", { index, size, hashes: proof.length, root: toHex(root) });
    }),
    await step("checkpoint", () => checkSignature(log)),
    await step("cosignatures", () => checkCosignatures(log)),
  ];
  return { entry, signer, steps };
}

/** @param {Log} log */
async function checkSignature(log) {
  const { origin, size } = await log.checkpoint();
  const key = await log.logKey();
  await log.context(); // a trust file also says which definition and charter these must be
  if (!key) return open("checkpoint-open", { origin, size });
  return ok("checkpoint-ok", { origin, size, id: key.id });
}

/** @param {Log} log */
async function checkCosignatures(log) {
  const cosigned = await log.cosignatures();
  if (cosigned) {
    if (!cosigned.length) return open("cosignatures-none");
    return ok("cosignatures-ok", { names: cosigned.map(({ witness }) => witness).join(", ") });
  }
  const { origin, signatures } = await log.checkpoint();
  const names = signatures.map(({ name }) => name).filter((name) => name !== origin);
  return names.length ? open("cosignatures-open", { names: names.join(", ") }) : open("cosignatures-none");
}

/** @typedef {Omit<Step, "id" | "why">} Answer */

/** @param {string} text @param {Record<string, any>} [values] @returns {Answer} */
function ok(text, values = {}) {
  return { state: "ok", text, values };
}

/** @param {string} text @param {Record<string, any>} [values] @returns {Answer} */
function open(text, values = {}) {
  return { state: "open", text, values };
}

/**
 * @param {string} id
 * @param {() => Promise<Answer>} answer
 * @returns {Promise<Step>}
 */
async function step(id, answer) {
  try {
    return { id, ...(await answer()), why: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.unjudged) return { id, state: "open", text: error.key, values: error.values, why: null };
    return { id, state: "bad", text: `${id}-bad`, values: {}, why: error };
  }
}
