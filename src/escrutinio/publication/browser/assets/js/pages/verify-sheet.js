// A sheet in hand beside what is verified: the field for the text of its QR code or a photo of it, and the answer.
//
//   details(summary, div.field(label, textarea#sheet-text), div.field(label, input#sheet-photo)?)
//   section.sheet(h3, p, (p, ul)*)

import { pastedTexts } from "../records/handed.js";
import { readable } from "../records/sheet-text.js";
import { formatNumber } from "../records/words.js";
import { el, titleOf } from "./dom.js";
import { className } from "../election/classes.js";
import { revived } from "../election/steps.js";
import { hasSentence, speak } from "./say.js";

const QR = "qr_code";

/**
 * The field. A photo is read by the browser itself where it can do that, else by the decoder among the files chosen.
 * @param {string} lang
 * @param {(text: string) => void} tell
 * @param {(photo: ImageBitmap) => Promise<string | null>} readHanded "" where it reads nothing, null where there is none
 */
export async function sheetField(lang, tell, readHanded) {
  const text = /** @type {HTMLTextAreaElement} */ (el("textarea", { id: "sheet-text", rows: "4", spellcheck: "false", autocomplete: "off", autocapitalize: "characters" }));
  const detector = await detectorHere();
  const photo = /** @type {HTMLInputElement} */ (el("input", { type: "file", id: "sheet-photo", accept: "image/*" }));
  photo.addEventListener("change", async () => {
    const [file] = photo.files ?? [];
    if (!file) return;
    tell(speak(lang, "sheet-photo-reading"));
    const found = await readPhoto(file, detector, readHanded);
    text.value = found || text.value;
    tell(speak(lang, found ? "sheet-photo-read" : found === null ? "sheet-photo-decoder" : "sheet-photo-unread"));
  });
  const field = (/** @type {string} */ key, /** @type {HTMLElement} */ input) => el("div.field", {}, el("label", { for: input.id }, speak(lang, key)), input);
  const element = el(
    "details",
    {},
    el("summary", {}, speak(lang, "sheet-summary")),
    field("sheet-text", text),
    field("sheet-photo", photo),
    el("p.small.muted", {}, speak(lang, detector ? "sheet-hint" : "sheet-hint-text")),
  );
  return { element, text: () => (text.value.trim() ? readable(pastedTexts(text.value)).trim() || text.value.trim() : "") };
}

/**
 * The text of the QR code in a photo: "" where none is found, null where nothing here could read one.
 * @param {File} file
 * @param {any} detector
 * @param {(photo: ImageBitmap) => Promise<string | null>} readHanded
 */
async function readPhoto(file, detector, readHanded) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return "";
  const [found] = detector ? await detector.detect(picture).catch(() => []) : [];
  return found?.rawValue ?? (await readHanded(picture)) ?? (detector ? "" : null);
}

/** The browser's own reader of QR codes, where it has one. */
async function detectorHere() {
  try {
    const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
    return (await Detector.getSupportedFormats()).includes(QR) ? new Detector({ formats: [QR] }) : null;
  } catch {
    return null;
  }
}

/** @param {string} lang @param {import("../election/report.js").Report} report */
export function sheetAnswer(lang, { sheet, definition, kind }) {
  if (!sheet) return null;
  const contest = definition.contests.find((/** @type {any} */ one) => one.code === sheet.contest);
  const index = sheet.index === null ? "" : formatNumber(sheet.index, lang);
  const looks = sheet.kind === "same" ? "ok" : ["altered", "signed"].includes(sheet.kind) || sheet.beside.some(({ differences }) => differences.length) ? "bad" : "open";
  const where = kind === "whole" ? "whole" : "part";
  const beside = sheet.beside.map((one) => {
    const type = hasSentence(lang, one.type) ? speak(lang, one.type) : one.type;
    const said = speak(lang, one.differences.length ? "sheet-differs" : "sheet-equal", { type, signer: one.signer, index: formatNumber(one.index, lang) });
    const cells = one.differences.map(({ what, sheet: mine, record }) => {
      const candidate = typeof what === "number" ? contest.candidates[what] : null;
      const other = typeof what === "string" && what !== "valid" ? contest.classes[Number(what.split(" ")[1])] : null;
      const name = candidate ? titleOf(candidate.titles, lang, candidate.code) : other ? className(other, lang, speak) : speak(lang, "valid-ballots");
      return el("li", {}, el("bdi", {}, name), ": ", speak(lang, "sheet-cell", { sheet: mine, record }));
    });
    return el("div", {}, el("p", {}, said), cells.length > 0 && el("ul", {}, cells));
  });
  return el(
    "section.sheet",
    { "data-sheet": sheet.kind },
    el("h3", {}, speak(lang, "sheet-title"), sheet.station && ` · ${sheet.station}`),
    el(`p.note.${looks}`, {}, speak(lang, `sheet-${sheet.kind}`, { index, signer: sheet.signer }), sheet.why && ` ${revived(sheet.why).text(lang)}`),
    ["signed", "revoked", "unsigned", "stranger"].includes(sheet.kind) && !beside.length && el("p", {}, speak(lang, `sheet-absent-${where}`)),
    beside,
  );
}
