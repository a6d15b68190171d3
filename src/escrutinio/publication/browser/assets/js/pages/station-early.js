// What the page of a station will read, asked for while its program is still on its way: on a slow phone each question
// that waits for another costs half a second. So it stands in the page itself (page_scripts.py). Nothing is judged
// here: what is read is checked by the program.

import { askEarly } from "../log/early.js";
import { ENTRIES, GROUP, TILE_WIDTH, tilePath, tileWidth } from "../log/tile-names.js";

const FIRST = 4_096; // bytes, as in log/log.js
const LEAVES = GROUP * 32; // bytes of their hashes
const SMALL = ["data/proofs.json", "data/keys.json", "data/controls.json"];
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** @param {string} base @param {URLSearchParams} query */
async function ask(base, query) {
  const [area, station] = [query.get("a") ?? "", query.get("s") ?? ""];
  if (!CODE.test(area)) return;
  const answers = [`data/index/${area}.json`, "log/checkpoint"].map((path) => askEarly(base + path));
  for (const path of SMALL) askEarly(base + path);
  const [index, checkpoint] = await Promise.all(answers.map(async (answer) => (await answer).clone().text()));
  const size = Number(checkpoint.split("\n")[1]);
  const { stations, nodes = {} } = JSON.parse(index);
  const { entries = {}, at = [] } = stations?.[station] ?? {};
  const indices = /** @type {number[]} */ (Object.values(entries).flat()).sort((a, b) => a - b);
  const bundles = new Set(indices.map((one) => Math.floor(one / TILE_WIDTH))); // of the first entries there are paths
  const tiles = new Set();
  for (const bundle of bundles) if (!at.length || !nodes[bundle]) tiles.add(tilePath(0, bundle, tileWidth(0, bundle, size)));
  for (let level = 0; size >= TILE_WIDTH ** level; level++) {
    const last = Math.ceil(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH) - 1;
    tiles.add(tilePath(level, last, tileWidth(level, last, size)));
  }
  const full = (/** @type {number} */ bundle) => tileWidth(ENTRIES, bundle, size) === TILE_WIDTH;
  const wholly = [...new Set([0, ...bundles])].filter((bundle) => !full(bundle) || (bundle > 0 && !at.length));
  for (const bundle of wholly) tiles.add(tilePath(ENTRIES, bundle, tileWidth(ENTRIES, bundle, size)));
  for (const path of tiles) askEarly(`${base}log/${path}`);
  const parts = new Set(); // each once
  const part = (/** @type {number} */ level, /** @type {number} */ bundle, /** @type {number} */ first, /** @type {number} */ length) =>
    parts.add(`${base}log/${tilePath(level, bundle, TILE_WIDTH)} bytes=${first}-${first + length - 1}`);
  if (full(0)) part(ENTRIES, 0, 0, FIRST);
  indices.forEach((one, number) => {
    const bundle = Math.floor(one / TILE_WIDTH);
    if (!full(bundle) || !at.length) return;
    part(ENTRIES, bundle, at[2 * number] - 2, at[2 * number + 1] + 2);
    if (nodes[bundle]) part(0, bundle, LEAVES * Math.floor((one % TILE_WIDTH) / GROUP), LEAVES);
  });
  for (const each of parts) askEarly(.../** @type {[string, string]} */ (each.split(" ")));
}

void ask(new URL("../", location.href).href, new URLSearchParams(location.search)).catch(() => {});
