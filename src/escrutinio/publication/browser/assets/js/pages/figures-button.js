// The button at the foot of a page that checks its figures; the program that does so is fetched when asked for,
// by a path that also holds in the script of a whole page.
//
//   button[data-check-figures][hidden] + p[role=status]

const BUTTON = "button[data-check-figures]";

/** A page that marks no figure has nothing to check. */
function showButton() {
  const marked = document.querySelector("[data-figure]") !== null;
  for (const button of document.querySelectorAll(BUTTON)) button.toggleAttribute("hidden", !marked);
}

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest(BUTTON) : null;
  if (!(button instanceof HTMLButtonElement)) return;
  button.disabled = true;
  try {
    const program = new URL("../pages/page-figures.js", import.meta.url);
    const { checkFigures } = /** @type {typeof import("./page-figures.js")} */ (await import(program.href));
    await checkFigures(button);
  } finally {
    button.disabled = false;
  }
});
document.addEventListener("escrutinio:refreshed", showButton);
showButton();
