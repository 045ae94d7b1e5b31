import { distance } from 'fastest-levenshtein'

/** A swap saves one edit at most, so that it does not matter for words that differ more. */
const MAX_EDITS_WITH_SWAP = 4

/** Returns words in the order of their distance in spelling, without regard to case. */
export function nearestWords(word: string, known: readonly string[]): { word: string; edits: number }[] {
  const lower = word.toLowerCase()
  return known
    .map((other) => ({ word: other, edits: editsBetween(lower, other.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
}

/** The distance of Levenshtein (1965), where one swap of neighbouring letters counts as one edit (Damerau 1964). */
function editsBetween(a: string, b: string): number {
  const edits = distance(a, b)
  if (edits < 2 || edits > MAX_EDITS_WITH_SWAP || Math.abs(a.length - b.length) >= edits) return edits
  const swapped = Array.from({ length: a.length - 1 }, (_, at) =>
    distance(`${a.slice(0, at)}${a[at + 1]}${a[at]}${a.slice(at + 2)}`, b),
  )
  return Math.min(edits, 1 + Math.min(...swapped))
}

/** Returns `; did you mean "…"?` with the nearest word, or nothing if none is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [container] = known.filter((candidate) => word.length > 3 && candidate.includes(word.toLowerCase()))
  if (container !== undefined) return `; did you mean "${container}"?`
  const [nearest] = nearestWords(word, known)
  if (nearest === undefined || nearest.edits > Math.max(2, word.length / 2)) return ''
  return `; did you mean "${nearest.word}"?`
}
