// Where a publication, or a part of one, is read from: a web address, a folder that the reader chose, or a zip.

import { refuse } from "../records/refusal.js";
import { webFetch } from "./tiles.js";
import { isPlaceFile, MAX_PLACE, readPlaceFile } from "./place-file.js";
import { readZip } from "./zip.js";

const NEEDED = /(^|\/)(log\/|attachments\/|assets\/vendor\/qr\/|records\/|proofs\/|data\/|verify\.html$|trust\.toml$|area\.json$|checkpoint$)/;
const WHOLE = "log/checkpoint";
const PART = "area.json";

/** @typedef {import("./tiles.js").Fetch} Fetch */
/** What a page hands to a worker: an address; files with their paths; or a zip.
 * @typedef {{ base: string, anew?: boolean } | { files: [string, Blob][] } | { zip: Blob }} Chosen */
/** `place` where it is one place's file. @typedef {{ kind: "whole" | "part", fetchFile: Fetch, place?: import("./place-file.js").PlaceFile }} Source */

/**
 * What a reader chose: one zip, or the files of a folder that a verification reads.
 * @param {Iterable<File>} list
 * @returns {Chosen}
 */
export function chosenFiles(list) {
  const files = [...list];
  if (files.length === 1 && !files[0].webkitRelativePath) return { zip: files[0] };
  const paths = files.map((file) => /** @type {[string, Blob]} */ ([file.webkitRelativePath || file.name, file]));
  return { files: paths.filter(([path]) => NEEDED.test(path)) };
}

/**
 * Open what was chosen; refused where it holds neither a log nor a part of one.
 * @param {Chosen} chosen
 * @returns {Promise<Source>}
 */
export async function openSource(chosen) {
  if ("base" in chosen) return { kind: "whole", fetchFile: webFetch(chosen.base, chosen.anew ? "reload" : "default") };
  if ("zip" in chosen && (await isPlaceFile(chosen.zip))) return openPlace(chosen.zip);
  const files = "zip" in chosen ? await readZip(chosen.zip) : new Map(chosen.files.map(([path, blob]) => [path, readable(path, blob)]));
  for (const [kind, mark] of /** @type {["whole" | "part", string][]} */ ([["whole", WHOLE], ["part", PART]])) {
    const root = rootOf(files.keys(), mark);
    if (root !== null) return { kind, fetchFile: async (path, limit) => (await files.get(root + path)?.read(limit)) ?? null };
  }
  return refuse("source-none");
}

/** @param {Blob} file @returns {Promise<Source>} */
async function openPlace(file) {
  const place = readPlaceFile(await readable("place", file).read(MAX_PLACE));
  return { kind: "part", place, fetchFile: async (path) => place.files.get(path) ?? null };
}

/** Where a publication begins: what stands before its mark, the shortest if there are several. @param {Iterable<string>} names @param {string} mark */
function rootOf(names, mark) {
  const roots = [...names].filter((name) => name === mark || name.endsWith(`/${mark}`)).map((name) => name.slice(0, -mark.length));
  return roots.sort((a, b) => a.length - b.length)[0] ?? null;
}

/**
 * @param {string} path
 * @param {Blob} blob
 * @returns {import("./zip.js").Readable}
 */
function readable(path, blob) {
  return {
    async read(limit) {
      if (blob.size > limit) refuse("fetch-long", { path, limit });
      try {
        return new Uint8Array(await blob.arrayBuffer());
      } catch {
        return refuse("fetch-failed", { path }); // taken away or changed since it was chosen
      }
    },
  };
}
