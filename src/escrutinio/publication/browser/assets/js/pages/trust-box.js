// The box in which a reader gives a page a trust file that came by another way.
//
//   details.trust > summary, p, p(label, input[type=file]), p[role=status], p > code

import { el } from "./dom.js";
import { handedText } from "../records/handed.js";
import { Refusal } from "../records/refusal.js";
import { fingerprint } from "../log/fingerprint.js";
import { parseTrust } from "../log/trust.js";
import { say } from "./say.js";

/** @typedef {{ name: string, trust: import("../log/trust.js").Trust }} Chosen */

/**
 * @param {string} lang
 * @param {Chosen | null} chosen
 * @param {string} trouble a sentence, if the last file was refused
 * @param {(chosen: Chosen | null, trouble: string) => void} choose
 * @returns {HTMLElement}
 */
export function trustBox(lang, chosen, trouble, choose) {
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
    el("p", {}, el("label", { for: "trust-file" }, say(lang, "trust-label")), " ", input),
    el("p", { role: "status" }, trouble || (chosen && say(lang, "trust-loaded", { name: chosen.name }))),
    chosen && el("p.small", {}, say(lang, "trust-fingerprint"), " ", el("code.hash", {}, fingerprint(chosen.trust))),
  );
}
