// The trust file: what a reader got by another way than the site, and checks the site with (docs/log.md).
// It is TOML; what is read here is the part of TOML that such a file needs: texts, whole numbers, lists of
// texts, [[tables]] and comments. Anything else is refused.

import { fromHex, fromUtf8 } from "../records/bytes.js";
import { isAddress } from "./mirrors.js";
import { COSIGNATURE_KEY, LOG_KEY, ML_DSA_KEY, parseVkey } from "./note.js";
import { Refusal, quoted, refuse } from "../records/refusal.js";

export const MAX_TRUST = 1024 * 1024;
const MAX_NAMES = 256;
const SPACES = /[\x00-\x20\x7f]/;
const ESCAPES = /** @type {Record<string, string>} */ ({ b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" });

/** @typedef {string | number | string[]} Value */
/** @typedef {Map<string, Value>} Table */
/**
 * Digests of definition, charter and, if one is named, verify.html in bytes; keys of logs and witnesses; the quorum,
 * "none" or a name.
 * @typedef {{ definition: Uint8Array, charter: Uint8Array, quorum: string, verifierHtml: Uint8Array | null,
 *   logs: { key: import("./note.js").VerifierKey }[],
 *   witnesses: { name: string, key: import("./note.js").VerifierKey }[],
 *   groups: { name: string, threshold: number, members: string[] }[] }} Trust
 */

/**
 * Read a trust file strictly.
 * @param {Uint8Array} data
 * @returns {Trust}
 */
export function parseTrust(data) {
  if (data.length > MAX_TRUST) refuse("trust-long", { limit: MAX_TRUST });
  const { root, lists } = parseToml(fromUtf8(data));
  onlyKeys(root, ["definition", "charter", "quorum", "verifier_html", "mirrors"]);
  for (const mirror of root.has("mirrors") ? texts(root, "mirrors") : []) checkMirror(mirror);
  const trust = {
    definition: digest(root, "definition"),
    charter: digest(root, "charter"),
    quorum: text(root, "quorum"),
    verifierHtml: root.has("verifier_html") ? digest(root, "verifier_html") : null,
    logs: (lists.get("log") ?? []).map((table) => ({ key: readKey(table, ["vkey", "url"], [LOG_KEY]) })),
    witnesses: (lists.get("witness") ?? []).map((table) => ({
      name: text(table, "name"),
      key: readKey(table, ["name", "vkey", "url"], [COSIGNATURE_KEY, ML_DSA_KEY]),
    })),
    groups: (lists.get("group") ?? []).map(readGroup),
  };
  checkPolicy(trust);
  return trust;
}

/** @param {Table} table @param {string[]} keys @param {number[]} types */
function readKey(table, keys, types) {
  onlyKeys(table, keys);
  if (table.has("url") && SPACES.test(text(table, "url"))) refuse("policy-url");
  const key = parseVkey(text(table, "vkey"));
  return types.includes(key.type) ? key : refuse("policy-type", { name: quoted(key.name) });
}

/** @param {Table} table */
function readGroup(table) {
  onlyKeys(table, ["name", "threshold", "members"]);
  const threshold = table.get("threshold");
  if (typeof threshold !== "number") return refuse("trust-missing", { name: "threshold" });
  return { name: text(table, "name"), threshold, members: texts(table, "members") };
}

/**
 * The rules of tlog-policy: keys stand once, names are defined once and before they are used.
 * @param {Trust} trust
 */
function checkPolicy({ logs, witnesses, groups, quorum }) {
  if (!logs.length) refuse("policy-no-log");
  if (Math.max(logs.length, witnesses.length, groups.length) > MAX_NAMES) refuse("policy-many", { limit: MAX_NAMES });
  for (const list of [logs, witnesses]) {
    const seen = new Set();
    for (const { key } of list) {
      if (seen.has(String(key.publicKey))) refuse("policy-key", { name: quoted(key.name) });
      seen.add(String(key.publicKey));
    }
  }
  const own = new Set(logs.map(({ key }) => String(key.publicKey)));
  for (const { key } of witnesses) if (own.has(String(key.publicKey))) refuse("policy-log-key", { name: quoted(key.name) });
  const names = new Set();
  const define = (/** @type {string} */ name) => {
    if (!name || name === "none" || SPACES.test(name) || names.has(name)) refuse("policy-name", { name: quoted(name) });
    names.add(name);
  };
  for (const { name } of witnesses) define(name);
  const used = new Set();
  for (const { name, threshold, members } of groups) {
    const fits = threshold >= 1 && threshold <= members.length;
    if (!fits || members.some((member) => !names.has(member) || used.has(member) || !used.add(member))) {
      refuse("policy-group", { name: quoted(name) });
    }
    define(name);
  }
  if (quorum !== "none" && !names.has(quorum)) refuse("policy-quorum", { name: quoted(quorum) });
}

/** @param {Table} table @param {string[]} keys */
function onlyKeys(table, keys) {
  for (const key of table.keys()) if (!keys.includes(key)) refuse("trust-key", { name: quoted(key) });
}

/** @param {Table} table @param {string} key @returns {string} */
function text(table, key) {
  const value = table.get(key);
  return typeof value === "string" ? value : refuse("trust-missing", { name: quoted(key) });
}

/** @param {Table} table @param {string} key @returns {string[]} */
function texts(table, key) {
  const value = table.get(key);
  return Array.isArray(value) ? value : refuse("trust-missing", { name: quoted(key) });
}

/** @param {Table} table @param {string} key @returns {Uint8Array} */
function digest(table, key) {
  const value = text(table, key);
  return /^[0-9a-f]{64}$/.test(value) ? fromHex(value) : refuse("trust-digest", { name: quoted(key) });
}

/** @param {string} mirror */
function checkMirror(mirror) {
  if (!isAddress(mirror)) refuse("trust-mirror", { address: quoted(mirror) });
}

/**
 * @param {string} source
 * @returns {{ root: Table, lists: Map<string, Table[]> }}
 */
function parseToml(source) {
  const reader = new TomlReader(source);
  /** @type {Table} */
  const root = new Map();
  /** @type {Map<string, Table[]>} */
  const lists = new Map();
  let table = root;
  for (reader.skip(); !reader.done; reader.skip()) {
    const header = reader.match(/\[\[ *(log|witness|group) *\]\]/y);
    if (header) {
      table = new Map();
      lists.set(header[1], [...(lists.get(header[1]) ?? []), table]);
    } else {
      const key = reader.match(/([A-Za-z0-9_-]+)[ \t]*=[ \t]*/y)?.[1] ?? reader.fail();
      if (table.has(key)) reader.fail();
      table.set(key, reader.value());
    }
    reader.endOfLine();
  }
  return { root, lists };
}

class TomlReader {
  /** @param {string} source */
  constructor(source) {
    this.source = source.replace(/\r\n/g, "\n");
    this.at = 0;
  }

  get done() {
    return this.at >= this.source.length;
  }

  /** @returns {never} */
  fail() {
    throw new Refusal("toml-line", { line: this.source.slice(0, this.at).split("\n").length });
  }

  /** @param {RegExp} pattern sticky @returns {RegExpExecArray | null} */
  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  /** Pass blank lines and comments. */
  skip() {
    this.match(/(?:[ \t\n]|#[^\x00-\x08\x0a-\x1f\x7f]*(?=\n|$))*/y);
  }

  endOfLine() {
    if (!this.match(/[ \t]*(#[^\x00-\x08\x0a-\x1f\x7f]*)?(\n|$)/y)) this.fail();
  }

  /** @returns {Value} */
  value() {
    const number = this.match(/(0|[1-9][0-9]{0,14})(?![\w.:-])/y);
    if (number) return Number(number[1]);
    return this.match(/\[/y) ? this.list() : this.string();
  }

  /** @returns {string[]} */
  list() {
    const items = [];
    for (this.skip(); !this.match(/\]/y); this.skip()) {
      items.push(this.string());
      this.skip();
      if (!this.match(/,/y) && this.source[this.at] !== "]") this.fail();
    }
    return items;
  }

  /** @returns {string} */
  string() {
    const literal = this.match(/'([^'\x00-\x08\x0a-\x1f\x7f]*)'(?!')/y);
    if (literal) return literal[1];
    const basic = this.match(/"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\(?:[btnfr"\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}))*)"(?!")/y);
    if (!basic) return this.fail();
    return basic[1].replace(/\\(?:u(.{4})|U(.{8})|(.))/g, (_, short, long, sign) => {
      return sign === undefined ? this.character(parseInt(short ?? long, 16)) : ESCAPES[sign];
    });
  }

  /** @param {number} code @returns {string} */
  character(code) {
    const scalar = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return scalar ? String.fromCodePoint(code) : this.fail();
  }
}
