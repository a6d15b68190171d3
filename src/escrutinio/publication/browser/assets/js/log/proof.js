// Proofs to keep: that a record is in a log, with the checkpoint that says so (C2SP tlog-proof).

import { concat, fromHex, toBase64, toUtf8 } from "../records/bytes.js";

/** @typedef {import("./note.js").Checkpoint} Checkpoint */

/**
 * A checkpoint as the signed note it was read from, which has one spelling only.
 * @param {Checkpoint} checkpoint
 * @returns {Uint8Array}
 */
export function formatCheckpoint({ text, signatures }) {
  const lines = signatures.map(({ name, id, value }) => `\u2014 ${name} ${toBase64(concat(fromHex(id), value))}\n`);
  return concat(text, toUtf8(`\n${lines.join("")}`));
}

/**
 * The content of a .tlog-proof file.
 * @param {number} index of the entry
 * @param {Uint8Array[]} hashes from the leaf to the root
 * @param {Checkpoint} checkpoint that they lead to
 * @returns {Uint8Array}
 */
export function formatProof(index, hashes, checkpoint) {
  const head = ["c2sp.org/tlog-proof@v1", `index ${index}`, ...hashes.map(toBase64), "", ""].join("\n");
  return concat(toUtf8(head), formatCheckpoint(checkpoint));
}
