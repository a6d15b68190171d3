// The Merkle tree of RFC 6962, section 2.1, and its proofs (verified as RFC 9162, 2.1.3.2 and 2.1.4.2, say).
// Sizes go up to 2^53, so that indexes are halved by division: shifts would cut them to 32 bits.

import { equal } from "../records/bytes.js";
import { refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";

export const HASH_SIZE = 32;
export const EMPTY_ROOT = sha256(new Uint8Array());

/** Gives the hash of the complete subtree of leaves index * 2^level to (index + 1) * 2^level - 1.
 * @typedef {(level: number, index: number) => Promise<Uint8Array>} HashAt */

/** @param {Uint8Array} entry @returns {Uint8Array} SHA-256(00 || entry) */
export function leafHash(entry) {
  const input = new Uint8Array(1 + entry.length);
  input.set(entry, 1);
  return sha256(input);
}

/** @param {Uint8Array} left @param {Uint8Array} right @returns {Uint8Array} SHA-256(01 || left || right) */
export function nodeHash(left, right) {
  const input = new Uint8Array(1 + 2 * HASH_SIZE);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + HASH_SIZE);
  return sha256(input);
}

/**
 * Root over leaf hashes; the last may stand for a smaller, incomplete subtree.
 * @param {Uint8Array[]} hashes
 * @returns {Uint8Array}
 */
export function treeRoot(hashes) {
  if (!hashes.length) return EMPTY_ROOT;
  let row = hashes;
  while (row.length > 1) {
    const above = [];
    for (let i = 0; i + 1 < row.length; i += 2) above.push(nodeHash(row[i], row[i + 1]));
    if (row.length % 2) above.push(row[row.length - 1]); // an odd hash rises until it finds a left sibling
    row = above;
  }
  return row[0];
}

/** @param {number} size @returns {number} the largest power of two below a size of 2 or more */
function splitSize(size) {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/**
 * Root of the leaves start to end - 1, a range as RFC 6962 proofs use.
 * @param {number} start
 * @param {number} end
 * @param {HashAt} hashAt
 * @returns {Promise<Uint8Array>}
 */
export async function rangeRoot(start, end, hashAt) {
  const peaks = [];
  while (start < end) {
    let [level, width] = [0, 1];
    while (width * 2 <= end - start) [level, width] = [level + 1, width * 2];
    peaks.push(hashAt(level, start / width)); // all asked for at once: each may be a file of its own
    start += width;
  }
  return (await Promise.all(peaks)).reduceRight((right, left) => nodeHash(left, right));
}

/**
 * The path from leaf `index` to the root of `size` leaves, from the leaf upwards.
 * @param {number} index
 * @param {number} size
 * @param {HashAt} hashAt
 * @returns {Promise<Uint8Array[]>}
 */
export async function inclusionProof(index, size, hashAt) {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) refuse("proof-index", { index, size });
  const path = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitSize(end - start);
    if (index < middle) {
      path.push(rangeRoot(middle, end, hashAt));
      end = middle;
    } else {
      path.push(rangeRoot(start, middle, hashAt));
      start = middle;
    }
  }
  return Promise.all(path.reverse());
}

/**
 * The hashes that show that the tree of `size` leaves extends its first `oldSize` ones (RFC 6962, 2.1.2).
 * @param {number} oldSize from 1 to `size`
 * @param {number} size
 * @param {HashAt} hashAt
 * @returns {Promise<Uint8Array[]>}
 */
export async function consistencyProof(oldSize, size, hashAt) {
  if (!(Number.isSafeInteger(oldSize) && oldSize >= 1 && oldSize <= size)) refuse("consistency-sizes", { size, old: oldSize });
  const path = [];
  let [start, end, complete] = [0, size, true];
  while (end !== oldSize) {
    const middle = start + splitSize(end - start);
    if (oldSize <= middle) {
      path.push(await rangeRoot(middle, end, hashAt));
      end = middle;
    } else {
      path.push(await rangeRoot(start, middle, hashAt));
      [start, complete] = [middle, false];
    }
  }
  if (!complete) path.push(await rangeRoot(start, end, hashAt));
  return path.reverse();
}

/**
 * The root that a leaf and its path lead to.
 * @param {Uint8Array} leaf a leaf hash
 * @param {number} index
 * @param {number} size
 * @param {Uint8Array[]} proof
 * @returns {Uint8Array}
 */
export function rootOfProof(leaf, index, size, proof) {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) refuse("proof-index", { index, size });
  const way = new Way(index, size);
  let result = leaf;
  for (const sibling of proof) {
    if (way.last === 0) refuse("proof-length");
    result = way.climb() ? nodeHash(sibling, result) : nodeHash(result, sibling);
  }
  if (way.last !== 0) refuse("proof-length");
  return result;
}

/**
 * Check that a leaf stands at `index` in the tree of this size and root.
 * @param {Uint8Array} leaf a leaf hash
 * @param {number} index
 * @param {number} size
 * @param {Uint8Array[]} proof
 * @param {Uint8Array} root
 */
export function verifyInclusion(leaf, index, size, proof, root) {
  if (!equal(rootOfProof(leaf, index, size, proof), root)) refuse("proof-root");
}

/**
 * Check that the tree of `size` and `root` extends the tree of `oldSize` and `oldRoot`.
 * @param {number} oldSize
 * @param {Uint8Array} oldRoot
 * @param {number} size
 * @param {Uint8Array} root
 * @param {Uint8Array[]} proof
 */
export function verifyConsistency(oldSize, oldRoot, size, root, proof) {
  if (!(oldSize >= 0 && oldSize <= size)) refuse("consistency-sizes", { size, old: oldSize });
  if (oldSize === 0 || oldSize === size) {
    if (proof.length) refuse("consistency-length");
    if (!equal(oldRoot, oldSize === size ? root : EMPTY_ROOT)) refuse("consistency-old");
    return;
  }
  const hashes = [...proof];
  const way = new Way(oldSize - 1, size);
  while (way.node % 2) way.rise();
  if (way.node === 0) hashes.unshift(oldRoot); // the old tree is complete, and so a node of the new one
  if (!hashes.length) refuse("consistency-length");
  let [old, result] = [hashes[0], hashes[0]];
  for (const sibling of hashes.slice(1)) {
    if (way.last === 0) refuse("consistency-length");
    if (way.climb()) [old, result] = [nodeHash(sibling, old), nodeHash(sibling, result)];
    else result = nodeHash(result, sibling);
  }
  if (way.last !== 0) refuse("consistency-length");
  if (!equal(old, oldRoot)) refuse("consistency-old");
  if (!equal(result, root)) refuse("consistency-root");
}

/** The way from a leaf to the root: where the node stands in its row, and where the row ends. */
class Way {
  /** @param {number} node @param {number} size */
  constructor(node, size) {
    this.node = node;
    this.last = size - 1;
  }

  rise() {
    this.node = Math.floor(this.node / 2);
    this.last = Math.floor(this.last / 2);
  }

  /** Go up by one sibling of the proof. @returns {boolean} whether that sibling is the left one */
  climb() {
    const left = this.node % 2 === 1 || this.node === this.last;
    if (left) while (this.node % 2 === 0 && this.node !== 0) this.rise();
    this.rise();
    return left;
  }
}

/**
 * The hashes of a tile.
 * @param {Uint8Array} tile
 * @returns {Uint8Array[]}
 */
export function splitHashes(tile) {
  return Array.from({ length: tile.length / HASH_SIZE }, (_, i) => tile.subarray(HASH_SIZE * i, HASH_SIZE * (i + 1)));
}
