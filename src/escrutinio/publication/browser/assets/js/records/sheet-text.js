// Which of the texts that a pasted one may be is that of a sheet's QR code, or of a blank form's.

import { readFormCode } from "./form-code.js";
import { isQrText, readQrText } from "./qr-text.js";
import { looksLike2024, readQr2024 } from "./qr2024.js";
import { openRecord } from "./record.js";
import { Refusal } from "./refusal.js";

/**
 * Of what a pasted text may be, the first that is a record, or a code of 2024 or of a form; else the likeliest. No two of them are: a
 * record says its own length.
 * @param {string[]} texts
 * @returns {string}
 */
export function readable(texts) {
  const reads = (/** @type {string} */ text) => {
    const said = text.trim();
    if (readFormCode(said)) return true;
    if (looksLike2024(said.replace(/\s/g, ""))) return !(attempt(() => readQr2024(said)) instanceof Refusal);
    return isQrText(said) && !(attempt(() => openRecord(readQrText(said).raw)) instanceof Refusal);
  };
  const plain = texts.map((text) => text.replace(/\s/g, "")).filter((text) => looksLike2024(text));
  return [...texts, ...plain].find(reads) ?? texts.find(isQrText) ?? texts[0] ?? "";
}

/**
 * @template T
 * @param {() => T} act
 * @returns {T | Refusal}
 */
export function attempt(act) {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
