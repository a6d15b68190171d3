// Reading a QR code from the device's camera, picture by picture, until one is found or the reader stops it.
//
//   div.camera > video, p

import { el, fillElement } from "./dom.js";

const WANTED = { video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } }, audio: false };

/** Whether this page may ask for a camera at all. */
export function cameraIsThere() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * Show the camera in an element and read from it.
 * @param {HTMLElement} box
 * @param {import("./qr-read.js").Read} read
 * @param {string} hint
 * @param {(text: string) => void} found
 * @returns {Promise<() => void>} stops it; rejected with a DOMException where the camera is refused
 */
export async function startCamera(box, read, hint, found) {
  const stream = await navigator.mediaDevices.getUserMedia(WANTED);
  const video = /** @type {HTMLVideoElement} */ (el("video", { playsinline: true, muted: true }));
  video.muted = true;
  video.srcObject = stream;
  fillElement(box, video, el("p.small.muted", {}, hint));
  let running = true;
  const stop = () => {
    running = false;
    for (const track of stream.getTracks()) track.stop();
    fillElement(box);
  };
  await video.play();
  const look = async () => {
    if (!running) return;
    const text = video.videoWidth ? await read(await createImageBitmap(video), false) : null;
    if (!running) return;
    if (text === null) return void requestAnimationFrame(() => void look());
    stop();
    found(text);
  };
  void look();
  return stop;
}

/** By the name of what getUserMedia rejects with (W3C Media Capture and Streams, 10.2). @type {Record<string, string>} */
const TROUBLES = {
  NotAllowedError: "camera-refused",
  SecurityError: "camera-refused",
  NotFoundError: "camera-missing",
  OverconstrainedError: "camera-missing",
  NotReadableError: "camera-busy",
  AbortError: "camera-busy",
};

/**
 * Which sentence says why the camera cannot be used: the browser's own is in a language of its choice.
 * @param {unknown} error
 * @returns {string}
 */
export function cameraTrouble(error) {
  return (error instanceof Error && TROUBLES[error.name]) || "camera-failed";
}
