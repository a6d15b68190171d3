// The box in which a reader gives a page what came by another way: the thirty digits of a log, or a trust file.
//
//   details.trust > summary, p, form(label, input, button, p), p(label, input[type=file]), p[role=status], p > code

import { digitsField } from "./digits.js";
import { el } from "./dom.js";
import { handedText } from "../records/handed.js";
import { Refusal } from "../records/refusal.js";
import { fingerprint, trustOfDigits } from "../log/fingerprint.js";
import { parseTrust } from "../log/trust.js";
import { say } from "./say.js";

/** `name`: of the file; empty where thirty digits were typed. @typedef {{ name: string, trust: import("../log/trust.js").Trust }} Chosen */

/**
 * @param {string} lang
 * @param {Chosen | null} chosen
 * @param {string} trouble a sentence, if the last file was refused
 * @param {(chosen: Chosen | null, trouble: string) => void} choose
 * @param {import("../log/tiles.js").Fetch} fetchFile of the publication, whose copy of the trust file the digits are held against
 * @returns {HTMLElement}
 */
export function trustBox(lang, chosen, trouble, choose, fetchFile) {
  const input = /** @type {HTMLInputElement} */ (el("input", { type: "file", id: "trust-file", accept: ".toml" }));
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (!file) return;
    try {
      const trust = parseTrust(handedText(new Uint8Array(await file.slice(0, 2 ** 20 + 1).arrayBuffer())));
      choose({ name: file.name, trust }, "");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      choose(null, say(lang, "trust-failed", { why: error }));
    }
  });
  return el(
    "details.trust",
    { open: Boolean(chosen || trouble) },
    el("summary", {}, say(lang, "trust")),
    el("p", {}, say(lang, "trust-hint")),
    digitsForm(lang, choose, fetchFile),
    el("p", {}, el("label", { for: "trust-file" }, say(lang, "trust-label")), " ", input),
    el("p", { role: "status" }, trouble || (chosen && (chosen.name ? say(lang, "trust-loaded", { name: chosen.name }) : say(lang, "digits-held")))),
    chosen && el("p.small", {}, say(lang, "trust-fingerprint"), " ", el("code.hash", {}, fingerprint(chosen.trust))),
  );
}

/**
 * @param {string} lang
 * @param {(chosen: Chosen | null, trouble: string) => void} choose
 * @param {import("../log/tiles.js").Fetch} fetchFile
 */
function digitsForm(lang, choose, fetchFile) {
  const input = digitsField();
  const form = el(
    "form.digits",
    {},
    el("p", {}, el("label", { for: input.id }, say(lang, "digits")), " ", input, " ", el("button", { type: "submit" }, say(lang, "digits-check"))),
    el("p.small.muted", { id: `${input.id}-hint` }, say(lang, "digits-hint")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      choose({ name: "", trust: (await trustOfDigits(input.value, fetchFile)).trust }, "");
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      choose(null, error.text(lang));
    }
  });
  return form;
}
