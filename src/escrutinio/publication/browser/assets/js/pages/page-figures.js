// "Check the figures of this page": the whole log is verified and added up in a worker, and each figure that the page
// marks (figure-marks.js) is held against that sum: what a reader sees there, and data-value where only a share stands.

import { el, fillElement } from "./dom.js";
import { figuresIn, NUMBER } from "./figure-marks.js";
import { revived, verdictOf } from "../election/steps.js";
import { formatNumber } from "../records/words.js";
import { speak } from "./say.js";

const SHARE = /^\s*(\d+)(?:[.,](\d+))?[\u00a0\u202f ]?%/;
const SHOWN = 20;

/** @typedef {import("../election/report.js").Report} Report */

/** @param {HTMLButtonElement} button in a page that says its language and where the publication is */
export async function checkFigures(button) {
  const lang = document.documentElement.lang || "en";
  const status = /** @type {HTMLElement} */ (button.nextElementSibling);
  const words = (/** @type {string} */ context) => import(new URL(`../../words/${lang}/${context}.js`, import.meta.url).href);
  await Promise.all([words("verify"), words("refusal")]);
  const figures = [...figuresIn(document.querySelector("main") ?? document)];
  const names = figures.map(([name]) => name);
  const marked = figures.map(([, element]) => element);
  for (const element of marked) element.classList.remove("differs");
  try {
    const base = new URL(button.dataset.base ?? "../", location.href).href;
    const stated = Number(button.dataset.size ?? Infinity);
    const asked = [...names, ...names.map(wholeOf)];
    const announce = (/** @type {string} */ stage) => fillElement(status, speak(lang, `stage-${stage}`));
    let report = await verified(base, asked, Infinity, announce);
    // Where the log grew since the page was made, the page is held against the log as it was then: seldom, so only now.
    const older = stated < report.size && report.figures !== null && differing(report.figures, marked, lang).length;
    if (older) report = await verified(base, asked, stated, announce);
    fillElement(status, ...answer(lang, report, stated, marked, names));
  } catch (error) {
    fillElement(status, speak(lang, "figures-unread", { why: error instanceof Error ? error.message : String(error) }));
  }
}

/** What a candidate's votes are a share of. @param {string} name */
function wholeOf(name) {
  return name.replace(/\/votes\/[^/]+$/, "/valid");
}

/**
 * @param {string} base
 * @param {string[]} figures
 * @param {number} stated the size of the log that the page is of
 * @param {(stage: string) => void} announce
 * @returns {Promise<Report>}
 */
function verified(base, figures, stated, announce) {
  const worker = new Worker(new URL("./verify-worker.js", import.meta.url), { type: "module" });
  /** @type {Promise<Report>} */
  const done = new Promise((resolve, reject) => {
    worker.addEventListener("error", ({ message }) => reject(new Error(message)));
    worker.addEventListener("message", ({ data }) => {
      if (data.report) resolve(data.report);
      else if (data.refused) reject(revived(data.refused));
      else announce(data.stage);
    });
  });
  worker.postMessage({ chosen: { base }, trust: null, earlier: null, sample: null, figures, stated });
  return done.finally(() => worker.terminate());
}

/** @param {string} lang @param {Report} report @param {number} stated @param {HTMLElement[]} marked @param {string[]} names @returns {(Node | string)[]} */
function answer(lang, report, stated, marked, names) {
  const { figures, figuresThen, size } = report;
  if (figures === null || verdictOf(report) === "bad") return [speak(lang, "figures-log")];
  const now = differing(figures, marked, lang);
  const left = marked.filter((_, at) => figures[at] === null).length;
  const values = { count: marked.length - left, left, size, stated };
  if (!now.length) return [speak(lang, "figures-hold", values)];
  if (stated > size && stated < Infinity) return [speak(lang, "figures-ahead", values)];
  const computed = figuresThen ?? figures;
  const wrong = differing(computed, marked, lang);
  if (!wrong.length) return [speak(lang, "figures-then", values)];
  for (const element of wrong) element.classList.add("differs");
  const list = wrong.slice(0, SHOWN).map((element) => {
    const at = marked.indexOf(element);
    const value = computed[at];
    const right = value === undefined || value === null ? "–" : formatNumber(value, lang);
    return el("li", {}, speak(lang, "figures-one", { name: names[at], seen: textOf(element).trim().slice(0, 40), right }));
  });
  return [speak(lang, "figures-differ", { ...values, wrong: wrong.length, size: Math.min(size, stated) }), el("ul", {}, list)];
}

/** The elements that do not show what was computed. @param {NonNullable<Report["figures"]>} computed @param {HTMLElement[]} marked @param {string} lang */
function differing(computed, marked, lang) {
  return marked.filter((element, at) => computed[at] !== null && !shows(element, computed[at], computed[marked.length + at], lang));
}

/** What an element says, its parts apart: a share in an element of its own follows a figure without a space. @param {Element} element */
function textOf(element) {
  return [...element.childNodes].map((part) => part.textContent ?? "").join(" ");
}

/**
 * Whether an element shows a figure, as the language writes it, or states it and shows first of all its share.
 * @param {HTMLElement} element
 * @param {import("../election/sheets.js").Sum | null | undefined} value
 * @param {import("../election/sheets.js").Sum | null | undefined} whole
 * @param {string} lang
 */
function shows(element, value, whole, lang) {
  const stated = element.dataset.value;
  if (value === undefined || value === null || (stated !== undefined && stated !== String(value))) return false;
  const text = textOf(element);
  const share = SHARE.exec(text);
  if (share) {
    if (stated === undefined) return false;
    const digits = share[2] ?? "";
    const right = whole ? (100 * Number(value)) / Number(whole) : 0;
    return Math.abs(Number(`${share[1]}.${digits}`) - right) < 10 ** -digits.length + 1e-9;
  }
  return NUMBER.exec(text)?.[1] === formatNumber(value, lang);
}
