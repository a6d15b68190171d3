// The scrutineer's page: takes photos, reads their codes, removes what a phone writes into a photo, keeps each until the
// server has it, and then deletes it.

import { el, fillElement } from "./dom.js";
import { forgetPhoto, keepPhoto, waitingPhotos } from "./phone-store.js";
import { qrReader } from "./qr-read.js";
import { looksLike2024, readQr2024 } from "../records/qr2024.js";
import { isQrText, readQrText } from "../records/qr-text.js";
import { openRecord } from "../records/record.js";
import { attempt } from "../records/sheet-text.js";
import { Refusal } from "../records/refusal.js";
import { toHex } from "../records/bytes.js";

const QUALITY = 0.9;
const LONGEST = 4096; // pixels of a side that is sent
const PATIENCE = 4_000; // milliseconds that reading a code may take
const AGAIN = 15_000; // milliseconds until the next try
const [ANSWERING, SLOWEST] = [30_000, 8]; // milliseconds that an answer may take, bytes that at least go in one

/** @type {{ words: Record<string, string>, contests: Record<string, { title: string, options: string[] }> }} */
const { words, contests } = JSON.parse(find("given").dataset.given ?? "{}");
const [list, offline] = [find("photos"), find("offline")];
const photo = /** @type {HTMLInputElement} */ (find("photo"));
const reader = qrReader();
/** @type {Map<number, HTMLElement>} */
const shown = new Map();
/** Those that the server will not take. @type {Set<number>} */
const refused = new Set();
let [busy, anew] = [false, false];
let sending = new AbortController();

/** @param {string} id @returns {HTMLElement} */
function find(id) {
  return /** @type {HTMLElement} */ (document.querySelector(`#${id}`));
}

/** The text of a photo's code, null where there is none or nothing that reads it. @param {ImageBitmap} bitmap */
async function codeOf(bitmap) {
  return (await (await reader)?.(bitmap, true)) ?? null;
}

/** Nothing, after so many milliseconds: a photo is kept whether its code is read or not. @param {number} wait @returns {Promise<null>} */
function later(wait) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), wait);
  });
}

/** A photo's pixels as a JPEG and the text of its code; as it is where this browser cannot decode it. @param {File} file */
async function prepared(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { bytes: await file.arrayBuffer(), read: null }; // HEIC, which the server strips
  }
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  const read = await Promise.race([codeOf(bitmap).catch(() => null), later(PATIENCE)]);
  return { bytes: await (blob ?? file).arrayBuffer(), read }; // no blob where there is no memory for one
}

/** What the code on a sheet says. @param {string | null} read */
function saidBy(read) {
  if (read === null) return [el("p.small", {}, words["no-code"])];
  const sheet = attempt(() => (looksLike2024(read) ? readQr2024(read) : isQrText(read) ? record(read) : null));
  if (!sheet || sheet instanceof Refusal) return [el("p.small", {}, words["other-code"])];
  const contest = "contest" in sheet ? contests[sheet.contest] : undefined;
  const named = (/** @type {number} */ count, /** @type {number} */ at) => el("li", {}, `${contest?.options[at] ?? at + 1}: ${count}`);
  return [
    el("p", {}, words.reads, " ", el("b", {}, sheet.station), contest ? ` · ${contest.title}` : ""),
    el("details", {}, el("summary", {}, words.unchecked), el("ul", {}, sheet.counts.map(named))),
  ];
}

/** @param {string} read */
function record(read) {
  const { about, body } = openRecord(readQrText(read).raw);
  if (!about.station || !Array.isArray(body.counts)) return null;
  return { station: about.station, contest: about.contest ?? "", counts: /** @type {number[]} */ (body.counts) };
}

/** @param {import("./phone-store.js").Waiting} one */
function show(one) {
  const state = el("p.state", { role: "status" }, words.kept);
  const item = el("li", {}, state, ...saidBy(one.read));
  shown.set(one.id, item);
  list.prepend(item);
}

/** @param {number} id @param {string} text @param {...import("./dom.js").Child} more */
function tell(id, text, ...more) {
  const state = shown.get(id)?.querySelector(".state");
  if (state) fillElement(state, text, ...more);
}

/** Send what waits, one after the other; stop where there is no network or no session. */
async function sendAll() {
  if (busy) return;
  [busy, anew] = [true, false];
  try {
    const waiting = await waitingPhotos();
    for (const one of waiting) if (!shown.has(one.id)) show(one);
    for (const one of waiting) {
      if (!refused.has(one.id) && !(await send(one))) break;
    }
  } finally {
    busy = false;
  }
  if (anew) await sendAll();
}

/** Leave the try that is under way, if there is one, and begin again: a network that came back knows nothing of it. */
async function sendAnew() {
  anew = busy;
  sending.abort();
  await sendAll();
}

/** Whether to go on with the next one. @param {import("./phone-store.js").Waiting} one */
async function send({ id, bytes }) {
  tell(id, words.sending);
  let answer, said;
  sending = new AbortController();
  const { signal } = sending;
  // A network may swallow what is sent and say nothing, for as long as anybody waits.
  const end = setTimeout(() => sending.abort(), ANSWERING + bytes.byteLength / SLOWEST);
  try {
    answer = await fetch("/phone/pictures", { method: "POST", body: bytes, headers: { "content-type": "application/octet-stream" }, signal });
    said = await answer.json();
  } catch {
    tell(id, words.kept);
    return false;
  } finally {
    clearTimeout(end);
  }
  const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  if (answer.status === 201 && said.receipt === digest) {
    await forgetPhoto(id);
    tell(id, words.received, " ", el("b", {}, digest.slice(0, 8)));
    shown.delete(id);
    return true;
  }
  if (answer.status === 403) tell(id, words.kept, ". ", el("a", { href: "/enter" }, words.over));
  else if (said.error === "picture") {
    refused.add(id);
    tell(id, words.refused, " ", String(said.says), " ", remover(id));
    return true;
  } else tell(id, words.kept);
  return false;
}

/** @param {number} id */
function remover(id) {
  const button = el("button.quiet", { type: "button" }, words.remove);
  button.addEventListener("click", async () => {
    await forgetPhoto(id);
    shown.get(id)?.remove();
    shown.delete(id);
  });
  return button;
}

photo.addEventListener("change", async () => {
  const files = [...(photo.files ?? [])];
  photo.value = "";
  for (const file of files) {
    try {
      const { bytes, read } = await prepared(file);
      show({ id: await keepPhoto(bytes, read), bytes, read });
    } catch {
      list.prepend(el("li.problem", {}, words.full)); // and go on with the next one
    }
  }
  await sendAll();
});
find("send").addEventListener("click", sendAnew);
addEventListener("online", sendAnew);
setInterval(sendAll, AGAIN);

/** Say whether the page works without a network from now on. */
async function keepPage() {
  try {
    await navigator.serviceWorker.register("/phone-worker.js");
    await navigator.serviceWorker.ready;
    offline.textContent = words.ready;
  } catch {
    offline.textContent = words["not-ready"]; // there is none without TLS, or where its certificate is not trusted
  }
}

keepPage();
sendAll();
