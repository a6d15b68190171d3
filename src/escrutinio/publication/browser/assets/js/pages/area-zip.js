// Packing an area: its records, their proofs and a page that verifies them, as one ZIP file made in the browser
// (docs/verifying-in-the-browser.md, "A part of the log").

import { toHex, toUtf8 } from "../records/bytes.js";
import { download, el, fillElement } from "./dom.js";
import { Log } from "../log/log.js";
import { formatCheckpoint, formatProof } from "../log/proof.js";
import { Refusal, refuse } from "../records/refusal.js";
import { isCode } from "../records/text.js";
import { fileOf } from "../election/area-file.js";
import { Gathering } from "../election/gathering.js";
import { writeZip } from "../log/zip.js";
import { sayArea } from "./say.js";

export const MOST_RECORDS = 20_000;
const CARDS = "data/qr2024.json"; // says what the counts of a QR code of 2024 are of
/** What reads photos in verify.html, where the publication has it. */
const DECODER = ["index.js", "decode.js", "LICENSE.txt"].map((name) => `assets/vendor/qr/${name}`);
const MAX_FILE = 16 * 1024 * 1024;
/** Files of the publication that go along, and their names in the zip. */
const ALONG = [
  ["assets/area-readme.txt", "README.txt"],
  ["verify.html", "verify.html"],
  ["trust.toml", "trust.toml"],
];

/** @typedef {(done: number, all: number) => void} Progress */

/**
 * The entries that an area's stations have in the site's indexes, in no order.
 * @param {Log} log
 * @param {string} area
 * @returns {Promise<number[]>}
 */
async function listedEntries(log, area) {
  const areas = await log.json("data/areas.json");
  /** @type {Map<string, string[]>} */
  const children = new Map();
  for (const [code, { parent }] of Object.entries(areas)) children.set(parent, [...(children.get(parent) ?? []), code]);
  /** @type {number[]} */
  const found = [];
  const waiting = [area];
  for (let code = waiting.pop(); isCode(code); code = waiting.pop()) {
    waiting.push(...(children.get(code) ?? []));
    const stations = Object.values((await indexOf(log, fileOf(areas, code)))?.stations ?? {});
    for (const { entries = {}, history = [] } of stations) found.push(.../** @type {number[][]} */ (Object.values(entries)).flat(), ...history);
    if (found.length > MOST_RECORDS) refuse("part-large", { size: found.length, limit: MOST_RECORDS });
  }
  return found;
}

/** The index of the stations that lie directly in an area; null where there are none. @param {Log} log @param {string} file */
async function indexOf(log, file) {
  try {
    return await log.json(`data/index/${file}.json`);
  } catch (error) {
    if (error instanceof Refusal && error.key === "fetch-missing") return null;
    throw error;
  }
}

/**
 * All entries of an area's part, and the attachments that it needs.
 * @param {Log} log
 * @param {string} area
 * @returns {Promise<{ indices: number[], attachments: { digest: Uint8Array, size: number }[] }>}
 */
async function gather(log, area) {
  const { definition } = await log.context();
  const controls = await log.json("data/controls.json");
  const gathering = new Gathering(log, await log.json("data/keys.json"));
  const vouchers = controls["audit-commitment"] ?? []; // a publication of before has none
  await gathering.add([0, 1, ...controls.roll, ...controls.closing, ...controls.ruling, ...vouchers, ...(await listedEntries(log, area))]);
  await gathering.rest(controls);
  const rolls = [...gathering.entries.values()].filter(({ type }) => type === 6).flatMap(({ body }) => [body.stations, body.centers].filter(Boolean));
  return { indices: gathering.indices(), attachments: [definition.body.areas, definition.body.contests_file, ...rolls].filter(Boolean) };
}

/**
 * The files of an area's part.
 * @param {Log} log
 * @param {string} area
 * @param {Progress} progress
 * @returns {Promise<{ name: string, data: Uint8Array }[]>}
 */
export async function areaFiles(log, area, progress) {
  const checkpoint = await log.checkpoint();
  const { indices, attachments } = await gather(log, area);
  const files = [];
  for (const [path, name] of ALONG) {
    files.push({ name, data: (await log.fetchFile(path, MAX_FILE)) ?? refuse("fetch-missing", { path }) });
  }
  for (const name of [...DECODER, CARDS]) {
    const data = await log.fetchFile(name, MAX_FILE).catch(() => null);
    if (data) files.push({ name, data });
  }
  files.push({ name: "checkpoint", data: formatCheckpoint(checkpoint) });
  files.push({ name: "area.json", data: toUtf8(`${JSON.stringify({ area, size: checkpoint.size, entries: indices })}\n`) });
  for (const named of attachments) {
    const name = `attachments/${toHex(named.digest)}`;
    if (!files.some((file) => file.name === name)) files.push({ name, data: await log.attachment(named) });
  }
  for (const [done, index] of indices.entries()) {
    const { raw, proof } = await log.standing(index);
    files.push({ name: `records/${index}.cose`, data: raw });
    files.push({ name: `proofs/${index}.tlog-proof`, data: formatProof(index, proof, checkpoint) });
    if (done % 50 === 0) progress(done, indices.length);
  }
  return files;
}

/**
 * Pack the area that a button names, and give it to the reader.
 * @param {HTMLButtonElement} button with data-area-download
 */
export async function downloadArea(button) {
  const lang = document.documentElement.lang || "en";
  const area = button.dataset.areaDownload ?? "";
  const next = button.nextElementSibling;
  const status = next?.matches("span[role=status]") ? next : el("span", { role: "status" });
  button.after(status);
  button.disabled = true;
  await Promise.all(["area", "refusal"].map((context) => import(`../../words/${lang}/${context}.js`)));
  try {
    const log = new Log(new URL("../../", location.href).href);
    const progress = (/** @type {number} */ done, /** @type {number} */ all) => fillElement(status, sayArea(lang, "working", { done, all }));
    progress(0, 0);
    const files = await areaFiles(log, area, progress);
    const zip = await writeZip(files);
    const { definition } = await log.context();
    const { size } = await log.checkpoint();
    download(`${definition.body.code}-${area}-${size}.zip`, new Uint8Array(await zip.arrayBuffer()));
    const records = files.filter(({ name }) => name.startsWith("records/")).length;
    fillElement(status, sayArea(lang, "done", { records, size: Math.ceil(zip.size / 1024) }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    fillElement(status, sayArea(lang, "failed", { why: error }));
  } finally {
    button.disabled = false;
  }
}
