// One published log, read entry by entry: every entry is checked against the checkpoint before it is used.

import { equal, toHex } from "../records/bytes.js";
import { keyId } from "../records/cose.js";
import { keyIsAcceptable } from "../records/ed25519.js";
import { readCharter, readDefinition, signedBy } from "./foundations.js";
import { givenPath, nodesOf, stands, throughNodes } from "./given-path.js";
import { inclusionProof, leafHash, verifyInclusion } from "./merkle.js";
import { parseCheckpoint, verifyCosignatures, verifyLogSignature } from "./note.js";
import { possesses } from "../records/possession.js";
import { openRecord } from "../records/record.js";
import { quoted, refuse } from "../records/refusal.js";
import { sha256 } from "../records/sha256.js";
import { ENTRIES, TILE_WIDTH, tilePath, tileWidth } from "./tile-names.js";
import { LogFiles, webFetch } from "./tiles.js";

const MAX_INDEX = 16 * 1024 * 1024;
export const MAX_ATTACHMENT = 2 ** 28;
const FIRST = 8; // entries that are looked for in the first bytes of a log
const FIRST_BYTES = 4_096;
const ENROLMENT = 3;

/** @typedef {import("../records/record.js").Entry} Entry */
/** What stands at an index, with its path to the root.
 * @typedef {{ index: number, raw: Uint8Array, proof: Uint8Array[], bundle: string }} Standing */
/** Where an entry stands in its bundle: its first byte, its length, and the hashes of its bundle over 16 entries each, where
 * an index says them. @typedef {{ first: number, length: number, nodes?: string }} At */
/** @typedef {import("./foundations.js").Context} Context */
/** Whose key it is: the operator's root (`enrolled` is then 1, the charter) or an enrolled one.
 * @typedef {{ name: string, publicKey: Uint8Array, role: string, scope: string[], contests: string[],
 *   titles: { language: string, text: string }[], enrolled: number }} Signer */

/** A publication: its log below `log/`, its indexes and attachments beside it. */
export class Log {
  /**
   * @param {string} base address of the publication, ending in a slash
   * @param {import("./trust.js").Trust | null} [trust]
   * @param {import("./tiles.js").Fetch} [fetchFile] what reads the publication's files, where that is no web server
   */
  constructor(base, trust = null, fetchFile = webFetch(base)) {
    this.base = base;
    this.trust = trust;
    this.fetchFile = fetchFile;
    const { part } = fetchFile;
    const below = (/** @type {string} */ path, /** @type {number} */ limit) => fetchFile(`log/${path}`, limit);
    this.files = new LogFiles(Object.assign(below, part && { part: asBelow(part) }));
    /** @type {Map<string, Promise<any>>} */
    this.known = new Map();
  }

  /**
   * What was asked before is not asked again.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} find
   * @returns {Promise<T>}
   */
  once(name, find) {
    if (!this.known.has(name)) this.known.set(name, find());
    return /** @type {Promise<T>} */ (this.known.get(name));
  }

  /** The checkpoint that everything is checked against; its signatures are another question. */
  checkpoint() {
    return this.once("checkpoint", async () => {
      const checkpoint = parseCheckpoint(await this.files.checkpoint());
      return { ...checkpoint, hashAt: this.files.hashes(checkpoint.size) };
    });
  }

  /** The trusted key that signed the checkpoint; null without a trust file. */
  async logKey() {
    return this.trust && verifyLogSignature(await this.checkpoint(), this.trust);
  }

  /** The trusted witnesses that cosigned the checkpoint; null without a trust file. */
  async cosignatures() {
    return this.trust && verifyCosignatures(await this.checkpoint(), this.trust);
  }

  /**
   * The bytes at an index and their path to the root, unverified.
   * @param {number} index
   * @param {At | null} [at] where an index says that they stand in their bundle
   * @returns {Promise<Standing>}
   */
  async standing(index, at = null) {
    const { size, hashAt } = await this.checkpoint();
    const number = Math.floor(index / TILE_WIDTH);
    const given = index < FIRST ? await givenPath(this, index, size) : null;
    const below = at?.nodes ? throughNodes(hashAt, number, nodesOf(at.nodes), (group) => this.leaves(number, group)) : hashAt;
    const [path, found] = await Promise.all([given ?? inclusionProof(index, size, below), this.bytes(index, size, at)]);
    const { root } = await this.checkpoint();
    const misled = (at !== null || given) && !stands(leafHash(found), index, size, path, root);
    const raw = misled ? await this.bytes(index, size, null) : found; // an index is believed in nothing
    const proof = misled && (given || below !== hashAt) ? await inclusionProof(index, size, hashAt) : path;
    const bundle = `log/${tilePath(ENTRIES, number, tileWidth(ENTRIES, number, size))}`;
    return { index, raw, proof, bundle };
  }

  /** @param {number} index @param {number} size @param {At | null} at */
  async bytes(index, size, at) {
    const number = Math.floor(index / TILE_WIDTH);
    const whole = () => this.once(`bundle ${number}`, () => this.files.bundle(number, size));
    if (this.known.has(`bundle ${number}`)) return (await whole())[index % TILE_WIDTH];
    const part = at ? await this.files.entryAt(number, size, at) : index < FIRST ? (await this.first(size))[index] : null;
    return part ?? (await whole())[index % TILE_WIDTH];
  }

  /** The hashes of 16 entries of a full bundle. @param {number} bundle @param {number} group */
  leaves(bundle, group) {
    return this.once(`leaves ${bundle} ${group}`, () => this.files.leaves(bundle, group));
  }

  /** What the log begins with: its definition, its charter and, mostly, the keys. @param {number} size */
  first(size) {
    return this.once("first", () => this.files.firstEntries(0, size, FIRST_BYTES));
  }

  /**
   * An entry that stands in the log, opened; its signature is another question.
   * @param {number} index
   * @returns {Promise<Entry>}
   */
  async entry(index) {
    const { raw, proof } = await this.standing(index);
    await this.verifyStanding(raw, index, proof);
    return openRecord(raw);
  }

  /** @param {Uint8Array} raw @param {number} index @param {Uint8Array[]} proof */
  async verifyStanding(raw, index, proof) {
    const { size, root } = await this.checkpoint();
    verifyInclusion(leafHash(raw), index, size, proof, root);
  }

  /** Entries 0 and 1, where they are the ones that a trust file names: what is voted on, and whose log this is. */
  context() {
    return this.once("context", async () => {
      const context = await this.foundations();
      this.checkFoundations(context);
      return context;
    });
  }

  /** Entries 0 and 1, whichever they are. */
  foundations() {
    return this.once("foundations", async () => {
      const [first, second] = await Promise.all([this.entry(0), this.entry(1)]);
      const { origin } = await this.checkpoint();
      const definition = await readDefinition(first.raw, (named) => this.attachment(named));
      return readCharter(definition, second.raw, origin);
    });
  }

  /**
   * Refused where the trust file names another definition or charter.
   * @param {Context} context
   */
  checkFoundations({ definition, charter }) {
    this.checkNamed(definition.raw, charter.raw);
  }

  /**
   * Refused where the trust file names other bytes than these of entries 0 and 1.
   * @param {Uint8Array} definition
   * @param {Uint8Array} charter
   */
  checkNamed(definition, charter) {
    if (this.trust && !equal(sha256(definition), this.trust.definition)) refuse("trust-definition");
    if (this.trust && !equal(sha256(charter), this.trust.charter)) refuse("trust-charter");
  }

  /**
   * Whose key signs the entry at `index`, as the log itself says.
   * @param {Entry} entry
   * @param {number} index
   * @returns {Promise<Signer>}
   */
  async signer(entry, index) {
    const { charter, definition } = await this.context();
    const kid = toHex(entry.frame.kid);
    for (const [root, enrolled] of /** @type {[Entry, number][]} */ ([[charter, 1], [definition, 0]])) {
      const publicKey = root.body.root_key;
      const titles = root.body.operator ?? root.body.author;
      if (equal(keyId(publicKey), entry.frame.kid) && (enrolled === 1 || index === 0)) {
        return { name: entry.frame.issuer, publicKey, role: "root", scope: [], contests: [], titles, enrolled };
      }
    }
    const enrolled = (await this.json("data/keys.json"))[kid];
    if (!Number.isSafeInteger(enrolled)) return refuse("key-unknown", { kid });
    if (enrolled >= index) refuse("key-late", { kid, index: enrolled });
    const name = entry.frame.issuer;
    const held = (await this.enrolment(enrolled)).find((key) => key.kid === kid && key.name === name);
    return held ? { ...held, enrolled } : refuse("key-enrolment", { index: enrolled, kid, name: quoted(name) });
  }

  /**
   * The keys that an entry enrols; refused unless the operator's root signed it.
   * @param {number} index
   * @returns {Promise<(Omit<Signer, "enrolled"> & { kid: string })[]>}
   */
  enrolment(index) {
    return this.once(`enrolment ${index}`, async () => {
      const entry = await this.entry(index);
      const { rootKey, election } = await this.context();
      const fits = entry.type === ENROLMENT && equal(entry.election, election);
      if (!fits || !(await signedBy(entry, rootKey))) refuse("key-not-root", { index });
      const proven = await Promise.all(entry.body.keys.map((/** @type {any} */ key) => possesses(election, key)));
      return entry.body.keys
        .filter((/** @type {any} */ key, /** @type {number} */ at) => keyIsAcceptable(key.public_key) && proven[at])
        .map((/** @type {any} */ key) => ({
          kid: toHex(keyId(key.public_key)),
          name: key.name,
          publicKey: key.public_key,
          role: key.role,
          scope: key.scope,
          contests: key.contests,
          titles: key.titles,
        }));
    });
  }

  /**
   * A convenience index: an object that the site made, to be believed in nothing.
   * @param {string} path
   * @param {(text: string) => any} [parse]
   * @returns {Promise<Record<string, any>>}
   */
  json(path, parse = JSON.parse) {
    return this.once(path, async () => {
      const data = (await this.fetchFile(path, MAX_INDEX)) ?? refuse("fetch-missing", { path });
      try {
        const value = parse(new TextDecoder().decode(data));
        if (value && typeof value === "object") return value;
      } catch {
        // the sentence is the same for what is not JSON and for what is not an object
      }
      return refuse("index-form", { path });
    });
  }

  /**
   * An attachment of a record, checked against its digest.
   * @param {{ digest: Uint8Array, size: number }} attachment
   * @returns {Promise<Uint8Array>}
   */
  async attachment({ digest, size }) {
    const path = `attachments/${toHex(digest)}`;
    const data = (await this.fetchFile(path, Math.min(size, MAX_ATTACHMENT))) ?? refuse("fetch-missing", { path });
    const fits = data.length === size && equal(sha256(data), digest);
    return fits ? data : refuse("attachment-digest", { digest: toHex(digest) });
  }
}

/** @param {import("./tiles.js").Part} part @returns {import("./tiles.js").Part} */
function asBelow(part) {
  return (path, ...rest) => part(`log/${path}`, ...rest);
}
