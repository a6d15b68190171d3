// Narrows the page of findings to a kind, a severity or an area. Without it the page shows all of them.

import { speaker } from "../records/words.js";
import { el } from "./dom.js";
import { languageOf } from "./say.js";

const speak = speaker("findings");

/** Findings below which there is nothing to narrow down. */
const FEW = 8;

const found = document.getElementById("found");
if (found) mount(found);

/** @param {HTMLElement} root */
function mount(root) {
  const lang = languageOf(root);
  const say = (/** @type {string} */ key) => speak(lang, key);
  const sections = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(":scope > section")]);
  if (root.querySelectorAll("li").length < FEW) return; // less to read than to choose
  const kinds = sections.map((section) => [section.id, section.querySelector("h2")?.textContent ?? section.id]);
  const severities = [...new Set(sections.map((section) => section.dataset.severity ?? ""))];
  /** @type {Map<string, string>} */
  const areas = new Map();
  for (const item of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-area]"))) {
    areas.set(item.dataset.area ?? "", item.dataset.areaName ?? "");
  }
  const kind = choice(say("kind"), say("all"), kinds);
  const severity = choice(say("severity"), say("all-severities"), severities.map((each) => [each, each]));
  const area = choice(say("area"), say("all-areas"), [...areas].sort());
  const said = el("p", { class: "small muted", role: "status" });
  const form = el("form", { class: "narrow-down", "aria-label": say("title") }, kind.label, severity.label);
  if (areas.size) form.append(area.label);
  const show = () => {
    let count = 0;
    for (const section of sections) {
      const fits =
        (!kind.select.value || section.id === kind.select.value) &&
        (!severity.select.value || section.dataset.severity === severity.select.value);
      let here = 0;
      for (const item of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("li"))) {
        item.hidden = Boolean(area.select.value) && item.dataset.area !== area.select.value;
        here += item.hidden ? 0 : 1;
      }
      section.hidden = !fits || here === 0;
      count += section.hidden ? 0 : here;
    }
    said.textContent = speak(lang, "shown", { count });
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  root.before(form, said);
  show();
}

/**
 * @param {string} name
 * @param {string} all
 * @param {string[][]} values
 */
function choice(name, all, values) {
  const select = /** @type {HTMLSelectElement} */ (el("select", {}));
  select.append(el("option", { value: "" }, all), ...values.map(([value, text]) => el("option", { value }, text)));
  return { select, label: el("label", {}, name, select) };
}
