// The form of transcriptions: the sum at once, Enter goes to the next field, the picture larger or turned.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.typing"));
const picture = document.querySelector(".picture");
const WIDEST = 4;

/** @param {HTMLFormElement} typed */
function addUp(typed) {
  const fields = /** @type {HTMLInputElement[]} */ ([...typed.querySelectorAll("[data-adds]")]);
  const given = fields.filter(({ value }) => /^[0-9]{1,10}$/.test(value.trim()));
  const sum = given.reduce((total, { value }) => total + Number(value), 0);
  const output = /** @type {HTMLOutputElement} */ (typed.querySelector("#sum"));
  const number = new Intl.NumberFormat(typed.dataset.numberLocale === "es" ? "es-VE" : "en").format(sum);
  output.value = given.length === fields.length ? number : given.length ? `${number} …` : "–";
}

if (form) {
  addUp(form);
  form.addEventListener("input", () => addUp(form));
  form.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.key !== "Enter" || !(at instanceof HTMLInputElement) || at.type === "checkbox") return;
    event.preventDefault();
    const fields = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("input:not([type=hidden]):not([name$='.words']), select, button")]);
    fields[fields.indexOf(at) + 1]?.focus();
  });
}

if (picture) {
  let width = 1;
  let turned = 0;
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLElement)) return;
    if (target.dataset.zoom) width = Math.min(WIDEST, Math.max(1, width + Number(target.dataset.zoom)));
    else if ("turn" in target.dataset) turned = (turned + 1) % 4;
    else return;
    picture.className = `picture wide-${width} turn-${turned}`;
  });
}
