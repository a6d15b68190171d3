// One record of a station, folded: in its one line who says it, when, what was checked and whether it is the same as the
// others; within, what it says and how it was checked.
//
//   article.sheet#entry-<index> > details.record > summary(h2, p.line), p.note*, dl.pairs, div.scroll > table.figures
//     (tr.candidate, tr.option, tfoot tr; mark.differs in cells), section.checks, and what comes with card-end.js
//   section.checks > h3, ol.steps > li.step.ok|bad|open > strong, span.answer, p

import { el, titleOf } from "./dom.js";
import { className, classesOf } from "../election/classes.js";
import { validOf, votesOf } from "../election/sheets.js";
import { formatNumber, formatPercent } from "../records/words.js";
import { shareOf } from "./compare.js";
import { inWords } from "./numerals.js";
import { momentOf } from "./times.js";
import { say, wordFor } from "./say.js";

/** @typedef {import("../records/record.js").Entry} Entry */
/** @typedef {import("../log/log.js").Standing} Standing */
/** @typedef {import("../election/check.js").Step} Step */
/** @typedef {{ entry: Entry | null, signer: import("../log/log.js").Signer | null, steps: Step[] }} Checked */
/** A row of figures: what it counts (`key` is equal in all records that count the same), how many (`text`: as it is
 * written, where not as that number but as one that follows from others), what it is a share of, and its place on the ballot, from 1, where it has one.
 * @typedef {{ key: string, label: string, kind: string, value: number, text?: string, whole?: number, spelled: boolean,
 *   number?: number }} Figure */

const STATED = ["ballots", "voters", "supplement", "spoilt", "vouchers"];
const OF_RECORD = ["form", "signature", "inclusion"];

/**
 * The step that shows a record not to be what it is said to be; what does not hold of the log is not its fault.
 * @param {Step[]} steps
 * @returns {Step | undefined}
 */
export function failureOf(steps) {
  return steps.find(({ id, state }) => state === "bad" && OF_RECORD.includes(id));
}

/**
 * The card of a record.
 * @param {string} lang
 * @param {any} contest of the definition, or undefined
 * @param {Standing} standing
 * @param {Checked} checked
 * @param {{ status?: string, others?: Figure[], real: boolean, registered: number | null, open: boolean }} beside its
 *   status in the totals; the figures to compare with; the election; who is registered; whether it stands open
 * @returns {HTMLElement}
 */
export function sheetCard(lang, contest, standing, checked, { status, others, real, registered, open }) {
  const { entry, signer, steps } = checked;
  const title = entry ? `${wordFor(lang, entry.name)}: ${contestTitle(contest, entry, lang)}` : `#${standing.index}`;
  const failure = failureOf(steps);
  const figures = entry && contest && figuresOf(lang, contest, entry, registered);
  return el(
    `article.sheet.${real ? "real" : "unreal"}${failure ? ".failed" : ""}`,
    { id: `entry-${standing.index}` },
    el(
      "details.record",
      { open: open || Boolean(failure) },
      el("summary", {}, el("h2", {}, failure && "✗ ", el("bdi", {}, title)), lineOf(lang, standing, checked, others && figures && sameFigures(figures, others))),
      failure && el("p.note.alarm", {}, `✗ ${say(lang, "record-failed", { step: say(lang, `step-${failure.id}`) })}`),
      facts(lang, standing, entry, signer, status && (failure ? say(lang, "status-against", { status: wordFor(lang, status) }) : wordFor(lang, status))),
      entry && notes(lang, entry, signer).map((text) => el("p.note", {}, text)),
      figures && figuresTable(lang, title, figures, others),
      checksOf(lang, steps, Boolean(failure)),
    ),
  );
}

/** Who says it, when, how many steps hold, and whether it is the same as the others. @param {string} lang @param {Standing} standing @param {Checked} checked @param {boolean | null | undefined} same */
function lineOf(lang, standing, { entry, signer, steps }, same) {
  const count = (/** @type {string} */ state) => steps.filter((step) => step.state === state).length;
  const marks = [["ok", "✓"], ["bad", "✗"], ["open", "?"]].filter(([state]) => count(state)).map(([state, mark]) => `${mark}${count(state)}`);
  const who = (signer && titleOf(signer.titles, lang, "")) || entry?.frame.issuer;
  const parts = [who, entry && momentOf(entry.issuedAt, lang), say(lang, "entry", { index: standing.index })].filter(Boolean).join(" · ");
  const compared = same === undefined || same === null ? null : same ? `= ${say(lang, "same")}` : `≠ ${say(lang, "other")}`;
  return el("p.line", {}, el("bdi", {}, parts), " ", el("span.marks", { title: say(lang, "checked", { ok: count("ok"), bad: count("bad"), open: count("open") }) }, marks.join(" ")), compared && el("span.same", {}, ` ${compared}`));
}

/** Whether all that both state is the same. @param {Figure[]} figures @param {Figure[]} others */
function sameFigures(figures, others) {
  const before = new Map(others.map(({ key, value }) => [key, value]));
  return figures.every(({ key, value }) => !before.has(key) || before.get(key) === value);
}

/** @param {any} contest @param {Entry} entry @param {string} lang */
function contestTitle(contest, entry, lang) {
  return titleOf(contest?.titles ?? [], lang, entry.about.contest ?? "");
}

/**
 * @param {string} lang
 * @param {Standing} standing
 * @param {Entry | null} entry
 * @param {import("../log/log.js").Signer | null} signer
 * @param {string | undefined} status in words
 */
function facts(lang, standing, entry, signer, status) {
  const organisation = signer && titleOf(signer.titles, lang, "");
  const who = entry && (organisation ? `${organisation} (${entry.frame.issuer})` : entry.frame.issuer);
  /** @type {[string, string | null | undefined][]} */
  const rows = [
    ["signed-by", who],
    ["form", entry?.body.form && wordFor(lang, entry.body.form)],
    [signer?.role === "importer" ? "imported" : "issued", entry && momentOf(entry.issuedAt, lang)],
    ["status", status],
    ["index", formatNumber(standing.index, lang)],
  ];
  const shown = rows.filter(([, value]) => value);
  return el("dl.pairs", {}, shown.flatMap(([key, value]) => [el("dt", {}, say(lang, key)), el("dd", {}, el("bdi", {}, value))]));
}

/** @param {string} lang @param {Entry} entry @param {import("../log/log.js").Signer | null} signer @returns {string[]} */
function notes(lang, entry, signer) {
  const { form, ballots, ruling } = entry.body;
  const found = [];
  if (signer?.role === "importer") found.push(`${say(lang, "signed-by")}: ${say(lang, "importer")}.`);
  if (form) found.push(say(lang, `form-${form}`));
  if (ballots !== null && ballots !== undefined && ballots !== votesOf(entry.body)) found.push(say(lang, "sum-differs"));
  if (ruling) found.push(say(lang, "of-ruling"));
  return found;
}

/**
 * The figures of a record, candidate by candidate.
 * @param {string} lang
 * @param {any} contest of the definition
 * @param {Pick<Entry, "body">} entry
 * @param {number | null} [registered] those who may vote at the station
 * @returns {Figure[]}
 */
export function figuresOf(lang, contest, { body }, registered = null) {
  /** @type {Figure[]} */
  const rows = [];
  const add = (/** @type {string} */ key, /** @type {string} */ label, /** @type {string} */ kind, /** @type {any} */ value, /** @type {number} */ number = 0) => {
    if (value === null || value === undefined) return;
    rows.push({ key, label, kind, value, spelled: kind !== "total", number, ...(key.startsWith("candidate ") ? { whole: validOf(body) } : {}) });
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
  const several = contest.marks > 1;
  if (several) add("valid", say(lang, "valid-ballots"), "candidate", body.valid);
  for (const [at, one] of classesOf(contest, body).entries()) add(`class ${at}`, className(one, lang, say), "candidate", one.ballots);
  add("sum", say(lang, several ? "sum-ballots" : "sum"), "total", votesOf(body));
  for (const key of STATED) add(key, say(lang, key), "total", body[key]);
  add("registered", say(lang, "sheet-registered"), "total", body.registered);
  const turnout = { text: formatPercent(votesOf(body), registered ?? 0, lang), kind: "total", spelled: false };
  if (registered) rows.push({ key: "turnout", label: say(lang, "turnout"), value: votesOf(body), ...turnout });
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
  const row = (/** @type {Figure} */ figure) => {
    const { key, label, kind, value, spelled, number } = figure;
    const shown = figure.text ?? formatNumber(value, lang);
    const differs = !figure.text && before.has(key) && before.get(key) !== value;
    return el(
      `tr.${kind}`,
      {},
      el("td.number", {}, number ? String(number) : ""),
      el("th", { scope: "row" }, el("bdi", {}, label)),
      el("td", {}, differs ? el("mark.differs", {}, `≠ ${shown}`) : shown, shareOf(figure, lang)),
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
