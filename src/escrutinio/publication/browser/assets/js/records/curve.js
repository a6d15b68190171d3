// Ed25519 in plain BigInt arithmetic (RFC 8032, section 5.1): for browsers whose WebCrypto lacks it, for
// pages that were not loaded securely, and for questions that WebCrypto does not answer. It is not
// constant time and need not be: everything here is public.

import { bigEndian, concat, littleEndian } from "./bytes.js";

export const P = 2n ** 255n - 19n;
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

const MASK = 2n ** 255n - 1n;
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. @typedef {[bigint, bigint, bigint, bigint]} Point */

/** @type {Point} */
const IDENTITY = [0n, 1n, 1n, 0n];
const BASE = decompress(4n * inverse(5n) % P, 0n);

/** @param {bigint} a */
function mod(a) {
  const rest = a % P;
  return rest < 0n ? rest + P : rest;
}

/**
 * A number of either sign and up to 520 bits, made small again without a division, since 2^255 is 19 modulo P.
 * The result is equal modulo P and has 256 bits at most, but need not lie in 0 to P - 1, and may be below 0.
 * @param {bigint} a
 */
function fold(a) {
  const once = (a & MASK) + 19n * (a >> 255n);
  return (once & MASK) + 19n * (once >> 255n);
}

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let result = 1n;
  for (; exponent; exponent >>= 1n) {
    if (exponent & 1n) result = fold(result * base);
    base = fold(base * base);
  }
  return mod(result);
}

/** @param {bigint} a */
function inverse(a) {
  return power(mod(a), P - 2n);
}

/**
 * The point with this y and sign of x, or null when there is none (RFC 8032, section 5.1.3).
 * @param {bigint} y
 * @param {bigint} sign
 * @returns {Point | null}
 */
function decompress(y, sign) {
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  const v3 = (((v * v) % P) * v) % P;
  let x = (((u * v3) % P) * power((((u * v3) % P) * v3 * v) % P, (P - 5n) / 8n)) % P;
  if ((((v * x) % P) * x) % P !== u) x = (x * ROOT_OF_MINUS_ONE) % P;
  if ((((v * x) % P) * x) % P !== u || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, (x * y) % P];
}

/**
 * @param {Point} p
 * @param {Point} q
 * @returns {Point}
 */
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = fold((y1 - x1) * (y2 - x2));
  const b = fold((y1 + x1) * (y2 + x2));
  const c = fold(fold(2n * t1 * t2) * D);
  const d = fold(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [fold(e * f), fold(g * h), fold(f * g), fold(e * h)];
}

/**
 * [a]p + [b]q, both at once.
 * @param {bigint} a
 * @param {Point} p
 * @param {bigint} b
 * @param {Point} q
 * @returns {Point}
 */
function combine(a, p, b, q) {
  const both = add(p, q);
  let sum = IDENTITY;
  for (let bit = 252n; bit >= 0n; bit--) {
    sum = add(sum, sum);
    const inA = (a >> bit) & 1n;
    const inB = (b >> bit) & 1n;
    if (inA && inB) sum = add(sum, both);
    else if (inA) sum = add(sum, p);
    else if (inB) sum = add(sum, q);
  }
  return sum;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Point | null}
 */
function readPoint(bytes) {
  const number = littleEndian(bytes);
  const y = number & MASK;
  return y < P ? decompress(y, number >> 255n) : null;
}

/**
 * Whether a key is the canonical encoding of a point of the main subgroup, and not the identity: what
 * libsodium's crypto_core_ed25519_is_valid_point asks.
 * @param {Uint8Array} key 32 bytes
 * @returns {boolean}
 */
export function isMainPoint(key) {
  const point = readPoint(key);
  if (!point) return false;
  const isIdentity = (/** @type {Point} */ [x, y, z]) => mod(x) === 0n && mod(y - z) === 0n;
  return !isIdentity(point) && isIdentity(combine(L, point, 0n, point));
}

/**
 * Whether [S]B = R + [k]A, without cofactors: what libsodium asks, and the common WebCryptos.
 * @param {Uint8Array} key 32 bytes
 * @param {Uint8Array} message
 * @param {Uint8Array} signature 64 bytes, canonical
 * @returns {boolean}
 */
export function verifyInBigInt(key, message, signature) {
  const point = readPoint(key);
  if (!point) return false;
  const k = littleEndian(sha512(concat(signature.subarray(0, 32), key, message))) % L;
  const minus = /** @type {Point} */ ([mod(-point[0]), point[1], point[2], mod(-point[3])]);
  const [x, y, z] = combine(littleEndian(signature.subarray(32)), /** @type {Point} */ (BASE), k, minus);
  const scale = inverse(z);
  const encoded = mod(y * scale) | ((mod(x * scale) & 1n) << 255n);
  return encoded === littleEndian(signature.subarray(0, 32));
}

/** @type {{ round: bigint[], start: bigint[] } | undefined} */
let constants;

/** The first 64 bits of the fractional parts of the roots of primes, as FIPS 180-4 takes them. */
function sha512Constants() {
  /** @type {bigint[]} */
  const primes = [];
  for (let n = 2n; primes.length < 80; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const root = (/** @type {bigint} */ n, /** @type {bigint} */ degree) => {
    let [low, high] = [0n, 1n << 80n];
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** degree <= n << (64n * degree)) low = middle;
      else high = middle;
    }
    return BigInt.asUintN(64, low);
  };
  return { round: primes.map((n) => root(n, 3n)), start: primes.slice(0, 8).map((n) => root(n, 2n)) };
}

/**
 * SHA-512 (FIPS 180-4).
 * @param {Uint8Array} data
 * @returns {Uint8Array} 64 bytes
 */
export function sha512(data) {
  constants = constants ?? sha512Constants();
  const padded = new Uint8Array(Math.ceil((data.length + 17) / 128) * 128);
  padded.set(data);
  padded[data.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(data.length) * 8n);
  let state = constants.start;
  for (let at = 0; at < padded.length; at += 128) state = compress(state, padded.subarray(at, at + 128), constants.round);
  const digest = new Uint8Array(64);
  state.forEach((word, i) => new DataView(digest.buffer).setBigUint64(8 * i, word));
  return digest;
}

/**
 * @param {bigint[]} state
 * @param {Uint8Array} block
 * @param {bigint[]} round
 * @returns {bigint[]}
 */
function compress(state, block, round) {
  const word = (/** @type {bigint} */ x) => BigInt.asUintN(64, x);
  const turn = (/** @type {bigint} */ x, /** @type {bigint} */ n) => (x >> n) | word(x << (64n - n));
  const w = Array.from({ length: 16 }, (_, i) => bigEndian(block.subarray(8 * i, 8 * i + 8)));
  for (let i = 16; i < 80; i++) {
    const s0 = turn(w[i - 15], 1n) ^ turn(w[i - 15], 8n) ^ (w[i - 15] >> 7n);
    const s1 = turn(w[i - 2], 19n) ^ turn(w[i - 2], 61n) ^ (w[i - 2] >> 6n);
    w.push(word(w[i - 16] + s0 + w[i - 7] + s1));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 80; i++) {
    const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
    const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
    const t1 = h + s1 + (g ^ (e & (f ^ g))) + round[i] + w[i];
    [a, b, c, d, e, f, g, h] = [word(t1 + s0 + ((a & b) | (c & (a | b)))), a, b, c, word(d + t1), e, f, g];
  }
  return [a, b, c, d, e, f, g, h].map((value, i) => word(value + state[i]));
}
