import { useEffect, useRef } from 'react'
import type { Image } from '../api/client.ts'
import { isCovered } from '../components/is-covered.ts'
import { isTyping } from '../components/is-typing.ts'
import { areSingleKeysOn } from '../components/single-keys.ts'

export interface GroupKeys {
  images: readonly Image[]
  toggle: (image: Image) => void
  apply: (() => void) | undefined
  onCompare: () => void
  onStep: (step: 1 | -1) => void
}

/** The keys of the review: digits keep or trash, C compares, Enter applies, arrows go to other groups. */
export function useGroupKeys(keys: GroupKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || isCovered() || event.ctrlKey || event.metaKey || event.altKey) return
      // A held key would decide about the following groups before they are seen.
      if (event.repeat && !event.key.startsWith('Arrow')) {
        // Otherwise the button that has the focus would be pressed again and again.
        if (event.key === 'Enter') event.preventDefault()
        return
      }
      // A button does its own.
      if (event.key === 'Enter' && event.target instanceof HTMLButtonElement) return
      const act = groupAction(event, latest.current)
      if (act === undefined) return
      act()
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** Returns the command of a key. */
export function groupAction(
  { key }: Pick<KeyboardEvent, 'key'>,
  { images, toggle, apply, onCompare, onStep }: GroupKeys,
): (() => void) | undefined {
  const named: Record<string, (() => void) | undefined> = {
    ArrowDown: () => onStep(1),
    ArrowUp: () => onStep(-1),
    Enter: apply,
  }
  if (key in named) return named[key]
  if (!areSingleKeysOn()) return undefined
  const image = images[Number(key) - 1]
  if (image !== undefined) return () => toggle(image)
  return key.toLowerCase() === 'c' ? onCompare : undefined
}
