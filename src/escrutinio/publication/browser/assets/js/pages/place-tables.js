// The tables of an area's page: sorted by a press on a column's head, and taken along as CSV. Both are of what stands
// on the page; the data of the whole election, with its digests, is on the page of the data.
//
//   table[data-csv] + button[data-csv-of][hidden]

import { NUMBER } from "./figure-marks.js";

/** @param {HTMLTableCellElement | undefined} cell */
function plainOf(cell) {
  const marked = cell?.dataset.figure === undefined ? cell?.querySelector("[data-figure]") : cell;
  const number = marked && NUMBER.exec(marked.textContent ?? "");
  return number ? number[1].replace(/\D/g, "") : (cell?.innerText ?? "").replace(/\s+/g, " ").trim();
}

/**
 * What a cell may say in a file that spreadsheets open: text that they would run has an apostrophe before it.
 * @param {string} text
 */
function field(text) {
  const safe = /^[=+\-@']/.test(text) && !/^-?[\d.,]+( %)?$/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.split('"').join('""')}"` : safe;
}

/** @param {HTMLTableElement} table */
export function csvOf(table) {
  const lines = [];
  let center = "";
  for (const row of table.rows) {
    if (row.classList.contains("group")) center = plainOf(row.cells[0]);
    else lines.push([...(table.classList.contains("stations") ? [row.parentElement === table.tHead ? "" : center] : []), ...[...row.cells].map(plainOf)].map(field).join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** @param {HTMLTableElement} table @param {number} column */
function sort(table, column) {
  const body = table.tBodies[0];
  const head = table.tHead?.rows[0]?.cells[column];
  if (body === undefined || head === undefined) return;
  const up = head.ariaSort === "descending";
  for (const each of table.tHead?.rows[0]?.cells ?? []) each.removeAttribute("aria-sort");
  head.ariaSort = up ? "ascending" : "descending";
  /** @param {HTMLTableRowElement} row */
  const key = (row) => {
    const text = plainOf(row.cells[column]);
    const digits = /^[−-]?[\d.,\s]+\s?%?$/.test(text) ? Number(text.replace(/[^\d]/g, "")) : NaN;
    return /** @type {const} */ ([text, digits]);
  };
  const rows = [...body.rows].map((row) => ({ row, key: key(row) }));
  rows.sort((a, b) => (up ? 1 : -1) * (Number.isNaN(a.key[1] - b.key[1]) ? a.key[0].localeCompare(b.key[0]) : a.key[1] - b.key[1]));
  body.append(...rows.map(({ row }) => row));
}

document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element)) return;
  const head = target.closest("table.children thead th");
  const sorted = head?.closest("table");
  if (head instanceof HTMLTableCellElement && sorted) sort(sorted, head.cellIndex);
  const button = target.closest("button[data-csv-of]");
  if (!(button instanceof HTMLButtonElement)) return;
  const tables = /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll("table[data-csv]"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([[...tables].map(csvOf).join("\r\n")], { type: "text/csv;charset=utf-8" }));
  link.download = `${button.dataset.csvOf}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
});
if (document.querySelector("table[data-csv]") !== null) {
  for (const button of document.querySelectorAll("button[data-csv-of]")) button.removeAttribute("hidden");
}
