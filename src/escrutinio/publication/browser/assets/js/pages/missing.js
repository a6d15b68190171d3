// The page of an address that is not there (404.html): it stands in that page itself, and finds where the
// publication begins from the address, since a server shows the page at any depth. It is a script of its own, which
// imports nothing.
//
//   body[data-origin] > a[data-to], form[data-to] > input[name=s], p.lost

{
  /** Every directory that the address lies in, the innermost first. @returns {string[]} */
  const above = () => {
    const parts = location.pathname.split("/").slice(1, -1);
    return [...parts.keys(), parts.length].map((count) => `/${parts.slice(0, count).join("/")}${count ? "/" : ""}`).reverse();
  };

  /** Whether the log of this publication lies below a directory. @param {string} base */
  const isBase = async (base) => {
    try {
      const answer = await fetch(`${base}log/checkpoint`, { credentials: "omit" });
      return answer.ok && (await answer.text()).startsWith(`${document.body.dataset.origin}\n`);
    } catch {
      return false;
    }
  };

  /** @param {string} base */
  const leadTo = (base) => {
    for (const named of document.querySelectorAll("[data-to]")) named.setAttribute(named.matches("form") ? "action" : "href", base + named.getAttribute("data-to"));
    for (const lost of document.querySelectorAll(".lost")) lost.setAttribute("hidden", "");
    document.body.dataset.base = base;
  };

  /** What is said in the language of the address comes first, under the first heading. */
  const inItsLanguage = () => {
    const parts = location.pathname.split("/");
    const said = /** @type {HTMLElement | undefined} */ ([...document.querySelectorAll("section[lang]")].find((each) => parts.includes(each.getAttribute("lang") ?? "")));
    const [first, own] = [document.querySelector("h1"), said?.querySelector("h2")];
    if (!said || !first || !own) return;
    for (const [old, kind] of /** @type {[Element, string][]} */ ([[first, "h2"], [own, "h1"]])) {
      const heading = document.createElement(kind);
      heading.id = old.id;
      heading.append(...old.childNodes);
      old.replaceWith(heading);
    }
    said.parentElement?.prepend(said);
    document.documentElement.lang = said.lang;
  };

  const start = async () => {
    inItsLanguage();
    const area = /\/areas\/([^/]+?)(?:\.html|\.xml)?$/.exec(location.pathname)?.[1];
    for (const input of document.querySelectorAll("input")) if (area) input.value = decodeURIComponent(area).slice(0, 64);
    for (const base of above()) if (await isBase(base)) return leadTo(base);
  };

  void start();
}
