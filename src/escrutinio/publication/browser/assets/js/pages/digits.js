// The field for the thirty digits of a log.

import { el } from "./dom.js";

/** Where thirty digits are typed. @returns {HTMLInputElement} */
export function digitsField() {
  const about = { type: "text", inputmode: "numeric", autocomplete: "off", spellcheck: "false", maxlength: "80", size: "36" };
  return /** @type {HTMLInputElement} */ (el("input", { id: "trust-digits", "aria-describedby": "trust-digits-hint", ...about }));
}
