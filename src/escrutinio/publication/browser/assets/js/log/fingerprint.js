// The fingerprint of a log: thirty digits to compare with a printed sheet or over a telephone (docs/log.md).

import { bigEndian, concat, toBase64, toUtf8 } from "../records/bytes.js";
import { refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";
import { MAX_TRUST, parseTrust } from "./trust.js";

const DIGITS = 30;
const BETWEEN = /[\s.,·-]/g;
const MOST = 200;
const COPY = "trust.toml";
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
 * The publication's own copy of its trust file, taken where its fingerprint is the digits that a reader got by another
 * way. They stand for definition, charter and log keys; what the copy says of witnesses, quorum and verifier is the
 * publisher's own word. Refused where that are no thirty digits, and where they are those of another log.
 * @param {string} digits
 * @param {import("./tiles.js").Fetch} fetchFile
 * @returns {Promise<{ trust: import("./trust.js").Trust, content: Uint8Array }>}
 */
export async function trustOfDigits(digits, fetchFile) {
  const plain = digits.slice(0, MOST).replace(BETWEEN, "");
  if (digits.length > MOST || !/^[0-9]{30}$/.test(plain)) refuse("fingerprint-form", { count: DIGITS });
  const content = (await fetchFile(COPY, MAX_TRUST)) ?? refuse("fingerprint-no-copy", { name: COPY });
  const trust = parseTrust(content);
  if (fingerprint(trust).split(" ").join("") !== plain) refuse("fingerprint-other");
  return { trust, content };
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
