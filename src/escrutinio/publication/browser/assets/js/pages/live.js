// A page that stays true while the log grows: it follows live.json, fetches itself again when it has changed,
// marks what is new, and says how old its figures are. Without a network the age stands; nothing looks new.

import { keepAddress } from "./languages.js";
import { speaker } from "../records/words.js";

const say = speaker("live");

/** @typedef {{ size: number, root: string, time: number, refresh: number | null, previous: number | null,
 *   changed: string[] | null }} Live */

const LIVE = new URL("../../../live.json", import.meta.url);
const KEPT = "form.find, [data-keep], [data-area-download]";
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
    && typeof live.root === "string" && (live.refresh === null || live.refresh >= 1)
    && (live.changed === null || Array.isArray(live.changed));
}

class Page {
  /** @param {Document} document */
  constructor(document) {
    this.lang = document.documentElement.lang || "en";
    /** The code of an area, "" for a page of the whole, undefined for one that is not to be exchanged. */
    this.place = document.body.dataset.live;
    /** @type {Live | null} */
    this.live = null;
    this.failures = 0;
    this.status = document.createElement("p");
    this.status.setAttribute("role", "status");
    this.age = document.createElement("p");
    const box = document.createElement("div");
    box.className = "live";
    box.dataset.keep = "";
    box.append(this.age, this.status);
    this.box = box;
  }

  async start() {
    await this.look(true);
    if (this.live === null && this.failures === 0) return; // a copy without live.json: nothing is known, nothing is said
    document.querySelector("footer .wrap")?.before(this.box);
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
    if (before !== null && (found.size < before.size || (found.size === before.size && found.root !== before.root))) {
      this.status.textContent = say(this.lang, "shrunk", { before: this.number(before.size), now: this.number(found.size) });
      return;
    }
    this.live = found;
    if (before === null ? found.refresh !== null : found.size > before.size) await this.follow(before, found);
    this.tell();
  }

  /**
   * Bring the page up to what live.json says; a failure leaves the older live.json in force.
   * @param {Live | null} before
   * @param {Live} now
   */
  async follow(before, now) {
    const news = before === null ? "" : this.news(now.size - before.size);
    const concerned = before === null || now.changed === null || now.previous !== before.size
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

  /** Say how old the figures are, and whether there is a connection. */
  tell() {
    if (this.live === null) {
      this.age.textContent = say(this.lang, "unknown");
      return;
    }
    const old = this.live.refresh === null || Date.now() / 1000 - this.live.time > DAY;
    const at = new Date(this.live.time * 1000);
    const style = old ? { dateStyle: "long" } : { timeStyle: "short" };
    const said = new Intl.DateTimeFormat(this.lang, /** @type {Intl.DateTimeFormatOptions} */ (style)).format(at);
    this.age.textContent = old ? say(this.lang, "on", { at: said, size: this.number(this.live.size) }) : say(this.lang, "as-of", { at: said, ago: this.ago(this.live.time) });
    if (this.failures > 0) this.age.prepend(`${say(this.lang, "offline")} `);
    this.box.classList.toggle("stale", this.failures > 0);
  }

  /** @param {number} time */
  ago(time) {
    const minutes = Math.max(0, Math.round((Date.now() / 1000 - time) / 60));
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
  old.replaceChildren(...fresh.childNodes);
  [...old.querySelectorAll(".scroll")].forEach((each, place) => { each.scrollLeft = scrolled[place] ?? 0; });
  scrollTo({ top, behavior: "instant" });
  const target = typing?.closest(KEPT) && typing.isConnected ? typing : at < 0 ? null : [...old.querySelectorAll("a, button, summary, [tabindex]")][at];
  /** @type {HTMLElement | null} */ (target)?.focus({ preventScroll: true });
}

/**
 * Mark the cells and lines that are new or say something else; a row is known by its table and its first cell.
 * @param {Element} old
 * @param {Element} fresh
 */
function mark(old, fresh) {
  const before = new Map();
  for (const [key, cells] of rows(old)) before.set(key, cells.map((cell) => cell.textContent));
  for (const [key, cells] of rows(fresh)) {
    const said = before.get(key);
    cells.forEach((cell, place) => cell.classList.toggle("new", said?.[place] !== cell.textContent));
  }
  const lines = new Set([...old.querySelectorAll("p, li, dd")].map((each) => each.textContent));
  for (const line of fresh.querySelectorAll("p, li, dd")) line.classList.toggle("new", !lines.has(line.textContent));
}

/**
 * @param {Element} main
 * @returns {Iterable<[string, HTMLTableCellElement[]]>}
 */
function* rows(main) {
  for (const [place, table] of [...main.querySelectorAll("table")].entries()) {
    for (const row of table.rows) yield [`${place} ${row.cells[0]?.textContent ?? ""}`, [...row.cells]];
  }
}

keepAddress();
if (location.protocol.startsWith("http")) void new Page(document).start();
