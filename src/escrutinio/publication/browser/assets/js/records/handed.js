// Text that people hand in, as it was before their programs saved, quoted or wrapped it (base/inputs.py does the same).
// What is read from logs and mirrors never comes this way: there every byte counts.

import { toUtf8 } from "./bytes.js";

/**
 * A text file as UTF-8 without a mark and with LF alone, from UTF-8 or, with its mark, UTF-16.
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function handedText(bytes) {
  const mark = bytes[0] * 256 + bytes[1];
  const wide = mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "";
  try {
    const text = new TextDecoder(wide || "utf-8", { fatal: true }).decode(bytes);
    return toUtf8(text.replace(/\r\n?/g, "\n"));
  } catch {
    return bytes; // no text: the reader behind says so
  }
}

/**
 * The text of a QR code as somebody pastes it: quoted, in quotation marks, or broken into lines. Spaces are characters of it.
 * @param {string} text
 * @returns {string}
 */
export function pastedText(text) {
  let lines = text.replace(/^\ufeff/, "").split(/[\r\n]+/).filter((line) => line.trim());
  if (lines.length && lines.every((line) => line.startsWith(">"))) lines = lines.map((line) => line.replace(/^> ?/, ""));
  const joined = lines.join("");
  return /^(["']).*\1$/.test(joined) ? joined.slice(1, -1) : joined;
}
