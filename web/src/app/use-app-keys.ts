import { useEffect, useRef } from 'react'
import { isTyping } from '../components/is-typing.ts'
import { areSingleKeysOn } from '../components/single-keys.ts'
import { focusNextPane } from './panes.ts'

interface AppKeys {
  onSheet: () => void
  onLibrary: () => void
  onShortcuts: () => void
  onWords: () => void
  onDuplicates: () => void
  /** Undefined while the sheet undoes its own steps. */
  onUndo: (() => void) | undefined
  /** Undefined while there are no pictures to select. */
  onSelectAll: (() => void) | undefined
}

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
      if (event.key === 'F6' && document.querySelector(MENUS) === null) {
        event.preventDefault()
        focusNextPane(event.shiftKey ? -1 : 1)
        return
      }
      if (isTyping(event) || event.altKey || event.defaultPrevented) return
      if (event.ctrlKey || event.metaKey) return onCommand(event, latest.current)
      if (!areSingleKeysOn() || document.querySelector(COVERS) !== null) return
      const key = event.key.toLowerCase()
      const isSecond = event.timeStamp - goneAt < SEQUENCE_MS
      goneAt = key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      if (key === 'd' && isSecond) latest.current.onDuplicates()
      else if (key === 'd') latest.current.onSheet()
      else if (key === '\\') latest.current.onLibrary()
      else if (key === '?') latest.current.onShortcuts()
      else if (key === '/') {
        event.preventDefault()
        latest.current.onWords()
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}

/** Ctrl Z and Ctrl A, wherever the focus is in the pane of the results. */
function onCommand(event: KeyboardEvent, { onUndo, onSelectAll }: AppKeys): void {
  if (event.shiftKey || document.querySelector(MENUS) !== null) return
  const command = { z: onUndo, a: onSelectAll }[event.key.toLowerCase()]
  if (command === undefined) return
  event.preventDefault()
  command()
}
