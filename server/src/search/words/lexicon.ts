import { DomainError, type RejectedText } from '../../errors.ts'
import { nearestWords } from '../../suggestions.ts'
import { normalizeWord, singularForms, TOKEN } from './word-forms.ts'

/** The meaning of some words. */
export interface Concept {
  /** Positions of its vectors. */
  rows: number[]
  /** Median and deviation of the best standardised vector over unrelated pictures. */
  median: number
  deviation: number
  /** The most frequent one first, as in the list of concepts. */
  words: string[]
}

/** A word in its usual spelling, and its meaning. */
interface Entry {
  word: string
  concept: Concept
}

/** The words of one language. */
export interface Lexicon {
  language: string
  /** By the normalised word, frequent ones first. */
  entries: ReadonlyMap<string, Entry>
  words: readonly string[]
  /** The first word for each concept. */
  firstWords: ReadonlyMap<Concept, string>
  /** Irregular plurals with their singulars. */
  plurals: Readonly<Record<string, string>>
  /** Words of the language without a meaning here that are similar to words with one. They are no spelling mistakes. */
  others: ReadonlySet<string>
}

/** Words between the words of a phrase that carry no picture. */
export const FILLERS: ReadonlySet<string> = new Set([
  'a',
  'an',
  'the',
  'and',
  'or',
  'with',
  'on',
  'in',
  'at',
  'of',
  'by',
  'near',
  'some',
  'to',
  'from',
  'my',
  'two',
  'der',
  'die',
  'das',
  'den',
  'dem',
  'ein',
  'eine',
  'einem',
  'einer',
  'und',
  'oder',
  'mit',
  'auf',
  'im',
  'am',
  'bei',
  'von',
  'neben',
  'mein',
  'meine',
  'zwei',
])
/** Maximum number of spelling mistakes, by the length of the word. */
const MAX_MISTAKES = (length: number) => (length < 4 ? 0 : length < 7 ? 1 : 2)
const MAX_SUGGESTIONS = 5
/** Similar words with more mistakes than this, or than a third of the letters, are no help. */
const MIN_SUGGESTION_EDITS = 2
/** Most words of one entry. */
export const MAX_PHRASE_WORDS = 4

export function createLexicon(
  language: string,
  concepts: readonly (readonly [Concept, readonly string[]])[],
  {
    plurals = {},
    others = [],
  }: { plurals?: Readonly<Record<string, string>>; others?: readonly string[] | undefined } = {},
): Lexicon {
  const entries = new Map(
    concepts.flatMap(([concept, words]) =>
      words.map((word) => [normalizeWord(word), { word, concept }] as const),
    ),
  )
  const firstWords = new Map(concepts.map(([concept, words]) => [concept, words[0]!]))
  return { language, entries, words: [...entries.keys()], firstWords, plurals, others: new Set(others) }
}

/** Finds a normalised word or its singular in the first lexicon that has it. */
export function exactWord(lexicons: readonly Lexicon[], word: string): Entry | undefined {
  for (const { language, entries, plurals } of lexicons) {
    const form = singularForms(word, language, plurals).find((one) => entries.has(one))
    if (form !== undefined) return entries.get(form)
  }
  return undefined
}

/** Finds the word that is meant by one with a few spelling mistakes. Other words of the languages have none. */
export function misspelledWord(lexicons: readonly Lexicon[], word: string): Entry | undefined {
  const isOther = ({ language, plurals, others }: Lexicon) =>
    singularForms(word, language, plurals).some((form) => others.has(form))
  if (lexicons.some(isOther)) return undefined
  for (const lexicon of lexicons) {
    const [best] = nearestIn(lexicon, word)
    if (best !== undefined && best.mistakes <= MAX_MISTAKES(word.length))
      return lexicon.entries.get(best.word)
  }
  return undefined
}

/**
 * Divides a text into the longest known phrases.
 * @throws {DomainError} `unknown_word` with the nearest words and the place of the unknown one
 */
export function partsOf(lexicons: readonly Lexicon[], text: string): Entry[] {
  const tokens = normalizeWord(text).split(' ')
  const found: Entry[] = []
  for (let start = 0; start < tokens.length; ) {
    if (FILLERS.has(tokens[start]!)) {
      start++
      continue
    }
    const part = phraseAt(lexicons, tokens, start)
    const entry = part?.entry ?? misspelledWord(lexicons, tokens[start]!)
    if (entry === undefined) throw unknownWord(lexicons, tokens[start]!, text)
    found.push(entry)
    start += part?.length ?? 1
  }
  if (found.length === 0) throw unknownWord(lexicons, normalizeWord(text), text)
  return [...new Map(found.map((entry) => [entry.word, entry])).values()]
}

/** Whether a text consists of known phrases, without a correction of its spelling. */
export function isKnown(lexicons: readonly Lexicon[], text: string): boolean {
  const tokens = normalizeWord(text).split(' ')
  if (tokens.every((token) => FILLERS.has(token))) return false
  for (let start = 0; start < tokens.length; ) {
    const length = FILLERS.has(tokens[start]!) ? 1 : phraseAt(lexicons, tokens, start)?.length
    if (length === undefined) return false
    start += length
  }
  return true
}

/** The longest known phrase that begins at a token. */
function phraseAt(lexicons: readonly Lexicon[], tokens: readonly string[], start: number) {
  const most = Math.min(MAX_PHRASE_WORDS, tokens.length - start)
  return Array.from({ length: most }, (_, n) => most - n)
    .map((length) => ({ length, entry: exactWord(lexicons, tokens.slice(start, start + length).join(' ')) }))
    .find(({ entry }) => entry !== undefined)
}

function unknownWord(lexicons: readonly Lexicon[], word: string, text: string): DomainError {
  const phrase = normalizeWord(text)
  const inPhrase = word === phrase ? '' : ` in ${JSON.stringify(phrase)}`
  return new DomainError('unknown_word', `The model has no word ${JSON.stringify(word)}${inPhrase}.`, {
    suggestions: suggestionsFor(lexicons, word),
    rejected: placeOf(word, text),
  })
}

/** Finds a normalised word in a text; the whole text if it is not a word of it. */
function placeOf(word: string, text: string): RejectedText {
  const token = [...text.matchAll(TOKEN)].find(([token]) => normalizeWord(token) === word)
  if (token === undefined) return { text, start: 0, end: text.length }
  return { text, start: token.index, end: token.index + token[0].length }
}

function suggestionsFor(lexicons: readonly Lexicon[], word: string): string[] {
  const suggested = lexicons.flatMap((lexicon) => {
    const containing = lexicon.words.filter((other) => word !== '' && other.split(' ').includes(word))
    const most = Math.max(MIN_SUGGESTION_EDITS, word.length / 3)
    const similar = nearestIn(lexicon, word)
      .filter(({ mistakes }) => mistakes <= most && mistakes < word.length)
      .map((candidate) => candidate.word)
    return [...containing, ...similar].map((other) => lexicon.entries.get(other)!.word)
  })
  return [...new Set(suggested)].slice(0, MAX_SUGGESTIONS)
}

/** Known words by their distance in spelling; the more frequent of equally distant ones first. */
function nearestIn({ words }: Lexicon, word: string): { word: string; mistakes: number }[] {
  return nearestWords(word, words)
    .map(({ word: other, edits }) => ({ word: other, mistakes: edits }))
    .sort((a, b) => a.mistakes - b.mistakes || Number(b.word[0] === word[0]) - Number(a.word[0] === word[0]))
    .slice(0, MAX_SUGGESTIONS)
}
