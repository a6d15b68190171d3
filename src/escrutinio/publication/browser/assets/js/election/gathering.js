// Gathering a part of a log: entries, and with each what its key rests on.

import { toHex } from "../records/bytes.js";
import { sha256 } from "../records/sha256.js";

const OF_ROOT = new Set([3, 4]); // enrolments and revocations, which officers consent to

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../records/record.js").Entry} Entry */

/** The entries of a part: each is read once, and brings with it what its key rests on. */
export class Gathering {
  /** @param {Log} log @param {Record<string, number>} enrolled log index of each key's enrolment, by key id */
  constructor(log, enrolled) {
    this.log = log;
    this.enrolled = enrolled;
    /** @type {Map<number, Entry>} */
    this.entries = new Map();
    /** @type {Set<string>} */
    this.kids = new Set();
  }

  /** @param {number[]} indices */
  async add(indices) {
    const waiting = [...indices];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (this.entries.has(index)) continue;
      const entry = await this.log.entry(index);
      this.entries.set(index, entry);
      const kid = toHex(entry.frame.kid);
      this.kids.add(kid);
      if (Object.prototype.hasOwnProperty.call(this.enrolled, kid)) waiting.push(this.enrolled[kid]);
    }
  }

  /**
   * Add the ends of the keys that signed any of it, and the consents to their enrolment and to these.
   * @param {Record<string, number[]>} controls as the publication lists them
   */
  async rest(controls) {
    for (let before = 0; before < this.entries.size; ) {
      before = this.entries.size;
      const digests = new Set([...this.entries.values()].filter(({ type }) => OF_ROOT.has(type)).map(({ raw }) => toHex(sha256(raw))));
      for (const index of [...controls.revocation, ...controls["co-record"]]) {
        const { body } = await this.log.entry(index);
        if (body.kid ? this.kids.has(toHex(body.kid)) : digests.has(toHex(body.record))) await this.add([index]);
      }
    }
  }

  /** Where they stand in the log, in order. */
  indices() {
    return [...this.entries.keys()].sort((a, b) => a - b);
  }
}
