// What the station page says to a text that is the code of no station: what the search finds for it, and where else to
// look.
//
//   h1, p.lead, ul.found-places > li > a, p.links

import { el } from "./dom.js";
import { leadTo, lookUp, outcomeOf } from "./names.js";
import { siteIndex } from "./site-index.js";
import { isCode } from "../records/text.js";
import { speaker } from "../records/words.js";
import { say } from "./say.js";

const MOST = 100;

/** A place: its code, name and name of its files. @typedef {[string, string, string] | null} Around */

const saySearch = speaker("search");

/**
 * The places found for a text; the only one is opened instead.
 * @param {string} base address of the publication
 * @param {string} text
 * @param {string} lang
 * @param {{ page?: string, around?: Around }} [how] `page` takes stations and centers; `around` is the place that the
 *   address speaks of
 * @returns {Promise<HTMLElement[]>}
 */
export async function foundFor(base, text, lang, { page = "station.html", around = null } = {}) {
  const said = text.trim().slice(0, 64);
  const field = document.querySelector("form.find input[name=s]");
  if (field instanceof HTMLInputElement && !field.value) field.value = said;
  const found = await lookUp(siteIndex(base), said, MOST);
  const { hits } = found;
  if (hits.length === 1) location.replace(leadTo(hits[0].href, page));
  const outcome = outcomeOf(found);
  const unlisted = isCode(said) && /\d/.test(said) && outcome === "none";
  return [
    el("h1", {}, say(lang, "found", { text: said })),
    el("p.lead", { role: "status" }, unlisted ? say(lang, "station-unlisted", { station: said }) : saySearch(lang, outcome === "some" ? "listed" : outcome, { count: hits.length })),
    hits.length > 0 && el("ul.found-places", {}, hits.map((hit) => el("li", {}, linkTo({ ...hit, href: leadTo(hit.href, page) }, lang)))),
    ...nextSteps(lang, around),
  ].filter((one) => one instanceof HTMLElement);
}

/** One of them as a link, with its kind, code and the places it lies in. @param {import("./names.js").Hit} hit @param {string} lang */
export function linkTo({ kind, name, code, within, href }, lang) {
  const what = kind === "area" ? code : `${saySearch(lang, kind)} ${code}`;
  const note = [what, within].filter(Boolean).join(" · ");
  return el("a", { href }, el("b", {}, el("bdi", {}, name || code)), " ", el("span.small.muted", {}, note));
}

/** What somebody does who did not find a station. @param {string} lang @param {Around} [around] @returns {HTMLElement[]} */
export function nextSteps(lang, around = null) {
  const parent = around && el("a", { href: `areas/${around[2]}.html` }, say(lang, "find-around", { place: around[1] }));
  return [
    el("p", {}, say(lang, "find-how")),
    el("p.links", {}, parent, el("a", { href: "index.html#areas" }, say(lang, "find-areas")), el("a", { href: "check.html" }, say(lang, "find-check"))),
  ];
}
