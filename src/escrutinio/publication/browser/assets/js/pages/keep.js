// What a reader can take away of a record: its bytes, the proof that it stands in the log, its QR code.
//
//   div.keep > p.links(button*), p.small, figure.qr-shown(svg, figcaption, details(pre))

import { download, el, fillElement } from "./dom.js";
import { formatProof } from "../log/proof.js";
import { drawQr } from "./qr-draw.js";
import { qrText } from "../records/qr-text.js";
import { say } from "./say.js";

/** @typedef {import("../log/log.js").Log} Log */
/** @typedef {import("../log/log.js").Standing} Standing */

/**
 * @param {string} lang
 * @param {Log} log
 * @param {Standing} standing
 * @param {{ real: boolean, form?: string }} about the election, and how a copy was read
 * @returns {HTMLElement}
 */
export function keepBox(lang, log, standing, about) {
  const shown = el("div", { role: "status" });
  const button = (/** @type {string} */ key, /** @type {() => Promise<void> | void} */ act) => {
    const made = el("button", { type: "button" }, say(lang, key));
    made.addEventListener("click", () => void act());
    return made;
  };
  return el(
    "div.keep",
    {},
    el("h3", {}, say(lang, "keep")),
    el(
      "p.links",
      {},
      button("show-qr", async () => fillElement(shown, await qrFigure(lang, standing.raw, about))),
      button("download-record", () => download(`entry-${standing.index}.cose`, standing.raw)),
      button("download-proof", async () => download(`entry-${standing.index}.tlog-proof`, await proofOf(log, standing))),
    ),
    el("p.small.muted", {}, say(lang, "keep-hint")),
    shown,
  );
}

/**
 * The .tlog-proof of an entry under the checkpoint that the page uses.
 * @param {Log} log
 * @param {Standing} standing
 * @returns {Promise<Uint8Array>}
 */
export async function proofOf(log, { index, proof }) {
  return formatProof(index, proof, await log.checkpoint());
}

/** @param {string} lang @param {Uint8Array} raw @param {{ real: boolean, form?: string }} about */
async function qrFigure(lang, raw, { real, form }) {
  const text = qrText(raw, real);
  const drawn = await drawQr(text, say(lang, "qr-text"));
  return el(
    "figure.qr-shown",
    {},
    drawn,
    el(
      "figcaption",
      {},
      el("p", {}, drawn ? say(lang, "qr-caption", { size: raw.length }) : say(lang, "qr-none")),
      form === "qr2024" && el("p", {}, say(lang, "qr-copy")),
      !real && el("p", {}, el("strong", {}, `${say(lang, "not-real")}. `), say(lang, "not-real-hint")),
      el("details", { open: !drawn }, el("summary", {}, say(lang, "qr-text")), el("pre", { tabindex: "0" }, text)),
    ),
  );
}
