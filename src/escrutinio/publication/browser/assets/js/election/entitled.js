// Whether the signer of a record was entitled to say it: its key in force at that place, of a role that says such
// things, and enrolled for this station, area and contest.

import { equal, toHex } from "../records/bytes.js";
import { Refusal } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";
import { signedBy } from "../log/foundations.js";
import { areaOfStation, own, pathOf } from "./places.js";
import { Revocations, consentsNeeded } from "./revoking.js";
import { Rights } from "./rights.js";

const FIRST_TWO = ["definition", "charter"]; // which bring the root's own key

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../log/log.js").Signer} Signer */
/** @typedef {import("../records/record.js").Entry} Entry */

/**
 * Why a key may not say a record, by its role and its place in the log; null where it may.
 * @param {Entry} entry
 * @param {number} at index of the record; the log's size where it is not in the log
 * @param {Pick<Signer, "role" | "enrolled">} signer
 * @param {number} revoked index of the revocation of its key, Infinity without one
 * @param {Rights} rights
 * @returns {Refusal | null}
 */
export function rightOf(entry, at, { role, enrolled }, revoked, rights) {
  if (role === "root") return FIRST_TWO.includes(entry.name) || rights.maySay(role, entry.name, entry.frame.issuer) ? null : new Refusal("key-role");
  const kid = toHex(entry.frame.kid);
  if (enrolled >= at) return new Refusal("key-late", { kid, index: enrolled });
  if (revoked <= at) return new Refusal("key-revoked", { kid, index: revoked });
  return rights.maySay(role, entry.name, entry.frame.issuer) ? null : new Refusal("key-role");
}

/**
 * The same, and by its scope, as far as the site's indexes name revocations and where a station is.
 * @param {Log} log
 * @param {Entry} entry
 * @param {number} at
 * @param {Signer} signer
 * @returns {Promise<Refusal | null>}
 */
export async function whyNotEntitled(log, entry, at, signer) {
  const { definition } = await log.context();
  const rights = new Rights(definition.body);
  const revoked = signer.role === "root" ? Infinity : await revocationOf(log, entry, signer.role);
  const why = rightOf(entry, at, signer, revoked, rights);
  return why ?? ((await covers(log, signer, entry.about)) ? null : new Refusal("key-scope"));
}

/**
 * Whether the role and the scope of a key have room for a record, in force or not.
 * @param {Log} log
 * @param {Entry} entry
 * @param {Signer} signer
 * @returns {Promise<boolean>}
 */
export async function hasRoomFor(log, entry, signer) {
  const { definition } = await log.context();
  const rights = new Rights(definition.body);
  return rights.maySay(signer.role, entry.name, entry.frame.issuer) && (await covers(log, signer, entry.about));
}

/**
 * The entries of a kind that the index names, opened.
 * @param {Log} log
 * @param {string} name
 * @returns {Promise<{ index: number, entry: Entry }[]>}
 */
async function listed(log, name) {
  const named = own(await log.json("data/controls.json"), name);
  const indices = (Array.isArray(named) ? named : []).filter(Number.isSafeInteger).sort((a, b) => a - b);
  const found = await Promise.all(indices.map(async (index) => ({ index, entry: await log.once(`control ${index}`, () => log.entry(index)) })));
  return found.filter(({ entry }) => entry.name === name);
}

/**
 * The first entry, among those that the index names, by which the key of a record is revoked: by the operator's root, and
 * a party's or an observer's with the consents of the officers.
 * @param {Log} log
 * @param {Entry} entry
 * @param {string} role of its signer
 * @returns {Promise<number>} Infinity without one
 */
async function revocationOf(log, { frame }, role) {
  const { definition, rootKey } = await log.context();
  const kid = toHex(frame.kid);
  const revocations = new Revocations(consentsNeeded(definition.body, rootKey));
  const mine = (await listed(log, "revocation")).filter(({ entry }) => equal(entry.body.kid, frame.kid));
  for (const { index, entry } of mine) {
    if (!(await signedBy(entry, rootKey))) continue;
    const digest = toHex(sha256(entry.raw));
    if (!revocations.waits(digest, kid, role)) return index;
    for (const consent of (await listed(log, "co-record")).filter((one) => one.index > index && toHex(one.entry.body.record) === digest)) {
      const signer = await log.signer(consent.entry, consent.index);
      if ((await signedBy(consent.entry, signer.publicKey)) && revocations.consent(digest, signer)) return consent.index;
    }
  }
  return Infinity;
}

/**
 * Whether a record lies in the scope of a key; the election as a whole does.
 * @param {Log} log
 * @param {Signer} signer
 * @param {import("../records/subjects.js").About} about
 */
async function covers(log, { scope, contests }, { station, area, contest }) {
  if (contest !== undefined && contests.length && !contests.includes(contest)) return false;
  if (!scope.length || (station === undefined && area === undefined)) return true;
  if (station !== undefined && scope.includes(station)) return true;
  const within = station === undefined ? area : await areaOfStation(log, station);
  return within ? (await pathOf(log, within)).some(([code]) => scope.includes(code)) : false;
}
