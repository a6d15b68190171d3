// How the files of a log are called (C2SP tlog-tiles). It imports nothing, since what runs first on a page needs it.

export const TILE_WIDTH = 256;

/** Entries under one of the hashes that an index says of a full bundle. */
export const GROUP = 16;

/** Level of an entry bundle in `tilePath`. */
export const ENTRIES = -1;

/**
 * Path of a tile or entry bundle below the log: `tile/0/x001/234.p/17`, `tile/entries/000`.
 * @param {number} level ENTRIES for a bundle
 * @param {number} index
 * @param {number} width 1 to 256
 * @returns {string}
 */
export function tilePath(level, index, width) {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  const last = groups.pop();
  const path = ["tile", level === ENTRIES ? "entries" : level, ...groups.map((group) => `x${group}`), last].join("/");
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/**
 * The hashes or entries that a tile has in a tree of `size` leaves; 0 or less when it has none.
 * @param {number} level
 * @param {number} index
 * @param {number} size
 * @returns {number}
 */
export function tileWidth(level, index, size) {
  return Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** Math.max(level, 0)) - index * TILE_WIDTH);
}
