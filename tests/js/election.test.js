// The browser's verification of whole logs, held against docs/vectors/edges.json and unknown-types.json.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { plus } from "#js/election/sheets.js";
import { judgeEntries, placed } from "#js/election/election.js";
import { parseProof } from "#js/election/part.js";
import { verdictOf } from "#js/election/steps.js";
import { verifyWhole } from "#js/election/whole.js";
import { Log } from "#js/log/log.js";
import { readZip } from "#js/log/zip.js";
import { fromHex, toHex } from "#js/records/bytes.js";
import { openRecord } from "#js/records/record.js";
import { refuse } from "#js/records/refusal.js";
import { sha256 } from "#js/records/sha256.js";
import { refusalOf, vectors } from "./vectors.js";

const EDGES = vectors("edges");
const STATES = { ok: "holds", bad: "fails", open: "open" };
/** @type {Record<string, string>} */
const FAULTS = { "key-unknown": "unknown-key", "key-not-then": "unknown-key", "key-revoked": "unknown-key", "signature-bad": "bad-signature" };

/**
 * Reads files given in hexadecimal as a page fetches those of an address.
 * @param {Record<string, string>} files
 * @param {string[]} unreadable
 * @returns {import("#js/log/tiles.js").Fetch}
 */
function filesOf(files, unreadable) {
  return async (path, limit) => {
    if (unreadable.includes(path)) refuse("fetch-failed", { path });
    if (!Object.hasOwn(files, path)) return null;
    if (files[path].length > 2 * limit) refuse("fetch-long", { path, limit });
    return fromHex(files[path]);
  };
}

for (const { name, files, unreadable, checks, totals } of EDGES.logs) {
  test(`the log ${name} gets the answers of its case`, async () => {
    const report = await verifyWhole(new Log("", null, filesOf(files, unreadable)), {});
    const states = Object.fromEntries(report.steps.map(({ number, state }) => [number, STATES[state]]));
    const asked = Object.fromEntries(Object.keys(checks).map((number) => [number, states[number]]));
    assert.deepEqual(asked, checks);
    if (totals === null) return;
    const said = report.totals
      .filter(({ total }) => total.stations || total.pending.length || total.annulled.length)
      .map(({ contest, basis, total: { candidates, valid, classes, stations, pending, annulled } }) => [
        `${contest} ${basis}`,
        { candidates, valid, classes, stations, pending: [...pending].sort(), annulled: [...annulled].sort() },
      ]);
    assert.deepEqual(Object.fromEntries(said), totals);
  });
}

test("an election in the formats before is open, and one sentence says why", async () => {
  for (const name of ["1.1", "2.1", "2.2"]) {
    const archive = readFileSync(new URL(`../data/publications/${name}.zip`, import.meta.url));
    const files = await readZip(new Blob([archive]));
    const report = await verifyWhole(new Log("", null, async (path, limit) => files.get(path)?.read(limit) ?? null), {});
    assert.deepEqual(report.steps.filter(({ state }) => state === "bad"), [], name);
    const definition = report.steps.find(({ id }) => id === "definition");
    assert.equal(definition?.state, "open");
    assert.deepEqual(definition?.why, { key: "definition-version", values: { version: 1, known: 2 } });
    assert.equal(verdictOf(report), "unjudged");
  }
});

test("every proof is read or refused as in the vectors", () => {
  for (const { what, file, reads } of EDGES.proofs) {
    assert.equal(refusalOf(() => parseProof(fromHex(file), "x")) === null, reads, what);
  }
});

test("sums are exact", () => {
  for (const { terms, sum } of EDGES.sums) {
    const exact = terms.map((/** @type {string} */ text) => (BigInt(text) > Number.MAX_SAFE_INTEGER ? BigInt(text) : Number(text)));
    assert.equal(String(exact.reduce(plus)), sum);
  }
});

test("records of types that no version knows are what the vectors say", async () => {
  const { entries, attachments } = vectors("unknown-types");
  /** @type {Uint8Array[]} */
  const raws = entries.map((/** @type {{ record: string }} */ { record }) => fromHex(record));
  const [definition, charter] = raws.slice(0, 2).map(openRecord);
  const context = { definition, charter, election: sha256(definition.raw), rootKey: charter.body.root_key };
  const found = await judgeEntries(placed(raws), context, async ({ digest }) => fromHex(attachments[toHex(digest)]));
  const answers = raws.map(() => "read");
  for (const { index, why } of found.faults) answers[index] = FAULTS[why.key] ?? "bad-record";
  for (const { index } of found.unknownTypes) answers[index] = "not-judged";
  for (const { index } of found.unread) answers[index] = "unread";
  assert.deepEqual(answers, entries.map((/** @type {{ answer: string }} */ { answer }) => answer));
});
