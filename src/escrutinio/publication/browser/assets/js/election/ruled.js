// What counts as ruled: as reported, with what those who may rule said of it.

import { toHex } from "../records/bytes.js";
import { sha256 } from "../records/sha256.js";
import { isIn, soleSheet } from "./sheets.js";

const AGAIN = new Set(["recount", "repeat"]);

/** @typedef {import("./keys.js").Signed} Signed */
/** @typedef {import("./counting.js").Basis} Basis */
/** @typedef {import("./counting.js").Heard} Heard */

/**
 * As reported, with the rulings in force, in log order: of several about one station the last of the highest instance.
 * What is upheld, dismissed, stayed or reversed leaves a station as reported.
 * @param {Basis | undefined} reported
 * @param {Heard | undefined} heard
 * @param {import("./acts.js").Control[]} rulings
 * @param {{ sound: Map<string, Signed>, again: Map<string, Signed[]>, voting: string[], place: import("./roll.js").Place,
 *   rights: import("./rights.js").Rights }} given
 * @returns {Basis}
 */
export function asRuled(reported, heard, rulings, { sound, again, voting, place, rights }) {
  const counted = new Map(reported?.counted);
  const annulled = new Set();
  /** Why a count that was ordered counts nowhere yet. @type {Map<string, string>} */
  const waiting = new Map();
  /** @type {Map<string, number>} */
  const instances = new Map();
  const inForce = new Map(rulings.map((one) => [one.entry.frame.subject, one]));
  for (const { index, entry, key } of [...inForce.values()].sort((a, b) => a.index - b.index)) {
    const { station, area } = entry.about;
    const { decision } = entry.body;
    const { instance } = rights.speaksFor(key.name, key.role);
    const places = station ?? area;
    const within = places === undefined ? voting : voting.filter((one) => isIn(one, place.stations.get(one)?.area ?? "", [places], place));
    const here = within.filter((one) => (instances.get(one) ?? 0) <= instance);
    const chosen = decision === "select" ? selected(sound.get(toHex(entry.body.sheet)), index, entry.about.contest, here) : null;
    if (decision === "select" && !chosen) continue;
    const ordered = AGAIN.has(decision) ? toHex(sha256(entry.raw)) : "";
    for (const one of here) {
      const rows = ordered ? (again.get(one) ?? []).filter((row) => row.index > index && toHex(row.entry.body.ruling) === ordered) : [];
      const followed = rows.length ? soleSheet(rows) : null;
      const sheet = chosen ?? (decision === "annul" || followed === "conflict" ? null : ordered ? followed : reported?.counted.get(one));
      instances.set(one, instance);
      annulled[decision === "annul" ? "add" : "delete"](one);
      waiting.delete(one);
      if (ordered && !sheet) waiting.set(one, followed === "conflict" ? "conflict" : "count-awaited");
      if (sheet) counted.set(one, sheet);
      else counted.delete(one);
    }
  }
  const pending = new Map(waiting);
  const open = [...(reported?.pending ?? [])].filter(([, why]) => why === "conflict");
  for (const [station, why] of [...open, ...(heard?.refused ?? [])]) {
    if (!counted.has(station) && !annulled.has(station) && !pending.has(station)) pending.set(station, why);
  }
  return { counted, pending, annulled };
}

/**
 * The official sheet that a ruling selects: of its contest and its one station, and below it.
 * @param {Signed | undefined} named
 * @param {number} index
 * @param {string | undefined} contest
 * @param {string[]} here
 */
function selected(named, index, contest, here) {
  const about = named?.entry.about;
  return named && here.length === 1 && named.index < index && about?.contest === contest && about?.station === here[0] ? named : null;
}
