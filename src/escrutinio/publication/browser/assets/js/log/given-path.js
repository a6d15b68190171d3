// The paths of a log's first entries, which the site writes out (data/proofs.json): the tile of hashes is ten times as long.

import { equal, fromBase64 } from "../records/bytes.js";
import { rootOfProof } from "./merkle.js";

const MAX_PATH = 64;

/**
 * The path that the site gives for an entry, to be believed in nothing; null where it gives none for this size.
 * @param {{ json: (path: string) => Promise<Record<string, any>> }} log
 * @param {number} index
 * @param {number} size
 * @returns {Promise<Uint8Array[] | null>}
 */
export async function givenPath(log, index, size) {
  const given = await log.json("data/proofs.json").catch(() => null);
  const path = given?.size === size && given.paths?.[index];
  if (!Array.isArray(path) || path.length > MAX_PATH) return null;
  try {
    return path.map((each) => fromBase64(String(each)));
  } catch {
    return null;
  }
}

/**
 * Whether a path leads from a leaf to the root.
 * @param {Uint8Array} leaf a leaf hash
 * @param {number} index
 * @param {number} size
 * @param {Uint8Array[]} path
 * @param {Uint8Array} root
 */
export function stands(leaf, index, size, path, root) {
  try {
    return equal(rootOfProof(leaf, index, size, path), root);
  } catch {
    return false; // it is too long or too short
  }
}
