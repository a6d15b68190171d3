// What the site writes out of the hashes of a log, as its tiles are ten times as long: the paths of its first entries
// (data/proofs.json), and the hashes of a full bundle over 16 entries each (data/index/<area>.json). Nothing of it is
// believed: a path either leads to the root or does not.

import { equal, fromBase64 } from "../records/bytes.js";
import { HASH_SIZE, rootOfProof, splitHashes, treeRoot } from "./merkle.js";
import { GROUP, TILE_WIDTH } from "./tile-names.js";

const MAX_PATH = 64;
const HEIGHT = 8; // of a tile
const GROUP_HEIGHT = 4;

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
 * The hashes that an index says of a bundle; none where it says anything else.
 * @param {string} said
 */
export function nodesOf(said) {
  try {
    const bytes = fromBase64(said);
    return bytes.length === (TILE_WIDTH / GROUP) * HASH_SIZE ? splitHashes(bytes) : [];
  } catch {
    return [];
  }
}

/**
 * The hashes of a tree, those below a full bundle from what an index says of it and from a sixteenth of its tile.
 * @param {import("./merkle.js").HashAt} hashAt
 * @param {number} bundle
 * @param {Uint8Array[]} nodes
 * @param {(group: number) => Promise<Uint8Array[] | null>} leaves of sixteen entries of the bundle
 * @returns {import("./merkle.js").HashAt}
 */
export function throughNodes(hashAt, bundle, nodes, leaves) {
  return async (level, index) => {
    const [first, span] = [index * 2 ** level, 2 ** level];
    if (!nodes.length || level >= HEIGHT || Math.floor(first / TILE_WIDTH) !== bundle) return hashAt(level, index);
    const [group, at] = [Math.floor((first % TILE_WIDTH) / GROUP), first % GROUP];
    if (level >= GROUP_HEIGHT) return treeRoot(nodes.slice(group, group + span / GROUP));
    const hashes = await leaves(group);
    return hashes ? treeRoot(hashes.slice(at, at + span)) : hashAt(level, index);
  };
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
