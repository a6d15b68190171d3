// The foot of every page: how to cite what it shows, with the log's size, root and date, and how to send its address on.
//
//   details.cite > summary, p.cited, details(summary, code.hash), p.links(button*), span[role=status]

import { el, fillElement } from "./dom.js";
import { dayOfMoment } from "./times.js";
import { formatNumber, speaker } from "../records/words.js";

const say = speaker("live");
const LIVE = new URL("../../../live.json", import.meta.url);
const DIGITS = 12;

/** @typedef {{ origin: string, size: number, root: string, time: number, pages?: object | null }} Head */

/**
 * Fill in what is cited, once somebody opens it.
 * @param {HTMLElement} box
 * @param {string} lang
 */
async function show(box, lang) {
  const answer = await fetch(LIVE, { cache: "no-cache" }).catch(() => null);
  const live = /** @type {Head | null} */ (answer?.ok ? await answer.json().catch(() => null) : null);
  if (!live) return fillElement(box, el("p", { role: "status" }, say(lang, "cite-unread")));
  // Pages may be behind the log, but those that read it themselves.
  const head = document.body.dataset.live === undefined ? live : { ...live, ...live.pages };
  const day = dayOfMoment(head.time, lang);
  const address = location.href;
  const about = { title: document.title, origin: head.origin, size: formatNumber(head.size, lang), day, address };
  const status = el("span", { role: "status" });
  const copied = async (/** @type {string} */ text) => {
    const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
    fillElement(status, say(lang, done ? "cite-copied" : "cite-not-copied"));
  };
  const button = (/** @type {string} */ key, /** @type {() => void} */ act) => {
    const made = el("button", { type: "button" }, say(lang, key));
    made.addEventListener("click", act);
    return made;
  };
  const share = () => {
    if (typeof navigator.share !== "function") return void copied(address);
    navigator.share({ title: document.title, url: address }).catch(() => {}); // the reader thought better of it
  };
  fillElement(
    box,
    el("p.cited", {}, say(lang, "cite-line", { ...about, root: `${head.root.slice(0, DIGITS)}…` })),
    el("details", {}, el("summary", {}, say(lang, "cite-root")), el("code.hash", {}, head.root)),
    el("p.links", {}, button("cite-copy", () => void copied(say(lang, "cite-line", { ...about, root: head.root }))), button(typeof navigator.share === "function" ? "send" : "send-copy", share), status),
  );
}

/** Put the box at the foot of the page. */
function addBox() {
  const foot = document.querySelector("body > footer .wrap");
  if (!foot) return;
  const lang = document.documentElement.lang || "en";
  const box = el("div");
  const details = /** @type {HTMLDetailsElement} */ (el("details.cite", { "data-keep": true }, el("summary", {}, say(lang, "cite")), box));
  details.addEventListener("toggle", () => details.open && void show(box, lang));
  foot.append(details);
}

addBox();
