// The button on an area's page that packs the area's records; the program that does so is fetched when asked for,
// by a path that also holds in the script of a whole page.
//
//   button[data-area-download=<area>][hidden] + span[role=status]

/** Buttons that this page can serve are shown, also those that come with refreshed content. */
function showButtons() {
  for (const button of document.querySelectorAll("button[data-area-download][hidden]")) button.removeAttribute("hidden");
}

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button[data-area-download]") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  const program = new URL("../pages/area-zip.js", import.meta.url);
  const { downloadArea } = /** @type {typeof import("./area-zip.js")} */ (await import(program.href));
  await downloadArea(button);
});
new MutationObserver(showButtons).observe(document.body, { childList: true, subtree: true });
showButtons();
