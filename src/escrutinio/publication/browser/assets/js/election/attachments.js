// The files that records name: who still claims which, and whether they are there and are those files.

import { equal, toHex } from "../records/bytes.js";
import { Refusal, refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";
import { effectiveOf } from "./acts.js";
import { MAX_ATTACHMENT } from "../log/log.js";

const SHOWN = 100; // records named of each kind

/** @typedef {{ digest: Uint8Array, size: number, media_type: string }} Attachment */
/** A record that names a file. @typedef {{ index: number, signer: string, attachment: Attachment }} Claim */
/** @typedef {import("./acts.js").Control} Control */
/** Records whose file is `missing`, or is of another size than they state (`differing`): told, and no fault.
 * @typedef {{ missing: number[], differing: number[], missingCount: number, differingCount: number }} Told */

/** @param {any} value @returns {Attachment[]} */
function attachmentsIn(value) {
  if (Array.isArray(value)) return value.flatMap(attachmentsIn);
  return value?.digest instanceof Uint8Array && "media_type" in value ? [value] : [];
}

/**
 * The digests, in hexadecimal, of the files that totals need: of the definition's areas and contests, and of every roll and lifecycle
 * that takes effect.
 * @param {any} definition its body
 * @param {Control[]} controls
 * @returns {Set<string>}
 */
export function neededFiles(definition, controls) {
  const rolls = effectiveOf(controls, "roll").flatMap(({ entry }) => [entry.body.stations, entry.body.centers]);
  const listings = effectiveOf(controls, "lifecycle").map(({ entry }) => entry.body.listing);
  return new Set([definition.areas, definition.contests_file, ...rolls, ...listings].filter(Boolean).map(({ digest }) => toHex(digest)));
}

/**
 * The files that are still claimed or needed, by digest, with the records that claim each. A withdrawal ends what its
 * signer's own records below it claim; a record that its signer may not say claims nothing.
 * @param {{ index: number, entry: import("../records/record.js").Entry }[]} foundations definition and charter
 * @param {Control[]} controls
 * @param {Set<string>} needed
 * @returns {Map<string, Claim[]>}
 */
export function claimedFiles(foundations, controls, needed) {
  /** Index of a signer's last withdrawal of a file. @type {Map<string, number>} */
  const ended = new Map();
  for (const { index, entry } of effectiveOf(controls, "withdrawal")) ended.set(`${toHex(entry.body.attachment)} ${entry.frame.issuer}`, index);
  /** @type {Map<string, Claim[]>} */
  const found = new Map();
  for (const { index, entry } of [...foundations, ...controls.filter(({ standing }) => standing !== "refused")]) {
    const signer = entry.frame.issuer;
    for (const attachment of Object.values(entry.body).flatMap(attachmentsIn)) {
      const digest = toHex(attachment.digest);
      if (!needed.has(digest) && (ended.get(`${digest} ${signer}`) ?? -1) > index) continue;
      found.set(digest, [...(found.get(digest) ?? []), { index, signer, attachment }]);
    }
  }
  return found;
}

/**
 * Every file that totals need is there, and every file that is there is the one recorded. What else is missing, or
 * stated with a wrong size, is told.
 * @param {import("../log/log.js").Log} log
 * @param {Map<string, Claim[]>} claimed
 * @param {Set<string>} needed
 * @returns {Promise<import("./steps.js").Answer<Told>>}
 */
export async function checkAttachments(log, claimed, needed) {
  /** @type {{ missing: number[], differing: number[] }} */
  const told = { missing: [], differing: [] };
  /** @type {Refusal | null} */
  let unread = null;
  for (const [digest, claims] of claimed) {
    const path = `attachments/${digest}`;
    const data = await log.fetchFile(path, MAX_ATTACHMENT).catch((why) => {
      if (!(why instanceof Refusal) || !why.unreadable) throw why;
      return why;
    });
    if (data instanceof Refusal) unread = unread ?? data;
    else if (data === null && needed.has(digest)) refuse("fetch-missing", { path });
    else if (data === null) told.missing.push(...claims.map(({ index }) => index));
    else if (!equal(sha256(data), claims[0].attachment.digest)) refuse("attachment-digest", { digest });
    else told.differing.push(...claims.filter(({ attachment }) => attachment.size !== data.length).map(({ index }) => index));
  }
  const [missingCount, differingCount] = [told.missing.length, told.differing.length];
  const result = { missing: told.missing.slice(0, SHOWN), differing: told.differing.slice(0, SHOWN), missingCount, differingCount };
  const values = { count: claimed.size, missing: missingCount, differing: differingCount };
  if (unread) return { state: "open", text: "attachments-unread", values, why: unread, result };
  return { text: missingCount + differingCount ? "attachments-told" : "attachments-ok", values, result };
}
