// The tree of a whole log, made again from its entries and held against the published tiles and the root.

import { equal } from "../records/bytes.js";
import { refuse } from "../records/refusal.js";
import { leafHash, rangeRoot, treeRoot } from "./merkle.js";
import { TILE_WIDTH, tilePath } from "./tile-names.js";
import { tileNames } from "./tiles.js";

const AT_ONCE = 8; // fetches under way together

/** @typedef {import("./log.js").Log} Log */
/** @typedef {{ level: number, index: number, width: number, hashes: Uint8Array[] }} Tile */
/** The leaf hashes of all entries, and the tiles that they give. @typedef {{ leaves: Uint8Array[], tiles: Tile[] }} Tree */

/**
 * @param {Uint8Array[]} entries
 * @param {Uint8Array[]} [leaves] their hashes, where they are known
 * @returns {Tree}
 */
export function treeOf(entries, leaves = entries.map(leafHash)) {
  /** @type {Tile[]} */
  const tiles = [];
  for (let level = 0, row = leaves; row.length; level++) {
    /** @type {Uint8Array[]} */
    const above = [];
    for (const { index, width } of tileNames(entries.length, level)) {
      const hashes = row.slice(index * TILE_WIDTH, index * TILE_WIDTH + width);
      tiles.push({ level, index, width, hashes });
      if (width === TILE_WIDTH) above.push(treeRoot(hashes));
    }
    row = above;
  }
  return { leaves, tiles };
}

/**
 * The entries must hash to the root; where they do not, the first one that the published tiles have otherwise is named.
 * @param {Log} log
 * @param {Tree} tree
 */
export async function checkRoot(log, { leaves, tiles }) {
  const { size, root } = await log.checkpoint();
  if (equal(treeRoot(leaves), root)) return;
  for (const { index, hashes } of tiles.filter(({ level }) => level === 0)) {
    const published = await log.files.tile(0, index, size).catch(() => hashes); // one that is missing is told elsewhere
    const other = hashes.findIndex((hash, at) => !equal(hash, published[at]));
    if (other >= 0) refuse("entry-differs", { index: index * TILE_WIDTH + other });
  }
  refuse("root-differs");
}

/**
 * Every published tile must be the one that the entries give. Where the entries do not give the root the tiles are held
 * against each other and the root instead, so that altered entries and altered tiles are told apart.
 * @param {Log} log
 * @param {Tree} tree
 * @param {boolean} fits whether the entries give the root
 * @param {(done: number, all: number) => void} progress
 */
export async function checkTiles(log, { tiles }, fits, progress) {
  const { size, root, hashAt } = await log.checkpoint();
  const check = async (/** @type {Tile} */ { level, index, width, hashes }) => {
    const published = await log.files.tile(level, index, size);
    const path = tilePath(level, index, width);
    if (fits && published.some((hash, at) => !equal(hash, hashes[at]))) refuse("tile-differs", { path });
    if (fits || width < TILE_WIDTH) return;
    if (!equal(treeRoot(published), await hashAt(8 * (level + 1), index))) refuse("tile-chain", { path });
  };
  for (let at = 0; at < tiles.length; at += AT_ONCE) {
    await Promise.all(tiles.slice(at, at + AT_ONCE).map(check));
    progress(Math.min(at + AT_ONCE, tiles.length), tiles.length);
  }
  if (!fits && size && !equal(await rangeRoot(0, size, hashAt), root)) refuse("tiles-root");
}
