// The service worker of the phone's page: keeps exactly what `KEPT` lists, and the page itself as it was last seen.
// Nothing else is answered from here. Another version keeps its own and throws the earlier one away.

const worker = /** @type {any} */ (self);
/** @type {{ KEPT: string[], VERSION: string }} */
const { KEPT, VERSION } = worker;
const PAGE = "/phone";
const CACHE = `phone-${VERSION}`;
const PATIENCE = 4_000; // milliseconds after which the page is shown as it was last seen

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(begin());
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(takeOver());
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname === PAGE) event.respondWith(page(event));
  else if (KEPT.includes(pathname)) event.respondWith(kept(request));
});

async function begin() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.map((path) => new Request(path, { cache: "reload" })));
  const answer = await fetch(PAGE, { cache: "reload" });
  if (!answer.ok || answer.redirected) throw new Error("no page");
  await cache.put(PAGE, answer);
  await worker.skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
}

/** The page as the server has it; without a network, or with one that says nothing for long, as it was last seen.
 * @param {any} event */
async function page(event) {
  const cache = await caches.open(CACHE);
  const seen = await cache.match(PAGE);
  const asked = asTheServerHasIt(event.request, cache);
  if (!seen) return asked.catch(() => Response.error());
  event.waitUntil(asked.catch(() => seen));
  return Promise.race([asked, later(seen)]).catch(() => seen);
}

/** @param {Request} request @param {Cache} cache */
async function asTheServerHasIt(request, cache) {
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected) await cache.put(PAGE, answer.clone());
  return answer;
}

/** @param {Response} answer @returns {Promise<Response>} */
function later(answer) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(answer), PATIENCE);
  });
}

/** @param {Request} request */
async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}
