// Reading QR codes from images on the reader's own device: with the browser's detector where it has one, and with the
// decoder that `make decoder` puts beside the pages.

/** Reads one image; `thorough` tries everything before it gives up.
 * @typedef {(bitmap: ImageBitmap, thorough: boolean) => Promise<string | null>} Read */

/**
 * A reader of QR codes, or null where there is neither a detector nor a decoder.
 * @returns {Promise<Read | null>}
 */
export async function qrReader() {
  const [browser, packaged] = await Promise.all([browserReader(), packagedReader()]);
  if (!browser || !packaged) return browser ?? packaged;
  return async (bitmap, thorough) => (await browser(bitmap, thorough)) ?? packaged(bitmap, thorough);
}

/** @returns {Promise<Read | null>} */
async function browserReader() {
  try {
    const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
    if (!(await Detector.getSupportedFormats()).includes("qr_code")) return null;
    const detector = new Detector({ formats: ["qr_code"] });
    return async (bitmap) => (await detector.detect(bitmap).catch(() => []))[0]?.rawValue ?? null;
  } catch {
    return null; // most browsers on a desk have none
  }
}

/** @returns {Promise<Read | null>} */
async function packagedReader() {
  /** @type {Map<number, (text: string | null) => void>} */
  const waiting = new Map();
  let last = 0;
  const worker = new Worker(new URL("../pages/qr-worker.js", import.meta.url), { type: "module" });
  const ready = await new Promise((resolve) => {
    worker.addEventListener("error", () => resolve(false));
    worker.addEventListener("message", ({ data }) => {
      if ("ready" in data) return resolve(data.ready);
      waiting.get(data.id)?.(data.text);
      waiting.delete(data.id);
    });
  });
  if (!ready) {
    worker.terminate();
    return null;
  }
  return (bitmap, thorough) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      worker.postMessage({ id: last, bitmap, thorough }, [bitmap]);
    });
}
