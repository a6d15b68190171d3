// Drawing a QR code when somebody asks for it, with the encoder that `make decoder` puts beside the pages.

const SVG = "http://www.w3.org/2000/svg";
const BORDER = 4; // modules of quiet zone, as ISO/IEC 18004 asks

/**
 * A drawing of a text as a QR code of level Q.
 * @param {string} text
 * @param {string} label what it is, for those who do not see it
 * @returns {Promise<SVGElement | null>} null without an encoder, or for a text that no QR code holds
 */
export async function drawQr(text, label) {
  try {
    const { encodeQR } = await import(new URL("../../vendor/qr/index.js", import.meta.url).href);
    return drawing(encodeQR(text, "raw", { ecc: "quartile", border: BORDER }), label);
  } catch {
    return null;
  }
}

/** @param {boolean[][]} rows @param {string} label @returns {SVGElement} */
function drawing(rows, label) {
  const runs = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute("class", "qr");
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  for (const [fill, d] of [["#fff", `M0 0h${rows.length}v${rows.length}H0z`], ["#000", runs.join("")]]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("fill", fill);
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
