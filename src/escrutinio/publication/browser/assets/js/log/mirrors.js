// The list of mirrors, a signed note of the log (docs/log.md).

import { toUtf8 } from "../records/bytes.js";
import { quoted, refuse } from "../records/refusal.js";
import { knownSignatures, parseNote } from "./note.js";

export const MIRRORS = "mirrors.note";
const FIRST = "mirrors of ";
const MAX_MIRRORS = 64;
const MAX_ADDRESS = 500;
const MAX_MOMENT = 2n ** 63n - 1n;
const ADDRESS = /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(?::[0-9]{1,5})?(?:[/?#][!-~]*)?$/;

/** Whether a text is an http or https address, in ASCII. @param {string} text */
export function isAddress(text) {
  return text.length <= MAX_ADDRESS && ADDRESS.test(text);
}

/**
 * Read a list of mirrors strictly; refused unless the log that it names signed it.
 * @param {Uint8Array} data
 * @param {import("./note.js").VerifierKey[]} keys of logs
 * @returns {Promise<string[]>} the addresses
 */
export async function openMirrors(data, keys) {
  const { text, signatures } = parseNote(data);
  const [first, moment = null, ...addresses] = text.slice(0, -1).split("\n");
  if (moment === null || !first.startsWith(FIRST)) return refuse("mirrors-form", { place: MIRRORS, line: quoted(first) });
  if (!/^(0|[1-9][0-9]{0,18})$/.test(moment) || BigInt(moment) > MAX_MOMENT) refuse("mirrors-moment-form", { place: MIRRORS, moment: quoted(moment) });
  if (addresses.length > MAX_MIRRORS) refuse("mirrors-many", { size: addresses.length, limit: MAX_MIRRORS });
  for (const [at, address] of addresses.entries()) {
    if (!isAddress(address)) refuse("mirror-address", { address: quoted(address) });
    if (addresses.indexOf(address) < at) refuse("mirror-twice", { address });
  }
  const origin = first.slice(FIRST.length);
  if (!origin || /\s/.test(origin)) refuse("mirrors-origin", { origin: quoted(origin) });
  const known = await knownSignatures({ text: toUtf8(text), signatures }, keys.filter(({ name }) => name === origin));
  return known.length ? addresses : refuse("note-unsigned");
}
