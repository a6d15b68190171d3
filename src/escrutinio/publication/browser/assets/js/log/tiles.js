// The files of a log (C2SP tlog-tiles): their names, their sizes, and fetching them, bounded.

import { refuse } from "../records/refusal.js";
import { takeEarly } from "./early.js";
import { HASH_SIZE, splitHashes, treeRoot } from "./merkle.js";
import { ENTRIES, GROUP, TILE_WIDTH, tilePath, tileWidth } from "./tile-names.js";

export const MAX_ENTRY = 65_535;
const MAX_ENTRIES = 2 ** 27; // of a log that is read whole, a hundred for each of a million stations
export const MAX_CHECKPOINT = 512 * 1024;
const MAX_BUNDLE = TILE_WIDTH * (2 + MAX_ENTRY);

/**
 * The tiles of one level (or bundles) of a tree of `size` leaves, from left to right.
 * @param {number} size
 * @param {number} level
 * @returns {Generator<{ index: number, width: number }>} one at a time: a checkpoint may state any size
 */
export function* tileNames(size, level) {
  const count = Math.ceil(Math.floor(size / TILE_WIDTH ** Math.max(level, 0)) / TILE_WIDTH);
  for (let index = 0; index < count; index++) yield { index, width: tileWidth(level, index, size) };
}

/**
 * Refused where a log is too large to be read whole.
 * @param {number} size
 */
export function checkReadable(size) {
  if (size > MAX_ENTRIES) refuse("log-large", { size, limit: MAX_ENTRIES });
}

/**
 * The entries of a bundle; refused unless it holds exactly `width` of them.
 * @param {Uint8Array} bundle
 * @param {number} width
 * @param {string} path
 * @returns {Uint8Array[]}
 */
export function decodeBundle(bundle, width, path) {
  const { entries, end } = readBundle(bundle, width, path);
  if (end !== bundle.length) refuse("bundle-long", { path, width });
  return entries;
}

/**
 * @param {Uint8Array} bundle
 * @param {number} width
 * @param {string} path
 * @returns {{ entries: Uint8Array[], end: number }} the first `width` entries, and where they end
 */
function readBundle(bundle, width, path) {
  const entries = [];
  let at = 0;
  for (let number = 0; number < width; number++) {
    const start = at + 2;
    at = start > bundle.length ? Infinity : start + bundle[at] * 256 + bundle[at + 1];
    if (at > bundle.length) refuse("bundle-short", { path, number, width });
    if (at === start) refuse("bundle-empty", { path });
    entries.push(bundle.subarray(start, at));
  }
  return { entries, end: at };
}

/** A file below a base address, of at most `limit` bytes; null where there is none. `part` gives a part of one, where that
 * is less to fetch than the whole.
 * @typedef {((path: string, limit: number) => Promise<Uint8Array | null>) & { part?: Part }} Fetch */
/** As many bytes from the first one on as there are, at most `length`. @typedef {(path: string, first: number, length: number, limit: number) => Promise<Uint8Array | null>} Part */

/**
 * Fetching below an address: no redirects, no credentials, and never more than the limit.
 * @param {string} base ending in a slash
 * @param {RequestCache} [cache] "reload" takes nothing that this browser kept, such as a tile that came damaged
 * @returns {Fetch}
 */
export function webFetch(base, cache = "default") {
  const read = async (/** @type {string} */ path, /** @type {number} */ limit, /** @type {Record<string, string>} */ headers = {}) => {
    try {
      const response = await (takeEarly(base + path, headers.Range) ?? fetch(base + path, { redirect: "error", credentials: "omit", cache, headers }));
      if (response.status === 404 || response.status === 410) return null;
      if (!response.ok || !response.body) return refuse("fetch-failed", { path });
      return { data: await readBounded(response.body.getReader(), limit, path), whole: response.status !== 206 };
    } catch (error) {
      if (error instanceof TypeError) refuse("fetch-failed", { path }); // what fetch throws for a broken connection
      throw error;
    }
  };
  const whole = async (/** @type {string} */ path, /** @type {number} */ limit) => (await read(path, limit))?.data ?? null;
  /** @type {Part} */
  const part = async (path, first, length, limit) => {
    const found = await read(path, limit, { Range: `bytes=${first}-${first + length - 1}` });
    return found && (found.whole ? found.data.slice(first, first + length) : found.data);
  };
  return Object.assign(whole, { part });
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {number} limit
 * @param {string} path
 * @returns {Promise<Uint8Array>}
 */
async function readBounded(reader, limit, path) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let size = 0;
  for (let part = await reader.read(); part.value; part = await reader.read()) {
    size += part.value.length;
    if (size > limit) {
      await reader.cancel();
      refuse("fetch-long", { path, limit });
    }
    chunks.push(part.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The files of one log, of the sizes asked for; well sized, but unverified. */
export class LogFiles {
  /** @param {Fetch} fetchFile below the log */
  constructor(fetchFile) {
    this.fetchFile = fetchFile;
  }

  /** @returns {Promise<Uint8Array>} */
  async checkpoint() {
    return (await this.fetchFile("checkpoint", MAX_CHECKPOINT)) ?? refuse("fetch-missing", { path: "checkpoint" });
  }

  /**
   * The hashes of a tile, in a tree of `size` leaves.
   * @param {number} level
   * @param {number} index
   * @param {number} size
   * @returns {Promise<Uint8Array[]>}
   */
  async tile(level, index, size) {
    const width = tileWidth(level, index, size);
    const { data, path, width: found } = await this.read(level, index, width);
    if (data.length !== found * HASH_SIZE) refuse("tile-size", { path, size: data.length, want: found * HASH_SIZE });
    return splitHashes(data.subarray(0, width * HASH_SIZE));
  }

  /**
   * The entries of a bundle, in a log of `size` entries.
   * @param {number} index
   * @param {number} size
   * @returns {Promise<Uint8Array[]>}
   */
  async bundle(index, size) {
    const width = tileWidth(ENTRIES, index, size);
    const { data, path, width: found } = await this.read(ENTRIES, index, width);
    return decodeBundle(data, found, path).slice(0, width);
  }

  /**
   * One entry of a bundle from a part of its file, where an index says where it stands; null where no part can be had or
   * it is not there.
   * @param {number} bundle
   * @param {number} size
   * @param {{ first: number, length: number }} at
   * @returns {Promise<Uint8Array | null>}
   */
  async entryAt(bundle, size, { first, length }) {
    const part = await this.part(bundle, size, first - 2, length + 2);
    const fits = part?.length === length + 2 && part[0] * 256 + part[1] === length;
    return fits ? part.subarray(2) : null;
  }

  /**
   * The entries that stand whole in the first bytes of a bundle.
   * @param {number} bundle
   * @param {number} size
   * @param {number} length
   * @returns {Promise<Uint8Array[]>}
   */
  async firstEntries(bundle, size, length) {
    const part = (await this.part(bundle, size, 0, length)) ?? new Uint8Array();
    const entries = [];
    for (let at = 0; at + 2 <= part.length; ) {
      const end = at + 2 + part[at] * 256 + part[at + 1];
      if (end > part.length) break;
      entries.push(part.subarray(at + 2, end));
      at = end;
    }
    return entries;
  }

  /**
   * The hashes of 16 entries of a full bundle, from a part of its tile; null where no part can be had.
   * @param {number} bundle
   * @param {number} group
   * @returns {Promise<Uint8Array[] | null>}
   */
  async leaves(bundle, group) {
    const length = GROUP * HASH_SIZE;
    const part = await this.fetchFile.part?.(tilePath(0, bundle, TILE_WIDTH), group * length, length, TILE_WIDTH * HASH_SIZE);
    return part?.length === length ? splitHashes(part) : null;
  }

  /** @param {number} bundle @param {number} size @param {number} first @param {number} length */
  async part(bundle, size, first, length) {
    const width = tileWidth(ENTRIES, bundle, size);
    if (width < TILE_WIDTH || first < 0) return null; // a partial bundle may be gone, and is read as a whole
    return (await this.fetchFile.part?.(tilePath(ENTRIES, bundle, width), first, length, MAX_BUNDLE)) ?? null;
  }

  /**
   * A partial tile that is gone is taken from its full one.
   * @param {number} level
   * @param {number} index
   * @param {number} width
   */
  async read(level, index, width) {
    for (const candidate of width < TILE_WIDTH ? [width, TILE_WIDTH] : [width]) {
      const path = tilePath(level, index, candidate);
      const limit = level === ENTRIES ? (MAX_BUNDLE / TILE_WIDTH) * candidate : candidate * HASH_SIZE;
      const data = await this.fetchFile(path, limit);
      if (data) return { data, path, width: candidate };
    }
    return refuse("fetch-missing", { path: tilePath(level, index, width) });
  }

  /**
   * The hashes of a tree of `size` leaves from its tiles, each fetched once.
   * @param {number} size
   * @returns {import("./merkle.js").HashAt}
   */
  hashes(size) {
    /** @type {Map<string, Promise<Uint8Array[]>>} */
    const cache = new Map();
    /** @type {Map<string, Uint8Array>} */
    const made = new Map();
    return async (level, index) => {
      const node = `${level}/${index}`;
      const before = made.get(node);
      if (before) return before;
      const tileLevel = Math.floor(level / 8);
      const span = 2 ** (level % 8);
      const tile = Math.floor((index * span) / TILE_WIDTH);
      const name = `${tileLevel}/${tile}`;
      if (!cache.has(name)) cache.set(name, this.tile(tileLevel, tile, size));
      const first = (index * span) % TILE_WIDTH;
      const hashes = await /** @type {Promise<Uint8Array[]>} */ (cache.get(name));
      const hash = treeRoot(hashes.slice(first, first + span));
      made.set(node, hash);
      return hash;
    };
  }
}
