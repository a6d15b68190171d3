// Workers that check signatures for the one that verifies: several browsers check each in the thread that asks.

import { checkHere, packClaims } from "../records/signatures.js";

const MOST = 4;
const WORTH_IT = 500; // signatures; for fewer, starting a worker takes longer

/** @typedef {import("../records/signatures.js").Claim} Claim */
/** What a helper is asked, and answers: a byte for each claim, or none where it failed.
 * @typedef {{ id: number, claims: Uint8Array }} Question
 * @typedef {{ id: number, held: Uint8Array | null }} Reply */

/** Helpers that are started when there is enough for them to do; what none answers is checked here. */
export class Helpers {
  /** @param {() => Worker} startWorker that answers questions */
  constructor(startWorker) {
    this.startWorker = startWorker;
    /** @type {Helper[]} */
    this.helpers = [];
  }

  /** @param {number} count of signatures that may be asked */
  expect(count) {
    if (count < WORTH_IT || this.helpers.length) return;
    const cores = Math.min(navigator.hardwareConcurrency || 1, MOST);
    try {
      for (let started = 0; started < cores; started++) this.helpers.push(new Helper(this.startWorker()));
    } catch {
      // a browser in which workers start no workers
    }
  }

  /**
   * @param {Claim[]} claims
   * @returns {Promise<boolean[]>}
   */
  async check(claims) {
    const [helper] = this.helpers.filter((one) => !one.failed).sort((a, b) => a.waiting.size - b.waiting.size);
    const held = helper && claims.length ? await helper.ask(claims) : null;
    return held?.length === claims.length ? [...held].map((answer) => answer === 1) : checkHere(claims);
  }

  end() {
    for (const { worker } of this.helpers) worker.terminate();
    this.helpers = [];
  }
}

/** One of them, and what it was asked. */
class Helper {
  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    this.failed = false;
    this.asked = 0;
    /** @type {Map<number, (held: Uint8Array | null) => void>} */
    this.waiting = new Map();
    worker.addEventListener("message", ({ data }) => {
      const { id, held } = /** @type {Reply} */ (data);
      this.waiting.get(id)?.(held);
      this.waiting.delete(id);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault(); // it is no error of the verification
      this.failed = true;
      for (const answer of this.waiting.values()) answer(null);
      this.waiting.clear();
    });
  }

  /**
   * @param {Claim[]} claims
   * @returns {Promise<Uint8Array | null>} null where it failed
   */
  ask(claims) {
    const packed = packClaims(claims);
    return new Promise((resolve) => {
      const id = (this.asked += 1);
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, claims: packed }, [packed.buffer]);
    });
  }
}
