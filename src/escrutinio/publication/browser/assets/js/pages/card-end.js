// The end of a record's card: where its picture is, what a reader can keep of it, its bytes. The page shows the record and
// how it was checked before it asks for the program of these (station-rest.js).
//
//   section.image, div.keep (keep.js), details.bytes, p(a)

import { toHex } from "../records/bytes.js";
import { el, fillElement } from "./dom.js";
import { keepBox } from "./keep.js";
import { MAX_ATTACHMENT } from "../log/log.js";
import { sha256 } from "../records/sha256.js";
import { toPlain } from "../records/shapes.js";
import { say } from "./say.js";

/** @typedef {import("../records/record.js").Entry} Entry */

const SHEETS = ["tally-sheet", "manual-sheet", "copy"];

/**
 * Add the end of its card to each record that is shown.
 * @param {string} lang
 * @param {import("../log/log.js").Log} log
 * @param {import("./read.js").Read[]} reads
 * @param {{ real: boolean, shown: HTMLElement }} beside the election, and what has the cards
 */
export function endCards(lang, log, reads, { real, shown }) {
  for (const { standing, checked: { entry } } of reads) {
    const bundle = el("p", {}, el("a", { href: log.base + standing.bundle }, say(lang, "bundle", { place: standing.index % 256 })));
    const parts = [imageOf(lang, log, entry), keepBox(lang, log, standing, { real, form: entry?.body.form }), bytesOf(lang, standing.raw, entry), bundle];
    shown.querySelector(`#entry-${standing.index} > details`)?.append(...parts.filter((part) => part !== null));
  }
}

/** Where the picture of a sheet is, or why it is not here. @param {string} lang @param {import("../log/log.js").Log} log @param {Entry | null} entry */
function imageOf(lang, log, entry) {
  if (!entry || !SHEETS.includes(entry.name)) return null;
  const named = entry.body.image && toHex(entry.body.image);
  return el(
    "section.image",
    {},
    el("h3", {}, say(lang, "image")),
    el("p", {}, say(lang, named ? "image-named" : "image-none"), " ", named && el("code.hash", {}, named)),
    named && imageButton(lang, log, named),
    el("p", {}, say(lang, "image-why"), " ", el("a", { href: "data.html" }, say(lang, "image-where"))),
  );
}

/** Looks whether the picture is here, and is the one that the record names. @param {string} lang @param {import("../log/log.js").Log} log @param {string} named */
function imageButton(lang, log, named) {
  const path = `attachments/${named}`;
  const button = el("button", { type: "button" }, say(lang, "image-open"));
  const shown = el("p", { role: "status" }, button);
  button.addEventListener("click", async () => {
    const data = await log.fetchFile(path, MAX_ATTACHMENT).catch(() => null);
    if (!data) return fillElement(shown, say(lang, "image-absent"));
    if (toHex(sha256(data)) !== named) return fillElement(shown, say(lang, "image-other"));
    fillElement(shown, el("a", { href: log.base + path }, say(lang, "image-here")));
  });
  return shown;
}

/** @param {string} lang @param {Uint8Array} raw @param {Entry | null} entry */
function bytesOf(lang, raw, entry) {
  return el(
    "details.bytes",
    {},
    el("summary", {}, say(lang, "bytes")),
    el("p", {}, `${say(lang, "digest")}: `, el("code.hash", {}, toHex(sha256(raw)))),
    el("pre", { tabindex: "0" }, (toHex(raw).match(/.{1,64}/g) ?? []).join("\n")),
    entry && el("p", {}, say(lang, "payload")),
    entry && el("pre", { tabindex: "0" }, JSON.stringify({ subject: entry.frame.subject, ...toPlain(entry.body) }, null, 1)),
  );
}
