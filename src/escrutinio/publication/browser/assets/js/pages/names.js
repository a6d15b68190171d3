// Looking up places, centers and stations by name or code, through the site's small indexes (site/indexes.py): only the
// files that a text needs are fetched.

import { centerOf, fileOf } from "../election/area-file.js";

const START = 2; // first letters of a word by which centers are filed
const MOST_FILES = 3; // that one search fetches
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** What was found: its names as the index has them, and where it leads below the language's pages.
 * @typedef {{ kind: "area" | "center" | "station", name: string, code: string, within: string, href: string }} Hit */
/** What a search came to: more hits than were asked for; so many centers with these words that none is listed; an
 * index that could not be read.
 * @typedef {{ hits: Hit[], more: boolean, many: boolean, offline: boolean }} Found */
/** @typedef {import("./site-index.js").Json} Json */
/** The areas by code, the words for their levels, and what reads an index. @typedef {{ areas: any, levels: any, json: Json }} Site */

/**
 * The words of a name as people type them: lower case, without accents, letters and digits alone.
 * @param {string} name
 * @returns {string[]}
 */
export function wordsOf(name) {
  return name.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "").match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * @param {Json} read
 * @param {string} text
 * @param {number} most
 * @returns {Promise<Found>}
 */
export async function lookUp(read, text, most) {
  let offline = false;
  const json = async (/** @type {string} */ path) => {
    const value = await read(path);
    offline = offline || value === null;
    return value ?? {};
  };
  const words = wordsOf(text);
  if (!words.length) return { hits: [], more: false, many: false, offline };
  const [areas, listed] = await Promise.all([json("data/areas.json"), json("data/names/words.json")]);
  const site = { areas, levels: listed.levels ?? {}, json };
  const telling = tellingWords(words, listed);
  const centers = await centersNamed(site, words, telling);
  const found = [
    ...areasNamed(site, text.trim(), words),
    ...(await byCode(site, text.trim())),
    ...(centers.length ? centers : await centersInPlaces(site, words)),
  ];
  const seen = new Set();
  const hits = found.filter(({ href }) => !seen.has(href) && seen.add(href));
  return { hits: hits.slice(0, most), more: hits.length > most, many: !telling.length && !centers.length && hits.every(({ kind }) => kind === "area"), offline };
}

/**
 * Which sentence says what a search came to.
 * @param {Found} found
 * @returns {"offline" | "many" | "more" | "none" | "some"}
 */
export function outcomeOf({ hits, more, many, offline }) {
  if (offline) return "offline";
  if (many) return "many";
  return more ? "more" : hits.length ? "some" : "none";
}

/** Where a hit leads when another page than the station's own takes stations and centers. @param {string} href @param {string} page */
export function leadTo(href, page) {
  return href.replace(/^station\.html(?=\?)/, page);
}

/** @param {string[]} typed @param {string[]} words */
function fit(typed, words) {
  return typed.every((start) => words.some((word) => word.startsWith(start)));
}

/** What an area is called in full, else its name in the roll. @param {any} area */
function nameOf(area) {
  return String(area?.also?.[0] ?? area?.name ?? "");
}

/** How people call an area: its name in the roll and others. @param {any} area @returns {string[]} */
function calledOf(area) {
  const also = Array.isArray(area?.also) ? area.also : [];
  return [area?.name, ...also].flatMap((name) => wordsOf(String(name ?? "")));
}

/** The words of an area and, with `upwards`, of those it lies in. @param {Site} site @param {string} code @param {boolean} upwards */
function wordsOfArea({ areas, levels }, code, upwards) {
  const found = [];
  for (let [at, depth] = [code, 0]; areas[at] && depth < 8; at = areas[at].parent, depth++) {
    const kind = Object.prototype.hasOwnProperty.call(levels, areas[at].level) ? levels[areas[at].level] : [];
    found.push(...calledOf(areas[at]), ...kind.map(String));
    if (!upwards) break;
  }
  return found;
}

/** @param {Site} site @param {string} text @param {string[]} words @returns {Hit[]} */
function areasNamed(site, text, words) {
  const { areas } = site;
  const named = (/** @type {string} */ code) => words.some((word) => fit([word], calledOf(areas[code]))) && fit(words, wordsOfArea(site, code, false));
  const found = Object.entries(areas).filter(([code]) => code.startsWith(text) || named(code));
  return found.map(([code, area]) => {
    const name = nameOf(area);
    const within = [name === area.name ? "" : String(area.name), above(areas, code)].filter(Boolean).join(" · ");
    return { kind: "area", name, code, within, href: `areas/${fileOf(areas, code)}.html` };
  });
}

/** The names of the areas above one, the nearest first. @param {Record<string, any>} areas @param {string} code */
function above(areas, code) {
  const names = [];
  for (let at = areas[code]?.parent; at && names.length < 8; at = areas[at]?.parent) names.push(nameOf(areas[at]));
  return names.slice(0, -1).join(" · ");
}

/** An area's name and those above it. @param {Record<string, any>} areas @param {string} code */
function withIn(areas, code) {
  return [nameOf(areas[code]), above(areas, code)].filter(Boolean).join(" · ");
}

/** The area with the longest code that a code begins with. @param {Record<string, any>} areas @param {string} code */
function areaOfCode(areas, code) {
  const starts = Array.from({ length: code.length }, (_, at) => code.slice(0, code.length - at));
  return starts.find((start) => Object.prototype.hasOwnProperty.call(areas, start));
}

/**
 * Centers and stations whose code begins so, in the area whose code the text begins with.
 * @param {Site} site
 * @param {string} text
 * @returns {Promise<Hit[]>}
 */
async function byCode(site, text) {
  const { areas, json } = site;
  if (!CODE.test(text) || text.length > 64) return [];
  const area = areaOfCode(areas, text);
  if (!area) return text === text.toUpperCase() ? [] : byCode(site, text.toUpperCase());
  const index = await json(`data/index/${fileOf(areas, area)}.json`);
  const within = withIn(areas, area);
  const centers = Object.entries(index.centers ?? {}).filter(([code]) => code.startsWith(text));
  const stations = Object.entries(index.stations ?? {}).filter(([code]) => code.startsWith(text));
  return [
    ...centers.map(([code, name]) => centerHit(areas, area, code, name)),
    ...stations.map(([code]) => {
      const name = String(index.centers?.[centerOf(index.stations, code)] ?? "");
      return /** @type {Hit} */ ({ kind: "station", name, code, within, href: `station.html?a=${area}&s=${code}` });
    }),
  ];
}

/** @param {any} areas @param {string} area @param {string} code @param {unknown} name @returns {Hit} */
function centerHit(areas, area, code, name) {
  return { kind: "center", name: String(name), code, within: withIn(areas, area), href: `station.html?a=${area}&c=${code}` };
}

/** The words that few centers have, the longest first. @param {string[]} words @param {any} listed the file of words */
function tellingWords(words, { common = [] }) {
  const found = words.filter((word) => [...word].length >= START && !common.some((/** @type {string} */ one) => one.startsWith(word)));
  return found.sort((a, b) => b.length - a.length);
}

/**
 * Centers by their names and those of the places they lie in. Every center stands under each of its telling words, so
 * that the file of one is enough; the next is asked where the longest names a place.
 * @param {Site} site
 * @param {string[]} words
 * @param {string[]} telling
 * @returns {Promise<Hit[]>}
 */
async function centersNamed(site, words, telling) {
  const { areas, json } = site;
  const { start = [] } = await json("data/names/words.json");
  const firsts = new Set(telling.map((word) => [...word].slice(0, START).join("")));
  const called = namer(site, words);
  for (const first of [...firsts].filter((one) => start.includes(one)).slice(0, MOST_FILES)) {
    const rows = await json(`data/names/${hexOf(first)}.json`);
    const found = (Array.isArray(rows) ? rows : []).flatMap(([code, name, other]) => {
      const area = other ?? areaOfCode(areas, code) ?? "";
      return called(area, name) ? [centerHit(areas, area, code, name)] : [];
    });
    if (found.length) return found;
  }
  return [];
}

/**
 * Whether words are those of a center's name, at least one of them, and of the places it lies in.
 * @param {Site} site
 * @param {string[]} words
 * @returns {(area: string, name: unknown) => boolean}
 */
function namer(site, words) {
  /** @type {Map<string, string[]>} */
  const around = new Map();
  return (area, name) => {
    const own = wordsOf(String(name));
    if (!words.some((word) => fit([word], own))) return false;
    if (!around.has(area)) around.set(area, wordsOfArea(site, area, true));
    return fit(words, [...own, ...(around.get(area) ?? [])]);
  };
}

/**
 * Centers by a common word, such as "school", and the place they lie in, where few areas are of that name.
 * @param {Site} site
 * @param {string[]} words
 * @returns {Promise<Hit[]>}
 */
async function centersInPlaces(site, words) {
  const { areas, json } = site;
  const parents = new Set(Object.values(areas).map(({ parent }) => parent));
  const fits = Object.keys(areas).filter((code) => !parents.has(code) && words.some((word) => fit([word], calledOf(areas[code]))));
  if (fits.length > MOST_FILES) return [];
  const called = namer(site, words);
  const listed = await Promise.all(fits.map((code) => json(`data/index/${fileOf(areas, code)}.json`)));
  return fits.flatMap((area, at) =>
    Object.entries(listed[at].centers ?? {})
      .filter(([, name]) => called(area, name))
      .map(([code, name]) => centerHit(areas, area, code, name)),
  );
}

/** @param {string} text @returns {string} its UTF-8 in hexadecimal */
function hexOf(text) {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
