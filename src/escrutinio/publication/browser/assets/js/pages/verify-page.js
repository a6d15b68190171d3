// The form that starts a verification, its progress, and where its report goes; on the site's page and in the
// single file alike.
//
//   div > form(p(label, input)*, fieldset?, p(button)), div.progress[hidden](label, progress, button),
//         p[role=status], section.report

import { toUtf8 } from "../records/bytes.js";
import { el, fillElement } from "./dom.js";
import { isNative } from "../records/ed25519.js";
import { keepCheckpoint, keptCheckpoint, seenHeads } from "../log/earlier.js";
import { handedText } from "../records/handed.js";
import { Refusal } from "../records/refusal.js";
import { chosenFiles, openSource } from "../log/source.js";
import { trustOfDigits } from "../log/fingerprint.js";
import { parseTrust } from "../log/trust.js";
import { showRefusal, showReport } from "./verify-report.js";
import { digitsField } from "./digits.js";
import { askDecoder, handedDecoder } from "./qr-handed.js";
import { sheetField } from "./verify-sheet.js";
import { revived } from "../election/steps.js";
import { speak } from "./say.js";

const MAX_TRUST = 1024 * 1024 + 1; // one more than is allowed, so that what is too long is refused and not cut
const SAMPLE = 1_000;
const STAGES = ["entries", "tiles", "signatures", "rules", "beside"];

/** @typedef {import("../log/source.js").Chosen} Chosen */
/** Starts a worker, or something that behaves like one; `more` is a program that it runs beside its own.
 * @typedef {(more?: string) => Worker} StartWorker */

/**
 * Build the page into an element.
 * @param {HTMLElement} root
 * @param {{ lang: string, base: string | null, startWorker: StartWorker }} how `base`: the publication's address;
 *   null where the reader chooses a folder or a file
 */
export async function mountVerification(root, { lang, base, startWorker }) {
  const status = el("p", { role: "status" });
  const report = el("section.report", { "aria-live": "off" });
  const say = (/** @type {string} */ text) => fillElement(status, text);
  /** @type {Chosen | null} */
  let chosen = base === null ? null : { base };
  const choose = (/** @type {File[]} */ files) => {
    if (!files.length) return;
    chosen = chosenFiles(files);
    say("files" in chosen ? speak(lang, "chosen-folder", { count: chosen.files.length }) : speak(lang, "chosen-zip", { name: files[0].name }));
  };
  const native = await isNative();
  const trust = fileField("trust-file", { accept: ".toml" });
  const digits = digitsField();
  const sheet = await sheetField(lang, say, async (photo) => chosen && readHanded(chosen, startWorker, photo));
  const earlier = /** @type {HTMLTextAreaElement} */ (el("textarea", { id: "earlier", rows: "5", spellcheck: "false", autocomplete: "off" }));
  const start = el("button", { type: "submit" }, speak(lang, "start"));
  const form = el(
    "form.verify",
    {},
    base === null && chooser(lang, choose),
    field(lang, "digits", digits, "digits-hint"),
    field(lang, "trust-file", trust, "trust-hint"),
    el("details", {}, el("summary", {}, speak(lang, "earlier-summary")), el("p", {}, el("label", { for: "earlier" }, speak(lang, "earlier-label"))), earlier, el("p.small.muted", {}, speak(lang, "earlier-hint"))),
    base === null && sheet.element,
    !native && sampleChoice(lang),
    el("p", {}, start),
  );
  const bar = progressBar(lang);
  fillElement(root, form, bar.element, status, report);
  let anew = false;
  const again = () => {
    anew = true; // what was read before may be what this browser keeps of it
    /** @type {HTMLFormElement} */ (form).requestSubmit();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!chosen) return say(speak(lang, "choose-first"));
    start.toggleAttribute("disabled", true);
    fillElement(report);
    say(speak(lang, "stage-start"));
    const sample = /** @type {HTMLInputElement | null} */ (form.querySelector("#slow-sample"))?.checked ? SAMPLE : null;
    try {
      const { content: trustFile, known, typed } = await trustGiven(trust.files?.[0], digits.value.trim(), chosen);
      const work = { chosen: anew && "base" in chosen ? { ...chosen, anew } : chosen, trust: trustFile, earlier: earlierOf(known, earlier.value), sample, sheet: sheet.text() };
      const seen = seenHeads();
      const found = await bar.follow(startWorker(), work, say);
      if (found === null) return say(speak(lang, "cancelled"));
      say("");
      fillElement(report, ...showReport(lang, found, { typed, seen: seen.get(found.origin) ?? null, kept: keep(known, found), again }));
      const heading = /** @type {HTMLElement | null} */ (report.querySelector("h2"));
      heading?.focus();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      fillElement(report, ...showRefusal(lang, error, again));
      say("");
    } finally {
      start.toggleAttribute("disabled", false);
    }
  });
}

/**
 * The checkpoint to compare with: the one given, or the one that this browser kept of the log that a trust file names.
 * @param {import("../log/trust.js").Trust | null} trust
 * @param {string} given
 * @returns {Uint8Array | null}
 */
function earlierOf(trust, given) {
  const text = given.trim() ? `${given.trim()}\n` : trust && keptCheckpoint(trust);
  return text ? toUtf8(text) : null;
}

/**
 * The trust file that the reader gave; else the publication's own copy, where it has the thirty digits typed.
 * @param {File | undefined} file
 * @param {string} digits
 * @param {Chosen} chosen
 * @returns {Promise<{ content: Uint8Array | null, known: import("../log/trust.js").Trust | null, typed: boolean }>}
 */
async function trustGiven(file, digits, chosen) {
  const content = file ? handedText(new Uint8Array(await file.slice(0, MAX_TRUST).arrayBuffer())) : null;
  if (!digits) return { content, known: content && parseTrust(content), typed: false };
  const { fetchFile } = await openSource(chosen);
  const read = async (/** @type {string} */ path, /** @type {number} */ limit) => content ?? fetchFile(path, limit);
  const found = await trustOfDigits(digits, read);
  return { content: found.content, known: found.trust, typed: content === null };
}

/**
 * The text in a photo, by the decoder among the files chosen: "" where it reads none, null where there is no decoder.
 * @param {Chosen} chosen
 * @param {StartWorker} startWorker
 * @param {ImageBitmap} photo
 */
async function readHanded(chosen, startWorker, photo) {
  const decoder = await openSource(chosen)
    .then(({ fetchFile }) => handedDecoder(fetchFile))
    .catch(() => null);
  return decoder && ((await askDecoder(startWorker(decoder), photo)) ?? "");
}

/**
 * Keep the checkpoint of a whole log that a trust file vouches for, and say what became of it.
 * @param {import("../log/trust.js").Trust | null} known
 * @param {import("../election/report.js").Report} found
 */
function keep(known, found) {
  if (found.kind !== "whole" || !found.checkpoint) return null;
  if (!known) return "untrusted";
  return vouchedFor(found) ? keepCheckpoint(known, found.checkpoint) : "failed";
}

/** Whether the log is the one that the trust file names, and nothing failed. @param {import("../election/report.js").Report} report */
function vouchedFor({ steps }) {
  const holds = (/** @type {string} */ id) => steps.some((step) => step.id === id && step.state === "ok");
  return ["log-signature", "cosignatures", "root", "trust-file"].every(holds) && steps.every(({ state }) => state !== "bad");
}

/** @param {string} id @param {Record<string, string | boolean>} attributes */
function fileField(id, attributes) {
  return /** @type {HTMLInputElement} */ (el("input", { type: "file", id, ...attributes }));
}

/** @param {string} lang @param {string} key @param {HTMLElement} input @param {string} hint */
function field(lang, key, input, hint) {
  input.setAttribute("aria-describedby", `${input.id}-hint`);
  return el("div.field", {}, el("label", { for: input.id }, speak(lang, key)), input, el("p.small.muted", { id: `${input.id}-hint` }, speak(lang, hint)));
}

/**
 * A folder, a zip, or either of them dropped on the page.
 * @param {string} lang
 * @param {(files: File[]) => void} choose
 */
function chooser(lang, choose) {
  const folder = fileField("folder", { webkitdirectory: true, multiple: true });
  const zip = fileField("zip", { accept: ".zip,.html" });
  for (const input of [folder, zip]) input.addEventListener("change", () => choose([...(input.files ?? [])]));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    choose([...(event.dataTransfer?.files ?? [])].slice(0, 1));
  });
  return el("div", {}, field(lang, "choose-folder", folder, "choose-folder-hint"), field(lang, "choose-zip", zip, "choose-zip-hint"));
}

/** @param {string} lang */
function sampleChoice(lang) {
  const radio = (/** @type {string} */ id, /** @type {boolean} */ checked) =>
    el("p", {}, el("input", { type: "radio", name: "sample", id, checked }), " ", el("label", { for: id }, speak(lang, id)));
  return el("fieldset", {}, el("legend", {}, speak(lang, "slow")), radio("slow-all", true), radio("slow-sample", false));
}

/** @param {string} lang */
function progressBar(lang) {
  const bar = /** @type {HTMLProgressElement} */ (el("progress", { id: "progress", max: "1" }));
  const label = el("label", { for: "progress" });
  const cancel = el("button", { type: "button" }, speak(lang, "cancel"));
  const element = el("div.progress", { hidden: true }, label, bar, cancel);
  return {
    element,
    /**
     * Give a worker its work and show how far it is.
     * @param {Worker} worker
     * @param {import("./verify-work.js").Work} work
     * @param {(text: string) => void} announce is told of each new stage, and not of every step in it
     * @returns {Promise<import("../election/report.js").Report | null>} null where the reader cancelled
     */
    async follow(worker, work, announce) {
      element.hidden = false;
      /** @type {Record<string, number>} */
      const shares = {};
      let stage = "";
      try {
        return await new Promise((resolve, reject) => {
          cancel.addEventListener("click", () => resolve(null), { once: true });
          worker.addEventListener("error", ({ message }) => reject(message ? new Refusal("worker-failed", { text: message }) : new Refusal("fetch-failed", { path: "verify-worker.js" }))); // it has no message where the program did not come
          worker.addEventListener("message", ({ data }) => {
            if (data.report) return resolve(data.report);
            if (data.refused) return reject(revived(data.refused));
            const name = speak(lang, `stage-${data.stage}`);
            if (data.stage !== stage && shares[data.stage] === undefined) announce(name);
            stage = data.stage;
            shares[stage] = data.all ? data.done / data.all : 1;
            bar.value = STAGES.reduce((sum, each) => sum + (shares[each] ?? 0), 0) / STAGES.length;
            fillElement(label, data.all > 2 ? speak(lang, "stage-progress", { stage: name, done: data.done, all: data.all }) : name);
          });
          worker.postMessage(work);
        });
      } finally {
        worker.terminate();
        element.hidden = true;
      }
    },
  };
}
