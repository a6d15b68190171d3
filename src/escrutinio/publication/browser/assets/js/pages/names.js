// Looking up places, centers and stations by name or code, through the site's small indexes (site/indexes.py): only the
// files that a text needs are fetched.

import { fileOf } from "../election/area-file.js";

const START = 2; // first letters of a word by which centers are filed
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** What was found: its names as the index has them, and where it leads below the language's pages.
 * @typedef {{ kind: "area" | "center" | "station", name: string, code: string, within: string, href: string }} Hit */
/** @typedef {(path: string) => Promise<any>} Json gives the content of an index; an empty object where there is none */

/**
 * The words of a name as people type them: lower case, without accents, letters and digits alone.
 * @param {string} name
 * @returns {string[]}
 */
export function wordsOf(name) {
  return name.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "").match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * @param {Json} json
 * @param {string} text
 * @param {number} most
 * @returns {Promise<Hit[]>}
 */
export async function lookUp(json, text, most) {
  const areas = await json("data/areas.json");
  const words = wordsOf(text);
  if (!words.length) return [];
  const found = [...areasNamed(areas, text.trim(), words), ...(await byCode(json, areas, text.trim())), ...(await centersNamed(json, areas, words, most))];
  const seen = new Set();
  return found.filter(({ href }) => !seen.has(href) && seen.add(href)).slice(0, most);
}

/** @param {string[]} typed @param {string} name */
function fits(typed, name) {
  const words = wordsOf(name);
  return typed.every((start) => words.some((word) => word.startsWith(start)));
}

/** @param {Record<string, any>} areas @param {string} text @param {string[]} words @returns {Hit[]} */
function areasNamed(areas, text, words) {
  const found = Object.entries(areas).filter(([code, { name }]) => code.startsWith(text) || fits(words, String(name)));
  return found.map(([code, { name }]) => ({ kind: "area", name: String(name), code, within: above(areas, code), href: `areas/${fileOf(areas, code)}.html` }));
}

/** The names of the areas above one, the nearest first. @param {Record<string, any>} areas @param {string} code */
function above(areas, code) {
  const names = [];
  for (let at = areas[code]?.parent; at && names.length < 8; at = areas[at]?.parent) names.push(String(areas[at]?.name));
  return names.slice(0, -1).join(" · ");
}

/** An area's name and those above it. @param {Record<string, any>} areas @param {string} code */
function withIn(areas, code) {
  return [areas[code]?.name, above(areas, code)].filter(Boolean).join(" · ");
}

/** The area with the longest code that a code begins with. @param {Record<string, any>} areas @param {string} code */
function areaOfCode(areas, code) {
  const starts = Array.from({ length: code.length }, (_, at) => code.slice(0, code.length - at));
  return starts.find((start) => Object.hasOwn(areas, start));
}

/**
 * Centers and stations whose code begins so, in the area whose code the text begins with.
 * @param {Json} json
 * @param {Record<string, any>} areas
 * @param {string} text
 * @returns {Promise<Hit[]>}
 */
async function byCode(json, areas, text) {
  if (!CODE.test(text) || text.length > 64) return [];
  const area = areaOfCode(areas, text);
  if (!area) return text === text.toUpperCase() ? [] : byCode(json, areas, text.toUpperCase());
  const index = await json(`data/index/${fileOf(areas, area)}.json`);
  const within = withIn(areas, area);
  const centers = Object.entries(index.centers ?? {}).filter(([code]) => code.startsWith(text));
  const stations = Object.entries(index.stations ?? {}).filter(([code]) => code.startsWith(text));
  return [
    ...centers.map(([code, name]) => centerHit(code, area, String(name), within)),
    ...stations.map(([code, { center }]) => {
      const name = String(index.centers?.[center] ?? "");
      return /** @type {Hit} */ ({ kind: "station", name, code, within, href: `station.html?a=${area}&s=${code}` });
    }),
  ];
}

/** @param {string} code @param {string} area @param {string} name @param {string} within @returns {Hit} */
function centerHit(code, area, name, within) {
  return { kind: "center", name, code, within, href: `station.html?a=${area}&c=${code}` };
}

/**
 * Centers by their names: the file of the rarest word is enough, since every center stands under each of its words.
 * @param {Json} json
 * @param {Record<string, any>} areas
 * @param {string[]} words
 * @param {number} most
 * @returns {Promise<Hit[]>}
 */
async function centersNamed(json, areas, words, most) {
  const { common = [], start = [] } = await json("data/names/words.json");
  const telling = words.filter((word) => [...word].length >= START && !common.some((/** @type {string} */ one) => one.startsWith(word)));
  const word = telling.sort((a, b) => b.length - a.length)[0];
  const first = word && [...word].slice(0, START).join("");
  if (!first || !start.includes(first)) return [];
  const rows = await json(`data/names/${hexOf(first)}.json`);
  const found = (Array.isArray(rows) ? rows : []).filter(([, name]) => fits(words, String(name)));
  return found.slice(0, most).map(([code, name, other]) => {
    const area = other ?? areaOfCode(areas, code) ?? "";
    return centerHit(code, area, name, withIn(areas, area));
  });
}

/** @param {string} text @returns {string} its UTF-8 in hexadecimal */
function hexOf(text) {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
