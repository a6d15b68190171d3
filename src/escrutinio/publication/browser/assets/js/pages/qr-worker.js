// Reads QR codes beside the page, so that a large photo does not stop it. It is asked { id, bitmap, thorough } and
// answers { id, text }; `ready` says whether the decoder is part of the publication.

import { decodeWith, findQr } from "./qr-attempts.js";

/** @type {Promise<import("./qr-attempts.js").Decode | null>} */
const decoder = import(new URL("../../vendor/qr/decode.js", import.meta.url).href).then(
  ({ decodeQR }) => decodeWith(decodeQR),
  () => null,
);

addEventListener("message", async ({ data: { id, bitmap, thorough } }) => {
  const decode = await decoder;
  const text = decode && bitmap ? findQr(bitmap, decode, thorough) : null;
  bitmap?.close();
  postMessage({ id, text });
});

postMessage({ ready: Boolean(await decoder) });
