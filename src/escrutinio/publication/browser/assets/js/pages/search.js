// The search field of the pages: as somebody types, places, centers and stations to go to (WAI-ARIA's combobox with a
// list). What is not chosen from the list goes to the station page, which searches too (found.js).
//
//   form.find[data-base][data-here] > label, input[name=s], button, ul[role=listbox] > li[role=option], p[role=status]

import { el, fillElement } from "./dom.js";
import { leadTo, lookUp, outcomeOf } from "./names.js";
import { siteIndex } from "./site-index.js";
import { speaker } from "../records/words.js";

const MOST = 20;
const MAX_TEXT = 64;

const say = speaker("search");

/** A search field brought to life. */
export class Search {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    const { base = "../", here = "", page = "station.html" } = form.dataset;
    this.page = page;
    this.form = form;
    this.lang = document.documentElement.lang || "en";
    this.here = new URL(here || "./", location.href);
    this.json = siteIndex(new URL(base, location.href));
    this.input = /** @type {HTMLInputElement} */ (form.elements.namedItem("s"));
    this.list = el("ul.hits", { role: "listbox", id: `${this.input.id}-list`, "aria-label": this.say("list"), hidden: true });
    this.status = el("p.small.muted", { role: "status" });
    this.active = -1;
    this.asked = 0;
    const combobox = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(combobox)) this.input.setAttribute(name, value);
    form.append(this.list, this.status);
    form.addEventListener("submit", (event) => this.go(event));
    this.input.addEventListener("input", () => void this.look());
    this.input.addEventListener("focus", () => void this.json("data/areas.json"));
    this.input.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("focusout", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && form.contains(relatedTarget))) this.show([]);
    });
  }

  /** @param {string} key @param {number} [count] */
  say(key, count = 0) {
    return say(this.lang, key, { count });
  }

  async look() {
    const turn = ++this.asked;
    const text = this.input.value.slice(0, MAX_TEXT);
    const found = text.trim().length < 2 ? null : await lookUp(this.json, text, MOST);
    if (turn !== this.asked) return; // more was typed meanwhile
    this.show(found?.hits ?? []);
    this.status.textContent = found ? this.say(outcomeOf(found), found.hits.length) : "";
  }

  /** @param {import("./names.js").Hit[]} hits */
  show(hits) {
    this.active = -1;
    fillElement(this.list, hits.map((hit, at) => this.option(hit, at)));
    this.list.hidden = !hits.length;
    // Where the field stands at the foot of the screen what was found would be below it. Not under a finger that is
    // on the button already: it would let go of it beside the button.
    const typing = document.activeElement === this.input;
    if (typing && this.list.firstElementChild && this.list.firstElementChild.getBoundingClientRect().bottom > innerHeight) this.form.scrollIntoView();
    this.input.setAttribute("aria-expanded", String(hits.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    if (!hits.length) this.status.textContent = "";
  }

  /** @param {import("./names.js").Hit} hit @param {number} at */
  option({ kind, name, code, within, href }, at) {
    const what = kind === "area" ? code : `${this.say(kind)} ${code}`;
    const note = [what, within].filter(Boolean).join(" · ");
    const link = el("a", { href: new URL(leadTo(href, this.page), this.here).href, tabindex: "-1" }, el("b", {}, el("bdi", {}, name || code)), " ", el("span.small.muted", {}, note));
    const option = el("li", { role: "option", id: `${this.list.id}-${at}`, "aria-selected": "false" }, link);
    option.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus until the click
    return option;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const options = [...this.list.children];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && options.length) {
      event.preventDefault();
      return this.show([]);
    }
    if (!step || !options.length) return;
    event.preventDefault();
    this.active = (this.active + step + options.length + (this.active < 0 && step < 0 ? 1 : 0)) % options.length;
    for (const [at, option] of options.entries()) option.setAttribute("aria-selected", String(at === this.active));
    this.input.setAttribute("aria-activedescendant", options[this.active].id);
    options[this.active].scrollIntoView({ block: "nearest" });
  }

  /** Go to the chosen one, or to the only one; else the form leads to the list of all. @param {Event} event */
  go(event) {
    const options = [...this.list.children];
    const chosen = options[this.active] ?? (options.length === 1 ? options[0] : null);
    const link = chosen?.querySelector("a");
    if (!link) return;
    event.preventDefault();
    location.assign(link.href);
  }
}

for (const form of document.querySelectorAll("form.find")) new Search(/** @type {HTMLFormElement} */ (form));
