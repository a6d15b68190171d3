// The way to a page's other languages keeps what its address names: the station, the area, the text searched for.

/** Have every link to another language carry this page's query and place. */
export function keepAddress() {
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".languages a[hreflang]"));
  const follow = () => {
    for (const link of links) {
      link.search = location.search;
      link.hash = location.hash;
    }
  };
  follow();
  for (const kind of ["hashchange", "popstate", "focusin", "pointerdown"]) addEventListener(kind, follow, { capture: true });
}
