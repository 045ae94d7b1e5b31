import { distance } from 'fastest-levenshtein'

/** Returns words in the order of their distance in spelling (Levenshtein 1965), without regard to case. */
export function nearestWords(word: string, known: readonly string[]): { word: string; edits: number }[] {
  return known
    .map((other) => ({ word: other, edits: distance(word.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
}

/** Returns `; did you mean "…"?` with the nearest word, or nothing if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [container] = known.filter((candidate) => word.length > 3 && candidate.includes(word.toLowerCase()))
  if (container !== undefined) return `; did you mean "${container}"?`
  const [nearest] = nearestWords(word, known)
  if (nearest === undefined || nearest.edits > Math.max(2, word.length / 2)) return ''
  return `; did you mean "${nearest.word}"?`
}
