// Whole numbers in words, as a tally sheet writes them beside the figures, so that a digit cannot slip.

const ES_SMALL = (
  "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete " +
  "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete " +
  "veintiocho veintinueve"
).split(" ");
const ES_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split(" ");
const ES_HUNDREDS = (
  "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
).split(" ");
const EN_SMALL = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen " +
  "seventeen eighteen nineteen"
).split(" ");
const EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** @type {Record<string, (n: number) => string>} */
const SPELLS = { es: spanish, en: english };

/**
 * A whole number below 10^12 in words; its digits in a language whose numerals are not known here.
 * @param {number} value
 * @param {string} lang
 * @returns {string}
 */
export function inWords(value, lang) {
  return Object.prototype.hasOwnProperty.call(SPELLS, lang) ? SPELLS[lang](value) : String(value);
}

/** @param {number} n @returns {string} */
function spanish(n) {
  if (n < 30) return ES_SMALL[n];
  if (n === 100) return "cien";
  if (n < 100) return joined(ES_TENS[Math.floor(n / 10) - 3], n % 10, " y ", spanish);
  if (n < 1000) return joined(ES_HUNDREDS[Math.floor(n / 100) - 1], n % 100, " ", spanish);
  const [size, one, many] = n < 1e6 ? [1000, "mil", "mil"] : [1e6, "un millón", "millones"];
  const count = Math.floor(n / size);
  const head = count === 1 ? one : `${shortened(spanish(count))} ${many}`;
  return joined(head, n % size, " ", spanish);
}

/** Before "mil" and "millones" the numbers that end in "uno" are cut: veintiún mil. @param {string} words */
function shortened(words) {
  return words.replace(/veintiuno$/, "veintiún").replace(/uno$/, "un");
}

/** @param {number} n @returns {string} */
function english(n) {
  if (n < 20) return EN_SMALL[n];
  if (n < 100) return joined(EN_TENS[Math.floor(n / 10) - 2], n % 10, "-", english);
  if (n < 1000) return joined(`${EN_SMALL[Math.floor(n / 100)]} hundred`, n % 100, " and ", english);
  const [size, name] = n < 1e6 ? [1000, "thousand"] : n < 1e9 ? [1e6, "million"] : [1e9, "billion"];
  const rest = n % size;
  return joined(`${english(Math.floor(n / size))} ${name}`, rest, rest < 100 ? " and " : " ", english);
}

/**
 * @param {string} head
 * @param {number} rest
 * @param {string} link
 * @param {(n: number) => string} spell
 * @returns {string}
 */
function joined(head, rest, link, spell) {
  return rest ? head + link + spell(rest) : head;
}
