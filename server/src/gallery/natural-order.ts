/** Marks of letters, which the order ignores, as the decomposed form of Unicode has them. */
const MARKS = /\p{M}+/gu
const NUMBER = /\d+/g
/** Letters that Unicode does not decompose, written so that they come where they do in the Unicode collation algorithm. */
const LETTERS = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['ð', 'd'],
  ['đ', 'd'],
  ['ħ', 'h'],
  ['ł', 'l'],
  // After all that begins with an i, an n, and a t.
  ['ı', 'iı'],
  ['ŋ', 'nŋ'],
  ['ŧ', 'tŧ'],
])
const ANY_LETTER = /[ßæœøðđħłŧıŋ]/g
/** In the order of the Unicode collation algorithm, before digits and letters. */
const PUNCTUATION = ' _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$'
const PUNCTUATION_CODES = new Map(
  [...PUNCTUATION].map((character, n) => [character, String.fromCharCode(n + 2)]),
)
const ANY_PUNCTUATION = /[ _\-,;:!?.'"()[\]{}@*/\\&#%`^+<=>|~$]/g
/** Separates the key from the name that orders equal keys; below every character of a key. */
const SEPARATOR = '\u0001'
const MAX_DIGITS_IN_ONE = 9

/**
 * Returns a text whose order, code point by code point, is the natural order of names: without case and accents, and
 * numbers by their value (`IMG_2` before `IMG_10`), as `Intl.Collator` with `numeric` orders them. A database can index it.
 */
export function naturalKey(name: string): string {
  const letters = name.normalize('NFKD').replace(MARKS, '').toLowerCase()
  const key = letters
    .replace(ANY_LETTER, (one) => LETTERS.get(one) ?? one)
    .replace(ANY_PUNCTUATION, (one) => PUNCTUATION_CODES.get(one) ?? one)
    .replace(NUMBER, numberKey)
  return `${key}${SEPARATOR}${name.normalize('NFC')}`
}

/** The number of digits comes first, so that a shorter number is a smaller one. ":" follows "9". */
function numberKey(digits: string): string {
  const value = digits.replace(/^0+(?=\d)/, '')
  const length =
    value.length <= MAX_DIGITS_IN_ONE ? String(value.length) : `:${String(value.length).padStart(3, '0')}`
  return `${length}${value}`
}
