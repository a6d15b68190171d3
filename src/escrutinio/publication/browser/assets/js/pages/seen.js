// What this browser saw of a log on any page before: the largest size it was shown, and the root of that.
//
//   localStorage["escrutinio seen <origin of the log>"] = {"size": …, "root": "…"}

const SEEN = "escrutinio seen ";

/** @typedef {{ size: number, root: string }} Head */

/**
 * Hold what is shown now against the largest that was seen, and remember the larger. What comes back is that
 * earlier one where both cannot be of one log: it was larger, or of this size with another root.
 * @param {Head & { origin: string }} now
 * @param {Head | null} before what this very page was shown before
 * @returns {Head | null}
 */
export function hold(now, before) {
  const kept = [before, recall(now.origin)].filter((each) => each !== null);
  const largest = kept.find((each) => kept.every((other) => other.size <= each.size)) ?? null;
  const contradicts = kept.find((each) => each.size > now.size || (each.size === now.size && each.root !== now.root));
  if (contradicts !== undefined) return largest !== null && largest.size > now.size ? largest : contradicts;
  remember(now);
  return null;
}

/** @param {string} origin @returns {Head | null} */
function recall(origin) {
  try {
    const found = JSON.parse(localStorage.getItem(SEEN + origin) ?? "null");
    return Number.isSafeInteger(found?.size) && typeof found.root === "string" ? found : null;
  } catch {
    return null;
  }
}

/** @param {Head & { origin: string }} now */
function remember({ origin, size, root }) {
  try {
    localStorage.setItem(SEEN + origin, JSON.stringify({ size, root }));
  } catch {
    // A browser that keeps nothing compares only while the page is open.
  }
}
