// What the page of a station does not show.

import { el } from "./dom.js";
import { say } from "./say.js";

const LIMITS = ["limit-true", "limit-other", "limit-page", "limit-paper"];

/** @param {string} lang */
export function limits(lang) {
  const items = LIMITS.map((key) => el("li", {}, say(lang, key)));
  return el("section.limits", {}, el("h2", {}, say(lang, "limits")), el("ul", {}, items));
}
