import { useEffect, useRef } from 'react'
import { isTyping } from '../components/is-typing.ts'
import { areSingleKeysOn } from '../components/single-keys.ts'

export interface AppKeys {
  onSheet: () => void
  onLibrary: () => void
  onShortcuts: () => void
  onWords: () => void
  onDuplicates: () => void
  /** To the next pane or the one before. */
  onPane: (step: 1 | -1) => void
  /** Undefined while the sheet undoes its own steps. */
  onUndo: (() => void) | undefined
  /** Undefined while there are no pictures to select. */
  onSelectAll: (() => void) | undefined
}

/** A key with its modifiers. */
export type Pressed = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** The second key of two follows the first within this time. */
const SEQUENCE_MS = 1_000
const MENUS = 'dialog[open], [role=menu]'
const COVERS = 'dialog[open], [role=dialog], [role=menu]'

/** Keys that work wherever the focus is, unless something is being typed (except F6) or a dialog is open. */
export function useAppKeys(keys: AppKeys): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    let goneAt = Number.NEGATIVE_INFINITY
    const onKey = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase()
      const isPaneKey = key === 'f6'
      if (!isPaneKey && (isTyping(event) || event.defaultPrevented)) return
      const isCommand = event.ctrlKey || event.metaKey
      if (document.querySelector(isPaneKey || isCommand ? MENUS : COVERS) !== null) return
      const isSecond = event.timeStamp - goneAt < SEQUENCE_MS
      if (!isCommand) goneAt = key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      const act = appAction(event, isSecond, latest.current)
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** Returns the command of a key. @param isSecond whether it follows G */
export function appAction(
  { key, shiftKey, ctrlKey, metaKey, altKey }: Pressed,
  isSecond: boolean,
  keys: AppKeys,
): (() => void) | undefined {
  if (key === 'F6') return () => keys.onPane(shiftKey ? -1 : 1)
  if (altKey) return undefined
  const letter = key.toLowerCase()
  if (ctrlKey || metaKey) return shiftKey ? undefined : { z: keys.onUndo, a: keys.onSelectAll }[letter]
  if (!areSingleKeysOn()) return undefined
  return {
    d: isSecond ? keys.onDuplicates : keys.onSheet,
    '\\': keys.onLibrary,
    '?': keys.onShortcuts,
    '/': keys.onWords,
  }[letter]
}
