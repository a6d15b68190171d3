// A place's file (docs/verifying-in-the-browser.md, "One place as one file"): a page to read, and inside it records,
// proofs and checkpoint, as the files of a part of a log.

import { concat, fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "../records/bytes.js";
import { formatCheckpoint } from "./proof.js";
import { FRAME } from "./place-frame.js";
import { refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";
import { isCode } from "../records/text.js";

export const PLACE_VERSION = 2;
export const MAX_PLACE = 4 * 1024 * 1024;
const MOST = 2_000;
const START = "<!doctype html>\n<html lang=\"";
const PAYLOAD = /<pre id="place" hidden>([^<]*)<\/pre>/g;

/** What the file carries: an entry is its index, its record and the hashes of its proof; `contests` is the file of the contests that
 * the definition names, in base64, empty where they stand in it.
 * @typedef {{ version: number, language: string, place: string, stations: string[], trust: string, cards: string, contests: string, checkpoint: string,
 *   entries: [number, string, string[]][] }} Payload */
/** @typedef {{ text: string, payload: Payload, written: string, files: Map<string, Uint8Array> }} PlaceFile */

/** Whether a file begins as a place's does. @param {Blob} file */
export async function isPlaceFile(file) {
  return file.size <= MAX_PLACE && (await file.slice(0, START.length).text()) === START;
}

/**
 * Take a place's file apart. Nothing is verified.
 * @param {Uint8Array} data
 * @returns {PlaceFile}
 */
export function readPlaceFile(data) {
  const text = fromUtf8(data);
  const found = [...text.matchAll(PAYLOAD)];
  if (found.length !== 1) return refuse("place-form");
  const [, written] = found[0];
  const payload = payloadOf(written);
  const checkpoint = toUtf8(payload.checkpoint);
  /** @type {Map<string, Uint8Array>} */
  const files = new Map([["checkpoint", checkpoint]]);
  if (payload.trust) files.set("trust.toml", toUtf8(payload.trust));
  if (payload.contests) {
    const contests = fromBase64(payload.contests);
    files.set(`attachments/${toHex(sha256(contests))}`, contests);
  }
  if (payload.cards) files.set("data/qr2024.json", toUtf8(payload.cards));
  for (const [index, record, hashes] of payload.entries) {
    files.set(`records/${index}.cose`, fromBase64(record));
    const head = ["c2sp.org/tlog-proof@v1", `index ${index}`, ...hashes, "", ""].join("\n");
    files.set(`proofs/${index}.tlog-proof`, concat(toUtf8(head), checkpoint));
  }
  return { text, payload, written, files };
}

/** @param {string} written @returns {Payload} */
function payloadOf(written) {
  let said;
  try {
    said = JSON.parse(written);
  } catch {
    return refuse("place-form");
  }
  if (said?.version !== PLACE_VERSION) return refuse("place-form");
  const { language, place, stations, trust, cards, contests, checkpoint, entries } = said;
  const texts = [language, trust, cards, contests, checkpoint].every((one) => typeof one === "string");
  const codes = isCode(place) && Array.isArray(stations) && stations.length > 0 && stations.every(isCode);
  const listed = Array.isArray(entries) && entries.length <= MOST && entries.every(isEntry);
  const rises = listed && entries.every(([index], at) => index > (entries[at - 1]?.[0] ?? -1));
  return texts && codes && rises ? said : refuse("place-form");
}

/** @param {any} entry */
function isEntry(entry) {
  const [index, record, hashes] = Array.isArray(entry) ? entry : [];
  return Number.isSafeInteger(index) && typeof record === "string" && Array.isArray(hashes) && hashes.every((hash) => typeof hash === "string");
}

/**
 * What a file carries of standing entries, as it is written there: in one line, without what a page could take for its own.
 * @param {Omit<Payload, "version" | "checkpoint" | "entries">} about
 * @param {import("./log.js").Standing[]} standing in order
 * @param {import("./note.js").Checkpoint} checkpoint
 */
export function writePayload({ language, place, stations, trust, cards, contests }, standing, checkpoint) {
  const entries = standing.map(({ index, raw, proof }) => [index, toBase64(raw), proof.map(toBase64)]);
  const said = { version: PLACE_VERSION, language, place, stations, trust, cards, contests, checkpoint: fromUtf8(formatCheckpoint(checkpoint)), entries };
  return JSON.stringify(said).replace(/&/g, "\\u0026").replace(/</g, "\\u003c").replace(/>/g, "\\u003e");
}

/**
 * The whole file.
 * @param {string} lang
 * @param {{ title: string, main: string }} said
 * @param {string} payload as it is written there
 */
export function framed(lang, { title, main }, payload) {
  const gaps = new Map(Object.entries({ lang, title, main, payload }));
  return FRAME.replace(/\{\{(\w+)\}\}/g, (_, name) => gaps.get(name) ?? "");
}
