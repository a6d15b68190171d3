// What the figures of a page are. An element states places (contest, basis and area) for all figures that follow it,
// `data-figures="presidente/reported/VE presidente/ruled/VE"`, and a figure what it is of the first of them
// (`data-figure="votes/EG"`) or of another (`votes/EG 2`); core/verification/pages.py reads them alike.

/**
 * The whole name of each figure, and its element.
 * @param {ParentNode} root
 * @returns {Generator<[string, HTMLElement]>}
 */
export function* figuresIn(root) {
  /** @type {string[]} */
  let places = [];
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-figures], [data-figure]"))) {
    const { figures, figure } = element.dataset;
    if (figures !== undefined) places = figures.split(" ");
    if (figure === undefined) continue;
    const [what, number = "1"] = figure.split(" ");
    yield [`${places[Number(number) - 1] ?? ""}/${what}`, element];
  }
}

/** The first number that a figure's element shows, as the page writes it. */
export const NUMBER = /(?<![\d.,])(\d[\d.,\u202f]*\d|\d)(?![\d.,]*\d|[\u00a0\u202f ]?%)/;
