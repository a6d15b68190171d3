// Base45 (RFC 9285), the spelling of bytes that a QR code's alphanumeric mode takes.

import { refuse } from "./refusal.js";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/**
 * Two bytes become three characters, a last single byte two.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function base45Encode(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    let number = pair ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    for (let place = pair ? 3 : 2; place > 0; place--) {
      text += ALPHABET[number % 45];
      number = Math.floor(number / 45);
    }
  }
  return text;
}

/**
 * The bytes of a base45 text; a strange character, length or group too large is refused.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function base45Decode(text) {
  if (text.length % 3 === 1) refuse("base45-cut");
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const group = text.slice(at, at + 3);
    const digits = [...group].map((sign) => ALPHABET.indexOf(sign));
    const strange = digits.indexOf(-1);
    if (strange >= 0) refuse("base45-sign", { place: at + strange });
    const number = digits.reduceRight((sum, digit) => sum * 45 + digit, 0);
    if (number >= 256 ** (group.length - 1)) refuse("base45-large", { place: at });
    if (group.length === 3) bytes.push(number >> 8);
    bytes.push(number & 255);
  }
  return Uint8Array.from(bytes);
}
