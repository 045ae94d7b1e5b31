import { areSingleKeysOn } from '../components/single-keys.ts'
import { useCommandKeys } from '../components/use-command-keys.ts'

export interface CompareKeys {
  count: number
  onChoose: (index: number) => void
  onActual: () => void
  onZoom: (factor: number) => void
  onKeep: () => void
  onTrash: () => void
  onTogether: () => void
  onClose: () => void
}

/** The keys of the comparison: 1 to 4 choose, Z shows pixels, K and X keep and trash, L zooms together. */
export function useCompareKeys(keys: CompareKeys): void {
  useCommandKeys((event) => compareAction(event, keys))
}

/** Returns the command of a key. */
export function compareAction(
  event: Pick<KeyboardEvent, 'key'>,
  keys: CompareKeys,
): (() => void) | undefined {
  const key = event.key.toLowerCase()
  const named: Record<string, () => void> = {
    escape: keys.onClose,
    '+': () => keys.onZoom(1.5),
    '-': () => keys.onZoom(1 / 1.5),
  }
  if (key in named) return named[key]
  if (!areSingleKeysOn()) return undefined
  const digit = Number(key)
  if (digit >= 1 && digit <= keys.count) return () => keys.onChoose(digit - 1)
  const letters: Record<string, () => void> = {
    z: keys.onActual,
    k: keys.onKeep,
    x: keys.onTrash,
    l: keys.onTogether,
  }
  return letters[key]
}
