// ZIP files (PKWARE's APPNOTE 6.3.10), as far as this project needs them: stored or deflated entries, no
// encryption, no ZIP64, names in UTF-8. What is read may be hostile: every size is checked before it is used.

import { concat, fromUtf8, toUtf8 } from "../records/bytes.js";
import { quoted, refuse } from "../records/refusal.js";

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [STORED, DEFLATED] = [0, 8];
const UTF8_NAMES = 0x0800;
const JANUARY_1980 = 0x0021; // no clock: the same content is the same file
const MAX_FILES = 65_535;
const MAX_COMMENT = 65_535;
const MAX_DIRECTORY = 64 * 1024 * 1024;
const IN_MEMORY = 128 * 1024 * 1024; // smaller files are read at once: thousands of little reads take longer
const WORTH_IT = 4_096; // records and proofs hardly become smaller, and there are thousands of them

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

/** @param {Uint8Array} data @returns {number} */
export function crc32(data) {
  let crc = -1;
  for (const byte of data) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

/** Numbers in little-endian order. @param {...[size: 2 | 4, value: number]} fields */
function packed(...fields) {
  const bytes = [];
  for (const [size, value] of fields) for (let i = 0; i < size; i++) bytes.push((value >>> (8 * i)) & 0xff);
  return Uint8Array.from(bytes);
}

/**
 * @param {Uint8Array} data
 * @param {"deflate-raw"} format
 * @param {typeof CompressionStream | typeof DecompressionStream} Stream
 */
function through(data, format, Stream) {
  return new Blob([/** @type {BlobPart} */ (data)]).stream().pipeThrough(/** @type {any} */ (new Stream(format)));
}

/** Deflated, where the browser can and it is shorter. @param {Uint8Array} data */
async function squeezed(data) {
  if (typeof CompressionStream !== "function" || data.length < WORTH_IT) return null;
  try {
    const made = new Uint8Array(await new Response(through(data, "deflate-raw", CompressionStream)).arrayBuffer());
    return made.length < data.length ? made : null;
  } catch {
    return null; // a browser without deflate-raw; stored will do
  }
}

/**
 * A zip file with these files, in this order.
 * @param {{ name: string, data: Uint8Array }[]} files
 * @returns {Promise<Blob>}
 */
export async function writeZip(files) {
  if (files.length > MAX_FILES) refuse("zip-many", { limit: MAX_FILES });
  /** @type {Uint8Array[]} */
  const parts = [];
  const directory = [];
  let at = 0;
  for (const { name, data } of files) {
    const short = await squeezed(data);
    const [method, content] = short ? [DEFLATED, short] : [STORED, data];
    const path = toUtf8(name);
    const about = packed(
      [2, 20], [2, UTF8_NAMES], [2, method], [2, 0], [2, JANUARY_1980],
      [4, crc32(data)], [4, content.length], [4, data.length], [2, path.length], [2, 0],
    ); // prettier-ignore
    directory.push(packed([4, CENTRAL], [2, 20]), about, packed([2, 0], [2, 0], [2, 0], [4, 0], [4, at]), path);
    parts.push(packed([4, LOCAL]), about, path, content);
    at += 4 + about.length + path.length + content.length;
  }
  const central = concat(...directory);
  const end = packed([4, END], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, central.length], [4, at], [2, 0]);
  return new Blob(/** @type {BlobPart[]} */ ([...parts, central, end]), { type: "application/zip" });
}

/** A file of a directory or zip: `read` gives at most `limit` bytes, or refuses.
 * @typedef {{ read: (limit: number) => Promise<Uint8Array> }} Readable */

/** Gives the bytes from `start` to `end` of a file. @typedef {(start: number, end: number) => Promise<Uint8Array>} Slice */

/**
 * The files of a zip, by name; their content is unpacked when asked for.
 * @param {Blob} zip
 * @returns {Promise<Map<string, Readable>>}
 */
export async function readZip(zip) {
  const whole = zip.size <= IN_MEMORY ? new Uint8Array(await zip.arrayBuffer()) : null;
  /** @type {Slice} */
  const slice = async (start, end) => whole?.slice(start, end) ?? new Uint8Array(await zip.slice(start, end).arrayBuffer());
  const tail = await slice(Math.max(0, zip.size - MAX_COMMENT - 22), zip.size);
  let at = tail.length - 22;
  while (at >= 0 && view(tail).getUint32(at, true) !== END) at--;
  if (at < 0) refuse("zip-form");
  const end = new DataView(tail.buffer, tail.byteOffset + at);
  const [count, size, start] = [end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  if (size > MAX_DIRECTORY || start + size > zip.size) refuse("zip-form");
  const central = await slice(start, start + size);
  const files = new Map();
  let next = 0;
  for (let number = 0; number < count; number++) {
    if (next + 46 > central.length) refuse("zip-form");
    const head = new DataView(central.buffer, central.byteOffset + next);
    if (head.getUint32(0, true) !== CENTRAL) refuse("zip-form");
    const [nameSize, extra, comment] = [28, 30, 32].map((place) => head.getUint16(place, true));
    const name = fromUtf8(central.subarray(next + 46, next + 46 + nameSize));
    if (files.has(name)) refuse("zip-twice", { name: quoted(name) });
    const entry = {
      name,
      encrypted: (head.getUint16(8, true) & 1) === 1,
      method: head.getUint16(10, true),
      crc: head.getUint32(16, true),
      packed: head.getUint32(20, true),
      size: head.getUint32(24, true),
      at: head.getUint32(42, true),
    };
    next += 46 + nameSize + extra + comment;
    if (!name.endsWith("/")) files.set(name, { read: (/** @type {number} */ limit) => contentOf(slice, entry, limit) });
  }
  return files;
}

/**
 * @param {Slice} slice
 * @param {{ name: string, encrypted: boolean, method: number, crc: number, packed: number, size: number, at: number }} entry
 * @param {number} limit
 * @returns {Promise<Uint8Array>}
 */
async function contentOf(slice, entry, limit) {
  const { name, method, size } = entry;
  if (size > limit) refuse("fetch-long", { path: name, limit });
  if (entry.encrypted || (method !== STORED && method !== DEFLATED)) refuse("zip-method", { name: quoted(name) });
  const head = await slice(entry.at, entry.at + 30);
  if (head.length < 30 || view(head).getUint32(0, true) !== LOCAL) refuse("zip-form");
  const start = entry.at + 30 + view(head).getUint16(26, true) + view(head).getUint16(28, true);
  const content = await slice(start, start + entry.packed);
  if (content.length !== entry.packed) refuse("zip-form");
  const data = method === STORED ? content : await inflated(content, size);
  if (data === null || data.length !== size || crc32(data) !== entry.crc) return refuse("zip-damaged", { name: quoted(name) });
  return data;
}

/** At most `size` bytes of what was deflated; null where it is more, or damaged. @param {Uint8Array} content @param {number} size */
async function inflated(content, size) {
  if (typeof DecompressionStream !== "function") return refuse("zip-browser");
  const reader = through(content, "deflate-raw", DecompressionStream).getReader();
  const data = new Uint8Array(size);
  let at = 0;
  try {
    for (let part = await reader.read(); part.value; part = await reader.read()) {
      if (at + part.value.length > size) return null;
      data.set(part.value, at);
      at += part.value.length;
    }
  } catch {
    return null;
  }
  return data.subarray(0, at);
}

/** @param {Uint8Array} bytes */
function view(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
