// The single file verify.html: this program is its one script, and starts itself again as its own worker.
//
//   body > header(h1, button), main(p.lead, div#verify)

import { el, fillElement } from "./dom.js";
import { mountVerification } from "./verify-page.js";
import { serveWorker } from "./verify-work.js";
import { speak } from "./say.js";
import { decodeWith, findQr } from "./qr-attempts.js";
import { endonymOf, languages } from "../records/words.js";

/**
 * A worker, which is told its own text: one that came from a file may not read it.
 * @param {string} program the text of this script
 * @param {string} [more] what it has beside it
 */
function startWorker(program, more = "") {
  const address = URL.createObjectURL(new Blob([program, more], { type: "text/javascript" }));
  const worker = new Worker(address);
  worker.postMessage({ program });
  return worker;
}

function serve() {
  let program = "";
  self.addEventListener("message", ({ data }) => {
    program = data.program ?? program;
    if (data.photo) self.postMessage({ text: findQr(data.photo, decodeWith(/** @type {any} */ (self).decodeQR), true) });
  });
  serveWorker(() => startWorker(program));
}

/**
 * @param {string} program
 * @param {string} lang
 */
async function show(program, lang) {
  const changes = languages().filter((other) => other !== lang).map((other) => {
    const change = el("button.quiet", { type: "button", lang: other }, endonymOf(other));
    change.addEventListener("click", () => void show(program, other));
    return change;
  });
  const root = el("div", { id: "verify" });
  const version = Number(document.documentElement.dataset.verifier);
  document.documentElement.lang = lang;
  document.title = speak(lang, "title");
  fillElement(
    document.body,
    el("header.wrap", {}, el("p.links", {}, ...changes, el("span.small.muted", {}, speak(lang, "version", { version }))), el("h1", {}, speak(lang, "title"))),
    el("main.wrap", {}, el("p.lead", {}, speak(lang, "intro")), root),
  );
  await mountVerification(root, { lang, base: null, startWorker: (more) => startWorker(program, more) });
}

/** The reader's first language that this file speaks; Spanish where it speaks none of theirs. */
function preferred() {
  const known = languages();
  return navigator.languages.map((each) => each.toLowerCase().split("-")[0]).find((each) => known.includes(each)) ?? "es";
}

if (typeof document === "undefined") serve();
else void show(document.currentScript?.textContent ?? "", preferred());
