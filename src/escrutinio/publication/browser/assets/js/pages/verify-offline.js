// The single file verify.html: this program is its one script, and starts itself again as its own worker.
//
//   body > header(h1, button), main(p.lead, div#verify)

import { el, fillElement } from "./dom.js";
import { mountVerification } from "./verify-page.js";
import { speak } from "./verify-sentences.js";
import { serveWorker } from "./verify-work.js";

/** A worker, which is told its own text: one that came from a file may not read it. @param {string} program the text of this script */
function startWorker(program) {
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(address);
  worker.postMessage({ program });
  return worker;
}

function serve() {
  let program = "";
  self.addEventListener("message", ({ data }) => (program = data.program ?? program));
  serveWorker(() => startWorker(program));
}

/**
 * @param {string} program
 * @param {string} lang
 */
async function show(program, lang) {
  const other = lang === "es" ? "en" : "es";
  const change = el("button", { type: "button", lang: other }, speak(lang, "language"));
  change.addEventListener("click", () => void show(program, other));
  const root = el("div", { id: "verify" });
  const version = Number(document.documentElement.dataset.verifier);
  document.documentElement.lang = lang;
  document.title = speak(lang, "title");
  fillElement(
    document.body,
    el("header.wrap", {}, el("p.links", {}, change, el("span.small.muted", {}, speak(lang, "version", { version }))), el("h1", {}, speak(lang, "title"))),
    el("main.wrap", {}, el("p.lead", {}, speak(lang, "intro")), root),
  );
  await mountVerification(root, { lang, base: null, startWorker: () => startWorker(program) });
}

if (typeof document === "undefined") serve();
else void show(document.currentScript?.textContent ?? "", navigator.language.toLowerCase().startsWith("en") ? "en" : "es");
