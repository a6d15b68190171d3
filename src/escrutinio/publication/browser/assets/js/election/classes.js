// The ballots of a sheet that are no valid votes, by the classes of its contest, and what these are called.

/** Keys of the words for the classes that a definition need not name. @type {Map<string, string>} */
const NAMED = new Map([["null", "null"], ["blank", "blank"], ["spoilt", "class-spoilt"], ["challenged", "class-challenged"]]);

/** @typedef {{ language: string, text: string }} Title */
/** @typedef {{ code: string, titles: Title[] }} BallotClass */

/** @param {Title[]} titles @param {string} lang @param {string} otherwise */
export function titleIn(titles, lang, otherwise) {
  return (titles.find(({ language }) => language === lang) ?? titles[0])?.text ?? otherwise;
}

/**
 * What a class of ballots is called: as the definition says, else by the word that its code has.
 * @param {BallotClass} one
 * @param {string} lang
 * @param {import("../records/words.js").Say} say
 */
export function className({ code, titles }, lang, say) {
  const key = titles.length ? undefined : NAMED.get(code);
  return key === undefined ? titleIn(titles, lang, code) : say(lang, key);
}

/**
 * The classes of a contest with what a record states of each, in the order of the definition; none where it does not say.
 * @param {any} contest
 * @param {Record<string, any>} body
 * @returns {(BallotClass & { ballots: number })[]}
 */
export function classesOf(contest, { classes }) {
  if (classes?.length !== contest.classes.length) return [];
  return contest.classes.map((/** @type {BallotClass} */ one, /** @type {number} */ at) => ({ ...one, ballots: classes[at] }));
}
