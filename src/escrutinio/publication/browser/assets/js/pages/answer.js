// The answer of "Check a sheet" as a card: the verdict first, then why, then the figures beside those of the log.
//
//   article.verdict.good|bad|warn|equal|unequal|open > p.not-real, h2, p.lead, dl.pairs, p.note*, section.compare, p.links, details(pre)

import { comparison } from "./compare.js";
import { el, titleOf } from "./dom.js";
import { sameVotes } from "./identify.js";
import { quoted } from "../records/refusal.js";
import { figuresOf } from "./sheet.js";
import { momentOf } from "./times.js";
import { say, sayCheck, wordFor } from "./say.js";

/** @typedef {import("./identify.js").Answer} Answer */

/** How a verdict looks; an unsigned sheet is never shown as proven. @type {Record<string, string>} */
const LOOKS = {
  "in-log": "good",
  "altered": "bad",
  "not-in-force": "bad",
  "out-of-scope": "bad",
  "unknown-key": "bad",
  "mislabelled": "bad",
  "not-in-log": "warn",
  "not-found": "warn",
  "unsigned-equal": "equal",
  "unsigned-differs": "unequal",
};

/** What a blank form is for. @type {Record<string, string>} */
const FORMS = { sheet: "form-sheet", opening: "form-opening", counting: "form-counting", closing: "form-closing" };

/**
 * Which sentence says it: the kind of the answer, and for unsigned sheets how they compare.
 * @param {Answer} answer
 * @returns {string}
 */
export function verdictOf({ kind, body, spoken }) {
  if (kind !== "unsigned") return kind;
  const published = spoken.filter(({ holds }) => holds);
  if (!body || !published.length) return "unsigned-alone";
  return published.every(({ entry }) => sameVotes(entry.body, body)) ? "unsigned-equal" : "unsigned-differs";
}

/**
 * @param {string} lang
 * @param {Answer} answer
 * @param {string} text that was checked
 * @param {number} size of the log
 * @param {HTMLElement[]} actions buttons that go with it
 * @returns {HTMLElement}
 */
export function answerCard(lang, answer, text, size, actions) {
  const verdict = verdictOf(answer);
  const { kind, index, marked, why } = answer;
  const said = marked ? `marked-${marked}` : verdict;
  const values = { index, size, text: quoted(text) };
  return el(
    `article.verdict.${marked ? "warn" : (LOOKS[verdict] ?? "open")}`,
    { "data-verdict": verdict },
    unreal(lang, answer),
    el("h2", { tabindex: "-1" }, sayCheck(lang, said)),
    el("p.lead", {}, sayCheck(lang, kind === "unsigned" ? "unsigned-why" : `${marked ? said : kind}-why`, values), why && ` ${why.text(lang)}`),
    facts(lang, answer),
    notes(lang, answer).map((note) => el("p.note", {}, note)),
    columns(lang, answer),
    rawCounts(lang, answer),
    actions.length > 0 && el("p.links", {}, actions),
    el("details", {}, el("summary", {}, sayCheck(lang, "again")), el("pre", { tabindex: "0" }, text.slice(0, 5_000))),
  );
}

/** What must be said first of a sheet that is of no real election. @param {string} lang @param {Answer} answer */
function unreal(lang, { real, says, kind }) {
  const about = ["other", "other-election", "form-elsewhere"].includes(kind) ? says === false : !real || says === false;
  if (!about) return null;
  const why = says === false ? "says-not-real" : "not-real-why";
  return el("p.not-real", { role: "alert" }, el("strong", {}, sayCheck(lang, "not-real")), " ", el("span", {}, sayCheck(lang, why)));
}

/** @param {string} lang @param {Answer} answer */
function facts(lang, { entry, form, signer, station, area, contest }) {
  const link = station && area && el("a", { href: `station.html?a=${area}&s=${station}` }, sayCheck(lang, "station-link", { station }));
  const organisation = signer && titleOf(signer.titles, lang, "");
  const who = entry && (organisation ? `${organisation} (${entry.frame.issuer})` : entry.frame.issuer);
  const what = entry ? typeName(lang, entry.name) : form && sayCheck(lang, FORMS[form.form]);
  /** @type {[string, import("./dom.js").Child][]} */
  const rows = [
    [sayCheck(lang, entry ? "type" : "form-for"), what && `${what}${contest ? `: ${titleOf(contest.titles, lang, contest.code)}` : ""}`],
    [say(lang, "station-code"), link || station],
    [say(lang, "signed-by"), who],
    [say(lang, "issued"), entry && momentOf(entry.issuedAt, lang)],
  ];
  const shown = rows.filter(([, value]) => value);
  return shown.length > 0 && el("dl.pairs", {}, shown.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, el("bdi", {}, value))]));
}

/** @param {string} lang @param {string} name */
function typeName(lang, name) {
  const word = wordFor(lang, name);
  return word === name ? wordFor(lang, name) : word;
}

/** @param {string} lang @param {Answer} answer @returns {string[]} */
function notes(lang, { kind, index, body, spoken }) {
  const found = [];
  const others = spoken.filter((one) => one.holds && one.index !== index && one.entry.body.counts && one.entry.name !== "zero-report");
  const judged = body && kind !== "unsigned" && others.length > 0 && body.counts;
  if (judged) found.push(sayCheck(lang, others.every(({ entry }) => sameVotes(entry.body, body)) ? "agrees" : "contradicted"));
  return found;
}

/** This sheet beside the records of the log. @param {string} lang @param {Answer} answer */
function columns(lang, { logged, entry, contest, body, spoken, index }) {
  const others = spoken.filter((one) => one.holds && one.index !== index && one.entry.name !== "zero-report");
  if (!contest || !body?.counts || body.counts.length !== contest.options.length) return null;
  const [title, note] = logged && entry ? [`${wordFor(lang, entry.name)} #${index}`, entry.frame.issuer] : [sayCheck(lang, "this"), sayCheck(lang, "as-read")];
  const mine = { title, note, href: null, figures: figuresOf(lang, contest, { body }) };
  const theirs = others.map(({ entry: other, signer, index: at }) => ({
    title: `${wordFor(lang, other.name)} #${at}`,
    note: (signer && titleOf(signer.titles, lang, "")) || other.frame.issuer,
    href: `station.html?s=${other.about.station}#entry-${at}`,
    figures: figuresOf(lang, contest, other),
  }));
  return comparison(lang, titleOf(contest.titles, lang, contest.code), [mine, ...theirs]);
}

/** The counts of an unsigned code that the publication does not say the meaning of. @param {string} lang @param {Answer} answer */
function rawCounts(lang, { unsigned, body }) {
  if (!unsigned || body) return null;
  const counts = [...unsigned.counts, unsigned.null, unsigned.blank].join(" ");
  return el("p", {}, sayCheck(lang, "unsigned-raw", { count: unsigned.counts.length }), " ", el("code", {}, counts));
}
