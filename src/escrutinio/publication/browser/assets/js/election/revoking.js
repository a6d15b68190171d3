// Revocations of keys that watch: a party's or an observer's is revoked with the officers' consents alone
// (docs/formats.md, "The root's key").

import { equal } from "../records/bytes.js";

const WATCHERS = new Set(["party", "observer"]);

/**
 * Of how many officers; none in a log that is not that of the authority that wrote the definition, as it has no officers.
 * @param {any} body of the definition
 * @param {Uint8Array} rootKey of the log
 */
export function consentsNeeded(body, rootKey) {
  return body.author_role === "authority" && equal(body.root_key, rootKey) ? body.officers_needed : 0;
}

/**
 * Whether what a key of a role signs once it is revoked enters the log of this root all the same.
 * @param {any} body of the definition
 * @param {Uint8Array} rootKey of the log
 * @param {string} role
 */
export function heardWhenRevoked(body, rootKey, role) {
  return !new Revocations(consentsNeeded(body, rootKey)).silences(role);
}

/** The revocations of one log that wait for consents; with no officers none waits. */
export class Revocations {
  /** @param {number} officers how many names of the authority must consent */
  constructor(officers) {
    this.officers = officers;
    /** By the digest of the revocation, in hexadecimal. @type {Map<string, { kid: string, names: Set<string> }>} */
    this.waiting = new Map();
  }

  /**
   * Whether what a revoked key of this role signs is kept out; of a key that watches it is not, where officers had to consent.
   * @param {string} role
   */
  silences(role) {
    return !WATCHERS.has(role) || !this.officers;
  }

  /**
   * Whether the revocation of a key has to wait.
   * @param {string} digest of the revocation
   * @param {string} kid that it revokes
   * @param {string} [role] of that key; none where it is not enrolled
   */
  waits(digest, kid, role = "") {
    if (this.silences(role)) return false;
    this.waiting.set(digest, { kid, names: new Set() });
    return true;
  }

  /**
   * Hear a consent; the key that is revoked by it, null where none is.
   * @param {string} digest that it names
   * @param {{ name: string, role: string }} key its signer's
   * @returns {string | null}
   */
  consent(digest, { name, role }) {
    const waiting = this.waiting.get(digest);
    if (!waiting || role !== "authority") return null;
    waiting.names.add(name);
    if (waiting.names.size < this.officers) return null;
    this.waiting.delete(digest);
    return waiting.kid;
  }
}
