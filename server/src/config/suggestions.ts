import { didYouMean } from '../suggestions.ts'
import { allKeyPaths, keysAt } from './schema-tree.ts'

/** Returns the rest of a sentence about an unknown key: `; did you mean "…"?`, or the keys that may stand there. */
export function suggestKey(path: readonly string[]): string {
  const key = path.at(-1) ?? ''
  const siblings = keysAt(path.slice(0, -1))
  const elsewhere = allKeyPaths().find((known) => known.split('.').at(-1) === key)
  const hint = didYouMean(key, siblings) || (elsewhere === undefined ? '' : `; did you mean "${elsewhere}"?`)
  return hint === '' && siblings.length > 0 ? `; known here: ${siblings.join(', ')}` : hint
}
