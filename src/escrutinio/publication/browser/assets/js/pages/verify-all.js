// The page "Verify everything here": main > div#verify[data-base][data-lang].

import { mountVerification } from "./verify-page.js";
import { languageOf } from "./say.js";

const root = document.getElementById("verify");
if (root) {
  const base = new URL(root.dataset.base ?? "../", location.href).href;
  const startWorker = () => new Worker(new URL("./verify-worker.js", import.meta.url), { type: "module" });
  void mountVerification(root, { lang: languageOf(root), base, startWorker });
}
