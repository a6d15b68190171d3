// Looking for a QR code in an image: the whole first, then larger, in parts, with more contrast, smaller. The decoder
// finds codes turned by any angle, so that no turned copies are tried.

const MEGAPIXEL = 1024 * 1024;

/** Reads one image, or gives null. @typedef {(image: ImageData, effort: number) => string | null} Decode */
/** A part of the source to be drawn at a scale; `contrast` stretches its greys.
 * @typedef {{ x: number, y: number, width: number, height: number, scale: number, contrast: boolean }} View */

const BUDGET = 400; // milliseconds of further tries that the decoder may spend on one view

/**
 * The decoder of the package `qr`, which throws where it finds nothing.
 * @param {(image: ImageData, how: { effort: number, timeLimit: number }) => string} decodeQR
 * @returns {Decode}
 */
export function decodeWith(decodeQR) {
  return (image, effort) => {
    try {
      return decodeQR(image, { effort, timeLimit: BUDGET });
    } catch {
      return null;
    }
  };
}

/**
 * The first QR text found.
 * @param {ImageBitmap} source
 * @param {Decode} decode
 * @param {boolean} thorough otherwise one quick look, as for one of many frames of a camera
 * @returns {string | null}
 */
export function findQr(source, decode, thorough) {
  for (const [number, view] of views(source.width, source.height).entries()) {
    const text = decode(draw(source, view), thorough ? 4 + number : 1);
    if (text !== null || !thorough) return text;
  }
  return null;
}

/**
 * The views to try, the most promising first.
 * @param {number} width
 * @param {number} height
 * @returns {View[]}
 */
export function views(width, height) {
  const whole = { x: 0, y: 0, width, height, contrast: false };
  const scaled = (/** @type {number} */ megapixels) => Math.min(1, Math.sqrt((megapixels * MEGAPIXEL) / (width * height)));
  const parts = partsOf(width, height).map((part) => ({ ...part, scale: enlarged(part), contrast: false }));
  return [
    { ...whole, scale: scaled(3) },
    { ...whole, scale: scaled(12) },
    { ...whole, scale: scaled(3), contrast: true },
    ...parts,
    ...parts.map((part) => ({ ...part, contrast: true })),
    { ...whole, scale: scaled(0.5) },
  ];
}

/** A small part is drawn larger, a large one as it is, up to 4 megapixels. @param {{ width: number, height: number }} part */
function enlarged({ width, height }) {
  return Math.min(2, Math.sqrt((4 * MEGAPIXEL) / (width * height)));
}

/** Overlapping parts: squares along a long tape, four quarters and the middle of a page. @param {number} width @param {number} height */
function partsOf(width, height) {
  const long = Math.max(width, height) / Math.min(width, height) > 2;
  const [w, h] = long ? [Math.min(width, height * 1.5), Math.min(height, width * 1.5)] : [width * 0.6, height * 0.6];
  const places = (/** @type {number} */ all, /** @type {number} */ part) => {
    const steps = Math.max(1, Math.ceil((all - part) / (part * 0.66)));
    return all > part ? Array.from({ length: Math.min(steps, 12) + 1 }, (_, at) => ((all - part) * at) / Math.min(steps, 12)) : [0];
  };
  return places(height, h)
    .reverse() // sheets carry their code at the end
    .flatMap((y) => places(width, w).map((x) => ({ x, y, width: w, height: h })));
}

/** @param {ImageBitmap} source @param {View} view @returns {ImageData} */
function draw(source, { x, y, width, height, scale, contrast }) {
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const canvas = typeof OffscreenCanvas === "undefined" ? Object.assign(document.createElement("canvas"), { width: w, height: h }) : new OffscreenCanvas(w, h);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // what is transparent is paper
  context.fillRect(0, 0, w, h);
  context.drawImage(source, x, y, width, height, 0, 0, w, h);
  const image = context.getImageData(0, 0, w, h);
  if (contrast) stretch(image.data);
  return image;
}

/** Stretch the greys between the darkest and the lightest twentieth over the whole range. @param {Uint8ClampedArray} data */
function stretch(data) {
  const counts = new Uint32Array(256);
  for (let at = 0; at < data.length; at += 4) counts[data[at + 1]]++;
  const level = (/** @type {number} */ share) => {
    let left = (data.length / 4) * share;
    return counts.findIndex((count) => (left -= count) < 0);
  };
  const [low, high] = [level(0.05), level(0.95)];
  const range = Math.max(1, high - low);
  for (let at = 0; at < data.length; at += 4) {
    data[at] = data[at + 1] = data[at + 2] = ((data[at + 1] - low) * 255) / range;
  }
}
