// The keys of a log: which its operator's root enrols and revokes, and where, and which were enrolled too late.

import { toHex } from "../records/bytes.js";
import { keyId } from "../records/cose.js";
import { keyIsAcceptable, verifier, verifySignature } from "../records/ed25519.js";
import { possesses } from "../records/possession.js";
import { Refusal, quoted } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";
import { effectiveOf } from "./acts.js";
import { Revocations } from "./revoking.js";

const [ENROLMENT, REVOCATION, CO_RECORD] = [3, 4, 31];
const SETTLING = new Set([ENROLMENT, REVOCATION, CO_RECORD]);
const BULK = new Set([13, 14, 17, 18, 19]);

/** @typedef {import("../records/record.js").Entry} Entry */
/** An enrolled key: in force above index `enrolled`, up to `revoked` (none: Infinity).
 * @typedef {{ name: string, public_key: Uint8Array, role: string, scope: string[], contests: string[],
 *   titles: { language: string, text: string }[] }} Key */
/** @typedef {{ key: Key, enrolled: number, revoked: number }} Held */
/** One whose type may be unknown. @typedef {{ index: number } & import("../records/record.js").Read} Found */
/** A record whose signature holds, and the key it is by. @typedef {{ index: number, entry: Entry, key: Key }} Signed */
/** Whose keys there are: by key id in hexadecimal, and the operator's root; `unfit`: enrolments of keys whose signatures
 * cannot be checked, or that do not prove that their holders have them, with the reason.
 * @typedef {{ held: Map<string, Held>, root: Key, rootId: string, unfit: { index: number, why: Refusal }[],
 *   revocations: Revocations }} Keyring */

/**
 * A keyring that has the operator's root alone.
 * @param {Uint8Array} rootKey
 * @param {number} officers whose consents the revocation of a watching key needs
 * @returns {Keyring}
 */
export function keyringOf(rootKey, officers) {
  const root = { name: "", public_key: rootKey, role: "root", scope: [], contests: [], titles: [] };
  return { held: new Map(), root, rootId: toHex(keyId(rootKey)), unfit: [], revocations: new Revocations(officers) };
}

/**
 * Add the keys that the operator's root enrols in further entries, and revoke those that it revokes; the first enrolment
 * of a key wins, and the root's own is not enrolled nor revoked by anything; officers' consents complete revocations.
 * What is asked of the keyring of entries up
 * to these does not change when later ones are added.
 * @param {Keyring} keyring
 * @param {Found[]} opened in log order, after all that were added
 */
export async function addKeys(keyring, opened) {
  const { held, root, rootId, unfit, revocations } = keyring;
  /** @type {import("../records/ed25519.js").Verifier | null} */
  let check = null;
  for (const { index, known, entry } of opened) {
    if (!known || !SETTLING.has(entry.type)) continue;
    const { kid, signed, signature } = entry.frame;
    const revoke = (/** @type {string} */ id) => {
      const ended = held.get(id);
      if (ended) ended.revoked = Math.min(ended.revoked, index);
    };
    if (entry.type === CO_RECORD) {
      const key = keyAt(keyring, { index, entry });
      const asked = key && key !== root && revocations.waiting.has(toHex(entry.body.record));
      const ended = asked && (await verifySignature(key.public_key, signed, signature)) && revocations.consent(toHex(entry.body.record), key);
      if (ended) revoke(ended);
      continue;
    }
    check = check ?? (await verifier(root.public_key));
    if (toHex(kid) !== rootId || !(await check(signed, signature))) continue;
    if (entry.type === REVOCATION) {
      const id = toHex(entry.body.kid);
      if (!revocations.waits(toHex(sha256(entry.raw)), id, held.get(id)?.key.role)) revoke(id);
      continue;
    }
    for (const key of entry.body.keys) {
      const id = toHex(keyId(key.public_key));
      if (!keyIsAcceptable(key.public_key)) unfit.push({ index, why: new Refusal("key-weak") });
      else if (!(await possesses(entry.election, key))) unfit.push({ index, why: new Refusal("no-possession", { name: quoted(key.name) }) });
      else if (!held.has(id) && id !== rootId) held.set(id, { key, enrolled: index, revoked: Infinity });
    }
  }
}

/**
 * The key in force at an index that a record names; null where there is none. The root signs no sheets;
 * of a version that is not known nobody can say that they are any.
 * @param {Keyring} keyring
 * @param {{ index: number, entry: import("../records/record.js").Framed }} placed
 * @returns {Key | null}
 */
export function keyAt({ held, root, rootId }, { index, entry }) {
  const kid = toHex(entry.frame.kid);
  if (kid === rootId) return BULK.has(entry.type) && !entry.foreign ? null : root;
  const found = held.get(kid);
  const inForce = found && found.enrolled < index && index <= found.revoked && found.key.name === entry.frame.issuer;
  return inForce ? found.key : null;
}

/**
 * The key that a record names, where it was revoked before and is heard on (`Revocations.silences`); else null.
 * @param {Keyring} keyring
 * @param {{ index: number, entry: import("../records/record.js").Framed }} placed
 * @returns {Held | null}
 */
export function heardOn({ held, revocations }, { index, entry }) {
  const found = held.get(toHex(entry.frame.kid));
  return found && found.revoked < index && found.key.name === entry.frame.issuer && !revocations.silences(found.key.role) ? found : null;
}

/**
 * Why no key in force at an index is the one that a record names, as `core/verification` says it.
 * @param {Keyring} keyring
 * @param {{ index: number, entry: import("../records/record.js").Framed }} placed
 */
export function whyNot({ held }, { index, entry: { frame } }) {
  const kid = toHex(frame.kid);
  const found = held.get(kid);
  if (!found) return new Refusal("key-unknown", { kid });
  const revoked = found.key.name === frame.issuer && found.revoked < index;
  return revoked ? new Refusal("key-revoked", { kid, index: found.revoked }) : new Refusal("key-not-then", { kid, signer: frame.issuer });
}

/**
 * The machine keys enrolled above the closing of enrolment, and the index from which an authority's and a party's
 * consent to that enrolment stand (none: Infinity).
 * @param {Keyring} keyring
 * @param {import("./acts.js").Control[]} controls in log order
 * @param {number} closed index of the closing, Infinity without one
 * @returns {Map<Key, number>}
 */
export function lateKeys({ held }, controls, closed) {
  /** @type {Map<string, Map<string, number>>} */
  const consents = new Map();
  for (const { index, entry, key } of effectiveOf(controls, "co-record")) {
    const enrolment = toHex(entry.body.record);
    const given = consents.get(enrolment) ?? new Map();
    consents.set(enrolment, given);
    if (!given.has(key.role)) given.set(key.role, index);
  }
  /** @type {Map<number, number>} */
  const since = new Map();
  for (const { index, entry } of effectiveOf(controls, "enrolment")) {
    const given = consents.get(toHex(sha256(entry.raw)));
    if (index > closed) since.set(index, Math.max(given?.get("authority") ?? Infinity, given?.get("party") ?? Infinity));
  }
  /** @type {Map<Key, number>} */
  const late = new Map();
  for (const { key, enrolled } of held.values()) {
    const from = since.get(enrolled);
    if (from !== undefined && key.role === "machine") late.set(key, from);
  }
  return late;
}
