// What is published of trust beside a log: a copy of the trust file, which readers may take, and the list of mirrors.
// Neither vouches for anything; a publication whose copy names another log than the reader's file misleads who takes it.

import { equal } from "../records/bytes.js";
import { Refusal } from "../records/refusal.js";
import { MIRRORS, openMirrors } from "../log/mirrors.js";
import { MAX_NOTE } from "../log/note.js";
import { MAX_TRUST, parseTrust } from "../log/trust.js";

const COPY = "trust.toml";

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../log/trust.js").Trust} Trust */

/**
 * Refused where the copy names another log, key or file than the reader's trust file, or the log did not sign the list of
 * mirrors; as unreadable, where one of them cannot be read and nothing else is wrong.
 * @param {Log} log
 * @param {Trust} trust the reader's
 */
export async function checkBeside({ fetchFile }, trust) {
  /** @type {Refusal | null} */
  let unread = null;
  for (const [path, limit, check] of /** @type {const} */ ([[COPY, MAX_TRUST, checkCopy], [MIRRORS, MAX_NOTE, checkMirrors]])) {
    try {
      const data = await fetchFile(path, limit);
      if (data) await check(data, trust);
    } catch (why) {
      if (!(why instanceof Refusal) || !why.unreadable) throw why;
      unread = unread ?? why;
    }
  }
  if (unread) throw unread;
}

/** @param {Uint8Array} data @param {Trust} trust */
async function checkMirrors(data, trust) {
  await openMirrors(data, trust.logs.map(({ key }) => key));
}

/** @param {Uint8Array} data @param {Trust} trust */
async function checkCopy(data, trust) {
  const copy = parseTrust(data);
  const named = (/** @type {{ key: import("../log/note.js").VerifierKey }} */ { key }) => `${key.name}+${key.id}`;
  const logs = new Set(trust.logs.map(named));
  const ours = new Map(trust.witnesses.map((one) => [one.name, named(one)]));
  const [mine, theirs] = [trust.verifierHtml, copy.verifierHtml];
  const other = [
    ...(equal(copy.definition, trust.definition) ? [] : ["copied-definition"]),
    ...(equal(copy.charter, trust.charter) ? [] : ["copied-charter"]),
    ...(copy.logs.every((one) => logs.has(named(one))) ? [] : ["copied-log-key"]),
    ...(copy.witnesses.every((one) => (ours.get(one.name) ?? named(one)) === named(one)) ? [] : ["copied-witness-key"]),
    ...(!mine || !theirs || equal(mine, theirs) ? [] : ["copied-verifier"]),
  ].map((key) => new Refusal(key));
  if (other.length) throw new Refusal("trust-copy", { why: other.reduce((first, rest) => new Refusal("copied-more", { first, rest })) });
}
