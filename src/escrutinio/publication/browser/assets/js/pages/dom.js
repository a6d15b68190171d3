// Making elements. Text from outside only ever becomes text: nothing here parses markup.

/** @typedef {Node | string | null | false | undefined} Child */

/**
 * An element with attributes and children; absent children are left out.
 * @param {string} name such as "p" or "section.sheet" (a name, then classes)
 * @param {Record<string, string | boolean>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...present(children.flat()));
  return element;
}

/**
 * Put children in the place of what stands in an element.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fillElement(element, ...children) {
  element.textContent = ""; // replaceChildren is of 2020: engines that can verify are older
  element.append(...present(children.flat()));
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function present(children) {
  return /** @type {(Node | string)[]} */ (children.filter((child) => child !== null && child !== false && child !== undefined));
}

/**
 * The title for a language, or any that there is, or the code.
 * @param {{ language: string, text: string }[]} titles
 * @param {string} lang
 * @param {string} code
 * @returns {string}
 */
export function titleOf(titles, lang, code) {
  return (titles.find(({ language }) => language === lang) ?? titles[0])?.text ?? code;
}

/**
 * Give the reader a file.
 * @param {string} name
 * @param {Uint8Array} bytes
 */
export function download(name, bytes) {
  const address = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (bytes)], { type: "application/octet-stream" }));
  const link = el("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
