import { FILLERS, type Lexicon, MAX_PHRASE_WORDS } from './lexicon.ts'
import { normalizeWord, TOKEN } from './word-forms.ts'

/** Words for the end of a text. */
export interface Completion {
  /** The end of the given text that each of the words can replace; empty if there are none. */
  prefix: string
  words: string[]
}

const ENDS_WITHIN_WORD = new RegExp(`${TOKEN.source}$`, 'u')

/** Completes the end of a text, so that each word of a phrase is completed when it is typed: "a dog and a gui". */
export function completeEnd(lexicons: readonly Lexicon[], text: string, limit: number): Completion {
  for (const prefix of endsOf(text)) {
    const words = wordsWith(lexicons, prefix)
    if (words.length > 0) return { prefix, words: words.slice(0, limit) }
  }
  return { prefix: '', words: [] }
}

/** The ends of a text that may be one entry of the vocabulary, the longest first. */
function endsOf(text: string): string[] {
  const tokens = [...text.matchAll(TOKEN)].slice(-MAX_PHRASE_WORDS)
  return tokens
    .filter(([token], n) => n === tokens.length - 1 || !FILLERS.has(normalizeWord(token)))
    .map(({ index }) => text.slice(index))
}

/** Words that begin with a prefix, then those with a later word that does. */
function wordsWith(lexicons: readonly Lexicon[], prefix: string): string[] {
  // After a space, the last word is complete.
  const start = normalizeWord(prefix) + (ENDS_WITHIN_WORD.test(prefix) ? '' : ' ')
  const found = lexicons.flatMap(({ words, entries }) => {
    const first = words.filter((word) => word.startsWith(start))
    const later = words.filter((word) => word.includes(` ${start}`) && !word.startsWith(start))
    return [...first, ...later].map((word) => entries.get(word)!.word)
  })
  return [...new Set(found)]
}
