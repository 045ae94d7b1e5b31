import { useState } from 'react'

/** A list of suggestions below a text field, whose focus stays in the field (ARIA: combobox with a listbox). */
export interface SuggestionList {
  isOpen: boolean
  /** Position of the suggestion that Enter takes; undefined for the text itself. */
  active: number | undefined
  open: () => void
  close: () => void
  /** @returns whether the key belongs to the list */
  onKey: (key: string) => boolean
}

/**
 * @param suggestions the list is closed while there are none. If others arrive while one is active, it stays active where it is among
 * them, and none is active otherwise
 */
export function useSuggestionList(suggestions: readonly string[]): SuggestionList {
  const [isWanted, setWanted] = useState(false)
  const [chosen, setChosen] = useState<string>()
  const count = suggestions.length
  const isOpen = isWanted && count > 0
  const at = chosen === undefined ? -1 : suggestions.indexOf(chosen)
  const active = at === -1 ? undefined : at
  const show = (wanted: boolean, next?: number) => {
    setWanted(wanted)
    setChosen(next === undefined ? undefined : suggestions[next])
  }
  return {
    isOpen,
    active,
    open: () => show(true),
    close: () => show(false),
    onKey(key) {
      if (key === 'Escape' && isOpen) {
        show(false)
        return true
      }
      if ((key !== 'ArrowDown' && key !== 'ArrowUp') || count === 0) return false
      show(true, isOpen ? activeAfter(key, active, count) : key === 'ArrowDown' ? 0 : count - 1)
      return true
    },
  }
}

/** The arrows go round through the suggestions and the text itself. */
export function activeAfter(
  key: 'ArrowDown' | 'ArrowUp',
  active: number | undefined,
  count: number,
): number | undefined {
  const step = key === 'ArrowDown' ? 1 : -1
  const next = ((active ?? -1) + 1 + step + count + 1) % (count + 1)
  return next === 0 ? undefined : next - 1
}

export function optionId(listId: string, position: number): string {
  return `${listId}-${position}`
}
