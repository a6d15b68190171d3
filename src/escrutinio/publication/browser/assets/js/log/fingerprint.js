// The fingerprint of a log: thirty digits to compare with a printed sheet or over a telephone (docs/log.md).

import { bigEndian, concat, toBase64, toUtf8 } from "../records/bytes.js";
import { sha256 } from "../records/sha256.js";

const DIGITS = 30;
const DOMAIN = "escrutinio/log-fingerprint/v1\n";

/**
 * Six groups of five digits, of the log that a trust file names.
 * @param {Pick<import("./trust.js").Trust, "definition" | "charter" | "logs">} trust
 * @returns {string}
 */
export function fingerprint(trust) {
  const keys = trust.logs.map(({ key }) => vkey(key)).sort(byBytes);
  const lines = keys.map((key) => concat(key, toUtf8("\n")));
  const digest = sha256(concat(toUtf8(DOMAIN), trust.definition, trust.charter, ...lines));
  const digits = String(bigEndian(digest) % 10n ** BigInt(DIGITS)).padStart(DIGITS, "0");
  return (digits.match(/.{5}/g) ?? []).join(" ");
}

/**
 * A verifier key as C2SP writes it: name+id+base64(type, public key).
 * @param {import("./note.js").VerifierKey} key
 * @returns {Uint8Array}
 */
function vkey({ name, id, type, publicKey }) {
  return toUtf8(`${name}+${id}+${toBase64(concat(Uint8Array.of(type), publicKey))}`);
}

/** @param {Uint8Array} a @param {Uint8Array} b */
function byBytes(a, b) {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : a[at] - (b[at] ?? -1);
}
