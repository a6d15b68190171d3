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

const MOST_BREAKS = 8; // of which each may stand for a space

/**
 * What the text of a QR code may be that somebody pasted: quoted, in quotation marks, in small letters, or broken into
 * lines by a program that may have eaten the space at a break. The likeliest first; spaces are characters of it.
 * @param {string} text
 * @returns {string[]}
 */
export function pastedTexts(text) {
  let lines = text.replace(/^\ufeff/, "").split(/[\r\n]+/).filter((line) => line.trim());
  if (lines.length && lines.every((line) => line.startsWith(">"))) lines = lines.map((line) => line.replace(/^> ?/, ""));
  const breaks = Math.max(0, lines.length - 1);
  const ways = breaks <= MOST_BREAKS ? Array.from({ length: 2 ** breaks }, (_, way) => way) : [0, -1];
  const joined = ways.map((way) => unquoted(lines.reduce((before, line, at) => before + (at && (way >> (at - 1)) & 1 ? " " : "") + line, "")));
  const capital = joined.map((one) => (/^\s*esc[1xf]:/i.test(one) ? one.toUpperCase() : one));
  return [...new Set([...joined.slice(0, 1), ...capital])];
}

/** @param {string} text */
function unquoted(text) {
  return /^\s*(["']).*\1\s*$/.test(text) ? text.trim().slice(1, -1) : text;
}
