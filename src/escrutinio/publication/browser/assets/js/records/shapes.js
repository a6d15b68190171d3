// The few shapes that a field of a payload can have (docs/formats.md, "Payload"). A shape is a function
// from what CBOR carries to what a page works with; it refuses everything else. What is well formed and beyond a
// bound ("Bounds") is kept apart, since bounds are asked last: it is refused only where nobody collects it.

import { toHex } from "./bytes.js";
import { Refusal, refuse } from "./refusal.js";
import { checkCode, checkDate, checkName, checkText } from "./text.js";

/**
 * `beyond` collects the refusals of what is beyond a bound.
 * @template T
 * @typedef {(raw: unknown, beyond?: Refusal[]) => T} Shape
 */

/**
 * An unsigned integer below `limit`.
 * @param {number} limit
 * @returns {Shape<number>}
 */
export function uint(limit) {
  return (raw) => {
    if (typeof raw !== "number") return refuse("want-number");
    return raw < limit ? raw : refuse("want-below", { limit });
  };
}

/**
 * A byte string of exactly `size` bytes.
 * @param {number} size
 * @returns {Shape<Uint8Array>}
 */
export function bytes(size) {
  return (raw) => (raw instanceof Uint8Array && raw.length === size ? raw : refuse("want-bytes", { size }));
}

/**
 * Text that passes a check.
 * @param {(value: string) => string} check
 * @returns {Shape<string>}
 */
export function text(check) {
  return (raw) => (typeof raw === "string" ? check(raw) : refuse("want-text"));
}

/**
 * A number that stands for a word of a list; the value is the word.
 * @param {string} words separated by spaces, from 0
 * @returns {Shape<string>}
 */
export function word(words) {
  const list = words.split(" ");
  return (raw) => (typeof raw === "number" && list[raw]) || refuse("want-word", { words });
}

/**
 * A shape whose values have a bound.
 * @template T
 * @param {Shape<T>} shape
 * @param {(value: T) => boolean} isWithin
 * @param {(value: T) => Refusal} refusal whose key begins with `bound-`
 * @returns {Shape<T>}
 */
export function bounded(shape, isWithin, refusal) {
  return (raw, beyond) => {
    const value = shape(raw, beyond);
    if (isWithin(value)) return value;
    if (!beyond) throw refusal(value);
    beyond.push(refusal(value));
    return value;
  };
}

/**
 * Zero or one item; null where there is none.
 * @template T
 * @param {Shape<T>} item
 * @returns {Shape<T | null>}
 */
export function optional(item) {
  return (raw, beyond) => {
    if (!Array.isArray(raw) || raw.length > 1) return refuse("want-optional");
    return raw.length ? item(raw[0], beyond) : null;
  };
}

/**
 * The last position of a record, which is there only where it has a value; null where it is left out.
 * @template T
 * @param {Shape<T>} item
 * @returns {Shape<T | null> & { trailing: true }}
 */
export function trailing(item) {
  const shape = (/** @type {unknown} */ raw, /** @type {Refusal[] | undefined} */ beyond) => (raw === undefined ? null : item(raw, beyond));
  return Object.assign(shape, { trailing: /** @type {const} */ (true) });
}

/**
 * From `least` to `most` items of one shape.
 * @template T
 * @param {Shape<T>} item
 * @param {number} [least]
 * @param {number} [most]
 * @returns {Shape<T[]>}
 */
export function array(item, least = 0, most = 65_535) {
  return (raw, beyond) => {
    if (!Array.isArray(raw)) return refuse("want-array");
    if (raw.length < least || raw.length > most) refuse("want-items", { size: raw.length, least, most });
    return raw.map((value, place) => at(place, item, value, beyond));
  };
}

/**
 * An array of fixed positions; the value is an object with a key for each.
 * @param {Record<string, Shape<any>>} fields in the order of the positions
 * @returns {Shape<Record<string, any>>}
 */
export function struct(fields) {
  const plan = Object.entries(fields);
  const last = plan[plan.length - 1]?.[1] ?? {};
  const fewest = plan.length - ("trailing" in last ? 1 : 0);
  return (raw, beyond) => {
    if (!Array.isArray(raw) || raw.length > plan.length || raw.length < fewest) return refuse("want-positions", { size: plan.length });
    /** @type {Record<string, any>} */
    const value = {};
    for (let place = 0; place < plan.length; place++) {
      const [name, shape] = plan[place];
      value[name] = at(name, shape, raw[place], beyond);
    }
    return value;
  };
}

/**
 * @template T
 * @param {string | number} place
 * @param {Shape<T>} shape
 * @param {unknown} value
 * @param {Refusal[]} [beyond]
 * @returns {T}
 */
function at(place, shape, value, beyond) {
  const before = beyond?.length ?? 0;
  try {
    const found = shape(value, beyond);
    if (beyond) for (let one = before; one < beyond.length; one++) beyond[one] = new Refusal("at-place", { place: String(place), why: beyond[one] });
    return found;
  } catch (error) {
    if (error instanceof Refusal) refuse("at-place", { place: String(place), why: error });
    throw error;
  }
}

/**
 * What a shape gave, as JSON writes it: bytes in hexadecimal.
 * @param {any} value
 * @returns {any}
 */
export function toPlain(value) {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(toPlain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toPlain(item)]));
}

export const UINT = uint(2 ** 53);
export const TIME = bounded(UINT, (seconds) => seconds < 253_402_300_800, (seconds) => new Refusal("bound-time", { seconds }));
export const COUNT = uint(2 ** 32);
export const COUNTS = array(COUNT, 1, 4_096);
export const BIT = uint(2);
export const DIGEST = bytes(32);
export const KEY = bytes(32);
export const KID = bytes(8);
export const SALT = bytes(32);
export const SIGNATURE = bytes(64);
export const CODE = text(checkCode);
export const NAME = text(checkName);
export const DATE = text(checkDate);
export const SHORT = text((value) => checkText(value, 200));
export const LONG = text((value) => checkText(value, 2_000));
