// What the entries of a log say: every entry read, every signature checked with the keys that the log enrols, and the
// totals added up again.

import { settle } from "./controls.js";
import { countSheets } from "./counting.js";
import { readAreas } from "./tables.js";
import { readSigned } from "./signed.js";
import { UNREAD } from "../records/record.js";
import { Refusal } from "../records/refusal.js";
import { leafHash } from "../log/merkle.js";
import { ENTRIES, TILE_WIDTH } from "../log/tile-names.js";
import { tileNames } from "../log/tiles.js";

const AT_ONCE = 8; // fetches under way together

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {import("./signed.js").Fault} Fault */
/** @typedef {import("./signed.js").Unknown} Unknown */
/** @typedef {import("./signed.js").Raw} Raw */
/** @typedef {(stage: "entries" | "tiles" | "signatures" | "rules" | "beside", done: number, all: number) => void} Progress */
/**
 * What entries say. `checked` of `signatures` were checked, all of them unless a sample was asked for. `unknownTypes`
 * and `unread` are records of types that this program does not know, signed by keys in force: those below 128 may
 * change keys or totals, so that nothing said of either can be judged; the others never do. `repeats` stood before and
 * say nothing again; `beyond` are all right but for a bound of the formats, and say nothing either; `unreadable` says
 * which file could not be read that totals depend on.
 * @typedef {{ faults: Fault[], unknownTypes: Unknown[], unread: Unknown[], refused: { index: number, code: string }[], checked: number, signatures: number,
 *   totals: Map<string, import("./counting.js").Total>, place: import("./roll.js").Place, signed: Signed[],
 *   controls: import("./acts.js").Control[], keyring: import("./keys.js").Keyring, repeats: { index: number, first: number }[], beyond: Fault[],
 *   unreadable: Refusal | null }} Judged
 */
/**
 * @param {Uint8Array[]} entries
 * @param {Uint8Array[]} [leaves] their hashes, where they are known
 * @returns {Raw[]}
 */
export function placed(entries, leaves = entries.map(leafHash)) {
  return entries.map((raw, index) => ({ index, raw, leaf: leaves[index] }));
}

/**
 * All entries, in order. The last bundle is read first: a checkpoint may state any size.
 * @param {Log} log
 * @param {Progress} progress
 * @returns {Promise<Uint8Array[]>}
 */
export async function readEntries(log, progress) {
  const { size } = await log.checkpoint();
  /** @type {Uint8Array[]} */
  const entries = [];
  const read = (/** @type {number} */ index) => log.once(`bundle ${index}`, () => log.files.bundle(index, size));
  if (size) await read(Math.floor((size - 1) / TILE_WIDTH));
  /** @type {Promise<Uint8Array[]>[]} */
  let batch = [];
  const take = async () => {
    for (const bundle of await Promise.all(batch)) entries.push(...bundle);
    batch = [];
    progress("entries", entries.length, size);
  };
  for (const { index } of tileNames(size, ENTRIES)) {
    batch.push(read(index));
    if (batch.length === AT_ONCE) await take();
  }
  await take();
  return entries;
}

/**
 * Attachments for what settles the count: null for one that is missing or another file; what cannot be read is
 * remembered.
 * @param {(named: { digest: Uint8Array, size: number }) => Promise<Uint8Array>} find
 */
function quietly(find) {
  const reader = {
    /** @type {Refusal | null} */
    unreadable: null,
    read: async (/** @type {{ digest: Uint8Array, size: number }} */ named) => {
      try {
        return await find(named);
      } catch (why) {
        if (!(why instanceof Refusal)) throw why;
        if (why.unreadable) reader.unreadable = reader.unreadable ?? why;
        return null;
      }
    },
  };
  return reader;
}

/**
 * Open records, check who signed them, and count the sheets among them.
 * @param {Raw[]} entries in log order, the definition and the charter among them
 * @param {import("../log/log.js").Context} context
 * @param {(named: { digest: Uint8Array, size: number }) => Promise<Uint8Array>} attachment
 * @param {Partial<import("./signed.js").How> & { progress?: Progress }} [how]
 * @returns {Promise<Judged>}
 */
export async function judgeEntries(entries, { definition, charter, election, rootKey }, attachment, { progress = () => {}, sample = Infinity, signatures } = {}) {
  const { keyring, signed, unknown, beyond, faults, repeats, checked, signatures: all } = await readSigned(entries, { definition, election, rootKey }, { progress, sample, signatures });
  faults.push(...keyring.unfit);
  faults.sort((a, b) => a.index - b.index);
  const files = quietly(attachment);
  progress("rules", 0, 2);
  const areas = readAreas(await attachment(definition.body.areas));
  const settled = await settle(signed, definition.body, keyring, areas, files.read);
  progress("rules", 1, 2);
  const { totals, refused } = countSheets(signed, definition.body, settled, charter.body.role === "official");
  progress("rules", 2, 2);
  return {
    faults,
    unknownTypes: unknown.filter(({ type }) => type < UNREAD),
    unread: unknown.filter(({ type }) => type >= UNREAD),
    refused,
    totals,
    checked,
    signatures: all,
    place: settled.place,
    signed,
    controls: settled.controls,
    keyring,
    repeats,
    beyond,
    unreadable: files.unreadable,
  };
}
