// The browser's modules, driven by lines of JSON: `{"command": …, "questions": […]}` gets one line with an answer for
// each question, `{"said": …}`, `{"refused": key}` or `{"broken": why}`, each with the processor time it took.
//
//     node daemon.mjs DIRECTORY_OF_THE_MODULES

import { webcrypto } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

globalThis.crypto ??= webcrypto; // as in every browser
const base = pathToFileURL(`${process.argv[2]}/`);
const load = (name) => import(new URL(`${name}.js`, base));
const { fromHex, toHex } = await load("records/bytes");
const { keyIsAcceptable, keyIsValid, verifier } = await load("records/ed25519");
const { readRecord } = await load("records/record");
const { Refusal } = await load("records/refusal");
const { toPlain } = await load("records/shapes");
const { Log } = await load("log/log");
const { verifyConsistency, verifyInclusion } = await load("log/merkle");
const { parseCheckpoint, parseVkey, verifyCosignatures, verifyLogSignature } = await load("log/note");
const { openSource } = await load("log/source");
const { decodeBundle } = await load("log/tiles");
const { parseTrust } = await load("log/trust");
const { PartLog, parseProof, verifyPart } = await load("election/part");
const { verifyWhole } = await load("election/whole");
const { readAreas, readStations } = await load("election/tables");

const ABSENT = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);
/** Trust files that were read already, by their hexadecimal digits: reading one checks its keys, which takes a while. */
const trusted = new Map();
const keyName = ({ key }) => `${key.name}+${key.id}`;

function trustOf(digits) {
  if (!trusted.has(digits)) trusted.set(digits, parseTrust(fromHex(digits)));
  return trusted.get(digits);
}

/** Fetches files of a directory as a page fetches those of an address. */
function filesOf(directory) {
  return async (path, limit) => {
    try {
      const { size } = await stat(`${directory}/${path}`);
      if (size > limit) throw new Refusal("fetch-long", { path, limit });
      return new Uint8Array(await readFile(`${directory}/${path}`));
    } catch (error) {
      if (ABSENT.has(error.code)) return null;
      throw error;
    }
  };
}

/** What can be written as JSON: maps as objects, bytes in hexadecimal, large numbers as text. */
function plain(value) {
  const write = (_, item) => {
    if (item instanceof Map) return Object.fromEntries(item);
    if (item instanceof Uint8Array) return toHex(item);
    return typeof item === "bigint" ? String(item) : item;
  };
  return JSON.parse(JSON.stringify(value, write));
}

/** The part of a report that the other verifier has too. */
function reported({ steps, faults, refused, totals, unread, compared }) {
  return plain({
    steps: steps.map(({ id, number, state, text, why }) => ({ id, number, state, text, why: why?.key ?? "" })),
    faults: faults.map(({ index, why }) => [index, why.key]),
    refused: refused.map(([code, entries]) => [code, entries]),
    totals: totals.map(({ contest, basis, total }) => ({ contest, basis, ...total })),
    unread: unread.map(({ index }) => index),
    differences: compared?.differences ?? [],
  });
}

const commands = {
  record({ data }) {
    const { known, entry, beyond } = readRecord(fromHex(data));
    if (beyond) throw beyond;
    if (!known) return { unknown: entry.type, election: toHex(entry.election) };
    const { frame, name, election, issuedAt, body } = entry;
    return {
      name, issuer: frame.issuer, subject: frame.subject, kid: toHex(frame.kid), signed: toHex(frame.signed),
      election: toHex(election), at: issuedAt, body: plain(toPlain(body)),
    }; // prettier-ignore
  },
  async signature({ key, message, signature }) {
    const [raw, text, value] = [key, message, signature].map(fromHex);
    const found = [];
    for (const inBigInt of [false, true]) found.push(await (await verifier(raw, inBigInt))(text, value));
    return { native: found[0], bigint: found[1], acceptable: keyIsAcceptable(raw), valid: keyIsValid(raw) };
  },
  async checkpoint({ data, trust }) {
    const read = parseCheckpoint(fromHex(data));
    const known = trustOf(trust);
    const { origin, size, root, signatures } = read;
    const lines = signatures.map(({ name, id, value }) => [name, id, toHex(value)]);
    const attempt = async (act) => {
      try {
        return await act();
      } catch (error) {
        if (error instanceof Refusal) return null;
        throw error;
      }
    };
    const key = await attempt(async () => (await verifyLogSignature(read, known)).id);
    const witnesses = await attempt(async () => {
      const cosigned = await verifyCosignatures(read, known);
      return cosigned.map(({ witness, timestamp }) => [witness, String(timestamp)]);
    });
    return { origin, size, root: toHex(root), lines, key, witnesses };
  },
  vkey({ text }) {
    const { name, type, publicKey, id } = parseVkey(text);
    return { name, type, key: toHex(publicKey), id };
  },
  trust({ data }) {
    const { definition, charter, quorum, verifierHtml, logs, witnesses, groups } = parseTrust(fromHex(data));
    return plain({
      definition, charter, quorum, verifier: verifierHtml, logs: logs.map(keyName),
      witnesses: witnesses.map((each) => [each.name, keyName(each)]),
      groups: groups.map(({ name, threshold, members }) => [name, threshold, members]),
    }); // prettier-ignore
  },
  proof({ data }) {
    const { index, hashes, checkpoint } = parseProof(fromHex(data), "proof");
    const { size } = parseCheckpoint(new TextEncoder().encode(checkpoint));
    return { index, hashes: hashes.map(toHex), size };
  },
  bundle({ data, width }) {
    return decodeBundle(fromHex(data), width, "bundle").map(toHex);
  },
  inclusion({ leaf, index, size, proof, root }) {
    verifyInclusion(fromHex(leaf), index, size, proof.map(fromHex), fromHex(root));
    return true;
  },
  consistency({ oldSize, oldRoot, size, root, proof }) {
    verifyConsistency(oldSize, fromHex(oldRoot), size, fromHex(root), proof.map(fromHex));
    return true;
  },
  table({ kind, data, areas }) {
    const byCode = ([a], [b]) => (a < b ? -1 : Number(a > b));
    if (kind === "areas") {
      const { parents, names } = readAreas(fromHex(data));
      return [...parents].map(([code, parent]) => [code, parent, names.get(code)]).sort(byCode);
    }
    const found = readStations(fromHex(data), readAreas(fromHex(areas)));
    return [...found].map(([code, { area, registered }]) => [code, area, registered]).sort(byCode);
  },
  async whole({ directory, trust, earlier }) {
    const log = new Log("", trust ? parseTrust(fromHex(trust)) : null, filesOf(directory));
    return reported(await verifyWhole(log, { earlier: earlier ? fromHex(earlier) : null }));
  },
  async zip({ data, trust }) {
    const known = parseTrust(fromHex(trust));
    const { kind, fetchFile } = await openSource({ zip: new Blob([fromHex(data)]) });
    const report = kind === "whole" ? await verifyWhole(new Log("", known, fetchFile), {}) : await verifyPart(new PartLog(fetchFile, known), {});
    return { kind, ...reported(report) };
  },
  /** What a process may do that has gone wrong, by which the client is tested. */
  test({ act }) {
    if (act === "die") process.abort();
    if (act === "hang") for (;;);
    return act;
  },
};

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { command, questions } = JSON.parse(line);
  const answers = [];
  for (const question of questions) {
    const before = process.cpuUsage();
    let answer;
    try {
      answer = { said: await commands[command](question) };
    } catch (error) {
      answer = error instanceof Refusal ? { refused: error.key } : { broken: String(error?.stack ?? error).slice(0, 600) };
    }
    const { user, system } = process.cpuUsage(before);
    answers.push({ ...answer, seconds: (user + system) / 1e6 });
  }
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
