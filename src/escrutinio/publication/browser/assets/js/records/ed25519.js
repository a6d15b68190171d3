// Checking Ed25519 signatures (RFC 8032, section 5.1.7), with the same answer in every browser: what
// implementations disagree about (S not below L, points that are not canonical or of small order) is
// refused before anything is asked, and the rest is the cofactorless equation (docs/formats.md, "Signatures").

import { littleEndian, toHex } from "./bytes.js";
import { L, P, isMainPoint, verifyInBigInt } from "./curve.js";

/** y of the points of order 1, 2, 4 and 8, in hexadecimal, without the sign of x. */
const SMALL_ORDER = new Set([
  `01${"00".repeat(31)}`,
  `${"00".repeat(32)}`,
  `ec${"ff".repeat(30)}7f`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);

/** Their first bytes: nearly no other point begins with one of them. */
const SMALL_FIRST = new Set([...SMALL_ORDER].map((y) => parseInt(y.slice(0, 2), 16)));

/** A key as good as any to ask WebCrypto whether it knows such keys: the base point. */
const BASE_POINT = Uint8Array.of(0x58, ...new Array(31).fill(0x66));

/** @typedef {(message: Uint8Array, signature: Uint8Array) => Promise<boolean>} Verifier */

/**
 * Whether signatures of this key may be checked: 32 bytes, canonical, not of small order.
 * @param {Uint8Array} key
 * @returns {boolean}
 */
export function keyIsAcceptable(key) {
  return key.length === 32 && pointIsAcceptable(key);
}

/**
 * Whether a key may be trusted from outside a log: a canonical point of the main subgroup.
 * @param {Uint8Array} key
 * @returns {boolean}
 */
export function keyIsValid(key) {
  return keyIsAcceptable(key) && isMainPoint(key);
}

/**
 * Whether S is below L, and R canonical and not of small order.
 * @param {Uint8Array} signature
 * @returns {boolean}
 */
export function signatureIsCanonical(signature) {
  if (signature.length !== 64) return false;
  // Nearly every S is far below L, and this byte shows it.
  if (signature[63] >= 0x10 && littleEndian(signature.subarray(32)) >= L) return false;
  return pointIsAcceptable(signature.subarray(0, 32));
}

/**
 * @param {Uint8Array} point
 * @returns {boolean}
 */
function pointIsAcceptable(point) {
  if (!SMALL_FIRST.has(point[0]) && (point[31] & 0x7f) < 0x7f) return true;
  const y = point.slice();
  y[31] &= 0x7f;
  return !SMALL_ORDER.has(toHex(y)) && (y[31] < 0x7f || littleEndian(y) < P);
}

/**
 * What checks signatures of one key: WebCrypto where it knows Ed25519, else plain BigInt arithmetic.
 * @param {Uint8Array} key 32 bytes
 * @param {boolean} [plain] use BigInt arithmetic in any case
 * @returns {Promise<Verifier>}
 */
export async function verifier(key, plain = false) {
  if (!keyIsAcceptable(key)) return async () => false;
  const imported = plain ? null : await importKey(key);
  return async (message, signature) => {
    if (!signatureIsCanonical(signature)) return false;
    if (!imported) return verifyInBigInt(key, message, signature);
    return crypto.subtle.verify("Ed25519", imported, /** @type {BufferSource} */ (signature), /** @type {BufferSource} */ (message));
  };
}

/**
 * Whether this browser's WebCrypto checks Ed25519; where it does not, signatures take milliseconds each.
 * @returns {Promise<boolean>}
 */
export async function isNative() {
  return (await importKey(BASE_POINT)) !== null;
}

/**
 * @param {Uint8Array} key
 * @returns {Promise<CryptoKey | null>} null where WebCrypto is missing, lacks Ed25519 or refuses the key
 */
async function importKey(key) {
  try {
    return await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (key), "Ed25519", false, ["verify"]);
  } catch {
    return null;
  }
}

/**
 * Check one signature.
 * @param {Uint8Array} key
 * @param {Uint8Array} message
 * @param {Uint8Array} signature
 * @returns {Promise<boolean>}
 */
export async function verifySignature(key, message, signature) {
  return (await verifier(key))(message, signature);
}
