// The page "Check a sheet": a QR code from the camera, a photo or pasted text, read on this device and held against
// the log.
//
//   main#check[data-base][data-lang] > div#check-here
//     > p, div.check-ways(button, div.camera, p(label, input[type=file]), form(label, textarea, button)),
//       details.trust, p[role=status], div.answers > article.verdict (answer.js)

import { answerCard, verdictOf } from "./answer.js";
import { fromUtf8, toBase64, toHex, toUtf8 } from "../records/bytes.js";
import { cameraIsThere, cameraTrouble, startCamera } from "./camera.js";
import { download, el, fillElement } from "./dom.js";
import { identify, identifyReceipt, sameVotes } from "./identify.js";
import { Log } from "../log/log.js";
import { formatCheckpoint } from "../log/proof.js";
import { qrReader } from "./qr-read.js";
import { pastedTexts } from "../records/handed.js";
import { Refusal } from "../records/refusal.js";
import { readReceiptCode } from "../records/receipt-code.js";
import { readable } from "../records/sheet-text.js";
import { sha256 } from "../records/sha256.js";
import { trustBox } from "./trust-box.js";
import { languageOf, sayCheck } from "./say.js";

const READ_WHOLE_BELOW = 100_000; // entries; larger logs are read whole when the reader asks for it
const EVIDENCE = ["not-in-log", "altered", "unknown-key"];

/** @typedef {import("./trust-box.js").Chosen | null} Chosen */

class CheckPage {
  /** @param {HTMLElement} box @param {string} base @param {string} lang */
  constructor(box, base, lang) {
    this.box = box;
    this.base = base;
    this.lang = lang;
    this.log = new Log(base);
    this.status = el("p.check-status", { role: "status" });
    this.answers = el("div.answers");
    this.trust = el("div");
    /** @type {import("./qr-read.js").Read | null} */
    this.read = null;
    /** @type {(() => void) | null} */
    this.stopCamera = null;
  }

  async start() {
    this.read = await qrReader();
    this.showTrust(null, "");
    const ways = el("div.check-ways", {}, this.read ? [this.cameraWay(), this.photoWay()] : el("p.note", {}, this.say("no-reader")), this.pasteWay());
    fillElement(this.box, el("p", {}, this.say("private")), this.status, this.answers, ways, this.trust);
    if (this.read) this.acceptDrops();
  }

  /** @param {string} key @param {Record<string, unknown>} [values] */
  say(key, values) {
    return sayCheck(this.lang, key, values);
  }

  /** @param {Chosen} chosen @param {string} trouble */
  showTrust(chosen, trouble) {
    this.log = new Log(this.base, chosen?.trust);
    fillElement(this.trust, trustBox(this.lang, chosen, trouble, (next, why) => this.showTrust(next, why), this.log.fetchFile));
  }

  cameraWay() {
    if (!cameraIsThere()) return el("p.small.muted", {}, this.say("camera-none"));
    const view = el("div.camera");
    const button = el("button", { type: "button" }, this.say("camera"));
    const stopped = () => {
      this.stopCamera = null;
      fillElement(button, this.say("camera"));
    };
    button.addEventListener("click", async () => {
      if (this.stopCamera) {
        this.stopCamera();
        return stopped();
      }
      try {
        const read = /** @type {import("./qr-read.js").Read} */ (this.read);
        this.stopCamera = await startCamera(view, read, this.say("camera-hint"), (text) => {
          stopped();
          void this.check(text);
        });
        fillElement(button, this.say("camera-stop"));
      } catch (error) {
        fillElement(this.status, this.say(cameraTrouble(error)));
      }
    });
    return el("div", {}, el("p", {}, button), view);
  }

  photoWay() {
    const input = /** @type {HTMLInputElement} */ (el("input", { type: "file", id: "sheet-photo", accept: "image/*" }));
    input.addEventListener("change", () => input.files?.[0] && void this.photo(input.files[0]));
    const label = el("label", { for: "sheet-photo" }, this.say("photo"));
    return el("div", {}, el("p", {}, label, " ", input), el("p.small.muted", {}, this.say("photo-hint")));
  }

  pasteWay() {
    const area = { id: "sheet-text", rows: "4", maxlength: "100000", spellcheck: "false", autocomplete: "off" };
    const field = /** @type {HTMLTextAreaElement} */ (el("textarea", { ...area, "aria-describedby": "sheet-text-hint" }));
    const form = el(
      "form",
      {},
      el("label", { for: "sheet-text" }, this.say("paste")),
      field,
      el("p.small.muted", { id: "sheet-text-hint" }, this.say("paste-hint")),
      el("button", { type: "submit" }, this.say("check")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = readable(pastedTexts(field.value));
      if (text.trim()) return void this.check(text);
      fillElement(this.answers);
      fillElement(this.status, this.say("paste-empty"));
      field.focus();
    });
    return form;
  }

  acceptDrops() {
    const stop = (/** @type {Event} */ event) => event.preventDefault();
    addEventListener("dragover", stop);
    addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) void this.photo(file);
    });
  }

  /** @param {File} file */
  async photo(file) {
    const name = file.name.slice(0, 80);
    fillElement(this.answers);
    fillElement(this.status, this.say("reading-image", { name }));
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) return fillElement(this.status, this.say("no-image", { name }));
    const text = this.read && (await this.read(bitmap, true));
    return text === null ? fillElement(this.status, this.say("no-code", { name })) : this.check(text);
  }

  /** @param {string} text @param {boolean} [whole] */
  async check(text, whole) {
    const { log } = this;
    fillElement(this.answers);
    fillElement(this.status, this.say("checking"));
    try {
      const { size } = await log.checkpoint();
      await log.logKey(); // with a trust file, a log that its keys did not sign is refused here
      await log.cosignatures();
      const progress = (/** @type {number} */ done, /** @type {number} */ all) => fillElement(this.status, this.say("searching", { done, all }));
      const code = readReceiptCode(text);
      if (code) return await this.receipt(code, size, whole ?? size <= READ_WHOLE_BELOW, progress);
      const answer = await identify(log, text, { whole: whole ?? size <= READ_WHOLE_BELOW, progress });
      const card = answerCard(this.lang, answer, text, size, await this.actions(answer, text));
      fillElement(this.status);
      fillElement(this.answers, card, el("p.small.muted", {}, this.say("limit")));
      card.querySelector("h2")?.focus();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      fillElement(this.status, this.say("failed", { why: error }));
    }
  }

  /**
   * The records that have a receipt code, which no index names: the whole log is read for it.
   * @param {string} code @param {number} size @param {boolean} whole @param {(done: number, all: number) => void} progress
   */
  async receipt(code, size, whole, progress) {
    const values = { code, size };
    if (!whole) {
      fillElement(this.answers, el("p.links", {}, this.button("receipt-whole", () => void this.check(code, true))));
      return fillElement(this.status, this.say("receipt-large", values));
    }
    const found = await identifyReceipt(this.log, code, progress);
    const cards = found.map((answer) => answerCard(this.lang, answer, code, size, []));
    const said = found.length === 1 ? "receipt-one" : found.length ? "receipt-several" : "receipt-missing";
    fillElement(this.status, this.say(said, { ...values, count: found.length }), " ", this.say("receipt-why"));
    fillElement(this.answers, cards, el("p.small.muted", {}, this.say("limit")));
    cards[0]?.querySelector("h2")?.focus();
  }

  /** @param {string} key @param {() => void} act */
  button(key, act) {
    const made = el("button", { type: "button", title: key === "keep-evidence" ? this.say("keep-evidence-hint") : false }, this.say(key));
    made.addEventListener("click", act);
    return made;
  }

  /** @param {import("./identify.js").Answer} answer @param {string} text @returns {Promise<HTMLElement[]>} */
  async actions(answer, text) {
    const found = [];
    if ([answer.kind, answer.marked].includes("not-found")) found.push(this.button("whole", () => void this.check(text, true)));
    if ((EVIDENCE.includes(answer.kind) || answer.marked === "not-in-log") && answer.raw) {
      const content = await evidenceFile(this.log, answer, text);
      found.push(this.button("keep-evidence", () => download("sheet-evidence.json", content)));
    }
    return found;
  }
}

/**
 * What shows later what was seen now, as `escrutinio check --evidence` writes it (docs/reading-sheets.md): the record,
 * the checkpoint, the time by this device's clock.
 * @param {Log} log
 * @param {import("./identify.js").Answer} answer
 * @param {string} text
 * @returns {Promise<Uint8Array>}
 */
async function evidenceFile(log, answer, text) {
  const raw = /** @type {Uint8Array} */ (answer.raw);
  const { election } = await log.context();
  const others = answer.spoken.filter(({ entry }) => !sameVotes(entry.body, answer.body ?? {}));
  const said = {
    version: 1,
    seen_at: new Date().toISOString(),
    source_sha256: toHex(sha256(toUtf8(text.trim()))),
    election: toHex(election),
    checkpoint: fromUtf8(formatCheckpoint(await log.checkpoint())),
    records: [{ verdict: verdictOf(answer), sha256: toHex(sha256(raw)), record: toBase64(raw), others: others.map(({ index }) => index) }],
  };
  return toUtf8(`${JSON.stringify(said, null, 1)}\n`);
}

const root = document.getElementById("check");
const box = document.getElementById("check-here");
if (root && box) {
  const lang = languageOf(root);
  const page = new CheckPage(box, new URL(root.dataset.base ?? "../", location.href).href, lang);
  void page.start().then(() => root.setAttribute("aria-busy", "false"));
}
