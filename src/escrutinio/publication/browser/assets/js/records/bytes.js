// Bytes to text and back, strictly: what has two spellings is read in one of them only.

import { refuse } from "./refusal.js";

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
// ignoreBOM keeps a leading U+FEFF as a character; a decoder that drops it would accept two spellings.
const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF8 = new TextEncoder();

/**
 * Lowercase hexadecimal.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function toHex(bytes) {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/**
 * Bytes of lowercase hexadecimal digits.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromHex(text) {
  if (text.length % 2 || !/^[0-9a-f]*$/.test(text)) refuse("not-hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/**
 * Standard, padded base64.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/**
 * Bytes of standard, padded base64 in its one canonical spelling.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) refuse("not-base64");
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  if (toBase64(bytes) !== text) refuse("not-base64");
  return bytes;
}

/**
 * Text of UTF-8 bytes; anything that is not well-formed UTF-8 is refused.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function fromUtf8(bytes) {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    return refuse("not-utf8");
  }
}

/**
 * UTF-8 bytes of a text.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function toUtf8(text) {
  return UTF8.encode(text);
}

/**
 * Whether two byte strings are the same.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 * @returns {boolean}
 */
export function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * A text that stands for bytes as the key of a map; shorter than hexadecimal, and made faster. Not for long ones.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function nameOf(bytes) {
  return String.fromCharCode.apply(null, /** @type {any} */ (bytes)); // a spread takes each byte out by itself
}

/**
 * Byte strings one after the other.
 * @param {...Uint8Array} parts
 * @returns {Uint8Array}
 */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The number that bytes in network order (the greatest first) write.
 * @param {Uint8Array} bytes
 * @returns {bigint}
 */
export function bigEndian(bytes) {
  return bytes.length ? BigInt(`0x${toHex(bytes)}`) : 0n;
}

/**
 * The number that bytes in little-endian order write, as Ed25519 does.
 * @param {Uint8Array} bytes
 * @returns {bigint}
 */
export function littleEndian(bytes) {
  return bigEndian(bytes.slice().reverse());
}
