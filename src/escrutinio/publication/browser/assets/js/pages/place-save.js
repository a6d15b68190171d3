// The button that keeps a station as one file, with the proofs of its records (election/place-text.js).
//
//   p.links > button, span[role=status]

import { toBase64, toUtf8, fromUtf8 } from "../records/bytes.js";
import { download, el, fillElement } from "./dom.js";
import { Gathering } from "../election/gathering.js";
import { framed, writePayload } from "../log/place-file.js";
import { isShown, placeText } from "../election/place-text.js";
import { Refusal } from "../records/refusal.js";
import { say } from "./say.js";

const MAX_ALONG = 1024 * 1024;

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../election/places.js").Place} Place */

/**
 * @param {string} lang
 * @param {Log} log
 * @param {Place} place
 */
export function saveButton(lang, log, place) {
  const button = /** @type {HTMLButtonElement} */ (el("button", { type: "button" }, say(lang, "save")));
  const status = el("span.small", { role: "status" });
  button.addEventListener("click", async () => {
    button.disabled = true;
    fillElement(status, say(lang, "save-working"));
    try {
      const { name, data } = await placeFile(lang, log, place);
      download(name, data);
      fillElement(status, say(lang, "save-done", { size: Math.ceil(data.length / 1000) }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      fillElement(status, say(lang, "save-failed", { why: error }));
    }
    button.disabled = false;
  });
  return el("p.links.save", {}, button, status);
}

/**
 * @param {string} lang
 * @param {Log} log
 * @param {Place} place
 */
async function placeFile(lang, log, { station, entries }) {
  const [{ definition }, checkpoint, keys, controls] = await Promise.all([log.context(), log.checkpoint(), log.json("data/keys.json"), log.json("data/controls.json")]);
  const gathering = new Gathering(log, keys);
  await gathering.add([0, 1, ...entries.map(({ index }) => index)]);
  await gathering.rest(controls);
  const indices = gathering.indices();
  const standing = await Promise.all(indices.map((index) => log.standing(index)));
  const about = { place: station, stations: [station] };
  const signed = [];
  for (const [index, entry] of [...gathering.entries].sort(([a], [b]) => a - b)) {
    const placed = { index, entry, key: /** @type {any} */ (null) };
    if (isShown(placed, about.stations)) signed.push({ ...placed, key: /** @type {any} */ (await log.signer(entry, index)) });
  }
  const [trust, cards] = await Promise.all(["trust.toml", "data/qr2024.json"].map(async (path) => {
    const found = await log.fetchFile(path, MAX_ALONG).catch(() => null);
    return found ? fromUtf8(found) : "";
  }));
  const file = definition.body.contests_file;
  const contests = file ? toBase64(await log.attachment(file)) : "";
  const payload = writePayload({ language: lang, ...about, trust, cards, contests }, standing, checkpoint);
  const text = framed(lang, placeText(lang, definition, checkpoint, about, signed), payload);
  return { name: `${definition.body.code}-${station}-${checkpoint.size}.html`, data: toUtf8(text) };
}
