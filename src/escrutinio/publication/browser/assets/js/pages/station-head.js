// What stands on top of the page of a station or a center: where it is, and what is the same for all its records.
//
//   nav.crumbs(ol), h1, p.code, p.not-real, dl.facts, p.links

import { el, titleOf } from "./dom.js";
import { formatDay, formatNumber } from "../records/words.js";
import { say } from "./say.js";

/** @typedef {import("../election/places.js").Place} Place */

/** A station's number in its center: what its code has beyond the center's. @param {{ station: string, center: string }} place */
export function numberOf({ station, center }) {
  return center && station.startsWith(center) ? station.slice(center.length).replace(/^[._-]?0*(?=.)/, "") : station;
}

/**
 * How people call a station: by its number and its center.
 * @param {string} lang
 * @param {{ station: string, center: string, centerName: string }} place
 * @returns {string}
 */
export function stationName(lang, place) {
  const { station, centerName } = place;
  return centerName ? say(lang, "station-of", { number: numberOf(place), center: centerName }) : say(lang, "station", { station });
}

/**
 * @param {string} lang
 * @param {any} definition
 * @param {Place} place
 * @param {[string, string, string][]} path
 * @returns {(HTMLElement | null)[]}
 */
export function stationHead(lang, definition, place, path) {
  const { area, station, center, registered, previous, next } = place;
  const fact = (/** @type {string} */ key, /** @type {string | null} */ value) => value && el("div", {}, el("dt", {}, say(lang, key)), el("dd", {}, el("bdi", {}, value)));
  const link = (/** @type {string} */ key, /** @type {string | null} */ code) =>
    code && el("a", { href: `station.html?a=${area}&s=${encodeURIComponent(code)}`, rel: key === "next" ? "next" : "prev" }, say(lang, key, { station: code }));
  const whole = center && el("a", { href: `station.html?a=${area}&c=${encodeURIComponent(center)}` }, say(lang, "center-all"));
  const day = { place: titleOf(definition.body.place, lang, ""), day: formatDay(definition.body.voting_day, lang) };
  return [
    crumbsOf(lang, path),
    el("h1", {}, el("bdi", {}, stationName(lang, place))),
    el("p.code", {}, say(lang, "station-code"), " ", el("bdi", {}, station), " · ", say(lang, "voted", day)),
    notReal(lang, definition),
    el("dl.facts", {}, fact("center", center), fact("registered", registered === null ? null : formatNumber(registered, lang))),
    el("p.links", {}, el("a", { href: `areas/${path[path.length - 1]?.[2] ?? area}.html` }, say(lang, "parish")), whole, link("previous", previous), link("next", next)),
  ];
}

/** What is said of every record of an election that is none. @param {string} lang @param {any} definition */
export function notReal(lang, { body }) {
  return body.kind === "real" ? null : el("p.not-real", {}, el("strong", {}, say(lang, "not-real")));
}

/** @param {string} lang @param {[string, string, string][]} path */
export function crumbsOf(lang, path) {
  const crumbs = path.map(([, name, file]) => el("li", {}, el("a", { href: `areas/${file}.html` }, el("bdi", {}, name))));
  return el("nav.crumbs", { "aria-label": say(lang, "places") }, el("ol", {}, crumbs));
}

/**
 * The page's title, with the election's name at its end.
 * @param {string} lang
 * @param {any} definition
 * @param {string} name
 */
export function entitle(lang, { body }, name) {
  document.title = `${name} · ${titleOf(body.titles, lang, body.code)}`;
}
