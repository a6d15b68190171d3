// A page that stays true while the log grows: it follows live.json, fetches itself again when it has changed,
// marks the figures that differ, and says below the masthead how old they are, whether there is a connection,
// and whether the log is still the one that this browser saw before. Without a network nothing looks new.

import { formatTenths, speaker } from "../records/words.js";
import { figuresIn } from "./figure-marks.js";
import { keepAddress } from "./languages.js";
import { hold } from "./seen.js";
import { clockOf, dayOfMoment, momentOf } from "./times.js";

const say = speaker("live");

/** @typedef {{ contest: string, stations_counted: number, stations_pending: number, stations_without_sheet: number }} Headline */
/** @typedef {{ size: number, time: number, evidence?: number, tables?: number }} Standing */
/** @typedef {{ origin: string, size: number, root: string, time: number, refresh: number | null, pages?: Standing | null, previous: number | null,
 *   changed: string[] | null, contests: Headline[], silent?: { name: string, since: number }[],
 *   waiting?: { since: number, size: number } | null, later?: { count: number, until: number } | null }} Live */

const LIVE = new URL("../../../live.json", import.meta.url);
const KEPT = "form.find, [data-keep], [data-area-download], [data-csv-of]";
const SLOWEST = 300;
const DAY = 86_400;

/**
 * Whether a JSON value has what this module reads of live.json.
 * @param {unknown} value
 * @returns {value is Live}
 */
function isLive(value) {
  const live = /** @type {Live | null} */ (value);
  return typeof live === "object" && live !== null && Number.isSafeInteger(live.size) && Number.isSafeInteger(live.time)
    && typeof live.root === "string" && typeof live.origin === "string" && Array.isArray(live.contests) && (live.refresh === null || live.refresh >= 1)
    && (live.changed === null || Array.isArray(live.changed));
}

/** Where the pages stand, which follow the log. @param {Live} live @returns {Standing} */
const standing = (live) => live.pages ?? live;

class Page {
  /** @param {Document} document */
  constructor(document) {
    this.lang = document.documentElement.lang || "en";
    /** The code of an area, "" for a page of the whole, undefined for one that is not to be exchanged. */
    this.place = document.body.dataset.live;
    /** @type {Live | null} */
    this.live = null;
    this.failures = 0;
    /** What is wrong with the log itself; it stays until the page is left. */
    this.alarm = "";
    const box = document.querySelector("body > .live");
    this.box = /** @type {HTMLElement} */ (box ?? document.createElement("div"));
    this.age = this.box.querySelector(".age") ?? this.box.appendChild(document.createElement("p"));
    this.status = this.box.querySelector("[role=status]") ?? this.box.appendChild(document.createElement("p"));
  }

  async start() {
    await this.look(true);
    if (this.live === null && this.failures === 0) return; // a copy without live.json: nothing is known, nothing is said
    this.tell();
    if (this.live !== null && this.live.refresh === null) return;
    setInterval(() => this.tell(), 15_000);
    document.addEventListener("visibilitychange", () => this.next(0));
    addEventListener("online", () => this.next(0));
    this.next();
  }

  /** Look again after the time that the publisher states, later the more often it failed; never while hidden. */
  next(seconds = Math.min(SLOWEST, (this.live?.refresh ?? 30) * 2 ** Math.min(this.failures, 6))) {
    clearTimeout(this.timer);
    if (document.hidden) return;
    this.timer = setTimeout(async () => {
      await this.look(false);
      this.next();
    }, seconds * 1000);
  }

  /** @param {boolean} first */
  async look(first) {
    let found;
    try {
      const answer = await fetch(LIVE, { cache: "no-cache" });
      if (first && answer.status === 404) return;
      found = await answer.json();
      if (!answer.ok || !isLive(found)) throw new TypeError();
    } catch {
      this.failures += 1;
      this.tell();
      return;
    }
    this.failures = 0;
    const before = this.live;
    const seen = hold(found, before);
    if (seen !== null) {
      const key = seen.size === found.size ? "other" : "shrunk";
      this.alarm = say(this.lang, key, { before: seen.size, now: found.size });
      this.live = this.live ?? found;
      this.tell();
      return;
    }
    this.live = found;
    if (before === null ? found.refresh !== null : standing(found).size > standing(before).size || found.pages?.evidence !== before.pages?.evidence || found.pages?.tables !== before.pages?.tables) await this.follow(before, found);
    this.tell();
  }

  /**
   * Bring the page up to what live.json says; a failure leaves the older live.json in force.
   * @param {Live | null} before
   * @param {Live} now
   */
  async follow(before, now) {
    const news = before === null ? "" : this.news(standing(now).size - standing(before).size);
    const concerned = before === null || now.changed === null || now.previous !== standing(before).size
      || this.place === "" || now.changed.includes(this.place ?? "");
    try {
      const changed = this.place !== undefined && concerned && await this.refresh();
      if (before !== null) this.status.textContent = `${news} ${this.place === undefined ? "" : say(this.lang, changed ? "changed" : "same")}`;
    } catch {
      this.live = before;
      this.failures += 1;
    }
  }

  /** @param {number} count how many entries are new */
  news(count) {
    return say(this.lang, count === 1 ? "news-one" : "news", { count: this.number(count) });
  }

  /** Fetch this page again and put its content in the place of the old; whether it differs. */
  async refresh() {
    const answer = await fetch(location.href, { cache: "no-cache" });
    if (!answer.ok) throw new TypeError();
    const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, fresh] = [document.querySelector("main"), fetched.querySelector("main")];
    if (old === null || fresh === null || (this.content ?? plain(old)) === plain(fresh)) return false;
    this.content = plain(fresh);
    exchange(old, document.importNode(fresh, true));
    const [foot, now] = [document.querySelector("footer .wrap"), fetched.querySelector("footer .wrap")];
    if (foot !== null && now !== null) foot.replaceWith(document.importNode(now, true));
    document.dispatchEvent(new CustomEvent("escrutinio:refreshed"));
    return true;
  }

  /** Say how old the figures are, how many stations they stand on, and what is wrong, if anything is. */
  tell() {
    const alarm = this.alarm || (this.failures > 0 ? say(this.lang, "offline") : "");
    this.box.classList.toggle("alarm", alarm !== "" || Boolean(this.live?.waiting));
    this.box.classList.toggle("grave", this.alarm !== "");
    this.age.textContent = [alarm, this.live === null ? say(this.lang, "unknown") : this.told(this.live)].join(" ").trim();
  }

  /** @param {Live} live */
  told(live) {
    const { size, time } = this.place === undefined ? live : standing(live);
    const day = dayOfMoment(time, this.lang);
    const old = live.refresh === null || Date.now() / 1000 - time > DAY;
    const { voted, imported } = this.box.dataset;
    const said = [
      imported === "" ? say(this.lang, "imported", { at: day, voted })
        : old ? say(this.lang, "on", { at: day })
          : say(this.lang, "as-of", { at: clockOf(time), ago: this.ago(time) }),
      size < live.size ? say(this.lang, "ahead", { size: this.number(live.size), pages: this.number(size) }) : "",
      this.share(live),
      ...this.cosigning(live),
    ];
    if (!old && this.failures === 0 && this.alarm === "") said.push(say(this.lang, "live"));
    return `${said.filter((each) => each !== "").join(" · ")}.`;
  }

  /** Since when nothing new is public, if anything waits for cosignatures, and which witnesses are silent. @param {Live} live */
  cosigning({ waiting, silent = [], later }) {
    const since = (/** @type {number} */ at) => momentOf(at, this.lang);
    const names = silent.map((each) => say(this.lang, "since", { name: each.name, at: since(each.since) })).join(", ");
    return [waiting ? say(this.lang, "waiting", { at: since(waiting.since) }) : "", names && say(this.lang, "silent", { names }),
      later ? say(this.lang, "later", { at: since(later.until), count: this.number(later.count) }) : ""];
  }

  /** How much of the first contest is counted, no part rounded to the whole. @param {Live} live */
  share({ contests }) {
    const [first] = contests;
    if (first === undefined) return "";
    const all = first.stations_counted + first.stations_pending + first.stations_without_sheet;
    if (!(all > 0)) return "";
    const exact = first.stations_counted / all;
    const tenths = first.stations_counted === all ? 1000 : Math.min(999, Math.round(exact * 1000));
    return say(this.lang, "share", { share: formatTenths(first.stations_counted > 0 ? Math.max(1, tenths) / 10 : 0, this.lang) });
  }

  /** @param {number} time */
  ago(time) {
    const minutes = Math.max(1, Math.floor((Date.now() / 1000 - time) / 60));
    if (Date.now() / 1000 - time < 60) return say(this.lang, "just-now");
    const words = new Intl.RelativeTimeFormat(this.lang, { numeric: "always" });
    return minutes < 120 ? words.format(-minutes, "minute") : words.format(-Math.round(minutes / 60), "hour");
  }

  /** @param {number} value */
  number(value) {
    return new Intl.NumberFormat(this.lang, { useGrouping: true }).format(value);
  }
}

/** @param {Element} main */
function plain(main) {
  return (main.textContent ?? "").replace(/\s+/g, " ");
}

/**
 * Put new content in the place of the old: what readers opened, typed in and stand on stays, what differs is marked.
 * @param {Element} old
 * @param {Element} fresh
 */
function exchange(old, fresh) {
  mark(old, fresh);
  const open = [...old.querySelectorAll("details")].map((each) => each.open);
  [...fresh.querySelectorAll("details")].forEach((each, place) => { each.open = open[place] ?? each.open; });
  const kept = [...old.querySelectorAll(KEPT)];
  [...fresh.querySelectorAll(KEPT)].forEach((each, place) => {
    if (kept[place]?.matches(each.tagName)) each.replaceWith(kept[place]);
  });
  const links = [...old.querySelectorAll("a, button, summary, [tabindex]")];
  const [at, typing] = [links.indexOf(/** @type {Element} */ (document.activeElement)), document.activeElement];
  const scrolled = [...old.querySelectorAll(".scroll")].map((each) => each.scrollLeft);
  const top = scrollY;
  old.textContent = "";
  old.append(...fresh.childNodes);
  [...old.querySelectorAll(".scroll")].forEach((each, place) => { each.scrollLeft = scrolled[place] ?? 0; });
  scrollTo({ top, behavior: "instant" });
  const target = typing?.closest(KEPT) && typing.isConnected ? typing : at < 0 ? null : [...old.querySelectorAll("a, button, summary, [tabindex]")][at];
  /** @type {HTMLElement | null} */ (target)?.focus({ preventScroll: true });
}

/**
 * Mark the figures that were there before and are another number now; words, and what only moved, are no news.
 * @param {Element} old
 * @param {Element} fresh
 */
function mark(old, fresh) {
  const before = new Map([...figures(old)].map(([key, cell]) => [key, cell.textContent]));
  for (const [key, cell] of figures(fresh)) {
    const said = before.get(key);
    cell.classList.toggle("new", said !== undefined && said !== cell.textContent);
  }
}

/**
 * Elements with figures, each by what it is: its mark, or its table, its row and the head of its column.
 * @param {Element} main
 * @returns {Iterable<[string, HTMLElement]>}
 */
function* figures(main) {
  const met = new Map();
  /** @param {string} key */
  const once = (key) => {
    met.set(key, (met.get(key) ?? 0) + 1);
    return `${key} ${met.get(key)}`;
  };
  for (const [name, each] of figuresIn(main)) yield [once(name), each];
  for (const [place, table] of [...main.querySelectorAll("table")].entries()) {
    const name = table.caption?.textContent ?? table.parentElement?.getAttribute("aria-label") ?? String(place);
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent);
    for (const row of table.rows) {
      for (const cell of row.querySelectorAll("td")) {
        if (cell.dataset.figure !== undefined || cell.querySelector("[data-figure]") || !/\d/.test(cell.textContent ?? "")) continue;
        yield [once(`${name} | ${row.cells[0]?.textContent} | ${heads[cell.cellIndex]}`), cell];
      }
    }
  }
}

document.documentElement.dataset.runs = ""; // what old-engine.js asks
keepAddress();
if (location.protocol.startsWith("http")) void new Page(document).start();
