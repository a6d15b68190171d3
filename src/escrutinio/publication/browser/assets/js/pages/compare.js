// Several records of one contest beside each other, with the cells that differ from the first marked.
//
//   section.compare > h2, p, div.scroll > table(thead th(a), tbody tr(th, td(mark.differs)))

import { el } from "./dom.js";
import { formatNumber } from "../records/words.js";
import { say } from "./say.js";

const MOST = 12;

/** One column: its heading, where the heading leads, and the figures.
 * @typedef {{ title: string, note: string, href: string | null, figures: import("./sheet.js").Figure[] }} Column */

/**
 * @param {string} lang
 * @param {string} contest title
 * @param {Column[]} columns the first is what the others are compared with
 * @returns {HTMLElement}
 */
export function comparison(lang, contest, columns) {
  const shown = columns.slice(0, MOST);
  const title = say(lang, "compare", { contest });
  const { rows, differs } = bodyRows(lang, shown);
  const head = shown.map(({ title: name, note, href }) =>
    el("th", { scope: "col" }, href ? el("a", { href }, el("bdi", {}, name)) : el("bdi", {}, name), note && el("span.small.muted.note-of", {}, note)),
  );
  return el(
    "section.compare",
    {},
    el("h2", {}, title),
    el("p.small.muted", {}, say(lang, differs ? "compare-hint" : "compare-same")),
    el(
      "div.scroll.wide",
      { tabindex: "0", role: "region", "aria-label": title },
      el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say(lang, "figure")), head)), el("tbody", {}, rows)),
    ),
    columns.length > MOST && el("p", {}, say(lang, "compare-more", { count: columns.length - MOST })),
  );
}

/** @param {string} lang @param {Column[]} columns @returns {{ rows: HTMLElement[], differs: boolean }} */
function bodyRows(lang, columns) {
  const found = columns.map(({ figures }) => new Map(figures.map((figure) => [figure.key, figure])));
  /** @type {Map<string, import("./sheet.js").Figure>} */
  const lines = new Map(columns.flatMap(({ figures }) => figures.map((figure) => [figure.key, figure])));
  const ordered = [...lines.values()].sort((a, b) => Number(a.kind === "total") - Number(b.kind === "total"));
  let differs = false;
  const rows = ordered.map(({ key, label, kind }) => {
    const first = found[0].get(key)?.value;
    const cells = found.map((figures) => {
      const value = figures.get(key)?.value;
      if (value === undefined) return el("td.low", {}, "–");
      const text = formatNumber(value, lang);
      if (first === undefined || value === first) return el("td", {}, text);
      differs = true;
      return el("td", {}, el("mark.differs", {}, `≠ ${text}`));
    });
    return el(`tr.${kind}`, {}, el("th", { scope: "row" }, el("bdi", {}, label)), cells);
  });
  return { rows, differs };
}
