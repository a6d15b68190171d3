// The subset of CBOR (RFC 8949) that a payload may use, in its one encoding: unsigned integers below 2^53,
// byte strings, UTF-8 text and arrays, all of definite length and in the shortest form.

import { concat, fromUtf8, toUtf8 } from "./bytes.js";
import { refuse } from "./refusal.js";

const MAX_DEPTH = 16; // arrays one inside another; a definition needs 7

/** @typedef {number | string | Uint8Array | Item[]} Item */

/**
 * Read bytes that are exactly one item.
 * @param {Uint8Array} bytes
 * @returns {Item}
 */
export function decode(bytes) {
  const reader = new Reader(bytes);
  const item = reader.item(0);
  if (reader.at !== bytes.length) refuse("cbor-trailing");
  return item;
}

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /**
   * @param {number} depth
   * @returns {Item}
   */
  item(depth) {
    if (this.at >= this.bytes.length) refuse("cbor-short");
    const major = this.bytes[this.at] >> 5;
    const value = this.argument();
    if (major === 0) return value;
    if (major === 2) return this.take(value);
    if (major === 3) return fromUtf8(this.take(value));
    if (major === 4) return this.array(value, depth);
    return refuse("cbor-kind", { kind: ["", "-1", "", "", "", "{}", "tag", "float / null / true"][major] });
  }

  /**
   * The number behind a head byte, whose bytes must be as few as can be.
   * @returns {number}
   */
  argument() {
    const short = this.bytes[this.at++] & 31;
    if (short < 24) return short;
    if (short > 27) refuse("cbor-indefinite");
    const size = 1 << (short - 24);
    let value = 0;
    for (const byte of this.take(size)) value = value * 256 + byte;
    if (value < (size === 1 ? 24 : 2 ** (4 * size))) refuse("cbor-long");
    if (value >= 2 ** 53) refuse("cbor-large");
    return value;
  }

  /**
   * @param {number} size
   * @returns {Uint8Array}
   */
  take(size) {
    const start = this.at;
    if (size > this.bytes.length - start) refuse("cbor-short");
    this.at += size;
    return this.bytes.subarray(start, this.at);
  }

  /**
   * @param {number} size
   * @param {number} depth
   * @returns {Item[]}
   */
  array(size, depth) {
    if (depth >= MAX_DEPTH) refuse("cbor-deep");
    if (size > this.bytes.length - this.at) refuse("cbor-short"); // an item has a byte at least
    const items = [];
    for (let i = 0; i < size; i++) items.push(this.item(depth + 1));
    return items;
  }
}

/**
 * The one encoding of an item; used to write an altered copy of a record, never for what is verified.
 * @param {Item} item
 * @returns {Uint8Array}
 */
export function encode(item) {
  if (typeof item === "number") return head(0, item);
  if (typeof item === "string") return encodeString(3, toUtf8(item));
  if (item instanceof Uint8Array) return encodeString(2, item);
  return concat(head(4, item.length), ...item.map(encode));
}

/**
 * @param {number} major
 * @param {Uint8Array} content
 * @returns {Uint8Array}
 */
export function encodeString(major, content) {
  return concat(head(major, content.length), content);
}

/**
 * @param {number} major
 * @param {number} value
 * @returns {Uint8Array}
 */
function head(major, value) {
  if (value < 24) return Uint8Array.of((major << 5) | value);
  const power = value < 2 ** 8 ? 0 : value < 2 ** 16 ? 1 : value < 2 ** 32 ? 2 : 3;
  const bytes = new Uint8Array(1 + (1 << power));
  bytes[0] = (major << 5) | (24 + power);
  for (let i = bytes.length - 1; i > 0; i--, value = Math.floor(value / 256)) bytes[i] = value % 256;
  return bytes;
}
