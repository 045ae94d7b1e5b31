import { distance } from 'fastest-levenshtein'
import { allKeyPaths, keysAt } from './schema-tree.ts'

/** Returns the rest of a sentence about an unknown key: `; did you mean "…"?`, or the keys that may stand there. */
export function suggestKey(path: readonly string[]): string {
  const key = path.at(-1) ?? ''
  const siblings = keysAt(path.slice(0, -1))
  const elsewhere = allKeyPaths().find((known) => known.split('.').at(-1) === key)
  const hint = didYouMean(key, siblings) || (elsewhere === undefined ? '' : `; did you mean "${elsewhere}"?`)
  return hint === '' && siblings.length > 0 ? `; known here: ${siblings.join(', ')}` : hint
}

/** Returns `; did you mean "…"?` with the nearest word, or nothing if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [container] = known.filter((candidate) => word.length > 3 && candidate.includes(word.toLowerCase()))
  if (container !== undefined) return `; did you mean "${container}"?`
  const [nearest] = known
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  if (nearest === undefined || nearest.edits > Math.max(2, word.length / 2)) return ''
  return `; did you mean "${nearest.candidate}"?`
}
