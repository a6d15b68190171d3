// The site's small indexes (site/indexes.py), each fetched once.

/** Gives the content of an index: an empty object where there is none, null where it could not be read.
 * @typedef {(path: string) => Promise<any>} Json */

/**
 * What reads the indexes of a publication.
 * @param {string | URL} base address of the publication, ending in a slash
 * @returns {Json}
 */
export function siteIndex(base) {
  /** @type {Map<string, Promise<any>>} */
  const known = new Map();
  const read = async (/** @type {string} */ path) => {
    try {
      const response = await fetch(new URL(path, base), { credentials: "omit" });
      if (response.ok) return await response.json();
      if (response.status === 404) return {};
    } catch {
      // no answer, or one that is no JSON
    }
    known.delete(path); // what is broken now may be back for the next letter
    return null;
  };
  return (path) => {
    if (!known.has(path)) known.set(path, read(path));
    return /** @type {Promise<any>} */ (known.get(path));
  };
}
