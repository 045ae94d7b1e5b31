import { didYouMean } from '../suggestions.ts'
import { allKeyPaths, keysAt } from './schema-tree.ts'

/** Returns the rest of a sentence about an unknown key: `; did you mean "…"?`, or the keys that may stand there. */
export function suggestKey(path: readonly string[]): string {
  const key = path.at(-1) ?? ''
  const siblings = keysAt(path.slice(0, -1))
  // A key of exactly this name in another place is more likely than a misspelt neighbour.
  const elsewhere = allKeyPaths().find((known) => known.split('.').at(-1) === key)
  const hint = elsewhere === undefined ? didYouMean(key, siblings) : `; did you mean "${elsewhere}"?`
  return hint === '' && siblings.length > 0 ? `; known here: ${siblings.join(', ')}` : hint
}
