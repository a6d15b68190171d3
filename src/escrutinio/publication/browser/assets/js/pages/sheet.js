// One record of a station as a card: what it says, and what was checked.
//
//   article.sheet#entry-<index> > p.not-real, header(p.eyebrow, h2, dl.pairs), p.note*, div.scroll > table.figures
//     (tr.candidate, tr.option, tfoot tr; mark.differs in cells), section.checks, div.keep (keep.js), details.bytes, p(a)
//   section.checks > h3, ol.steps > li.step.ok|bad|open > strong, span.answer, p

import { toHex } from "../records/bytes.js";
import { el, timeOf, titleOf } from "./dom.js";
import { keepBox } from "./keep.js";
import { formatNumber } from "../records/words.js";
import { sha256 } from "../records/sha256.js";
import { toPlain } from "../records/shapes.js";
import { inWords } from "./numerals.js";
import { say, wordFor } from "./say.js";

/** @typedef {import("../records/record.js").Entry} Entry */
/** @typedef {import("../log/log.js").Standing} Standing */
/** @typedef {import("../election/check.js").Step} Step */
/** @typedef {{ entry: Entry | null, signer: import("../log/log.js").Signer | null, steps: Step[] }} Checked */
/** A row of figures: what it counts (`key` is equal in all records that count the same), how many, and its place
 * on the ballot, from 1, where it has one.
 * @typedef {{ key: string, label: string, kind: string, value: number, spelled: boolean, number?: number }} Figure */

/** What stands on top of every sheet: the election, and where the station is.
 * @typedef {{ election: string, real: boolean, center: string, registered: number | null }} Paper */

/**
 * The card of a record.
 * @param {string} lang
 * @param {import("../log/log.js").Log} log
 * @param {any} contest of the definition, or undefined
 * @param {Standing} standing
 * @param {Checked} checked
 * @param {{ status?: string, others?: Figure[], paper: Paper, explain: boolean }} beside its status in the totals;
 *   the figures to compare with; whether the steps of its check stand open
 * @returns {HTMLElement}
 */
export function sheetCard(lang, log, contest, standing, checked, { status, others, paper, explain }) {
  const { entry, signer, steps } = checked;
  const title = entry ? `${wordFor(lang, entry.name)}: ${contestTitle(contest, entry, lang)}` : `#${standing.index}`;
  return el(
    `article.sheet.${paper.real ? "real" : "unreal"}`,
    { id: `entry-${standing.index}` },
    !paper.real && el("p.not-real", {}, el("strong", {}, say(lang, "not-real"))),
    el(
      "header",
      {},
      el("p.eyebrow", {}, el("bdi", {}, paper.election)),
      el("h2", {}, el("bdi", {}, title)),
      facts(lang, paper, standing, entry, signer, status),
    ),
    entry && notes(lang, entry, signer).map((text) => el("p.note", {}, text)),
    entry && contest && figuresTable(lang, title, figuresOf(lang, contest, entry), others),
    checksOf(lang, steps, explain),
    keepBox(lang, log, standing, { real: paper.real, form: entry?.body.form }),
    bytesOf(lang, standing.raw, entry),
    el("p", {}, el("a", { href: log.base + standing.bundle }, say(lang, "bundle", { place: standing.index % 256 }))),
  );
}

/** @param {any} contest @param {Entry} entry @param {string} lang */
function contestTitle(contest, entry, lang) {
  return titleOf(contest?.titles ?? [], lang, entry.about.contest ?? "");
}

/**
 * @param {string} lang
 * @param {Paper} paper
 * @param {Standing} standing
 * @param {Entry | null} entry
 * @param {import("../log/log.js").Signer | null} signer
 * @param {string | undefined} status
 */
function facts(lang, paper, standing, entry, signer, status) {
  const organisation = signer && titleOf(signer.titles, lang, "");
  const who = entry && (organisation ? `${organisation} (${entry.frame.issuer})` : entry.frame.issuer);
  /** @type {[string, string | null | undefined][]} */
  const rows = [
    ["center", paper.center],
    ["station-code", entry?.about.station],
    ["registered", paper.registered === null ? null : formatNumber(paper.registered, lang)],
    ["signed-by", who],
    ["form", entry?.body.form && wordFor(lang, entry.body.form)],
    ["issued", entry && timeOf(entry.issuedAt)],
    ["status", status && wordFor(lang, status)],
    ["index", formatNumber(standing.index, lang)],
  ];
  const shown = rows.filter(([, value]) => value);
  return el("dl.pairs", {}, shown.flatMap(([key, value]) => [el("dt", {}, say(lang, key)), el("dd", {}, el("bdi", {}, value))]));
}

/** @param {string} lang @param {Entry} entry @param {import("../log/log.js").Signer | null} signer @returns {string[]} */
function notes(lang, entry, signer) {
  const { form, ballots } = entry.body;
  const found = [];
  if (signer?.role === "importer") found.push(`${say(lang, "signed-by")}: ${say(lang, "importer")}.`);
  if (form) found.push(say(lang, `form-${form}`));
  if (ballots !== null && ballots !== undefined && ballots !== sumOf(entry.body)) found.push(say(lang, "sum-differs"));
  return found;
}

/** @param {Record<string, any>} body @returns {number} */
function sumOf(body) {
  return body.counts.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0) + (body.null ?? 0) + (body.blank ?? 0);
}

/**
 * The figures of a record, candidate by candidate.
 * @param {string} lang
 * @param {any} contest of the definition
 * @param {Pick<Entry, "body">} entry
 * @returns {Figure[]}
 */
export function figuresOf(lang, contest, { body }) {
  /** @type {Figure[]} */
  const rows = [];
  const add = (/** @type {string} */ key, /** @type {string} */ label, /** @type {string} */ kind, /** @type {any} */ value, /** @type {number} */ number = 0) => {
    if (value !== null && value !== undefined) rows.push({ key, label, kind, value, spelled: kind !== "total", number });
  };
  contest.candidates.forEach((/** @type {any} */ candidate, /** @type {number} */ place) => {
    const options = contest.options
      .map((/** @type {any} */ option, /** @type {number} */ at) => ({ ...option, at, votes: body.counts[at] }))
      .filter((/** @type {any} */ option) => option.candidate === place);
    const votes = options.reduce((/** @type {number} */ sum, /** @type {any} */ option) => sum + (option.votes ?? 0), 0);
    const single = options.length < 2 ? (options[0]?.at ?? -1) + 1 : 0;
    add(`candidate ${place}`, titleOf(candidate.titles, lang, candidate.code), "candidate", votes, single);
    if (single) return;
    for (const { at, titles, code, votes: own } of options) add(`option ${at}`, titleOf(titles, lang, code), "option", own, at + 1);
  });
  for (const kind of ["null", "blank"]) add(kind, say(lang, kind), "candidate", body[kind]);
  add("sum", say(lang, "sum"), "total", sumOf(body));
  for (const key of ["ballots", "voters", "vouchers"]) add(key, say(lang, key), "total", body[key]);
  add("registered", say(lang, "sheet-registered"), "total", body.registered);
  return rows;
}

/**
 * @param {string} lang
 * @param {string} caption
 * @param {Figure[]} figures
 * @param {Figure[]} [others]
 */
function figuresTable(lang, caption, figures, others) {
  const before = new Map((others ?? figures).map(({ key, value }) => [key, value]));
  const row = (/** @type {Figure} */ { key, label, kind, value, spelled, number }) => {
    const shown = formatNumber(value, lang);
    const differs = before.has(key) && before.get(key) !== value;
    return el(
      `tr.${kind}`,
      {},
      el("td.number", {}, number ? String(number) : ""),
      el("th", { scope: "row" }, el("bdi", {}, label)),
      el("td", {}, differs ? el("mark.differs", {}, `≠ ${shown}`) : shown),
      el("td.words", {}, spelled && inWords(value, lang)),
    );
  };
  const head = ["number", "candidate", "votes", "words"].map((key) => el(`th.${key}`, { scope: "col" }, say(lang, key)));
  return el(
    "div.scroll",
    { tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table.figures",
      {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head)),
      el("tbody", {}, figures.filter(({ kind }) => kind !== "total").map(row)),
      el("tfoot", {}, figures.filter(({ kind }) => kind === "total").map(row)),
    ),
  );
}

/**
 * The steps of a check, to be opened; open where one does not hold, or where they are to be explained.
 * @param {string} lang
 * @param {Step[]} steps
 * @param {boolean} explain
 */
function checksOf(lang, steps, explain) {
  const count = (/** @type {string} */ state) => steps.filter((step) => step.state === state).length;
  const found = { ok: count("ok"), bad: count("bad"), open: count("open") };
  return el("details.checked", { open: explain || found.bad > 0 }, el("summary", {}, say(lang, "checked", found)), stepList(lang, steps));
}

/**
 * The steps of a check with their answers.
 * @param {string} lang
 * @param {Step[]} steps
 * @returns {HTMLElement}
 */
export function stepList(lang, steps) {
  const item = (/** @type {Step} */ { id, state, text, values, why }) => {
    const words = "role" in values ? { ...values, role: wordFor(lang, values.role) } : values;
    const typed = "type" in words ? { ...words, type: wordFor(lang, words.type) } : words;
    return el(
      `li.step.${state}`,
      {},
      el("strong", {}, say(lang, `step-${id}`)),
      " ",
      el("span.answer", {}, say(lang, `step-${state}`)),
      el("p", {}, say(lang, text, typed), why && ` ${why.text(lang)}`),
    );
  };
  return el("section.checks", {}, el("h3", {}, say(lang, "steps")), el("ol.steps", {}, steps.map(item)));
}

/** @param {string} lang @param {Uint8Array} raw @param {Entry | null} entry */
function bytesOf(lang, raw, entry) {
  return el(
    "details.bytes",
    {},
    el("summary", {}, say(lang, "bytes")),
    el("p", {}, `${say(lang, "digest")}: `, el("code.hash", {}, toHex(sha256(raw)))),
    el("pre", { tabindex: "0" }, (toHex(raw).match(/.{1,64}/g) ?? []).join("\n")),
    entry && el("p", {}, say(lang, "payload")),
    entry && el("pre", { tabindex: "0" }, JSON.stringify({ subject: entry.frame.subject, ...toPlain(entry.body) }, null, 1)),
  );
}
