// What a log stands on: its definition and its charter, each signed by its own root key.

import { equal } from "../records/bytes.js";
import { decode } from "../records/cbor.js";
import { keyId } from "../records/cose.js";
import { verifySignature } from "../records/ed25519.js";
import { CONTESTS } from "../records/parts.js";
import { openRecord } from "../records/record.js";
import { refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";

const [DEFINITION, CHARTER] = [1, 2];

/** @typedef {import("../records/record.js").Entry} Entry */
/** @typedef {{ definition: Entry, charter: Entry, election: Uint8Array, rootKey: Uint8Array }} Context */

/**
 * Entry 0: what is voted on, with its contests, which may stand in a file of their own. Refused unless it is a
 * definition, signed by its own root key.
 * @param {Uint8Array} raw
 * @param {(named: { digest: Uint8Array, size: number }) => Promise<Uint8Array>} attachment
 * @returns {Promise<Entry>}
 */
export async function readDefinition(raw, attachment) {
  const definition = openRecord(raw);
  if (definition.type !== DEFINITION || !(await signedByRoot(definition))) refuse("not-definition");
  const { contests, contests_file: file } = definition.body;
  if (!file === !contests.length) refuse("contests-where");
  if (!file) return definition;
  return { ...definition, body: { ...definition.body, contests: CONTESTS(decode(await attachment(file))) } };
}

/**
 * Entry 1: whose log it is. Refused unless it is the charter of the log of that origin, signed by its own root key.
 * @param {Entry} definition
 * @param {Uint8Array} raw
 * @param {string} origin
 * @returns {Promise<Context>}
 */
export async function readCharter(definition, raw, origin) {
  const charter = openRecord(raw);
  const election = sha256(definition.raw);
  const fits = charter.type === CHARTER && equal(charter.election, election) && charter.body.origin === origin;
  if (!fits) refuse("not-charter");
  const [mine, theirs] = [charter.body.root_key, definition.body.root_key];
  const official = charter.body.role === "official";
  if ((official && !equal(mine, theirs)) || !(await signedByRoot(charter))) refuse("not-charter");
  return { definition, charter, election, rootKey: mine };
}

/** @param {Entry} entry a definition or a charter, which bring their own key */
function signedByRoot(entry) {
  return signedBy(entry, entry.body.root_key);
}

/**
 * Whether a record names this key and its signature holds.
 * @param {Entry} entry
 * @param {Uint8Array} publicKey
 * @returns {Promise<boolean>}
 */
export async function signedBy(entry, publicKey) {
  const { kid, signed, signature } = entry.frame;
  return equal(kid, keyId(publicKey)) && verifySignature(publicKey, signed, signature);
}
