// Reading a photo in verify.html where the browser has no detector of its own: with the decoder that stands among the
// files that the reader chose, a publication's folder or an area's ZIP. It is somebody else's, so that it is no part of
// verify.html; which bytes it must have is, and it runs in a worker, which may read nothing.

import { fromUtf8, toHex } from "../records/bytes.js";
import { sha256 } from "../records/sha256.js";

const MOST = 1024 * 1024; // bytes of one of its files
/** Its files and their SHA-256, as in decoder.sha256. @type {[string, string][]} */
const DECODER = [
  ["index.js", "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f"],
  ["decode.js", "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8"],
];

/**
 * A program that gives a worker `decodeQR`, of the two modules that stand among the files; null where they do not, or
 * are others.
 * @param {import("../log/tiles.js").Fetch} fetchFile
 * @returns {Promise<string | null>}
 */
export async function handedDecoder(fetchFile) {
  const texts = [];
  for (const [name, digest] of DECODER) {
    const bytes = await fetchFile(`assets/vendor/qr/${name}`, MOST);
    if (!bytes || toHex(sha256(bytes)) !== digest) return null;
    texts.push(fromUtf8(bytes));
  }
  const [tables, decoder] = texts;
  const [, shared] = /^export \{([^}]*)\};$/m.exec(tables) ?? ["", ""];
  const given = shared.replace(/(\w+) as (\w+)/g, "$2: $1");
  const taken = decoder.replace(/^import \{([^}]*)\} from [^;\n]*;$/m, (_, names) => `const {${names.replace(/ as /g, ": ")}} = tables;`);
  return `\nself.decodeQR = ((tables) => {\n${plain(taken)}\nreturn decodeQR;\n})((() => {\n${plain(tables)}\nreturn {${given}};\n})());\n`;
}

/** A module without what it gives. @param {string} text */
function plain(text) {
  return text.replace(/^export (?:\{[^}]*\}|default [^;\n]*);$/gm, "").replace(/^export /gm, "");
}

/**
 * Ask a worker that has the decoder for the text in a photo.
 * @param {Worker} worker
 * @param {ImageBitmap} photo
 * @returns {Promise<string | null>}
 */
export async function askDecoder(worker, photo) {
  try {
    return await new Promise((resolve) => {
      worker.addEventListener("error", () => resolve(null));
      worker.addEventListener("message", ({ data }) => resolve(data.text ?? null));
      worker.postMessage({ photo }, [photo]);
    });
  } finally {
    worker.terminate();
  }
}
