// A link that was handed out has its key behind the #, which browsers send to nobody: it goes into the field.

const field = /** @type {HTMLInputElement | null} */ (document.querySelector("#key"));
const key = decodeURIComponent(location.hash.slice(1));

if (field && /^[a-z2-7-]{1,64}$/.test(key)) {
  field.value = key;
  history.replaceState(null, "", location.pathname);
}
