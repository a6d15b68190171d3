// Several records of one contest beside each other, with the cells that differ from the first marked. A record that
// failed its check stands last, under a ✗, and nothing is compared with it.
//
//   section.compare > h2, p, div.scroll > table(thead th(a), tbody tr(th, td(mark.differs)))

import { el } from "./dom.js";
import { formatNumber, formatPercent } from "../records/words.js";
import { say } from "./say.js";

const MOST = 12;

/** One column: its heading, where the heading leads, the figures, and whether its record failed its check.
 * @typedef {{ title: string, note: string, href: string | null, figures: import("./sheet.js").Figure[], failed?: boolean }} Column */

/**
 * @param {string} lang
 * @param {string} contest title
 * @param {Column[]} columns the first whose record held is what the others are compared with
 * @returns {HTMLElement}
 */
export function comparison(lang, contest, columns) {
  const shown = [...columns].sort((a, b) => Number(a.failed ?? false) - Number(b.failed ?? false)).slice(0, MOST);
  const title = say(lang, "compare", { contest });
  const { rows, differs } = bodyRows(lang, shown);
  const head = shown.map(({ title: name, note, href, failed }) =>
    el(failed ? "th.failed" : "th", { scope: "col" }, failed && el("span", {}, "✗ "), href ? el("a", { href }, el("bdi", {}, name)) : el("bdi", {}, name), note && el("span.small.muted.note-of", {}, note), failed && el("b.small.note-of", {}, say(lang, "column-failed"))),
  );
  return el(
    "section.compare",
    {},
    el("h2", {}, title),
    el("p.small.muted", {}, say(lang, differs ? "compare-hint" : "compare-same")),
    el(
      "div.scroll.wide",
      { tabindex: "0", role: "region", "aria-label": title },
      el(besideTable(shown.length), {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, say(lang, "figure")), head)), el("tbody", {}, rows)),
    ),
    columns.length > MOST && el("p", {}, say(lang, "compare-more", { count: columns.length - MOST })),
  );
}

/** @param {string} lang @param {Column[]} columns @returns {{ rows: HTMLElement[], differs: boolean }} */
function bodyRows(lang, columns) {
  const found = columns.map(({ figures }) => new Map(figures.map((figure) => [figure.key, figure])));
  const reference = columns.findIndex(({ failed }) => !failed);
  /** @type {Map<string, import("./sheet.js").Figure>} */
  const lines = new Map(columns.flatMap(({ figures }) => figures.map((figure) => [figure.key, figure])));
  const ordered = [...lines.values()].sort((a, b) => Number(a.kind === "total") - Number(b.kind === "total"));
  let differs = false;
  const rows = ordered.map(({ key, label, kind }) => {
    const first = found[reference]?.get(key)?.value;
    const cells = found.map((figures, at) => {
      const figure = figures.get(key);
      const of = { "data-of": [columns[at].failed && "✗", columns[at].title, columns[at].note].filter(Boolean).join(" ") };
      if (figure === undefined) return el("td.low", of, "–");
      const text = figure.text ?? formatNumber(figure.value, lang);
      if (first === undefined || figure.value === first || figure.text) return el("td", of, text, shareOf(figure, lang));
      differs = differs || !columns[at].failed;
      return el("td", of, el("mark.differs", {}, `≠ ${text}`), shareOf(figure, lang));
    });
    return el(`tr.${kind}`, {}, el("th", { scope: "row" }, el("bdi", {}, label)), cells);
  });
  return { rows, differs };
}

/** A table of as many columns to compare: on a narrow screen they stay in sight. @param {number} columns */
export function besideTable(columns) {
  if (columns < 2) return "table";
  return `table.beside${columns > 3 ? ".many" : columns === 3 ? ".three" : ""}`;
}

/** A candidate's share of the valid votes of its record. @param {import("./sheet.js").Figure} figure @param {string} lang */
export function shareOf({ value, whole }, lang) {
  return whole === undefined ? [] : [" ", el("span.share", {}, formatPercent(value, whole, lang))];
}
