// Many signatures at once, here or somewhere else: what is asked, packed so that it travels between workers.

import { nameOf } from "./bytes.js";
import { verifier } from "./ed25519.js";

const HEAD = 12; // the sizes of key, signature and message, in network order

/** Whether a signature of a message is by a key.
 * @typedef {{ key: Uint8Array, message: Uint8Array, signature: Uint8Array }} Claim */
/** Who checks signatures: `expect` says how many there may be, before the first.
 * @typedef {{ expect: (count: number) => void, check: (claims: Claim[]) => Promise<boolean[]> }} Checker */

/**
 * Check signatures in this thread.
 * @param {Claim[]} claims
 * @returns {Promise<boolean[]>}
 */
export function checkHere(claims) {
  /** @type {Map<string, Promise<import("./ed25519.js").Verifier>>} */
  const verifiers = new Map();
  const check = async (/** @type {Claim} */ { key, message, signature }) => {
    const name = nameOf(key);
    const known = verifiers.get(name) ?? verifier(key);
    verifiers.set(name, known);
    return (await known)(message, signature);
  };
  return Promise.all(claims.map(check));
}

/** Checks them in this thread. @type {Checker} */
export const HERE = { expect: () => {}, check: checkHere };

/**
 * @param {Claim[]} claims
 * @returns {Uint8Array}
 */
export function packClaims(claims) {
  const size = (/** @type {Claim} */ { key, signature, message }) => HEAD + key.length + signature.length + message.length;
  const packed = new Uint8Array(claims.reduce((sum, claim) => sum + size(claim), 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const { key, signature, message } of claims) {
    let end = at + HEAD;
    for (const part of [key, signature, message]) {
      view.setUint32(at, part.length);
      packed.set(part, end);
      [at, end] = [at + 4, end + part.length];
    }
    at = end;
  }
  return packed;
}

/**
 * @param {Uint8Array} packed
 * @returns {Claim[]}
 */
export function unpackClaims(packed) {
  const view = new DataView(packed.buffer, packed.byteOffset);
  const claims = [];
  for (let at = 0; at < packed.length; ) {
    let end = at + HEAD;
    const [key, signature, message] = [0, 4, 8].map((place) => {
      const start = end;
      end += view.getUint32(at + place);
      return packed.subarray(start, end);
    });
    claims.push({ key, signature, message });
    at = end;
  }
  return claims;
}
