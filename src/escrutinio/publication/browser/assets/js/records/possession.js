// Proof of possession: each key that is enrolled has signed its own enrolment, for this election and no other
// (docs/formats.md, "Possession").

import { concat, toUtf8 } from "./bytes.js";
import { encode } from "./cbor.js";
import { verifySignature } from "./ed25519.js";
import { ROLES } from "./parts.js";

const CONTEXT = toUtf8("escrutinio possession 2\n");

/** @typedef {{ name: string, public_key: Uint8Array, role: string, scope: string[], contests: string[],
 *   titles: { language: string, text: string }[], proof?: Uint8Array }} Enrolled */

/**
 * What the holder of a key signs: all that its enrolment says of it, in this election.
 * @param {Uint8Array} election
 * @param {Enrolled} key
 */
export function signedByKey(election, { name, public_key: publicKey, role, scope, contests, titles }) {
  const titled = titles.map(({ language, text }) => [language, text]);
  return concat(CONTEXT, encode([election, name, publicKey, ROLES.indexOf(role), scope, contests, titled]));
}

/**
 * Whether an enrolment may take effect on a key: it proves that its holder has it, or is of the version before, which
 * had no proof.
 * @param {Uint8Array} election
 * @param {Enrolled} key
 */
export async function possesses(election, key) {
  return key.proof === undefined || verifySignature(key.public_key, signedByKey(election, key), key.proof);
}
