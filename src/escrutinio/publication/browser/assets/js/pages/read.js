// The records of a station, read from the log and checked.

import { checkRecord } from "../election/check.js";
import { failureOf } from "./sheet.js";

const MOST = 200;
const OFFICIAL = ["tally-sheet", "manual-sheet"];

/** @typedef {import("../log/log.js").Log} Log */
/** A record of the station with what was checked of it.
 * @typedef {{ standing: import("../log/log.js").Standing, checked: import("./sheet.js").Checked, status: string,
 *   contest: any, failed: boolean }} Read */

/**
 * @param {Log} log
 * @param {import("../election/places.js").Place["entries"]} entries
 * @returns {Promise<Read[]>}
 */
export async function readRecords(log, entries) {
  const { definition } = await log.context();
  return Promise.all(
    entries.slice(0, MOST).map(async ({ index, status, at }) => {
      const standing = await log.standing(index, at);
      const checked = await checkRecord(log, standing.index, standing.raw, standing.proof);
      const code = checked.entry?.about.contest;
      const contest = definition.body.contests.find((/** @type {any} */ one) => one.code === code);
      return { standing, checked, status, contest, failed: Boolean(failureOf(checked.steps)) };
    }),
  );
}

/** Whether a record states figures of the vote. @param {Read} read */
function counts({ checked, contest }) {
  return Boolean(checked.entry && contest && checked.entry.name !== "zero-report");
}

/**
 * The records that state figures, by contest: what held before what failed, and an official sheet first.
 * @param {Read[]} reads
 * @returns {Map<string, Read[]>}
 */
export function byContest(reads) {
  /** @type {Map<string, Read[]>} */
  const found = new Map();
  const rank = (/** @type {Read} */ { checked, failed }) => 2 * Number(!failed) + Number(OFFICIAL.includes(checked.entry?.name ?? ""));
  for (const read of reads.filter(counts).sort((a, b) => rank(b) - rank(a))) {
    found.set(read.contest.code, [...(found.get(read.contest.code) ?? []), read]);
  }
  return found;
}

/** Whether a record is a sheet of the authority's own making. @param {Read} read */
export function isOfficial({ checked }) {
  return OFFICIAL.includes(checked.entry?.name ?? "");
}
