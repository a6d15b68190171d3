// Answers that were asked for before the page's program was there (pages/station-early.js). It imports nothing.

const shared = /** @type {any} */ (globalThis);
/** By address and the part asked for. @type {Map<string, Promise<Response>>} */
const EARLY = (shared.escrutinioEarly = shared.escrutinioEarly ?? new Map()); // shared by the scripts of one page

/** @param {string} address @param {string} [range] */
function nameOf(address, range = "") {
  return `${address} ${range}`;
}

/**
 * Ask for a file, or a part of one, that will be wanted.
 * @param {string} address
 * @param {string} [range]
 * @returns {Promise<Response>}
 */
export function askEarly(address, range) {
  const answer = fetch(address, { redirect: "error", credentials: "omit", headers: range ? { Range: range } : {} });
  answer.catch(() => {}); // whoever takes it hears of it
  EARLY.set(nameOf(address, range), answer);
  return answer;
}

/**
 * The answer that was asked for early, once.
 * @param {string} address
 * @param {string} [range]
 * @returns {Promise<Response> | undefined}
 */
export function takeEarly(address, range) {
  const name = nameOf(address, range);
  const answer = EARLY.get(name);
  EARLY.delete(name);
  return answer;
}
