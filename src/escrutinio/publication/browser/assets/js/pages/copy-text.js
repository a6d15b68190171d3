// The buttons that copy a text which is too long to type: digests on the page of the data.
//
//   button[data-copy="the text"][hidden]

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-copy]"))) {
  button.hidden = navigator.clipboard === undefined; // only a page from a safe address may copy
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.classList.add("done");
  });
}
