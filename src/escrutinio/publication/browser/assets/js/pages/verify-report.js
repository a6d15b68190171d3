// The report of a verification as a page shows it.
//
//   h2.outcome.<state>[tabindex], p*, section.checks(h3, ol.steps > li.step.<state>), section.totals(h3, table)*,
//   section(ul)*, section.stations(ul), p.links(button*), section.limits

import { toUtf8 } from "../records/bytes.js";
import { download, el, titleOf } from "./dom.js";
import { formatNumber, formatTenths } from "../records/words.js";
import { className } from "../election/classes.js";
import { columnsOf } from "../election/stated.js";
import { revived, verdictOf } from "../election/steps.js";
import { hasSentence, speak } from "./say.js";
import { momentOf } from "./times.js";
import { sheetAnswer } from "./verify-sheet.js";
import { stationList } from "./verify-stations.js";

const COPIES = "copies:";
const WHOLE_LIMITS = ["limit-true", "limit-findings", "limit-page", "limit-paper"];
const PART_LIMITS = ["limit-part", "limit-true", "limit-page", "limit-paper"];
const ALARMS = new Set(["bad", "behind", "other"]);

/** @typedef {import("../election/report.js").Report} Report */
/** `typed`: the thirty digits were typed; `seen`: the largest log that any page showed here;
 * `kept`: what this browser keeps of the checkpoint; `again`: verifies once more.
 * @typedef {{ typed: boolean, seen: import("../log/earlier.js").Seen | null, kept: string | null, again: () => void }} Around */

/**
 * What stopped a verification before there was anything to report.
 * @param {string} lang
 * @param {import("../records/refusal.js").Refusal} why
 * @param {() => void} again
 * @returns {Node[]}
 */
export function showRefusal(lang, why, again) {
  const heading = speak(lang, why.unread ? "verdict-unread" : "verdict-none");
  return [
    el("h2.outcome.unread", { tabindex: "-1" }, heading),
    el("p.result", { role: "alert" }, why.text(lang)),
    ...(why.unread ? nowBox(lang, ["now-retry", "now-mirror"], [retryButton(lang, again)]) : []),
  ];
}

/**
 * @param {string} lang
 * @param {Report} report
 * @param {Around} around
 * @returns {Node[]}
 */
export function showReport(lang, report, around) {
  const verdict = alarmed(verdictOf(report), report, around);
  const { origin, size, seconds, area } = report;
  const about = area ? speak(lang, "about-part", { origin, size, ...area }) : speak(lang, "about", { origin, size, seconds: formatTenths(seconds, lang) });
  return /** @type {Node[]} */ (
    [
      el(`h2.outcome.${verdict}`, { tabindex: "-1" }, headline(lang, verdict, report, around)),
      hasSentence(lang, `plain-${verdict}`) && el("p.lead", {}, speak(lang, `plain-${verdict}`)),
      ...whatNow(lang, verdict, report, around),
      around.typed && el("p.note", {}, speak(lang, "digits-held")),
      ...notices(lang, report).map((text) => el("p.note", {}, el("strong", {}, text))),
      el("p", {}, about),
      report.root && el("p", {}, `${speak(lang, "root")} `, el("code.hash", {}, report.root)),
      sheetAnswer(lang, report),
      stepList(lang, report),
      keepBox(lang, report, around, verdict),
      ...totalTables(lang, report),
      list(lang, "differences", differencesOf(lang, report)),
      list(lang, "faults", notedOf(lang, report.faults, report.faultCount)),
      list(lang, "unread", unreadOf(lang, report)),
      list(lang, "repeats", withRest(lang, report.repeats.map((one) => speak(lang, "repeat", one)), report.repeatCount)),
      list(lang, "beyond", notedOf(lang, report.beyond, report.beyondCount)),
      list(lang, "revoked", withRest(lang, report.revoked.map((one) => speak(lang, "revoked-key", one)), report.revokedCount)),
      list(lang, "told", toldOf(lang, report)),
      list(lang, "refused", refusedOf(lang, report)),
      area && stationList(lang, report),
      list(lang, "limits", (area ? PART_LIMITS : WHOLE_LIMITS).map((key) => speak(lang, key))),
    ].filter(Boolean)
  );
}

/** @param {string} lang @param {Report} report @returns {string[]} */
function notices(lang, { definition }) {
  if (!definition) return [];
  const said = [];
  if (definition.kind !== "real") said.push(speak(lang, `kind-${definition.kind}`));
  if (definition.author_role === "importer") said.push(speak(lang, "imported"));
  return said;
}

/** @param {string} lang @param {Report} report */
function stepList(lang, { steps }) {
  const item = (/** @type {import("../election/steps.js").Step} */ { id, number, state, text, values, why }) => {
    const cosigned = /** @type {{ witness: string, time: number }[]} */ (values.cosigned ?? []);
    const names = cosigned.map(({ witness, time }) => `${witness} (${momentOf(time, lang)})`).join(", ");
    return el(
      `li.step.${state}`,
      { "data-step": id },
      el("strong", {}, `${number === null ? "" : `${number}. `}${speak(lang, `step-${id}`)}`),
      " ",
      el("span.answer", {}, speak(lang, `state-${state}`)),
      el("p", {}, speak(lang, text, { names, ...values }), why && ` ${revived(why).text(lang)}`),
    );
  };
  return el("section.checks", {}, el("h3", {}, speak(lang, "steps")), el("ol.steps", {}, steps.map(item)));
}

/** @param {string} lang @param {Report} report @param {Around} around @param {string} verdict */
function keepBox(lang, report, { kept }, verdict) {
  if (!report.checkpoint) return null;
  const offered = !ALARMS.has(verdict) && [el("p.links", {}, keepButton(lang, report)), el("p.small.muted", {}, speak(lang, "keep-hint"))];
  return el("div.keep", {}, offered, kept && el("p.kept", {}, speak(lang, `kept-${kept}`)));
}

/** @param {string} lang @param {Report} report */
function keepButton(lang, { checkpoint, size }) {
  return fileButton(lang, "keep", `checkpoint-${size}`, () => checkpoint);
}

/** @param {string} lang @param {string} key @param {string} name @param {() => string} content */
function fileButton(lang, key, name, content) {
  const made = el("button", { type: "button" }, speak(lang, key));
  made.addEventListener("click", () => download(name, toUtf8(content())));
  return made;
}

/** @param {string} lang @param {() => void} again */
function retryButton(lang, again) {
  const made = el("button", { type: "button" }, speak(lang, "retry"));
  made.addEventListener("click", again);
  return made;
}

/**
 * The verdict, unless this browser was shown a longer log, or another history, on any page before.
 * @param {string} verdict
 * @param {Report} report
 * @param {Around} around
 */
function alarmed(verdict, { size, root, kind }, { seen }) {
  if (ALARMS.has(verdict) || kind !== "whole" || !root || !seen) return verdict;
  if (seen.size > size) return "behind";
  return seen.size === size && seen.root !== root ? "other" : verdict;
}

/** The answer, and of one that failed what failed. @param {string} lang @param {string} verdict @param {Report} report @param {Around} around */
function headline(lang, verdict, { steps, size }, { seen }) {
  if (verdict === "behind") {
    const { old = 0 } = steps.find(({ id }) => id === "earlier")?.values ?? {};
    return speak(lang, "verdict-behind", { old: Math.max(old, seen?.size ?? 0), size });
  }
  if (verdict === "other") return speak(lang, "verdict-other", { size });
  if (verdict !== "bad") return speak(lang, `verdict-${verdict}`);
  const failed = steps.filter(({ state }) => state === "bad").sort((a, b) => Number(b.id === "earlier") - Number(a.id === "earlier"));
  const what = failed.map(({ id }) => speak(lang, `fail-${id}`)).join("; ");
  return speak(lang, failed.length === 1 ? "verdict-bad-one" : "verdict-bad", { count: failed.length, what });
}

/**
 * What a reader can do about an answer that is none, or an alarm.
 * @param {string} lang
 * @param {string} verdict
 * @param {Report} report
 * @param {Around} around
 * @returns {HTMLElement[]}
 */
function whatNow(lang, verdict, report, { again }) {
  const alarm = ALARMS.has(verdict);
  if (!alarm && verdict !== "unread") return [];
  const against = report.earlier
    ? fileButton(lang, "keep-earlier", "checkpoint-earlier", () => report.earlier)
    : fileButton(lang, "keep-report", "verification-report.json", () => reportFile(lang, report));
  const files = alarm && report.checkpoint ? [keepButton(lang, report), against] : [];
  const said = ["now-retry", "now-mirror", files.length ? "now-keep" : "", alarm ? "now-tell" : ""];
  return nowBox(lang, said, [retryButton(lang, again), ...files]);
}

/** @param {string} lang @param {string[]} said @param {HTMLElement[]} buttons */
function nowBox(lang, said, buttons) {
  const items = said.filter(Boolean).map((key) => el("li", {}, speak(lang, key)));
  return [el("section.now", {}, el("h3", {}, speak(lang, "now")), el("ol", {}, items), el("p.links", {}, buttons))];
}

/** What was seen, where and when, to be shown to others. @param {string} lang @param {Report} report */
function reportFile(lang, { origin, size, root, checkpoint, steps }) {
  const checks = steps.map(({ id, number, state, text, values, why }) => ({
    number,
    name: id,
    outcome: state,
    sentence: `${speak(lang, text, values)}${why ? ` ${revived(why).text(lang)}` : ""}`,
  }));
  const said = { version: 1, seen_at: new Date().toISOString(), address: location.href, origin, size, root, checkpoint, checks };
  return `${JSON.stringify(said, null, 1)}\n`;
}

/** @param {string} lang @param {string} basis @param {Report} report */
function basisName(lang, basis, { charter }) {
  if (!basis.startsWith(COPIES)) return speak(lang, `basis-${basis}`);
  const name = basis.slice(COPIES.length);
  return speak(lang, "basis-copies", { name: name || titleOf(charter?.operator ?? [], lang, "") });
}

/** @param {string} lang @param {Report} report @returns {HTMLElement[]} */
function totalTables(lang, report) {
  const contests = /** @type {any[]} */ (report.definition?.contests ?? []);
  return contests.flatMap((contest) => {
    const bases = report.totals.filter((one) => one.contest === contest.code);
    if (!bases.length) return [];
    const title = titleOf(contest.titles, lang, contest.code);
    const columns = columnsOf(contest);
    /** @type {[string, (total: any) => any, string][]} */
    const rows = contest.candidates.map((/** @type {any} */ candidate, /** @type {number} */ at) => [
      titleOf(candidate.titles, lang, candidate.code),
      (/** @type {any} */ total) => total.candidates[at],
      columns.votes[at],
    ]);
    if (contest.marks > 1) rows.push([speak(lang, "valid-ballots"), (total) => total.valid, "valid"]);
    for (const [at, each] of contest.classes.entries()) rows.push([className(each, lang, speak), (total) => total.classes[at], columns.others[at]]);
    rows.push(
      [speak(lang, "counted"), (total) => total.stations, "stations_counted"],
      [speak(lang, "pending"), (total) => total.pending.length, "stations_pending"],
      [speak(lang, "annulled"), (total) => total.annulled.length, "stations_annulled"],
    );
    const cell = (/** @type {any} */ { basis, total, stated }, /** @type {(total: any) => any} */ of, /** @type {string} */ column) => {
      const label = { "data-l": basisName(lang, basis, report) }; // where the screen is narrow, each stands below its name
      const value = of(total);
      const said = stated?.[column];
      const shown = value === null ? "–" : formatNumber(value, lang); // no sheet states it
      if (report.compared === null || (said ?? null) === value) return el("td", label, shown);
      const theirs = said === undefined ? speak(lang, "stated-nothing") : formatNumber(said, lang);
      return el("td", label, el("mark.differs", {}, shown), " ", el("span.small", {}, `(${speak(lang, "stated", { value: theirs })})`));
    };
    const head = bases.map(({ basis }) => el("th", { scope: "col" }, basisName(lang, basis, report)));
    return [
      el(
        "section.totals",
        {},
        el("h3", {}, `${speak(lang, report.kind === "part" ? "totals-part" : "totals")}: `, el("bdi", {}, title)),
        el(
          "div.scroll.stack",
          { tabindex: "0", role: "region", "aria-label": title },
          el(
            "table",
            {},
            el("thead", {}, el("tr", {}, el("th", { scope: "col" }, speak(lang, "candidate")), head)),
            el("tbody", {}, rows.map(([label, of, column]) => el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, label)), bases.map((one) => cell(one, of, column))))),
          ),
        ),
      ),
    ];
  });
}

/** @param {string} lang @param {Report} report @returns {string[]} */
function differencesOf(lang, report) {
  const { compared } = report;
  if (!compared) return [];
  const said = compared.differences.map((one) =>
    speak(lang, "difference", { ...one, basis: basisName(lang, one.basis, report), stated: one.stated ?? speak(lang, "stated-nothing"), computed: one.computed ?? speak(lang, "stated-nothing") }),
  );
  return withRest(lang, said, compared.count);
}

/** @param {string} lang @param {Report["faults"]} noted @param {number} count @returns {string[]} */
function notedOf(lang, noted, count) {
  return withRest(lang, noted.map(({ index, why }) => `${speak(lang, "fault", { index })}: ${revived(why).text(lang)}`), count);
}

/** @param {string} lang @param {Report} report @returns {string[]} */
function toldOf(lang, { told }) {
  const said = (/** @type {"missing" | "differing"} */ what) => (told?.[what] ?? []).map((index) => speak(lang, `told-${what}`, { index }));
  return withRest(lang, [...said("missing"), ...said("differing")], (told?.missingCount ?? 0) + (told?.differingCount ?? 0));
}

/** @param {string} lang @param {Report} report @returns {string[]} */
function unreadOf(lang, { unread, unreadCount }) {
  return withRest(lang, unread.map((one) => speak(lang, "unread-entry", one)), unreadCount);
}

/** @param {string} lang @param {Report} report @returns {string[]} */
function refusedOf(lang, { refused }) {
  return refused.map(([code, indices, count]) => {
    const entries = withRest(lang, indices.map((index) => formatNumber(index, lang)), count).join(", ");
    return speak(lang, "refused-code", { code, count, entries });
  });
}

/** @param {string} lang @param {string[]} items @param {number} count @returns {string[]} */
function withRest(lang, items, count) {
  return count > items.length ? [...items, speak(lang, "more", { count: count - items.length })] : items;
}

/** @param {string} lang @param {string} key @param {string[]} items */
function list(lang, key, items) {
  return items.length ? el(`section.${key}`, {}, el("h3", {}, speak(lang, key)), el("ul", {}, items.map((text) => el("li", {}, text)))) : null;
}
