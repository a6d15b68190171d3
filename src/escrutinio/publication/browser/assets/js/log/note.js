// Signed notes, verifier keys, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint,
// tlog-cosignature). Two kinds of signature are checked: 1, a log's, and 4, a witness's with Ed25519. Keys of kind 6,
// a witness's with ML-DSA-44, are read; their lines cannot be judged here, and never count.

import { bigEndian, concat, equal, fromBase64, fromUtf8, toHex, toUtf8 } from "../records/bytes.js";
import { keyIsValid, verifySignature } from "../records/ed25519.js";
import { EMPTY_ROOT } from "./merkle.js";
import { quoted, refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";

export const LOG_KEY = 1;
export const COSIGNATURE_KEY = 4;
export const ML_DSA_KEY = 6;
const ML_DSA_SIZE = 1312;

export const MAX_NOTE = 512 * 1024;
const MAX_SIGNATURES = 64;
const MAX_TIMESTAMP = 2n ** 63n - 1n;
const NAME = /^[^\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]+$/;

/** @typedef {{ name: string, type: number, publicKey: Uint8Array, id: string }} VerifierKey */
/** @typedef {{ name: string, id: string, value: Uint8Array }} NoteSignature */
/** @typedef {{ origin: string, size: number, root: Uint8Array, text: Uint8Array, signatures: NoteSignature[] }}
 *   Checkpoint */

/** @param {string} name */
function checkName(name) {
  if (!NAME.test(name) || [...name].length > 255) refuse("log-name", { name: quoted(name) });
}

/**
 * Read a verifier key: `name+id+base64(type, public key)`.
 * @param {string} text
 * @returns {VerifierKey}
 */
export function parseVkey(text) {
  const parts = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text);
  if (!parts || text.length > 4096) return refuse("vkey-form", { text: quoted(text) });
  const [, name, id, material] = parts;
  checkName(name);
  const data = fromBase64(material);
  const type = data[0];
  if (type !== LOG_KEY && type !== COSIGNATURE_KEY && type !== ML_DSA_KEY) refuse("vkey-type", { name: quoted(name) });
  const publicKey = data.slice(1);
  if (type === ML_DSA_KEY) {
    if (publicKey.length !== ML_DSA_SIZE) refuse("vkey-ml-dsa", { name: quoted(name), size: ML_DSA_SIZE });
    if (toUtf8(name).length > 255) refuse("log-name", { name: quoted(name) });
  } else if (!keyIsValid(publicKey)) refuse("vkey-point", { name: quoted(name) });
  const computed = toHex(sha256(concat(toUtf8(`${name}\n`), data)).subarray(0, 4));
  return id === computed ? { name, type, publicKey, id } : refuse("vkey-id", { name: quoted(name) });
}

/**
 * Read a signed checkpoint strictly; no signature is checked.
 * @param {Uint8Array} data
 * @returns {Checkpoint}
 */
export function parseCheckpoint(data) {
  const { text, signatures } = parseNote(data);
  const lines = text.split("\n");
  if (lines.length !== 4 || !lines[0]) refuse("checkpoint-form");
  const [origin, sizeText, rootText] = lines;
  const size = /^(0|[1-9]\d{0,15})$/.test(sizeText) ? Number(sizeText) : NaN;
  if (!Number.isSafeInteger(size)) refuse("checkpoint-size");
  const root = fromBase64(rootText);
  if (root.length !== 32) refuse("checkpoint-form");
  if (size === 0 && !equal(root, EMPTY_ROOT)) refuse("checkpoint-empty");
  return { origin, size, root, text: toUtf8(text), signatures };
}

/**
 * Read a signed note strictly; no signature is checked.
 * @param {Uint8Array} data
 * @returns {{ text: string, signatures: NoteSignature[] }} the text ends in a newline
 */
export function parseNote(data) {
  if (data.length > MAX_NOTE) refuse("note-long", { limit: MAX_NOTE });
  const whole = fromUtf8(data);
  if (/[\x00-\x09\x0b-\x1f]/.test(whole)) refuse("note-signs");
  const gap = whole.lastIndexOf("\n\n");
  if (gap < 0 || gap + 2 === whole.length || !whole.endsWith("\n")) refuse("note-form");
  const lines = whole.slice(gap + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) refuse("note-many", { size: lines.length, limit: MAX_SIGNATURES });
  const signatures = lines.map(parseSignature);
  const seen = new Set();
  for (const { name, id } of signatures) {
    if (seen.has(`${name}+${id}`)) refuse("note-twice", { name: quoted(name) });
    seen.add(`${name}+${id}`);
  }
  return { text: whole.slice(0, gap + 1), signatures };
}

/**
 * @param {string} line
 * @returns {NoteSignature}
 */
function parseSignature(line) {
  const parts = /^\u2014 ([^ ]*) (.*)$/s.exec(line);
  if (!parts) return refuse("note-line");
  checkName(parts[1]);
  const data = fromBase64(parts[2]);
  if (data.length < 5) refuse("note-line");
  return { name: parts[1], id: toHex(data.subarray(0, 4)), value: data.subarray(4) };
}

/**
 * The known keys that signed a note, with the second that a cosigner states; lines of unknown keys are ignored, and so
 * are those that cannot be judged here; a line of a known key that does not hold condemns the whole note.
 * @param {Pick<Checkpoint, "text" | "signatures">} note
 * @param {VerifierKey[]} keys
 * @returns {Promise<{ key: VerifierKey, timestamp: bigint | null }[]>}
 */
export async function knownSignatures(note, keys) {
  const found = [];
  for (const signature of note.signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id);
    if (key && key.type !== ML_DSA_KEY) found.push({ key, timestamp: await checkLine(key, note.text, signature.value) });
  }
  return found;
}

/**
 * @param {VerifierKey} key
 * @param {Uint8Array} text
 * @param {Uint8Array} value
 * @returns {Promise<bigint | null>}
 */
async function checkLine(key, text, value) {
  const stamped = key.type === COSIGNATURE_KEY;
  const timestamp = stamped ? bigEndian(value.subarray(0, 8)) : null;
  const message = stamped ? concat(toUtf8(`cosignature/v1\ntime ${timestamp}\n`), text) : text;
  const signature = stamped ? value.subarray(8) : value;
  const holds = (timestamp ?? 0n) <= MAX_TIMESTAMP && (await verifySignature(key.publicKey, message, signature));
  return holds ? timestamp : refuse("note-signature", { name: quoted(key.name) });
}

/**
 * The trusted key that signed a checkpoint for its log.
 * @param {Checkpoint} checkpoint
 * @param {import("./trust.js").Trust} trust
 * @returns {Promise<VerifierKey>}
 */
export async function verifyLogSignature(checkpoint, trust) {
  const keys = trust.logs.map((log) => log.key).filter((key) => key.name === checkpoint.origin);
  if (!keys.length) refuse("checkpoint-origin", { origin: quoted(checkpoint.origin) });
  const [signed] = await knownSignatures(checkpoint, keys);
  return signed ? signed.key : refuse("note-unsigned");
}

/**
 * The trusted witnesses with a line that cannot be judged here, for want of the algorithm.
 * @param {Checkpoint} checkpoint
 * @param {import("./trust.js").Trust} trust
 * @returns {string[]}
 */
export function unjudgedCosigners({ signatures }, trust) {
  const lines = new Set(signatures.map(({ name, id }) => `${name}+${id}`));
  return trust.witnesses.filter(({ key }) => key.type === ML_DSA_KEY && lines.has(`${key.name}+${key.id}`)).map(({ name }) => name);
}

/**
 * The trusted witnesses that cosigned a checkpoint and the seconds they state; refused without the quorum, as
 * what cannot be judged where the lines that cannot would make it.
 * @param {Checkpoint} checkpoint
 * @param {import("./trust.js").Trust} trust
 * @returns {Promise<{ witness: string, timestamp: bigint }[]>}
 */
export async function verifyCosignatures(checkpoint, trust) {
  const known = await knownSignatures(checkpoint, trust.witnesses.map((witness) => witness.key));
  const cosigned = known.map(({ key, timestamp }) => ({
    witness: trust.witnesses.find((witness) => witness.key === key)?.name ?? "",
    timestamp: timestamp ?? 0n,
  }));
  const names = cosigned.map((one) => one.witness);
  if (satisfied(trust, names)) return cosigned;
  const unjudged = unjudgedCosigners(checkpoint, trust);
  if (satisfied(trust, [...names, ...unjudged])) return refuse("cosignatures-unjudged", { names: unjudged.join(", ") });
  return refuse("checkpoint-quorum", { quorum: quoted(trust.quorum), present: names.join(", ") || "—" });
}

/**
 * Whether these witnesses make up the quorum.
 * @param {import("./trust.js").Trust} trust
 * @param {string[]} witnesses
 * @returns {boolean}
 */
function satisfied(trust, witnesses) {
  if (trust.quorum === "none") return true;
  const done = new Set(witnesses);
  for (const group of trust.groups) {
    if (group.members.filter((member) => done.has(member)).length >= group.threshold) done.add(group.name);
  }
  return done.has(trust.quorum);
}
