// The browser's trees, trust files and fingerprints, held against docs/vectors and against the definitions of RFC 6962.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";

import { fingerprint } from "#js/log/fingerprint.js";
import { nodesOf, stands, throughNodes } from "#js/log/given-path.js";
import { Log } from "#js/log/log.js";
import { consistencyProof, inclusionProof, leafHash, treeRoot, verifyConsistency, verifyInclusion } from "#js/log/merkle.js";
import { parseCheckpoint, parseVkey, verifyCosignatures } from "#js/log/note.js";
import { MAX_PLACE, checkSize } from "#js/log/place-file.js";
import { ENTRIES, GROUP, TILE_WIDTH, tilePath } from "#js/log/tile-names.js";
import { tileNames } from "#js/log/tiles.js";
import { parseTrust } from "#js/log/trust.js";
import { readZip, writeZip } from "#js/log/zip.js";
import { fromHex, toHex } from "#js/records/bytes.js";
import { refusalOf, vectors } from "./vectors.js";

const SIZES = [1, 2, 3, 7, 255, 256, 257, 600];

/** @param {number} size */
function leaves(size) {
  return Array.from({ length: size }, (_, n) => leafHash(Uint8Array.of(n >>> 8, n)));
}

/** The hash of leaves, as RFC 6962, section 2.1, defines it. @param {Uint8Array[]} hashes @returns {Buffer} */
function defined(hashes) {
  if (hashes.length === 1) return Buffer.from(hashes[0]);
  let half = 1;
  while (half * 2 < hashes.length) half *= 2;
  const sides = [defined(hashes.slice(0, half)), defined(hashes.slice(half))];
  return createHash("sha256").update(Buffer.concat([Buffer.of(1), ...sides])).digest();
}

/** @param {Uint8Array[]} hashes @returns {import("#js/log/merkle.js").HashAt} */
function source(hashes) {
  return async (level, index) => treeRoot(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
}

test("roots are those of the definition, and proofs lead to them", async () => {
  for (const size of SIZES) {
    const hashes = leaves(size);
    const root = treeRoot(hashes);
    assert.equal(toHex(root), defined(hashes).toString("hex"));
    for (const index of new Set([0, size >> 1, size - 1])) {
      const proof = await inclusionProof(index, size, source(hashes));
      verifyInclusion(hashes[index], index, size, proof, root);
      const other = [hashes[index], ...proof.slice(1)];
      if (proof.length) assert.equal(refusalOf(() => verifyInclusion(hashes[index], index, size, other, root)), "proof-root");
      assert.equal(refusalOf(() => verifyInclusion(hashes[index], index, size, [...proof, root], root)), "proof-length");
    }
    for (const old of new Set([1, Math.ceil(size / 2), size])) {
      const proof = await consistencyProof(old, size, source(hashes));
      verifyConsistency(old, treeRoot(hashes.slice(0, old)), size, root, proof);
      assert.ok(refusalOf(() => verifyConsistency(old, leafHash(root), size, root, proof)));
    }
  }
});

test("a place's file is written only where it is opened", () => {
  checkSize(2_000, MAX_PLACE);
  assert.equal(refusalOf(() => checkSize(2_001, 0)), "place-entries");
  assert.equal(refusalOf(() => checkSize(2, MAX_PLACE + 1)), "place-large");
});

test("tiles have the names of the specification", () => {
  assert.equal(tilePath(0, 1_234_067, 256), "tile/0/x001/x234/067");
  assert.equal(tilePath(ENTRIES, 0, 17), "tile/entries/000.p/17");
  assert.deepEqual([...tileNames(257, 0)].map(({ index, width }) => tilePath(0, index, width)), ["tile/0/000", "tile/0/001.p/1"]);
});

test("fingerprints are those of the vectors", () => {
  for (const { definition, charter, log_keys, fingerprint: digits } of vectors("fingerprint").vectors) {
    const logs = log_keys.map((/** @type {string} */ text) => ({ key: parseVkey(text) }));
    assert.equal(fingerprint({ definition: fromHex(definition), charter: fromHex(charter), logs }), digits);
  }
});

test("every trust file is read or refused as in the vectors", () => {
  for (const { what, file, reads } of vectors("edges").trust_files) {
    assert.equal(refusalOf(() => parseTrust(fromHex(file))) === null, reads, what);
  }
});

test("a zip gives what was put into it, and one that is cut nothing", async () => {
  const files = [{ name: "a/ñ.txt", data: new Uint8Array(10_000).fill(65) }, { name: "empty", data: new Uint8Array() }];
  const zip = await writeZip(files);
  const found = await readZip(zip);
  assert.deepEqual([...found.keys()], files.map(({ name }) => name));
  for (const { name, data } of files) assert.deepEqual(await found.get(name)?.read(data.length), data);
  await assert.rejects(readZip(zip.slice(0, zip.size - 1)), { key: "zip-form" });
  await assert.rejects(/** @type {any} */ (found.get("a/ñ.txt")).read(9_999), { key: "fetch-long" });
});

test("a cosignature of a kind that is not here never counts, and leaves open what hangs on it", async () => {
  const { note, trust_files, altered } = vectors("cosignatures");
  const checkpoint = parseCheckpoint(new TextEncoder().encode(note));
  const trusts = Object.fromEntries(Object.entries(trust_files).map(([quorum, file]) => [quorum, parseTrust(new TextEncoder().encode(String(file)))]));
  for (const quorum of ["none", "w4"]) {
    const cosigned = await verifyCosignatures(checkpoint, trusts[quorum]);
    assert.deepEqual(cosigned.map(({ witness }) => witness), ["w4"]);
  }
  for (const quorum of ["w6", "both"]) {
    await assert.rejects(verifyCosignatures(checkpoint, trusts[quorum]), { key: "cosignatures-unjudged", unjudged: true });
  }
  for (const { type, what, note: other } of altered) {
    const found = verifyCosignatures(parseCheckpoint(new TextEncoder().encode(other)), trusts.w4);
    await assert.rejects(found, { key: type === 4 ? "note-signature" : "checkpoint-quorum" }, what);
  }
});

test("the hashes of a bundle over sixteen entries each lead where its tile leads, and are believed in nothing", async () => {
  for (const size of [256, 600, 700]) {
    const hashes = leaves(size);
    const whole = source(hashes);
    const nodes = Array.from({ length: TILE_WIDTH / GROUP }, (_, n) => treeRoot(hashes.slice(n * GROUP, (n + 1) * GROUP)));
    const above = (/** @type {number} */ level, /** @type {number} */ index) => {
      assert.ok(index * 2 ** level >= TILE_WIDTH, "the tile is not asked for");
      return whole(level, index);
    };
    const group = async (/** @type {number} */ n) => hashes.slice(n * GROUP, (n + 1) * GROUP);
    for (const index of [0, 15, 16, 100, 255]) {
      const path = await inclusionProof(index, size, throughNodes(above, 0, nodes, group));
      assert.deepEqual(path, await inclusionProof(index, size, whole));
    }
    const other = throughNodes(whole, 0, [...nodes].reverse(), group);
    assert.equal(stands(hashes[3], 3, size, await inclusionProof(3, size, other), treeRoot(hashes)), false);
    const without = throughNodes(whole, 0, nodes, async () => null); // no parts of files can be had
    assert.deepEqual(await inclusionProof(3, size, without), await inclusionProof(3, size, whole));
  }
  assert.deepEqual([nodesOf("?"), nodesOf("AAAA"), nodesOf(Buffer.alloc(512).toString("base64")).length], [[], [], 16]);
});

test("an entry is found by a sixteenth of its tile, and by the whole one where an index misleads", async () => {
  const size = 300;
  const entries = Array.from({ length: size }, (_, n) => Uint8Array.of(n >>> 8, n));
  const hashes = entries.map(leafHash);
  const root = treeRoot(hashes);
  const nodes = Buffer.concat(Array.from({ length: 16 }, (_, n) => treeRoot(hashes.slice(n * GROUP, (n + 1) * GROUP))));
  const bundle = (/** @type {Uint8Array[]} */ some) => Buffer.concat(some.map((each) => Buffer.from([0, each.length, ...each])));
  const files = new Map([
    ["log/checkpoint", Buffer.from(`log.example\n${size}\n${Buffer.from(root).toString("base64")}\n\n\u2014 log.example ${"A".repeat(92)}\n`)],
    ["log/tile/0/000", Buffer.concat(hashes.slice(0, 256))],
    ["log/tile/0/001.p/44", Buffer.concat(hashes.slice(256))],
    ["log/tile/1/000.p/1", Buffer.from(treeRoot(hashes.slice(0, 256)))],
    ["log/tile/entries/000", bundle(entries.slice(0, 256))],
    ["log/tile/entries/001.p/44", bundle(entries.slice(256))],
  ]);
  const look = async (/** @type {string} */ said, /** @type {number} */ first) => {
    /** @type {string[]} */
    const wholly = [];
    const whole = async (/** @type {string} */ path) => {
      wholly.push(path);
      return files.get(path) ?? null;
    };
    const part = async (/** @type {string} */ path, /** @type {number} */ from, /** @type {number} */ length) => files.get(path)?.subarray(from, from + length) ?? null;
    const log = new Log("", null, Object.assign(whole, { part }));
    const { raw, proof } = await log.standing(100, { first, length: 2, nodes: said });
    assert.deepEqual([...raw], [...entries[100]]);
    assert.ok(stands(leafHash(raw), 100, size, proof, root));
    return wholly.includes("log/tile/0/000");
  };
  assert.equal(await look(nodes.toString("base64"), 402), false);
  assert.equal(await look(Buffer.from(nodes).reverse().toString("base64"), 402), true);
  assert.equal(await look(nodes.toString("base64"), 406), true); // the entry after it, whose bytes lead nowhere
  assert.equal(await look("nonsense", 402), true);
});
